import { account, canonicalId, region } from '../account.ts';
import { AwsRefusal } from '../exchange.ts';
import { strictEncode } from '../signature.ts';
import type { XmlValue } from '../xml.ts';
import { type Bucket, sortedKeys } from './bucket.ts';
import { checksumElement } from './checksum.ts';
import type { Answer, Call } from './operation.ts';
import { isoDate, xmlReply } from './reply.ts';

const keysMax = 1000;

/** GET / : the buckets of the caller's account. */
export function listBuckets({ buckets, caller, request }: Call): Answer {
  const owner = caller.kind === 'user' ? caller.user.accountId : account;
  const prefix = request.query.get('prefix') ?? '';
  const own = [...buckets.values()].filter((bucket) => bucket.owner === owner && bucket.name.startsWith(prefix));
  return xmlReply('ListAllMyBucketsResult', {
    Owner: { ID: canonicalId(owner) },
    Buckets: {
      Bucket: own
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, createdAt }) => ({ Name: name, CreationDate: isoDate(createdAt), BucketRegion: region })),
    },
    ...(prefix ? { Prefix: prefix } : {}),
  });
}

/** ListObjects, or with `list-type=2` ListObjectsV2: prefix, delimiter, paging, keys encoded as `encoding-type` asks. */
export function listObjects({ bucket, request: { query } }: Call): Answer {
  const second = query.get('list-type') === '2';
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const max = numberOf(query.get('max-keys'), 'max-keys');
  const given = query.get('continuation-token');
  if (given === '') throw argument('The continuation token provided is incorrect', 'continuation-token');
  const after = second ? (given === null ? query.get('start-after') : tokenKey(given)) : query.get('marker');
  const show = shower(query.get('encoding-type'));
  const { entries, truncated } = page(sortedKeys(bucket), prefix, delimiter, after ?? '', max);
  const last = entries.at(-1)?.name ?? '';
  const owner = !second || query.get('fetch-owner') === 'true' ? { Owner: { ID: canonicalId(bucket.owner) } } : {};
  return xmlReply('ListBucketResult', {
    Name: bucket.name,
    Prefix: show(prefix),
    ...(second ? {} : { Marker: show(after ?? '') }),
    ...(second && query.get('start-after') ? { StartAfter: show(query.get('start-after') ?? '') } : {}),
    ...(given === null ? {} : { ContinuationToken: given }),
    ...(truncated && second ? { NextContinuationToken: token(last) } : {}),
    ...(truncated && !second && delimiter ? { NextMarker: show(last) } : {}),
    ...(second ? { KeyCount: entries.length } : {}),
    MaxKeys: max,
    Delimiter: delimiter === '' ? undefined : show(delimiter),
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: truncated,
    Contents: entries
      .filter(({ key }) => key !== undefined)
      .map(({ name }): XmlValue => ({ Key: show(name), ...objectMembers(bucket, name), ...owner })),
    CommonPrefixes: entries.filter(({ key }) => key === undefined).map(({ name }) => ({ Prefix: show(name) })),
  });
}

/** Every object is its only version here: `null`, as in a bucket that never had versioning. */
export function listVersions({ bucket, request: { query } }: Call): Answer {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const max = numberOf(query.get('max-keys'), 'max-keys');
  const show = shower(query.get('encoding-type'));
  const marker = query.get('key-marker') ?? '';
  const { entries, truncated } = page(sortedKeys(bucket), prefix, delimiter, marker, max);
  return xmlReply('ListVersionsResult', {
    Name: bucket.name,
    Prefix: show(prefix),
    KeyMarker: show(marker),
    VersionIdMarker: '',
    ...(truncated ? { NextKeyMarker: show(entries.at(-1)?.name ?? ''), NextVersionIdMarker: 'null' } : {}),
    MaxKeys: max,
    Delimiter: delimiter === '' ? undefined : show(delimiter),
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: truncated,
    Version: entries
      .filter(({ key }) => key !== undefined)
      .map(({ name }) => ({
        Key: show(name),
        VersionId: 'null',
        IsLatest: true,
        ...objectMembers(bucket, name),
        Owner: { ID: canonicalId(bucket.owner) },
      })),
    CommonPrefixes: entries.filter(({ key }) => key === undefined).map(({ name }) => ({ Prefix: show(name) })),
  });
}

function objectMembers(bucket: Bucket, key: string): { [name: string]: XmlValue } {
  const object = bucket.objects.get(key);
  if (!object) return {};
  return {
    LastModified: isoDate(object.modifiedAt),
    ETag: object.etag,
    ChecksumAlgorithm: checksumElement(object.checksum.algorithm).slice('Checksum'.length),
    ChecksumType: object.checksum.type,
    Size: object.body.length,
    StorageClass: object.headers['x-amz-storage-class'] ?? 'STANDARD',
  };
}

/** An object's key, or a common prefix (`key` undefined). */
interface Entry {
  readonly name: string;
  readonly key: string | undefined;
}

/** The next `max` entries after a name, and whether more follow. A whole common prefix counts as one. */
function page(
  keys: readonly string[],
  prefix: string,
  delimiter: string,
  after: string,
  max: number,
): { readonly entries: readonly Entry[]; readonly truncated: boolean } {
  const entries: Entry[] = [];
  const beyond = Buffer.from(after);
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? key : key.slice(0, end + delimiter.length);
    if (entries.at(-1)?.name === name) continue;
    if (after !== '' && Buffer.compare(Buffer.from(name), beyond) <= 0) continue;
    // A marker inside a common prefix has passed it.
    if (end >= 0 && after.startsWith(name)) continue;
    if (entries.length === max) return { entries, truncated: max > 0 };
    entries.push({ name, key: end < 0 ? key : undefined });
  }
  return { entries, truncated: false };
}

export function numberOf(given: string | null, name: string): number {
  if (given === null || given === '') return keysMax;
  if (!/^-?\d{1,9}$/.test(given))
    throw argument(`Provided ${name} not an integer or within integer range`, name, given);
  if (given.startsWith('-')) {
    throw argument(`Argument ${name} must be an integer between 0 and 2147483647`, name, given);
  }
  return Math.min(Number(given), keysMax);
}

export function shower(encoding: string | null): (text: string) => string {
  if (encoding === null || encoding === '') return (text) => text;
  if (encoding !== 'url') throw argument('Invalid Encoding Method specified in Request', 'encoding-type', encoding);
  return (text) => strictEncode(text).replaceAll('%2F', '/');
}

function argument(message: string, name: string, value = ''): AwsRefusal {
  return new AwsRefusal(400, 'InvalidArgument', message, { ArgumentName: name, ArgumentValue: value });
}

function token(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function tokenKey(given: string): string {
  const key = Buffer.from(given, 'base64url').toString();
  if (token(key) !== given) throw argument('The continuation token provided is incorrect', 'continuation-token');
  return key;
}
