import type { Bucket } from './s3-bucket.ts';

/**
 * A part of a bucket and how to look for new objects in it. `days`: YYYY/MM/DD below it, so that a few days tell all that
 * is new; `tree`: everything below it; `level`: only what lies right in it; `skipped`: digests and their like, counted.
 */
export interface Area {
  readonly prefix: string;
  readonly use: 'days' | 'tree' | 'level' | 'skipped';
}

/** What other services of AWS write beside CloudTrail, often by the million: none of it is ours. */
const otherServices =
  /^(Config|GuardDuty|WAFLogs|vpcflowlogs|vpcdnsquerylogs|elasticloadbalancing|networkfirewall|transitgateway|RedshiftLogs)$/i;
const skippedKinds = /^CloudTrail-(Digest|Insight|Aggregated)$/;
const logKinds = /^CloudTrail(-NetworkActivity)?$/;

/** How far below the prefix `AWSLogs/` is looked for, and in how many folders a level: else all is listed. */
const searchDepth = 3;
const searchWidth = 50;

/**
 * Finds the accounts, organisations, kinds and regions below a prefix, each account's own: an account may use regions that
 * another does not. What is not CloudTrail's layout is one `tree`. `prefix` is '' or ends with `/`.
 */
export async function findAreas(bucket: Bucket, prefix: string, signal: AbortSignal): Promise<readonly Area[]> {
  return search(bucket, prefix, 0, signal);
}

type Position = 'outside' | 'organization' | 'account' | 'kind' | 'region' | 'below';

async function search(bucket: Bucket, prefix: string, depth: number, signal: AbortSignal): Promise<readonly Area[]> {
  const position = positionOf(prefix);
  if (position === 'region') return [{ prefix, use: 'days' }];
  if (position === 'below' || depth > searchDepth) return [{ prefix, use: 'tree' }];

  const { prefixes, hasObjects } = await listLevel(bucket, prefix, signal);
  if (position === 'outside' && prefixes.length > searchWidth && !prefixes.includes(`${prefix}AWSLogs/`)) {
    return [{ prefix, use: 'tree' }];
  }
  const areas: Area[] = hasObjects ? [{ prefix, use: 'level' }] : [];
  for (const child of prefixes) {
    const name = child.slice(prefix.length, -1);
    if (position === 'account' && skippedKinds.test(name)) areas.push({ prefix: child, use: 'skipped' });
    else if (position === 'account' && otherServices.test(name)) continue;
    else if (leadsOn(position, name))
      areas.push(...(await search(bucket, child, nextDepth(position, name, depth), signal)));
    else areas.push({ prefix: child, use: 'tree' });
  }
  const ordinary = areas.every(({ use }) => use === 'tree' || use === 'level');
  return position === 'outside' && ordinary ? [{ prefix, use: 'tree' }] : areas;
}

function leadsOn(position: Position, name: string): boolean {
  if (position === 'organization') return /^(o-[a-z0-9]{1,64}|\d{12})$/.test(name);
  if (position === 'account') return logKinds.test(name);
  return true;
}

function nextDepth(position: Position, name: string, depth: number): number {
  return position === 'outside' && name !== 'AWSLogs' ? depth + 1 : depth;
}

/** Where a prefix stands in `[prefix/]AWSLogs/[o-id/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/`. */
function positionOf(prefix: string): Position {
  const segments = prefix.split('/').slice(0, -1);
  const start = segments.lastIndexOf('AWSLogs');
  if (start < 0) return 'outside';
  const below = segments.slice(start + 1);
  if (below[0] !== undefined && /^o-/.test(below[0])) below.shift();
  const [account, kind, region, ...rest] = below;
  if (account === undefined) return 'organization';
  if (kind === undefined) return 'account';
  if (!logKinds.test(kind) || rest.length > 0) return 'below';
  return region === undefined ? 'kind' : 'region';
}

async function listLevel(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): Promise<{ prefixes: readonly string[]; hasObjects: boolean }> {
  const prefixes: string[] = [];
  let hasObjects = false;
  for await (const page of bucket.list({ prefix, oneLevel: true }, signal)) {
    // The marker object of the folder itself is nothing to read.
    if (page.objects.some(({ key }) => key !== prefix)) hasObjects = true;
    prefixes.push(...page.prefixes);
  }
  return { prefixes, hasObjects };
}
