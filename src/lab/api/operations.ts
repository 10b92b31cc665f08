import type { Instant } from '../../base/clock.ts';
import { type Document, isDocument, own, put, text } from '../../base/document.ts';
import { apiGatewayId } from '../account.ts';
import { applyDefinition, readDefinition } from './open-api.ts';
import { patch } from './patch.ts';
import {
  type ApiGateway,
  apiOf,
  badRequest,
  type Members,
  methodOf,
  notFound,
  type Resource,
  type RestApi,
  resourceOf,
  stageOf,
} from './rest-api.ts';

/** One call: what its path and query name, and its body. */
export interface ApiCall {
  readonly gateway: ApiGateway;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Document;
  /** As sent: an OpenAPI definition is no JSON body. */
  readonly raw: Uint8Array;
  readonly at: Instant;
}

export interface ApiOperation {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/restapis/{restApiId}/resources`. */
  readonly path: string;
  readonly status: number;
  run(call: ApiCall): unknown;
}

const api = '/restapis/{restApiId}';
const resource = `${api}/resources/{resourceId}`;
const method = `${resource}/methods/{httpMethod}`;
const integration = `${method}/integration`;

function operation(name: string, route: string, status: number, run: (call: ApiCall) => unknown): ApiOperation {
  const [verb = 'GET', path = ''] = route.split(' ');
  return { name, method: verb as ApiOperation['method'], path, status, run };
}

/** Every operation there is; those with a fixed path stand before those with a variable one. */
export const apiOperations: readonly ApiOperation[] = [
  operation('CreateRestApi', 'POST /restapis', 201, (call) =>
    call.query.get('mode') === 'import' ? importApi(call) : showApi(createApi(call, { ...call.body })),
  ),
  operation('GetRestApis', 'GET /restapis', 200, ({ gateway }) => ({ item: [...gateway.apis.values()].map(showApi) })),
  operation('GetRestApi', `GET ${api}`, 200, (call) => showApi(apiIn(call))),
  operation('PutRestApi', `PUT ${api}`, 200, putApi),
  operation('UpdateRestApi', `PATCH ${api}`, 200, (call) => {
    const found = apiIn(call);
    const draft = { ...found.members };
    patch(draft, call.body.patchOperations);
    checkPolicy(draft.policy);
    for (const name of Object.keys(found.members)) delete found.members[name];
    Object.assign(found.members, draft);
    return showApi(found);
  }),
  operation('DeleteRestApi', `DELETE ${api}`, 202, (call) => void call.gateway.apis.delete(apiIn(call).id)),
  operation('CreateResource', `POST ${api}/resources/{parentId}`, 201, createResource),
  operation('GetResources', `GET ${api}/resources`, 200, (call) => ({
    item: [...apiIn(call).resources.values()].map(showResource),
  })),
  operation('GetResource', `GET ${resource}`, 200, (call) => showResource(resourceIn(call))),
  operation('DeleteResource', `DELETE ${resource}`, 202, deleteResource),
  operation('PutMethod', `PUT ${method}`, 201, putMethod),
  operation('GetMethod', `GET ${method}`, 200, methodIn),
  operation('UpdateMethod', `PATCH ${method}`, 200, (call) => {
    patch(methodIn(call), call.body.patchOperations);
    return methodIn(call);
  }),
  operation('DeleteMethod', `DELETE ${method}`, 204, (call) => {
    methodIn(call);
    resourceIn(call).methods.delete(call.path.httpMethod ?? '');
  }),
  operation('PutMethodResponse', `PUT ${method}/responses/{statusCode}`, 201, (call) =>
    within(methodIn(call), 'methodResponses', call.path.statusCode, { statusCode: call.path.statusCode, ...call.body }),
  ),
  operation('PutIntegration', `PUT ${integration}`, 201, (call) => {
    const { httpMethod: _, ...body } = call.body;
    const made = { passthroughBehavior: 'WHEN_NO_MATCH', integrationResponses: {}, ...body };
    methodIn(call).methodIntegration = made;
    return made;
  }),
  operation('GetIntegration', `GET ${integration}`, 200, integrationIn),
  operation('UpdateIntegration', `PATCH ${integration}`, 200, (call) => {
    patch(integrationIn(call), call.body.patchOperations);
    return integrationIn(call);
  }),
  operation('DeleteIntegration', `DELETE ${integration}`, 204, (call) => {
    integrationIn(call);
    delete methodIn(call).methodIntegration;
  }),
  operation('PutIntegrationResponse', `PUT ${integration}/responses/{statusCode}`, 201, (call) =>
    within(integrationIn(call), 'integrationResponses', call.path.statusCode, {
      statusCode: call.path.statusCode,
      ...call.body,
    }),
  ),
  operation('CreateDeployment', `POST ${api}/deployments`, 201, createDeployment),
  operation('GetDeployments', `GET ${api}/deployments`, 200, (call) => ({
    item: [...apiIn(call).deployments.values()].map(showDeployment),
  })),
  operation('GetDeployment', `GET ${api}/deployments/{deploymentId}`, 200, (call) => {
    const found = apiIn(call).deployments.get(call.path.deploymentId ?? '');
    if (!found) throw notFound('Invalid Deployment identifier specified');
    return showDeployment(found);
  }),
  operation('DeleteDeployment', `DELETE ${api}/deployments/{deploymentId}`, 202, (call) => {
    const used = [...apiIn(call).stages.values()].some((stage) => stage.deploymentId === call.path.deploymentId);
    if (used) throw badRequest('Active stages pointing to this deployment must be moved or deleted');
    apiIn(call).deployments.delete(call.path.deploymentId ?? '');
  }),
  operation('CreateStage', `POST ${api}/stages`, 201, (call) => {
    const found = apiIn(call);
    const stageName = text(call.body.stageName) ?? '';
    if (!/^[A-Za-z0-9_-]{1,128}$/.test(stageName)) throw badRequest('Stage name only allows a-zA-Z0-9_-');
    if (found.stages.has(stageName)) throw badRequest('Stage already exists');
    if (!found.deployments.has(text(call.body.deploymentId) ?? '')) throw badRequest('Deployment id does not exist');
    found.stages.set(stageName, { ...call.body, ...times(call.at) });
    return found.stages.get(stageName);
  }),
  operation('GetStages', `GET ${api}/stages`, 200, (call) => ({ item: [...apiIn(call).stages.values()] })),
  operation('GetStage', `GET ${api}/stages/{stageName}`, 200, stageIn),
  operation('UpdateStage', `PATCH ${api}/stages/{stageName}`, 200, (call) => {
    patch(stageIn(call), call.body.patchOperations);
    return stageIn(call);
  }),
  operation('DeleteStage', `DELETE ${api}/stages/{stageName}`, 202, (call) => {
    stageIn(call);
    apiIn(call).stages.delete(call.path.stageName ?? '');
  }),
  operation('CreateApiKey', 'POST /apikeys', 201, ({ gateway, body, at }) =>
    keep(gateway.keys, { value: apiGatewayId(40), enabled: false, ...body, id: apiGatewayId(), ...times(at) }),
  ),
  operation('GetApiKeys', 'GET /apikeys', 200, ({ gateway, query }) => ({
    item: [...gateway.keys.values()].map((key) => showKey(key, query.get('includeValues') === 'true')),
  })),
  operation('GetApiKey', 'GET /apikeys/{apiKey}', 200, ({ gateway, path, query }) =>
    showKey(
      entry(gateway.keys, path.apiKey, 'Invalid API Key identifier specified'),
      query.get('includeValue') === 'true',
    ),
  ),
  operation('DeleteApiKey', 'DELETE /apikeys/{apiKey}', 202, ({ gateway, path }) => {
    gateway.keys.delete(String(entry(gateway.keys, path.apiKey, 'Invalid API Key identifier specified').id));
  }),
  operation('CreateUsagePlan', 'POST /usageplans', 201, ({ gateway, body }) =>
    keep(gateway.plans, { apiStages: [], ...body, id: apiGatewayId(6) }),
  ),
  operation('GetUsagePlans', 'GET /usageplans', 200, ({ gateway }) => ({
    item: [...gateway.plans.values()].map(showPlan),
  })),
  operation('DeleteUsagePlan', 'DELETE /usageplans/{usagePlanId}', 202, ({ gateway, path }) => {
    gateway.plans.delete(String(entry(gateway.plans, path.usagePlanId, 'Invalid Usage Plan ID specified').id));
  }),
  operation('CreateUsagePlanKey', 'POST /usageplans/{usagePlanId}/keys', 201, ({ gateway, path, body }) => {
    const plan = entry(gateway.plans, path.usagePlanId, 'Invalid Usage Plan ID specified');
    const key = entry(gateway.keys, text(body.keyId), 'Invalid API Key identifier specified');
    plan.keyIds = [...(Array.isArray(plan.keyIds) ? plan.keyIds : []), key.id];
    return { id: key.id, type: 'API_KEY', value: key.value, name: key.name };
  }),
];

function apiIn({ gateway, path }: ApiCall): RestApi {
  return apiOf(gateway, path.restApiId ?? '');
}

function resourceIn(call: ApiCall): Resource {
  return resourceOf(apiIn(call), call.path.resourceId ?? '');
}

function methodIn(call: ApiCall): Members {
  return methodOf(resourceIn(call), call.path.httpMethod ?? '');
}

function integrationIn(call: ApiCall): Members {
  const found = methodIn(call).methodIntegration;
  if (!isDocument(found)) throw notFound('No integration defined for method');
  return found as Members;
}

function stageIn(call: ApiCall): Members {
  return stageOf(apiIn(call), call.path.stageName ?? '');
}

function createApi({ gateway, at }: ApiCall, members: Members): RestApi {
  if (text(members.name) === undefined) throw badRequest('Invalid API name');
  checkPolicy(members.policy);
  const root: Resource = {
    id: apiGatewayId(),
    parentId: undefined,
    pathPart: undefined,
    path: '/',
    methods: new Map(),
  };
  const made: RestApi = {
    id: apiGatewayId(),
    createdAt: at,
    members: { apiKeySource: 'HEADER', endpointConfiguration: { types: ['EDGE'] }, ...members },
    resources: new Map([[root.id, root]]),
    deployments: new Map(),
    stages: new Map(),
  };
  gateway.apis.set(made.id, made);
  return made;
}

function importApi(call: ApiCall): unknown {
  const definition = readDefinition(call.raw);
  const made = createApi(call, { name: text(own(own(definition, 'info'), 'title')) ?? 'imported' });
  applyDefinition(made, definition, 'merge');
  return showApi(made);
}

function putApi(call: ApiCall): unknown {
  const definition = readDefinition(call.raw);
  checkPolicy(own(definition, 'x-amazon-apigateway-policy'));
  const found = apiIn(call);
  applyDefinition(found, definition, call.query.get('mode') === 'overwrite' ? 'overwrite' : 'merge');
  return showApi(found);
}

/** API Gateway takes a policy as JSON text only. */
function checkPolicy(policy: unknown): void {
  if (policy === undefined || policy === '' || isDocument(policy)) return;
  try {
    if (typeof policy === 'string' && isDocument(JSON.parse(policy))) return;
  } catch {
    // Told below.
  }
  throw badRequest('Invalid policy document. Please check the policy syntax and ensure that Principals are valid.');
}

function createResource(call: ApiCall): unknown {
  const found = apiIn(call);
  const parent = resourceOf(found, call.path.parentId ?? '');
  const pathPart = text(call.body.pathPart) ?? '';
  if (!/^[A-Za-z0-9._:{}+-]+$/.test(pathPart)) {
    throw badRequest(
      "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
    );
  }
  const path = `${parent.path === '/' ? '' : parent.path}/${pathPart}`;
  if ([...found.resources.values()].some((each) => each.path === path)) {
    throw badRequest(`Another resource with the same parent already has this name: ${pathPart}`);
  }
  const made: Resource = { id: apiGatewayId(6), parentId: parent.id, pathPart, path, methods: new Map() };
  found.resources.set(made.id, made);
  return showResource(made);
}

function deleteResource(call: ApiCall): void {
  const { resources } = apiIn(call);
  const { path } = resourceIn(call);
  if (path === '/') throw badRequest('Root resource can not be deleted');
  for (const each of [...resources.values()]) {
    if (each.path === path || each.path.startsWith(`${path}/`)) resources.delete(each.id);
  }
}

function putMethod(call: ApiCall): unknown {
  const verb = call.path.httpMethod ?? '';
  if (resourceIn(call).methods.has(verb)) throw badRequest('Method already exists for this resource');
  const authorizationType = text(call.body.authorizationType) ?? '';
  if (!['NONE', 'AWS_IAM', 'CUSTOM', 'COGNITO_USER_POOLS'].includes(authorizationType)) {
    throw badRequest('Invalid Authorization type specified');
  }
  const made: Members = { httpMethod: verb, apiKeyRequired: false, ...call.body, methodResponses: {} };
  resourceIn(call).methods.set(verb, made);
  return made;
}

function createDeployment(call: ApiCall): unknown {
  const found = apiIn(call);
  const resources = [...found.resources.values()].map((each) => ({
    ...each,
    methods: new Map(structuredClone([...each.methods])),
  }));
  const methods = resources.flatMap((each) => [...each.methods.values()]);
  if (methods.length === 0) throw badRequest("The REST API doesn't contain any methods");
  if (methods.some((each) => each.methodIntegration === undefined))
    throw badRequest('No integration defined for method');
  const policy = found.members.policy;
  const made = {
    id: apiGatewayId(6),
    createdAt: call.at,
    description: text(call.body.description),
    resources,
    policy: typeof policy === 'string' ? policy : policy === undefined ? undefined : JSON.stringify(policy),
  };
  found.deployments.set(made.id, made);
  const stageName = text(call.body.stageName);
  if (stageName !== undefined) {
    const stage = found.stages.get(stageName);
    if (stage) stage.deploymentId = made.id;
    else found.stages.set(stageName, { stageName, deploymentId: made.id, ...times(call.at) });
  }
  return showDeployment(made);
}

function showDeployment({
  id,
  createdAt,
  description,
}: {
  id: string;
  createdAt: Instant;
  description: string | undefined;
}): unknown {
  return { id, createdDate: createdAt / 1000, ...(description === undefined ? {} : { description }) };
}

function showApi({ id, members, createdAt, resources }: RestApi): Document {
  const root = [...resources.values()].find(({ path }) => path === '/');
  return { id, ...members, createdDate: createdAt / 1000, rootResourceId: root?.id };
}

function showResource({ id, parentId, pathPart, path, methods }: Resource): unknown {
  return {
    id,
    path,
    ...(parentId === undefined ? {} : { parentId, pathPart }),
    ...(methods.size > 0 ? { resourceMethods: Object.fromEntries([...methods].map(([verb]) => [verb, {}])) } : {}),
  };
}

function showKey(key: Members, withValue: boolean): unknown {
  const { value, ...rest } = key;
  return withValue ? { ...rest, value } : rest;
}

function showPlan({ keyIds: _, ...plan }: Members): unknown {
  return plan;
}

function within(target: Members, name: string, key: string | undefined, value: Document): unknown {
  const found = target[name];
  const members: Members = isDocument(found) ? { ...found } : {};
  put(members, key ?? '', value);
  target[name] = members;
  return value;
}

function keep(map: Map<string, Members>, made: Members): unknown {
  map.set(String(made.id), made);
  return made;
}

function entry(map: ReadonlyMap<string, Members>, id: string | undefined, why: string): Members {
  const found = map.get(id ?? '');
  if (!found) throw notFound(why);
  return found;
}

function times(at: Instant): Members {
  return { createdDate: at / 1000, lastUpdatedDate: at / 1000 };
}
