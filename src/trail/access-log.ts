import { type Document, isDocument, put, text } from '../base/document.ts';

/**
 * API Gateway writes no CloudTrail record for a call of an API: `execute-api` data events do not exist
 * (specs/cloudtrail.md §0.2). The stage's JSON access log is the only trace, and this file turns a line of it into the
 * event that the guide describes: `execute-api.amazonaws.com`, `Invoke`, and who called.
 *
 * The record is of our making, so it speaks the guide's words: a call without credentials has
 * `userIdentity: {type: 'Anonymous', principalId: 'Anonymous'}`, and the guide's monitor fires as printed. It never
 * passes for one of AWS's: eventType is `ApiGatewayAccessLog`, and `additionalEventData.accessLog` is the line itself.
 */
export function accessLogRecord(line: Document): Document {
  const fields = flatten(line);
  const get = (...names: readonly string[]): string | undefined => firstOf(fields, names);
  const domainName = get('domainname', 'domain');
  const region =
    get('region', 'awsregion') ?? /\.execute-api\.([a-z0-9-]{1,40})\.amazonaws\./.exec(domainName ?? '')?.[1];
  const resourcePath = get('resourcepath', 'resource') ?? get('routekey')?.split(' ')[1];
  const call = {
    apiId: get('apiid', 'restapiid') ?? domainName?.split('.')[0],
    stage: get('stage'),
    httpMethod: get('httpmethod', 'method') ?? get('routekey')?.split(' ')[0],
    path: get('path', 'requestpath', 'rawpath') ?? resourcePath,
    resourcePath,
    protocol: get('protocol'),
    domainName,
  };
  const account = get('accountid');
  const status = get('status', 'statuscode', 'responsestatus');
  const record = {
    eventVersion: '1.11',
    userIdentity: identityOf(get),
    eventTime: timeOf(get),
    eventSource: 'execute-api.amazonaws.com',
    eventName: 'Invoke',
    awsRegion: region,
    sourceIPAddress: get('ip', 'sourceip', 'clientip'),
    userAgent: get('useragent'),
    ...refusalOf(status, get),
    requestParameters: present(call),
    responseElements: present({ status: numeric(status), responseLength: numeric(get('responselength')) }),
    additionalEventData: { accessLog: line },
    requestID: get('requestid'),
    eventID: get('requestid', 'extendedrequestid'),
    readOnly: call.httpMethod === undefined ? undefined : /^(GET|HEAD|OPTIONS)$/i.test(call.httpMethod),
    resources: resourcesOf(call, region, account),
    eventType: 'ApiGatewayAccessLog',
    managementEvent: false,
    recipientAccountId: account,
    eventCategory: 'Data',
  };
  return present(record);
}

/** An id of a request and at least two more things that a stage's access log tells; `eventSource` marks a record instead. */
export function looksLikeAccessLog(line: Document): boolean {
  const fields = flatten(line);
  if (firstOf(fields, ['requestid', 'extendedrequestid', 'apiid']) === undefined) return false;
  return telling.filter((names) => firstOf(fields, names) !== undefined).length >= 2;
}

const telling = [
  ['httpmethod', 'routekey', 'method'],
  ['resourcepath', 'path', 'requestpath', 'rawpath'],
  ['status', 'statuscode', 'responsestatus'],
  ['ip', 'sourceip', 'clientip'],
  ['stage'],
];

type Get = (...names: readonly string[]) => string | undefined;

/** All of these are "-" (or not there) for a call that showed nothing: no signature, no API key, no authorizer. */
function identityOf(get: Get): Document {
  const arn = get('userarn');
  const caller = get('caller');
  const user = get('user');
  const key = get('apikeyid', 'apikey');
  const principal = get('authorizerprincipalid', 'principalid', 'claimssub', 'jwtclaimssub', 'cognitoidentityid');
  if (arn === undefined && caller === undefined && user === undefined && key === undefined && principal === undefined)
    return { type: 'Anonymous', principalId: 'Anonymous' };
  const role = /^arn:[a-z-]{3,16}:(?:iam|sts)::(\d{12}):(user|assumed-role|root|federated-user)(?:\/(.*))?$/s.exec(
    arn ?? '',
  );
  return present({
    type: (role && types.get(role[2] ?? '')) ?? 'Unknown',
    principalId: caller ?? principal ?? user ?? key,
    arn,
    accountId: get('identityaccountid') ?? role?.[1],
    accessKeyId: get('accesskey'),
    userName: role?.[2] === 'user' ? role[3]?.split('/').at(-1) : undefined,
    credentialId: key,
  });
}

const types = new Map([
  ['user', 'IAMUser'],
  ['assumed-role', 'AssumedRole'],
  ['root', 'Root'],
  ['federated-user', 'FederatedUser'],
]);

function refusalOf(status: string | undefined, get: Get): Document {
  if (status !== '401' && status !== '403') return {};
  const message = get('errormessage', 'authorizererror', 'errorresponsetype');
  return {
    errorCode: status === '401' ? 'Unauthorized' : 'AccessDenied',
    errorMessage: message ?? (status === '401' ? 'Unauthorized' : 'Forbidden'),
  };
}

function resourcesOf(
  call: { readonly [part in 'apiId' | 'stage' | 'httpMethod' | 'path']: string | undefined },
  region: string | undefined,
  account: string | undefined,
): readonly Document[] | undefined {
  if (call.apiId === undefined) return undefined;
  const path = (call.path ?? '/').replace(/^\//, '');
  const where = `${call.apiId}/${call.stage ?? '*'}/${call.httpMethod ?? '*'}/${path}`;
  const ARN = `arn:aws:execute-api:${region ?? ''}:${account ?? ''}:${where}`;
  return [present({ accountId: account, type: 'AWS::ApiGateway::Stage', ARN })];
}

/** $context.requestTimeEpoch (milliseconds), an ISO time, or $context.requestTime (`09/Apr/2015:12:34:56 +0000`). */
function timeOf(get: Get): string | undefined {
  const epoch = Number(get('requesttimeepoch', 'timeepoch') ?? Number.NaN);
  if (epoch > 0 && epoch < 8e15) return new Date(epoch < 1e11 ? epoch * 1000 : epoch).toISOString();
  const written = get('requesttime', 'time', 'timestamp');
  const match = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/.exec(written ?? '');
  if (!match) return written;
  const month = months.indexOf(match[2] ?? '') + 1;
  const iso = `${match[3]}-${String(month).padStart(2, '0')}-${match[1]}T${match[4]}${match[5]}:${match[6]}`;
  const instant = Date.parse(iso);
  return Number.isNaN(instant) ? written : new Date(instant).toISOString().replace('.000Z', 'Z');
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const stepsMax = 6;
const nameLengthMax = 200;

/**
 * The line's strings and numbers by lower-case name without punctuation: `requestId`, `request_id` and `request-id` are
 * one, `identity.sourceIp` is found as `identitysourceip` and as `sourceip`. "-" is API Gateway's word for nothing.
 */
function flatten(line: Document): Map<string, string> {
  const fields = new Map<string, string>();
  const add = (path: string, value: unknown, depth: number): void => {
    if (isDocument(value)) {
      if (depth < 4) for (const [key, member] of Object.entries(value)) add(`${path}.${key}`, member, depth + 1);
      return;
    }
    const content = typeof value === 'number' ? String(value) : text(value)?.trim();
    if (content === undefined || content === '-' || content === '') return;
    // No name that is looked for has more steps than these; a hostile key may have a million.
    const steps = path
      .slice(-nameLengthMax)
      .split('.')
      .slice(-stepsMax)
      .filter((step) => !/^$|^\$?context$/.test(step));
    for (let from = 0; from < steps.length; from++) {
      const name = steps
        .slice(from)
        .join('')
        .toLowerCase()
        .replace(/[^a-z0-9]/g, '');
      if (!fields.has(name)) fields.set(name, content);
    }
  };
  for (const [key, member] of Object.entries(line)) add(key, member, 0);
  return fields;
}

function firstOf(fields: ReadonlyMap<string, string>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function numeric(value: string | undefined): number | string | undefined {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

/** Without the members that are undefined. */
function present(fields: { readonly [name: string]: unknown }): Document {
  const kept: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) put(kept, name, value);
  return kept;
}
