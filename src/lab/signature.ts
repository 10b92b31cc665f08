import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { anonymous, type Caller, type LabUser } from './caller.ts';
import { AwsRefusal, type Request } from './exchange.ts';

/** What a valid signature tells: who, for which service, and what the signatures of an aws-chunked body go on from. */
export interface Signed {
  readonly caller: Caller;
  readonly service: string;
  readonly chunks: ChunkKey | undefined;
}

export interface ChunkKey {
  readonly key: Buffer;
  readonly date: string;
  readonly scope: string;
  readonly seed: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const skewMaxMs = 15 * 60_000;
const presignedMaxSeconds = 7 * 24 * 3600;

/**
 * Who sent the request, by its signature: SigV4 in the header or in the query, SigV2 in the query (as older clients presign
 * for S3). Without any: anonymous. Throws the refusal that AWS answers when a signature is not right.
 */
export function authenticate(request: Request, users: readonly LabUser[]): Signed {
  const { query, headers } = request;
  if (headers.authorization?.startsWith(algorithm)) return byHeader(request, users);
  if (headers.authorization !== undefined) {
    throw new AwsRefusal(
      400,
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  if (query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature')) return byQuery(request, users);
  if (query.has('AWSAccessKeyId') && query.has('Signature')) return byOldQuery(request, users);
  return { caller: anonymous, service: '', chunks: undefined };
}

function byHeader(request: Request, users: readonly LabUser[]): Signed {
  const fields = new Map(
    (request.headers.authorization ?? '')
      .slice(algorithm.length)
      .split(',')
      .map((part) => part.trim().split(/=(.*)/s) as [string, string]),
  );
  const credential = credentialOf(fields.get('Credential') ?? '', users);
  const date = request.headers['x-amz-date'] ?? '';
  const sentAt = parseDate(date);
  if (sentAt === undefined) {
    throw new AwsRefusal(403, 'AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  }
  if (Math.abs(request.at - sentAt) > skewMaxMs) {
    throw new AwsRefusal(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  }
  const s3 = credential.service === 's3';
  const sha = request.headers['x-amz-content-sha256'];
  if (s3 && sha === undefined) {
    throw new AwsRefusal(400, 'InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  const bodyHash = sha256(request.body);
  const payload = sha ?? bodyHash;
  const signature = fields.get('Signature') ?? '';
  const signedHeaders = (fields.get('SignedHeaders') ?? '').split(';');
  check(request, request.rawQuery, signedHeaders, payload, date, credential, signature);
  if (/^[0-9a-f]{64}$/.test(payload) && payload !== bodyHash) {
    throw new AwsRefusal(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return {
    caller: { kind: 'user', user: credential.user, proof: { version: 'SigV4', method: 'AuthHeader' } },
    service: credential.service,
    chunks: { key: signingKey(credential), date, scope: credential.scope, seed: signature },
  };
}

function byQuery(request: Request, users: readonly LabUser[]): Signed {
  const { query } = request;
  const wrong = (why: string): AwsRefusal => new AwsRefusal(400, 'AuthorizationQueryParametersError', why);
  if (query.get('X-Amz-Algorithm') !== algorithm) {
    throw wrong('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"');
  }
  const date = query.get('X-Amz-Date') ?? '';
  const sentAt = parseDate(date);
  const seconds = Number(query.get('X-Amz-Expires') ?? Number.NaN);
  if (sentAt === undefined) throw wrong("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  if (!Number.isInteger(seconds)) throw wrong('X-Amz-Expires should be a number');
  if (seconds < 0) throw wrong('X-Amz-Expires must be non-negative');
  if (seconds > presignedMaxSeconds) throw wrong('X-Amz-Expires must be less than a week (in seconds)');
  const credential = credentialOf(query.get('X-Amz-Credential') ?? '', users);
  if (sentAt > request.at + skewMaxMs) throw new AwsRefusal(403, 'AccessDenied', 'Request is not yet valid');
  if (request.at > sentAt + seconds * 1000) throw new AwsRefusal(403, 'AccessDenied', 'Request has expired');
  const rest = request.rawQuery
    .split('&')
    .filter((pair) => !pair.startsWith('X-Amz-Signature='))
    .join('&');
  const payload = request.headers['x-amz-content-sha256'] ?? query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD';
  const signedHeaders = (query.get('X-Amz-SignedHeaders') ?? '').split(';');
  check(request, rest, signedHeaders, payload, date, credential, query.get('X-Amz-Signature') ?? '');
  return {
    caller: { kind: 'user', user: credential.user, proof: { version: 'SigV4', method: 'QueryString' } },
    service: credential.service,
    chunks: undefined,
  };
}

/** Parameters of the query that S3's older signature covers. */
const oldSubresources =
  /^(acl|cors|delete|lifecycle|location|logging|notification|partNumber|policy|requestPayment|tagging|torrent|uploadId|uploads|versionId|versioning|versions|website|response-[a-z-]+)$/;

function byOldQuery(request: Request, users: readonly LabUser[]): Signed {
  const { query, headers } = request;
  const user = userOf(query.get('AWSAccessKeyId') ?? '', users);
  const expires = query.get('Expires') ?? '';
  const amz = Object.keys(headers)
    .filter((name) => name.startsWith('x-amz-'))
    .sort()
    .map((name) => `${name}:${(headers[name] ?? '').trim()}\n`)
    .join('');
  const sub = [...query]
    .filter(([name]) => oldSubresources.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
  const bucket = /^([a-z0-9.-]+)\.(?:s3[.-].*|localhost)/.exec(request.host)?.[1];
  const resource = `${bucket ? `/${bucket}` : ''}${request.path}${sub ? `?${sub}` : ''}`;
  const text = `${request.method}\n${headers['content-md5'] ?? ''}\n${headers['content-type'] ?? ''}\n${expires}\n${amz}${resource}`;
  const expected = createHmac('sha1', user.secretAccessKey).update(text).digest('base64');
  if (!same(expected, query.get('Signature') ?? '')) throw doesNotMatch(user.accessKeyId);
  if (!(Number(expires) * 1000 >= request.at)) throw new AwsRefusal(403, 'AccessDenied', 'Request has expired');
  return {
    caller: { kind: 'user', user, proof: { version: 'SigV2', method: 'QueryString' } },
    service: 's3',
    chunks: undefined,
  };
}

interface Credential {
  readonly user: LabUser;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly scope: string;
}

function credentialOf(text: string, users: readonly LabUser[]): Credential {
  const [key, day, region, service, end, ...more] = text.split('/');
  if (!key || !day || !region || !service || end !== 'aws4_request' || more.length > 0) {
    throw new AwsRefusal(
      400,
      'AuthorizationHeaderMalformed',
      'The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  return { user: userOf(key, users), day, region, service, scope: `${day}/${region}/${service}/aws4_request` };
}

function userOf(key: string, users: readonly LabUser[]): LabUser {
  const user = users.find(({ accessKeyId }) => accessKeyId === key);
  if (user) return user;
  throw new AwsRefusal(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
    AWSAccessKeyId: key,
  });
}

function check(
  request: Request,
  rawQuery: string,
  signedHeaders: readonly string[],
  payload: string,
  date: string,
  credential: Credential,
  signature: string,
): void {
  if (!signedHeaders.includes('host')) throw doesNotMatch(credential.user.accessKeyId);
  const expected = signatureOf(request, rawQuery, signedHeaders, payload, date, credential);
  if (!same(expected, signature)) throw doesNotMatch(credential.user.accessKeyId);
}

function signatureOf(
  request: Pick<Request, 'method' | 'path' | 'headers'>,
  rawQuery: string,
  signedHeaders: readonly string[],
  payload: string,
  date: string,
  credential: Credential,
): string {
  const headers = signedHeaders
    .map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`)
    .join('');
  // S3 signs the path as it is sent; the other services sign it encoded once more.
  const path = credential.service === 's3' ? request.path : request.path.split('/').map(strictEncode).join('/');
  const canonical = `${request.method}\n${path}\n${canonicalQuery(rawQuery)}\n${headers}\n${signedHeaders.join(';')}\n${payload}`;
  const text = `${algorithm}\n${date}\n${credential.scope}\n${sha256(canonical)}`;
  return createHmac('sha256', signingKey(credential)).update(text).digest('hex');
}

/** Headers that sign a request as this user, `host` among them. */
export function signHeaders(
  user: LabUser,
  service: string,
  sent: {
    readonly method: string;
    readonly path: string;
    readonly rawQuery: string;
    readonly host: string;
    readonly body: string;
    readonly at: number;
  },
): Readonly<Record<string, string>> {
  const date = new Date(sent.at).toISOString().replace(/[-:]|\.\d+/g, '');
  const day = date.slice(0, 8);
  const scope = `${day}/us-east-1/${service}/aws4_request`;
  const payload = sha256(sent.body);
  const headers = { host: sent.host, 'x-amz-content-sha256': payload, 'x-amz-date': date };
  const credential: Credential = { user, day, region: 'us-east-1', service, scope };
  const names = Object.keys(headers);
  const signature = signatureOf({ ...sent, headers }, sent.rawQuery, names, payload, date, credential);
  return {
    ...headers,
    authorization: `${algorithm} Credential=${user.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function doesNotMatch(key: string): AwsRefusal {
  return new AwsRefusal(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { AWSAccessKeyId: key },
  );
}

function signingKey({ user, day, region, service }: Credential): Buffer {
  let key: Buffer = Buffer.from(`AWS4${user.secretAccessKey}`);
  for (const part of [day, region, service, 'aws4_request']) key = createHmac('sha256', key).update(part).digest();
  return key;
}

function canonicalQuery(raw: string): string {
  return raw
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      return [strictEncode(decode(name)), strictEncode(decode(value))] as const;
    })
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** RFC 3986: only letters, digits and `-._~` stay. */
export function strictEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `20261124T001011Z`. */
function parseDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Compares in a time that tells nothing. */
export function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
