import { type Document, isDocument, own } from '../../base/document.ts';
import { account } from '../account.ts';
import { trailArn } from '../cloudtrail/trail.ts';
import { lowerMembers } from '../service-call.ts';
import { type Hands, many, member, type ResourceType } from './resource.ts';

export const restApi: ResourceType = {
  name: 'AWS::ApiGateway::RestApi',
  properties: [
    'Name',
    'Description',
    'Policy',
    'EndpointConfiguration',
    'Body',
    'ApiKeySourceType',
    'FailOnWarnings',
    'Mode',
  ],
  ignored: ['Tags'],
  async create(hands, { properties, stackName, logicalId }) {
    const body = own(properties, 'Body');
    const policy = own(properties, 'Policy');
    const made = await hands.api('POST', '/restapis', {
      name: member(properties, 'Name') ?? `${stackName}-${logicalId}`,
      ...present('description', member(properties, 'Description')),
      ...present('endpointConfiguration', lowerMembers(own(properties, 'EndpointConfiguration'))),
      ...(policy === undefined ? {} : { policy: JSON.stringify(policy) }),
    });
    const id = String(made.id);
    if (isDocument(body)) await hands.api('PUT', `/restapis/${id}?mode=merge`, body);
    return { physicalId: id, attributes: { RestApiId: id, RootResourceId: String(made.rootResourceId) } };
  },
  async update(hands, { properties }, made) {
    const policy = own(properties, 'Policy');
    const operations = [
      ['/name', member(properties, 'Name')],
      ['/description', member(properties, 'Description')],
      ['/policy', policy === undefined ? '' : JSON.stringify(policy)],
    ].filter(([, value]) => value !== undefined);
    await hands.api('PATCH', `/restapis/${made.physicalId}`, {
      patchOperations: operations.map(([path, value]) => ({ op: 'replace', path, value })),
    });
    const body = own(properties, 'Body');
    if (isDocument(body)) await hands.api('PUT', `/restapis/${made.physicalId}?mode=overwrite`, body);
    return made;
  },
  remove: async (hands, made) => void (await hands.api('DELETE', `/restapis/${made.physicalId}`)),
};

export const apiResource: ResourceType = {
  name: 'AWS::ApiGateway::Resource',
  properties: ['RestApiId', 'ParentId', 'PathPart'],
  async create(hands, { properties }) {
    const path = `/restapis/${member(properties, 'RestApiId')}/resources/${member(properties, 'ParentId')}`;
    const made = await hands.api('POST', path, { pathPart: member(properties, 'PathPart') });
    return { physicalId: String(made.id), attributes: { ResourceId: String(made.id) } };
  },
  remove: async (hands, made, properties) => {
    await hands.api('DELETE', `/restapis/${member(properties, 'RestApiId')}/resources/${made.physicalId}`);
  },
};

export const apiMethod: ResourceType = {
  name: 'AWS::ApiGateway::Method',
  properties: [
    'RestApiId',
    'ResourceId',
    'HttpMethod',
    'AuthorizationType',
    'ApiKeyRequired',
    'Integration',
    'MethodResponses',
  ],
  ignored: ['OperationName', 'RequestParameters'],
  async create(hands, { properties }) {
    const path = methodPath(properties);
    await hands.api('PUT', path, {
      authorizationType: member(properties, 'AuthorizationType') ?? 'NONE',
      apiKeyRequired: member(properties, 'ApiKeyRequired') === 'true',
    });
    for (const response of many(own(properties, 'MethodResponses'))) {
      await hands.api('PUT', `${path}/responses/${member(response, 'StatusCode')}`, {});
    }
    await putIntegration(hands, path, own(properties, 'Integration'));
    return { physicalId: path.slice('/restapis/'.length).replaceAll('/', '|'), attributes: {} };
  },
  async remove(hands, _made, properties) {
    await hands.api('DELETE', methodPath(properties));
  },
};

function methodPath(properties: Document): string {
  const [api, resource, verb] = ['RestApiId', 'ResourceId', 'HttpMethod'].map((name) => member(properties, name));
  return `/restapis/${api}/resources/${resource}/methods/${verb}`;
}

async function putIntegration(hands: Hands, path: string, integration: unknown): Promise<void> {
  if (!isDocument(integration)) return;
  await hands.api('PUT', `${path}/integration`, {
    type: member(integration, 'Type') ?? 'MOCK',
    requestTemplates: own(integration, 'RequestTemplates') ?? {},
    ...present('uri', own(integration, 'Uri')),
    ...present('httpMethod', own(integration, 'IntegrationHttpMethod')),
  });
  for (const response of many(own(integration, 'IntegrationResponses'))) {
    await hands.api('PUT', `${path}/integration/responses/${member(response, 'StatusCode')}`, {
      responseTemplates: own(response, 'ResponseTemplates') ?? {},
      ...present('selectionPattern', own(response, 'SelectionPattern')),
    });
  }
}

export const apiDeployment: ResourceType = {
  name: 'AWS::ApiGateway::Deployment',
  properties: ['RestApiId', 'Description', 'StageName'],
  async create(hands, { properties }) {
    const made = await hands.api('POST', `/restapis/${member(properties, 'RestApiId')}/deployments`, {
      ...present('description', member(properties, 'Description')),
      ...present('stageName', member(properties, 'StageName')),
    });
    return { physicalId: String(made.id), attributes: { DeploymentId: String(made.id) } };
  },
  remove: async (hands, made, properties) => {
    await hands.api('DELETE', `/restapis/${member(properties, 'RestApiId')}/deployments/${made.physicalId}`);
  },
};

export const apiStage: ResourceType = {
  name: 'AWS::ApiGateway::Stage',
  properties: ['RestApiId', 'StageName', 'DeploymentId', 'AccessLogSetting', 'Description', 'Variables'],
  ignored: ['MethodSettings', 'Tags', 'TracingEnabled'],
  async create(hands, { properties }) {
    const name = member(properties, 'StageName') ?? '';
    const path = `/restapis/${member(properties, 'RestApiId')}/stages`;
    await hands.api('POST', path, {
      stageName: name,
      deploymentId: member(properties, 'DeploymentId'),
      ...present('description', member(properties, 'Description')),
      ...present('variables', own(properties, 'Variables')),
    });
    const log = own(properties, 'AccessLogSetting');
    if (isDocument(log)) {
      // As on AWS: access logging is a change of the stage after it was made.
      const operations = [
        { op: 'replace', path: '/accessLogSettings/destinationArn', value: member(log, 'DestinationArn') ?? '' },
        { op: 'replace', path: '/accessLogSettings/format', value: member(log, 'Format') ?? '' },
      ];
      await hands.api('PATCH', `${path}/${name}`, { patchOperations: operations });
    }
    return { physicalId: name, attributes: {} };
  },
  remove: async (hands, made, properties) => {
    await hands.api('DELETE', `/restapis/${member(properties, 'RestApiId')}/stages/${made.physicalId}`);
  },
};

export const apiKey: ResourceType = {
  name: 'AWS::ApiGateway::ApiKey',
  properties: ['Name', 'Description', 'Enabled', 'Value'],
  ignored: ['StageKeys', 'Tags'],
  async create(hands, { properties }) {
    const made = await hands.api('POST', '/apikeys', {
      ...present('name', member(properties, 'Name')),
      ...present('value', member(properties, 'Value')),
      enabled: member(properties, 'Enabled') === 'true',
    });
    return { physicalId: String(made.id), attributes: { APIKeyId: String(made.id) } };
  },
  remove: async (hands, made) => void (await hands.api('DELETE', `/apikeys/${made.physicalId}`)),
};

export const usagePlan: ResourceType = {
  name: 'AWS::ApiGateway::UsagePlan',
  properties: ['UsagePlanName', 'ApiStages'],
  ignored: ['Description', 'Quota', 'Throttle', 'Tags'],
  async create(hands, { properties }) {
    const apiStages = many(own(properties, 'ApiStages')).map((each) => ({
      apiId: member(each, 'ApiId'),
      stage: member(each, 'Stage'),
    }));
    const made = await hands.api('POST', '/usageplans', {
      name: member(properties, 'UsagePlanName') ?? 'plan',
      apiStages,
    });
    return { physicalId: String(made.id), attributes: { Id: String(made.id) } };
  },
  remove: async (hands, made) => void (await hands.api('DELETE', `/usageplans/${made.physicalId}`)),
};

export const usagePlanKey: ResourceType = {
  name: 'AWS::ApiGateway::UsagePlanKey',
  properties: ['KeyId', 'KeyType', 'UsagePlanId'],
  async create(hands, { properties }) {
    const keyId = member(properties, 'KeyId');
    const plan = member(properties, 'UsagePlanId');
    await hands.api('POST', `/usageplans/${plan}/keys`, { keyId, keyType: 'API_KEY' });
    return { physicalId: `${keyId}:${plan}`, attributes: {} };
  },
  remove: async () => {},
};

export const trail: ResourceType = {
  name: 'AWS::CloudTrail::Trail',
  properties: [
    'TrailName',
    'S3BucketName',
    'S3KeyPrefix',
    'IsLogging',
    'IsMultiRegionTrail',
    'IncludeGlobalServiceEvents',
    'EnableLogFileValidation',
    'EventSelectors',
    'AdvancedEventSelectors',
  ],
  ignored: ['Tags'],
  async create(hands, wanted) {
    const name = member(wanted.properties, 'TrailName') ?? `${wanted.stackName}-${wanted.logicalId}`;
    await hands.cloudTrail('CreateTrail', settingsOf(name, wanted.properties));
    await tune(hands, name, wanted.properties);
    return { physicalId: name, attributes: { Arn: trailArn(name) } };
  },
  async update(hands, { properties }, made) {
    await hands.cloudTrail('UpdateTrail', settingsOf(made.physicalId, properties));
    await tune(hands, made.physicalId, properties);
    return made;
  },
  remove: async (hands, made) => void (await hands.cloudTrail('DeleteTrail', { Name: made.physicalId })),
};

function settingsOf(name: string, properties: Document): Document {
  const on = (key: string): Document =>
    present(key, own(properties, key) === undefined ? undefined : member(properties, key) === 'true');
  return {
    Name: name,
    S3BucketName: member(properties, 'S3BucketName'),
    ...present('S3KeyPrefix', member(properties, 'S3KeyPrefix')),
    ...on('IsMultiRegionTrail'),
    ...on('IncludeGlobalServiceEvents'),
    ...on('EnableLogFileValidation'),
  };
}

async function tune(hands: Hands, name: string, properties: Document): Promise<void> {
  const basic = own(properties, 'EventSelectors');
  const advanced = own(properties, 'AdvancedEventSelectors');
  if (basic !== undefined || advanced !== undefined) {
    await hands.cloudTrail('PutEventSelectors', {
      TrailName: name,
      ...(advanced !== undefined ? { AdvancedEventSelectors: advanced } : { EventSelectors: basic }),
    });
  }
  await hands.cloudTrail(member(properties, 'IsLogging') === 'false' ? 'StopLogging' : 'StartLogging', { Name: name });
}

function present(name: string, value: unknown): Document {
  return value === undefined ? {} : { [name]: value };
}

export const apiAccount: ResourceType = {
  name: 'AWS::ApiGateway::Account',
  properties: ['CloudWatchRoleArn'],
  create: async () => ({ physicalId: account, attributes: {} }),
  remove: async () => {},
};
