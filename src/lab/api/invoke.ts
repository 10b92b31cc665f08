import { randomBytes, randomUUID } from 'node:crypto';
import { type Document, isDocument, own, text } from '../../base/document.ts';
import { account, region } from '../account.ts';
import type { Caller } from '../caller.ts';
import { type Reply, type Request, userAgentOf } from '../exchange.ts';
import { identityDecision, resourceDecision } from '../permission.ts';
import type { ApiGateway, Deployment, Members, Resource, RestApi } from './rest-api.ts';

/** A call that was answered, for the stage's access log. */
interface Invoked {
  readonly api: RestApi;
  readonly stage: Members;
  readonly request: Request;
  readonly caller: Caller | undefined;
  readonly apiKey: Members | undefined;
  readonly resource: Resource | undefined;
  readonly reply: Reply;
  readonly requestId: string;
}

interface Answered {
  readonly reply: Reply;
  readonly resource?: Resource;
  readonly caller?: Caller;
  readonly apiKey?: Members | undefined;
}

/**
 * Calls an API. CloudTrail writes nothing of it (specs/cloudtrail.md §0.2): what is left is one line of the stage's access
 * log, where it has one. `authenticate` tells who signed, and throws when the signature is wrong; it is asked only where a
 * method wants to know.
 */
export function invokeApi(
  gateway: ApiGateway,
  id: string,
  request: Request,
  authenticate: () => Caller,
  accessLog: (destinationArn: string, line: string) => void,
): Reply {
  const [, name = '', rest = ''] = /^\/([^/]*)(\/.*)?$/s.exec(request.path) ?? [];
  const api = gateway.apis.get(id);
  const stage = api?.stages.get(name);
  const deployment = api?.deployments.get(text(stage?.deploymentId) ?? '');
  if (!api || !stage || !deployment) return refuse(403, 'ForbiddenException', { message: 'Forbidden' });
  const requestId = randomUUID();
  const { reply, resource, caller, apiKey } = answer(
    gateway,
    api,
    name,
    deployment,
    rest || '/',
    request,
    authenticate,
  );
  const sent = { ...reply, headers: { ...reply.headers, 'x-amzn-requestid': requestId } };
  const settings = own(stage, 'accessLogSettings');
  const destination = text(own(settings, 'destinationArn'));
  const format = text(own(settings, 'format'));
  if (destination && format) {
    accessLog(destination, logLine(format, { api, stage, request, caller, apiKey, resource, reply: sent, requestId }));
  }
  return sent;
}

function answer(
  gateway: ApiGateway,
  api: RestApi,
  stage: string,
  deployment: Deployment,
  path: string,
  request: Request,
  authenticate: () => Caller,
): Answered {
  const missing = refuse(403, 'MissingAuthenticationTokenException', { message: 'Missing Authentication Token' });
  const resource = resourceAt(deployment.resources, path);
  const method = resource?.methods.get(request.method) ?? resource?.methods.get('ANY');
  // API Gateway says the same for a path that is not there and for a signature that is missing.
  if (!resource || !method) return { reply: missing };
  const type = text(method.authorizationType) ?? 'NONE';
  let caller: Caller = { kind: 'anonymous' };
  if (type === 'AWS_IAM') {
    try {
      caller = authenticate();
    } catch {
      return {
        reply: refuse(403, 'InvalidSignatureException', {
          message: 'The security token included in the request is invalid.',
        }),
        resource,
      };
    }
    if (caller.kind === 'anonymous') return { reply: missing, resource };
  } else if (type !== 'NONE') {
    // The lab has neither user pools nor authorizer functions: nobody holds a token that they would take.
    return { reply: refuse(401, 'UnauthorizedException', { message: 'Unauthorized' }), resource };
  }
  const arn = `arn:aws:execute-api:${region}:${account}:${api.id}/${stage}/${request.method}${path}`;
  const refused = refusedByPolicy(deployment.policy, api.id, arn, caller, request);
  if (refused) return { reply: refused, resource, caller };
  const apiKey = keyOf(gateway, api.id, stage, request.headers['x-api-key']);
  if (method.apiKeyRequired === true && !apiKey) {
    return { reply: refuse(403, 'ForbiddenException', { message: 'Forbidden' }), resource, caller };
  }
  return { reply: integrate(method, request), resource, caller, apiKey };
}

/** A policy that is there must allow a caller without credentials; one with credentials needs an Allow of either side. */
function refusedByPolicy(
  policy: string | undefined,
  apiId: string,
  arn: string,
  caller: Caller,
  request: Request,
): Reply | undefined {
  const asked = { caller, action: 'execute-api:Invoke', resource: arn, sourceIp: request.sourceAddress, context: {} };
  const document = policy ? expanded(policy, apiId) : undefined;
  const resource = document ? resourceDecision(document, asked) : undefined;
  const identity = identityDecision(asked);
  const foreign = caller.kind === 'user' && caller.user.accountId !== account;
  const allowed =
    caller.kind === 'anonymous'
      ? resource === undefined || resource === 'allowed'
      : foreign
        ? resource === 'allowed' && identity === 'allowed'
        : resource === 'allowed' || identity === 'allowed';
  if (allowed && resource !== 'denied' && identity !== 'denied') return undefined;
  const who = caller.kind === 'user' ? caller.user.arn : 'anonymous';
  const shown = arn.replace(account, `********${account.slice(8)}`);
  const explicit = resource === 'denied' || identity === 'denied' ? ' with an explicit deny' : '';
  return refuse(403, 'AccessDeniedException', {
    Message: `User: ${who} is not authorized to perform: execute-api:Invoke on resource: ${shown}${explicit}`,
  });
}

/** `execute-api:/prod/GET/*` is API Gateway's short form of an ARN of this API. */
function expanded(policy: string, apiId: string): Document | undefined {
  const long = policy.replaceAll('"execute-api:/', `"arn:aws:execute-api:${region}:${account}:${apiId}/`);
  try {
    const document: unknown = JSON.parse(long);
    return isDocument(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

function keyOf(gateway: ApiGateway, apiId: string, stage: string, given: string | undefined): Members | undefined {
  const key = [...gateway.keys.values()].find(({ value, enabled }) => enabled === true && value === given);
  const planned = [...gateway.plans.values()].some((plan) => {
    const stages = Array.isArray(plan.apiStages) ? plan.apiStages : [];
    const keys = Array.isArray(plan.keyIds) ? plan.keyIds : [];
    return (
      keys.includes(key?.id) && stages.some((each) => own(each, 'apiId') === apiId && own(each, 'stage') === stage)
    );
  });
  return key && planned ? key : undefined;
}

/** The deployed resource of a path: literal parts before `{variables}`, `{greedy+}` last. */
function resourceAt(resources: readonly Resource[], path: string): Resource | undefined {
  const given = path.split('/').filter((part) => part !== '');
  const ranked = resources.flatMap((resource) => {
    const wanted = resource.path.split('/').filter((part) => part !== '');
    let weight = 0;
    for (const [index, part] of wanted.entries()) {
      if (/^\{.*\+\}$/.test(part)) return given.length > index ? [{ resource, weight: weight * 4 + 1 }] : [];
      if (given[index] === undefined) return [];
      if (/^\{.*\}$/.test(part)) weight = weight * 4 + 2;
      else if (part === given[index]) weight = weight * 4 + 3;
      else return [];
    }
    return wanted.length === given.length ? [{ resource, weight }] : [];
  });
  return ranked.sort((a, b) => b.weight - a.weight)[0]?.resource;
}

/** A MOCK answers by its templates. The lab calls nobody: other integrations answer as one whose backend is not there. */
function integrate(method: Members, request: Request): Reply {
  const integration = method.methodIntegration;
  if (own(integration, 'type') !== 'MOCK') {
    return refuse(500, 'InternalServerErrorException', { message: 'Internal server error' });
  }
  const template = text(own(own(integration, 'requestTemplates'), 'application/json')) ?? '{"statusCode": 200}';
  const status = /"?statusCode"?\s*:\s*"?(\d{3})/.exec(template)?.[1] ?? '200';
  const responses = own(integration, 'integrationResponses');
  const response = own(responses, status);
  if (response === undefined) return refuse(500, 'InternalServerErrorException', { message: 'Internal server error' });
  const templates = own(response, 'responseTemplates');
  const [type = 'application/json', body = ''] = isDocument(templates) ? (Object.entries(templates)[0] ?? []) : [];
  return {
    status: Number(status),
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body.replaceAll('$context.identity.sourceIp', request.sourceAddress) : '',
  };
}

/** The format of AccessLogSettings with its variables filled in. "-" is API Gateway's word for nothing. */
function logLine(format: string, call: Invoked): string {
  const { api, stage, request, caller, apiKey, resource, reply, requestId } = call;
  const user = caller?.kind === 'user' ? caller.user : undefined;
  const values: Readonly<Record<string, string>> = {
    requestId,
    extendedRequestId: randomBytes(11).toString('base64'),
    requestTime: requestTime(request.at),
    requestTimeEpoch: String(request.at),
    httpMethod: request.method,
    resourcePath: resource?.path ?? '-',
    path: request.path,
    status: String(reply.status),
    protocol: 'HTTP/1.1',
    responseLength: String(Buffer.byteLength(reply.body)),
    stage: text(stage.stageName) ?? '-',
    apiId: api.id,
    domainName: `${api.id}.execute-api.${region}.amazonaws.com`,
    accountId: account,
    'identity.sourceIp': request.sourceAddress,
    'identity.caller': user?.principalId ?? '-',
    'identity.user': user?.principalId ?? '-',
    'identity.userArn': user?.arn ?? '-',
    'identity.accountId': user?.accountId ?? '-',
    'identity.accessKey': user?.accessKeyId ?? '-',
    'identity.apiKeyId': text(apiKey?.id) ?? '-',
    'identity.userAgent': userAgentOf(request) || '-',
    'authorizer.principalId': '-',
    'error.responseType': reply.headers['x-amzn-errortype'] ?? '-',
  };
  return format
    .replace(/\r?\n\s*/g, '')
    .replace(/\$context\.([A-Za-z]+(?:\.[A-Za-z]+)?)/g, (_, name: string) =>
      JSON.stringify(Object.hasOwn(values, name) ? values[name] : '-').slice(1, -1),
    );
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** $context.requestTime: `24/Nov/2026:00:10:11 +0000`. */
function requestTime(at: number): string {
  const iso = new Date(at).toISOString();
  const [year, month, day] = iso.slice(0, 10).split('-');
  return `${day}/${months[Number(month) - 1]}/${year}:${iso.slice(11, 19)} +0000`;
}

function refuse(status: number, error: string, body: Document): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error },
    body: JSON.stringify(body),
  };
}
