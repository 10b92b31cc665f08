import type { Instant } from '../base/clock.ts';
import type { SkipReason } from './record.ts';

/** What an object's key tells before the object is read. Parts the key does not tell are undefined. */
export interface ObjectKey {
  /** What stands before `AWSLogs/`, without the slash at its end; '' where there is nothing. */
  readonly prefix: string;
  /** `o-…` for a trail of an organisation. */
  readonly organization: string | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** `CloudTrail`, `CloudTrail-Digest`, `CloudTrail-Insight`, `CloudTrail-Aggregated`, `CloudTrail-NetworkActivity`, … */
  readonly kind: string;
  /** The minute (for a digest the second) in the file's name: when AWS delivered it. */
  readonly deliveredAt: Instant | undefined;
}

const layout =
  /^(?:(.*)\/)?AWSLogs\/(?:(o-[a-z0-9]{1,64})\/)?(\d{12})\/(CloudTrail(?:-[A-Za-z]{1,40})?)\/([A-Za-z0-9-]{1,40})\/\d{4}\/\d\d\/\d\d\/([^/]+)$/s;
const fileName = /^(\d{12})_(CloudTrail(?:-[A-Za-z]{1,40})?)_([A-Za-z0-9-]{1,40})_/;
const stamp = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?Z(?:_|\.|$)/;

/**
 * Reads `[prefix/]AWSLogs/[o-id/]ACCOUNT/CloudTrail/REGION/Y/M/D/FILE`, or, where files were copied out of that layout,
 * the file's name alone (`ACCOUNT_CloudTrail_REGION_20230710T1145Z_….json.gz`). undefined when neither tells anything.
 */
export function parseObjectKey(key: string): ObjectKey | undefined {
  const full = layout.exec(key);
  const file = full?.[6] ?? key.slice(key.lastIndexOf('/') + 1);
  const named = fileName.exec(file);
  if (!full && !named) return undefined;
  return {
    prefix: full?.[1] ?? '',
    organization: full?.[2],
    account: full?.[3] ?? named?.[1],
    region: full?.[5] ?? named?.[3],
    kind: full?.[4] ?? named?.[2] ?? 'CloudTrail',
    deliveredAt: deliveryTime(file),
  };
}

const skippedKinds = new Map<string, SkipReason>([
  ['CloudTrail-Digest', 'digest'],
  ['CloudTrail-Insight', 'insight'],
  ['CloudTrail-Aggregated', 'aggregated'],
]);

/** Why an object need not be read at all, when its key already says that it holds no events. */
export function skipByKey(key: string): SkipReason | undefined {
  const parsed = parseObjectKey(key);
  return parsed && skippedKinds.get(parsed.kind);
}

/** The key under which CloudTrail delivers a log file. `unique` is AWS's 16 letters and digits at the end of the name. */
export function logKey(parts: {
  readonly prefix?: string;
  readonly organization?: string;
  readonly account: string;
  readonly region: string;
  readonly deliveredAt: Instant;
  readonly unique: string;
}): string {
  const time = new Date(parts.deliveredAt).toISOString();
  const day = time.slice(0, 10);
  const minute = `${day.replaceAll('-', '')}T${time.slice(11, 13)}${time.slice(14, 16)}Z`;
  const file = `${parts.account}_CloudTrail_${parts.region}_${minute}_${parts.unique}.json.gz`;
  return [
    ...(parts.prefix ? [parts.prefix] : []),
    'AWSLogs',
    ...(parts.organization ? [parts.organization] : []),
    parts.account,
    'CloudTrail',
    parts.region,
    ...day.split('-'),
    file,
  ].join('/');
}

function deliveryTime(file: string): Instant | undefined {
  const match = stamp.exec(file);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as number[];
  const at = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
  // 20231399T… would roll over into another month: such a name tells no time.
  return new Date(at).getUTCMonth() + 1 === month && new Date(at).getUTCDate() === day ? at : undefined;
}
