import { isDocument } from '../base/document.ts';
import { oneOrMany } from './policy-member.ts';
import { compilePattern, matchesPattern } from './policy-pattern.ts';

/** Who asks. `anonymous` showed no credentials. */
export type Caller =
  | { readonly type: 'anonymous' }
  /** A signed request: `arn` as in CloudTrail's userIdentity.arn (user, assumed role, root). */
  | { readonly type: 'aws'; readonly arn: string; readonly accountId: string; readonly canonicalId?: string }
  | { readonly type: 'service'; readonly service: string }
  | { readonly type: 'federated'; readonly provider: string };

export interface PrincipalSet {
  /** NotPrincipal: everyone but these. */
  readonly not: boolean;
  readonly entries: readonly Principal[];
}

export interface Principal {
  readonly kind: 'everyone' | 'aws' | 'service' | 'federated' | 'canonical';
  readonly value: string;
}

export const everyone: PrincipalSet = { not: false, entries: [{ kind: 'everyone', value: '*' }] };

/** Principal or NotPrincipal of a statement, or what is wrong with them. */
export function parsePrincipals(plain: unknown, not: unknown): PrincipalSet | string {
  const given = plain ?? not;
  if (given === undefined) return 'names no Principal';
  const entries: Principal[] = [];
  for (const item of oneOrMany(given)) {
    if (typeof item === 'string') entries.push(item === '*' ? { kind: 'everyone', value: '*' } : aws(item));
    else if (isDocument(item)) {
      for (const [name, values] of Object.entries(item)) {
        const kind = kinds.get(name.toLowerCase());
        if (!kind) return `Principal: "${name}" is none of AWS, Service, Federated, CanonicalUser`;
        for (const value of oneOrMany(values)) {
          if (typeof value !== 'string') return `Principal.${name} holds no text`;
          entries.push(kind === 'aws' || kind === 'everyone' ? aws(value) : { kind, value });
        }
      }
    } else return 'Principal is neither text nor object';
  }
  return entries.length === 0 ? 'names no Principal' : { not: plain === undefined, entries };
}

const kinds = new Map<string, Principal['kind']>([
  ['aws', 'aws'],
  ['service', 'service'],
  ['federated', 'federated'],
  ['canonicaluser', 'canonical'],
  ['*', 'everyone'],
]);

function aws(value: string): Principal {
  return value.trim() === '*' ? { kind: 'everyone', value: '*' } : { kind: 'aws', value: value.trim() };
}

/** To S3 `"*"` and `{"AWS": "*"}` are the same: everyone, with credentials or without. */
export function includesCaller({ not, entries }: PrincipalSet, caller: Caller): boolean {
  return entries.some((entry) => isCaller(entry, caller)) !== not;
}

function isCaller({ kind, value }: Principal, caller: Caller): boolean {
  if (kind === 'everyone') return true;
  if (caller.type === 'anonymous') return false;
  if (caller.type === 'service') return kind === 'service' && wild(value.toLowerCase(), caller.service.toLowerCase());
  if (caller.type === 'federated') return kind === 'federated' && wild(value, caller.provider);
  if (kind === 'canonical') return caller.canonicalId !== undefined && wild(value, caller.canonicalId);
  return kind === 'aws' && isAwsCaller(value, caller.arn, caller.accountId);
}

/** An account, its root, or one user, role or session. A role stands for its sessions. */
function isAwsCaller(value: string, arn: string, accountId: string): boolean {
  const account = accountOf(value);
  if (account !== undefined) return wild(account, accountId);
  if (wild(value, arn)) return true;
  const session = /^arn:([^:]*):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  const role = /^arn:([^:]*):iam::([^:]*):role\/(.+)$/.exec(value);
  if (!session || !role) return false;
  const name = (role[3] ?? '').split('/').at(-1) ?? '';
  return role[1] === session[1] && wild(role[2] ?? '', session[2] ?? '') && wild(name, session[3] ?? '');
}

/** The account that `123456789012`, `arn:aws:iam::123456789012:root` or (older) `arn:aws:iam::123456789012` names whole. */
export function accountOf(value: string): string | undefined {
  if (/^\d{12}$/.test(value)) return value;
  return /^arn:[^:]*:iam::([^:]*)(?::root)?$/.exec(value)?.[1];
}

function wild(pattern: string, text: string): boolean {
  const compiled = compilePattern(pattern, { wild: true });
  return compiled !== undefined && matchesPattern(compiled, text);
}
