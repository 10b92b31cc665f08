import type { PolicyKind } from './exposure.ts';
import { type AddressBlock, isBroad, joinBlocks, parseBlocks } from './policy-address.ts';
import type { Policy } from './policy-document.ts';
import { compilePattern, type Pattern } from './policy-pattern.ts';

/** What a stranger never says: the fixed callers and networks that the policy means. */
export interface FixedValues {
  texts(key: string): readonly Pattern[];
  blocks(key: string): readonly AddressBlock[];
}

/**
 * The keys that name the caller or their network (S3 guide, "The meaning of public"; principal, organisation and account keys
 * of IAM beside them): a policy that confines these to fixed values is not public. A value is fixed without `*`, `?` and
 * `${…}`, an address range when it is not broad. The KMS key names nobody, but stands in AWS's list.
 */
const confining = new Set([
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalservicename',
  'aws:userid',
  'aws:username',
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceowner',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourcevpc',
  'aws:sourcevpcarn',
  'aws:sourcevpce',
  'aws:vpceaccount',
  'aws:vpceorgid',
  'aws:vpceorgpaths',
  'aws:vpcsourceip',
  'aws:sourceip',
  's3:dataaccesspointarn',
  's3:dataaccesspointaccount',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
  'kms:calleraccount',
]);

export function fixedValues(policy: Policy, kind: PolicyKind): FixedValues {
  const texts = new Map<string, Pattern[]>();
  const blocks = new Map<string, AddressBlock[]>();
  const conditions = policy.statements.flatMap((statement) => statement.conditions);
  for (const { key, values, operator } of conditions) {
    if (!confining.has(key)) continue;
    if (operator.compares === 'address') {
      // Joined first: 0.0.0.0/1 and 128.0.0.0/1 are the whole internet however it is cut.
      const joined = joinBlocks(values.flatMap((value) => parseBlocks(value) ?? []));
      blocks.set(key, [...(blocks.get(key) ?? []), ...joined.filter((block) => !isBroad(block))]);
    } else if (operator.compares === 'text' || operator.compares === 'arn') {
      texts.set(key, [...(texts.get(key) ?? []), ...values.flatMap((value) => fixedPattern(value, key, kind) ?? [])]);
    }
  }
  return { texts: (key) => texts.get(key) ?? [], blocks: (key) => blocks.get(key) ?? [] };
}

/** Nothing is excluded, but for access points that the bucket's owner meant: those have policies of their own. */
export function fixedAccessPoints(policy: Policy, kind: PolicyKind): FixedValues {
  const all = fixedValues(policy, kind);
  return {
    texts: (key) => (kind === 's3' && key.startsWith('s3:dataaccesspoint') ? all.texts(key) : []),
    blocks: () => [],
  };
}

function fixedPattern(value: string, key: string, kind: PolicyKind): Pattern | undefined {
  if (!/[*?]|\$\{/.test(value)) return compilePattern(value, { wild: false, fold: true });
  // In a bucket policy the account of the access point must be fixed, its name need not (S3 guide, access points).
  const account = value.split(':')[4] ?? '';
  return key === 's3:dataaccesspointarn' && kind === 's3' && /^\d{12}$/.test(account)
    ? compilePattern(`*:${account}:*`, { wild: true, fold: true })
    : undefined;
}
