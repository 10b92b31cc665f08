import { type Bucket, etagOf } from './bucket.ts';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
const keysMax = 1000;

/** ListObjects or, with `list-type=2`, ListObjectsV2: prefix, delimiter, max-keys, paging, and keys as `encoding-type` asks. */
export function listXml(bucket: Bucket, query: URLSearchParams): string {
  const second = query.get('list-type') === '2';
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const max = maxKeys(query.get('max-keys'));
  const after =
    (second ? (tokenKey(query.get('continuation-token')) ?? query.get('start-after')) : query.get('marker')) ?? '';
  const show = (text: string): string =>
    escaped(query.get('encoding-type') === 'url' ? encodeURIComponent(text).replaceAll('%2F', '/') : text);

  const entries = listed([...bucket.objects.keys()].sort(), prefix, delimiter).filter((entry) => entry.name > after);
  const page = entries.slice(0, max);
  const last = page.at(-1)?.name ?? '';
  const truncated = entries.length > page.length && max > 0;
  const contents = page.map(({ name, key }) => {
    const object = key === undefined ? undefined : bucket.objects.get(key);
    if (!object) return `<CommonPrefixes><Prefix>${show(name)}</Prefix></CommonPrefixes>`;
    const modified = new Date(object.modifiedAt).toISOString();
    return `<Contents><Key>${show(name)}</Key><LastModified>${modified}</LastModified><ETag>${escaped(etagOf(object))}</ETag><Size>${object.body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  const paging = second
    ? `<KeyCount>${page.length}</KeyCount>${truncated ? `<NextContinuationToken>${token(last)}</NextContinuationToken>` : ''}`
    : `<Marker>${show(after)}</Marker>${truncated ? `<NextMarker>${show(last)}</NextMarker>` : ''}`;
  return document(
    'ListBucketResult',
    `<Name>${escaped(bucket.name)}</Name><Prefix>${show(prefix)}</Prefix>${delimiter ? `<Delimiter>${show(delimiter)}</Delimiter>` : ''}<MaxKeys>${max}</MaxKeys>${query.has('encoding-type') ? '<EncodingType>url</EncodingType>' : ''}${paging}<IsTruncated>${truncated}</IsTruncated>${contents.join('')}`,
  );
}

export function errorXml(
  code: string,
  message: string,
  resource: string,
  ids: { readonly requestId: string; readonly extendedRequestId: string },
): string {
  const parts = `<Code>${code}</Code><Message>${escaped(message)}</Message><Resource>${escaped(resource)}</Resource>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${parts}<RequestId>${ids.requestId}</RequestId><HostId>${ids.extendedRequestId}</HostId></Error>`;
}

/** An object's key, or a common prefix (`key` undefined), in the order of their names. */
interface Entry {
  readonly name: string;
  readonly key: string | undefined;
}

function listed(keys: readonly string[], prefix: string, delimiter: string): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? key : key.slice(0, end + delimiter.length);
    entries.set(name, { name, key: end < 0 ? key : undefined });
  }
  return [...entries.values()];
}

function maxKeys(given: string | null): number {
  return given !== null && /^\d{1,9}$/.test(given) ? Math.min(Number(given), keysMax) : keysMax;
}

function token(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function tokenKey(given: string | null): string | undefined {
  return given === null ? undefined : Buffer.from(given, 'base64url').toString();
}

function document(name: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${namespace}">${content}</${name}>`;
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

/** Markup and what XML cannot hold, which comes from whoever calls. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => entities.get(character) ?? '')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}
