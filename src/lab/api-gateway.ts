import { randomBytes, randomUUID } from 'node:crypto';
import type { Document } from '../base/document.ts';
import { account, region } from './account.ts';
import { type Reply, type Request, userAgentOf } from './exchange.ts';

/** A method of a resource, and the mock behind it. */
export interface Method {
  readonly authorizationType: 'NONE' | 'AWS_IAM';
  readonly apiKeyRequired: boolean;
  readonly answer: Document;
}

/** A REST API with one deployed stage that writes an access log. */
export interface RestApi {
  readonly id: string;
  readonly stage: string;
  /** `GET /test` → its method. */
  readonly methods: ReadonlyMap<string, Method>;
}

export type RestApis = Map<string, RestApi>;

/**
 * Invokes an API. CloudTrail writes nothing of it (specs/cloudtrail.md §0.2): what is left is one line of the stage's
 * access log, and not even that where no such stage is.
 */
export function invokeApi(
  api: RestApi | undefined,
  request: Request,
  accessLog: (api: RestApi, line: Document) => void,
): Reply {
  const [, stage = '', rest = ''] = /^\/([^/]*)(\/.*)?$/s.exec(request.path) ?? [];
  if (!api || stage !== api.stage) return json(403, { message: 'Forbidden' }, 'ForbiddenException', randomUUID());
  const resourcePath = rest === '' ? '/' : rest;
  const method = api.methods.get(`${request.method} ${resourcePath}`);
  const requestId = randomUUID();
  const reply = answer(method, requestId);
  accessLog(api, accessLogLine(api, request, method ? resourcePath : '-', reply, requestId));
  return reply;
}

function answer(method: Method | undefined, requestId: string): Reply {
  // API Gateway says the same for a path that is not there and for a signature that is missing.
  if (method?.authorizationType !== 'NONE')
    return json(403, { message: 'Missing Authentication Token' }, 'MissingAuthenticationTokenException', requestId);
  if (method.apiKeyRequired) return json(403, { message: 'Forbidden' }, 'ForbiddenException', requestId);
  return json(200, method.answer, undefined, requestId);
}

/** The stage's AccessLogSettings format, filled in. "-" is API Gateway's word for nothing. */
function accessLogLine(
  api: RestApi,
  request: Request,
  resourcePath: string,
  reply: Reply,
  requestId: string,
): Document {
  return {
    requestId,
    extendedRequestId: randomBytes(11).toString('base64'),
    ip: request.sourceAddress,
    caller: '-',
    user: '-',
    userArn: '-',
    apiKeyId: '-',
    principalId: '-',
    userAgent: userAgentOf(request) || '-',
    requestTime: requestTime(request.at),
    requestTimeEpoch: request.at,
    httpMethod: request.method,
    resourcePath,
    path: request.path,
    status: String(reply.status),
    protocol: 'HTTP/1.1',
    responseLength: String(Buffer.byteLength(reply.body)),
    stage: api.stage,
    apiId: api.id,
    domainName: `${api.id}.execute-api.${region}.amazonaws.com`,
    accountId: account,
  };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** $context.requestTime: `24/Nov/2026:00:10:11 +0000`. */
function requestTime(at: number): string {
  const iso = new Date(at).toISOString();
  const [year, month, day] = iso.slice(0, 10).split('-');
  return `${day}/${months[Number(month) - 1]}/${year}:${iso.slice(11, 19)} +0000`;
}

function json(status: number, body: Document, error: string | undefined, requestId: string): Reply {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      ...(error ? { 'x-amzn-errortype': error } : {}),
    },
    body: JSON.stringify(body),
  };
}
