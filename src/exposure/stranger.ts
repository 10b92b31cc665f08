import type { PolicyKind } from './exposure.ts';
import type { Policy } from './policy-document.ts';
import type { Caller, Principal, PrincipalSet } from './policy-principal.ts';

/** Somebody whom no policy means: what their requests say, as far as AWS and not they decide. */
export interface Stranger {
  readonly caller: Caller;
  /** For people: `anyone without credentials`. */
  readonly who: string;
  /** Actions that AWS takes from them at all; left out: any. */
  readonly may?: readonly string[];
  says(key: string): Said;
}

/** What requests may say of a key. `any`: whatever the caller likes. */
export interface Said {
  readonly absent: boolean;
  readonly values: 'any' | readonly string[];
  /** What its values are, where they are no free text. */
  readonly holds?: 'address' | 'date';
}

const free: Said = { absent: true, values: 'any' };
const always: Said = { absent: false, values: 'any' };
const never: Said = { absent: true, values: [] };

/** A caller without credentials, from the internet: no principal, no VPC, no service speaks for them. */
export function unsigned(kind: PolicyKind, policy: Policy): Stranger {
  return {
    caller: { type: 'anonymous' },
    who: 'anyone without credentials',
    ...(kind === 'lambda' ? { may: unsignedLambda(policy) } : {}),
    says: (key) => unsignedSays(key, kind),
  };
}

/** Lambda's own API takes signed calls only; function URLs take others, and since October 2025 ask for both actions. */
function unsignedLambda(policy: Policy): readonly string[] {
  const viaUrl = policy.statements.some(({ conditions }) =>
    conditions.some(({ key }) => key === 'lambda:invokedviafunctionurl'),
  );
  return ['lambda:InvokeFunctionUrl', ...(viaUrl ? ['lambda:InvokeFunction'] : [])];
}

function unsignedSays(key: string, kind: PolicyKind): Said {
  const fixed = unsignedValues.get(key);
  if (fixed) return fixed;
  if (key === 'lambda:functionurlauthtype') return { absent: kind !== 'lambda', values: ['NONE'] };
  if (key === 'lambda:invokedviafunctionurl') return { absent: false, values: ['true'] };
  if (signedOnly.has(key) || signedPrefixes.some((prefix) => key.startsWith(prefix))) return never;
  // Keys of an identity provider (`accounts.google.com:aud`) come with its token.
  return /^(aws|s3|s3-[a-z-]+|execute-api|lambda|kms|sqs|sns):/.test(key) || !key.includes(':') ? free : never;
}

const unsignedValues: ReadonlyMap<string, Said> = new Map<string, Said>([
  // Said or not: see signedSays.
  ['aws:userid', { absent: true, values: ['anonymous'] }],
  ['aws:principaltype', { absent: false, values: ['Anonymous'] }],
  ['aws:sourceip', { ...always, holds: 'address' }],
  ['aws:securetransport', { absent: false, values: ['true', 'false'] }],
  ['aws:viaawsservice', { absent: false, values: ['false'] }],
  ['aws:principalisawsservice', never],
  ['aws:currenttime', { ...always, holds: 'date' }],
  ['aws:epochtime', { ...always, holds: 'date' }],
]);

const signedOnly = new Set([
  'aws:username',
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceowner',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourceidentity',
  'aws:sourcevpc',
  'aws:sourcevpcarn',
  'aws:sourcevpce',
  'aws:vpcsourceip',
  'aws:federatedprovider',
  'aws:tokenissuetime',
  'aws:assumedroot',
  'aws:ec2instancesourcevpc',
  'aws:ec2instancesourceprivateipv4',
  's3:authtype',
  's3:signatureversion',
  's3:signatureage',
  's3:accessgrantsinstancearn',
]);
const signedPrefixes = [
  'aws:principal',
  'aws:multifactorauth',
  'aws:calledvia',
  'aws:vpce',
  'kms:',
  'ec2:',
  'saml:',
  'sts:',
];

/** Strangers with credentials of their own that a statement's principals would let in. */
export function signedStrangers(principals: PrincipalSet, policy: Policy): readonly Stranger[] {
  const account = foreignAccount(policy);
  const anyAccount: Stranger = {
    caller: { type: 'aws', arn: `arn:aws:iam::${account}:user/stranger`, accountId: account },
    who: 'anyone with an AWS account of their own',
    says: signedSays,
  };
  if (principals.not || principals.entries.some(({ kind }) => kind === 'everyone')) return [anyAccount];
  return principals.entries.flatMap((entry) => meant(entry, account, anyAccount) ?? []);
}

function meant({ kind, value }: Principal, account: string, anyAccount: Stranger): Stranger | undefined {
  const wild = /[*?]/.test(value);
  if (kind === 'canonical')
    return wild
      ? { ...anyAccount, caller: { type: 'aws', arn: 'z', accountId: account, canonicalId: filled(value) } }
      : undefined;
  if (kind === 'service') {
    return wild
      ? {
          caller: { type: 'service', service: filled(value) },
          who: 'any AWS service, for whom it may',
          says: signedSays,
        }
      : undefined;
  }
  if (kind === 'federated') {
    // A SAML provider is one organisation's own; a web identity provider gives an identity to whoever asks.
    if (/:saml-provider\//.test(value)) return undefined;
    return {
      caller: { type: 'federated', provider: filled(value) },
      who: `anyone with an identity of ${value}`,
      says: signedSays,
    };
  }
  const parts = value.split(':');
  if (parts.length < 5 || !/[*?]/.test(parts[4] ?? '')) return parts.length < 5 && wild ? anyAccount : undefined;
  const theirs = accountLike(parts[4] ?? '', account);
  const arn = filled([...parts.slice(0, 4), theirs, ...parts.slice(5)].join(':'));
  return { ...anyAccount, caller: { type: 'aws', arn, accountId: theirs } };
}

/** An account of the pattern: `1111*` is nobody's own, and somebody has one of them. */
function accountLike(pattern: string, foreign: string): string {
  const [head = '', ...rest] = pattern.replaceAll('?', '9').split(/\*+/);
  if (rest.length === 0) return head;
  const tail = rest.join('');
  return `${head}${foreign.slice(0, Math.max(0, foreign.length - head.length - tail.length))}${tail}`;
}

/**
 * A stranger's own principal, services and networks may be anything. That signed requests always name their principal does not count:
 * an operator with IfExists or ForAllValues never confines, whatever the key (specs/cloudtrail.md §4.4).
 */
function signedSays(key: string): Said {
  if (key === 'aws:currenttime' || key === 'aws:epochtime') return { ...always, holds: 'date' };
  if (key === 'aws:sourceip' || key === 'aws:vpcsourceip') return { ...free, holds: 'address' };
  // Strangers come themselves; that a service acts for them is the business of the keys Source*.
  if (key === 'aws:viaawsservice' || key === 'aws:principalisawsservice') return { absent: false, values: ['false'] };
  if (key === 'aws:securetransport') return { absent: false, values: ['true', 'false'] };
  return free;
}

function filled(pattern: string): string {
  return pattern.replace(/[*?]+/g, 'stranger');
}

/** An account that the policy does not name. */
function foreignAccount(policy: Policy): string {
  const text = JSON.stringify(policy.statements);
  let account = 999_999_999_999;
  while (text.includes(String(account))) account--;
  return String(account);
}
