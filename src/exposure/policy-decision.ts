import { type Condition, holds } from './policy-condition.ts';
import type { Names, Policy, Statement } from './policy-document.ts';
import { compilePattern, matchesPattern, type Resolve } from './policy-pattern.ts';
import { type Caller, includesCaller } from './policy-principal.ts';

/** One request as policies see it. */
export interface PolicyRequest {
  readonly caller: Caller;
  /** `s3:GetObject`. */
  readonly action: string;
  /** The ARN of what is asked for: `arn:aws:s3:::bucket/key`. */
  readonly resource: string;
  /** Where from; left out when it came through a VPC endpoint or a service. */
  readonly sourceIp?: string;
  /** What else the request says: key → its value or values, names in any case. It wins over what the caller tells. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export interface Decision {
  readonly decision: 'allowed' | 'denied' | 'implicitly denied';
  /** The statement that decided; undefined when none spoke of the request. */
  readonly statement: Statement | undefined;
}

/**
 * May this caller, from there, do this? `policies` are parsed with `parsePolicy`: the resource's own, and with
 * `{attachedTo: 'caller'}` those of the caller. A Deny of any wins ('denied'), else an Allow of any ('allowed'), else nothing
 * was said ('implicitly denied'). Without credentials only the resource's policies speak. Whether a caller of another account
 * needs an Allow on both sides is the account's matter: ask once for each side.
 *
 *     const policy = parsePolicy(bucket.policy).value;
 *     decideRequest(policy ? [policy] : [], { caller: { type: 'anonymous' }, sourceIp: '198.51.100.7',
 *       action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context: { 'aws:SecureTransport': 'true' } }).decision
 */
export function decideRequest(policies: readonly Policy[], request: PolicyRequest): Decision {
  const context = contextOf(request);
  let allowed: Statement | undefined;
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (statement.effect === 'Allow' && allowed) continue;
      if (!speaksOf(statement, request, context, policy.variables)) continue;
      if (statement.effect === 'Deny') return { decision: 'denied', statement };
      allowed = statement;
    }
  }
  return { decision: allowed ? 'allowed' : 'implicitly denied', statement: allowed };
}

/** What a request says, by key in lower case. */
export type Context = ReadonlyMap<string, readonly string[]>;

export function speaksOf(statement: Statement, request: PolicyRequest, context: Context, variables: boolean): boolean {
  const resolve = variables ? resolver(context) : undefined;
  return (
    includesCaller(statement.principals, request.caller) &&
    covers(statement.actions, request.action, true, resolve) &&
    covers(statement.resources, request.resource, false, resolve) &&
    statement.conditions.every((condition) => conditionHolds(condition, context, resolve))
  );
}

export function conditionHolds(condition: Condition, context: Context, resolve: Resolve | undefined): boolean {
  return holds(condition, context.get(condition.key), resolve);
}

/** Is the name one of these? Actions are the same in any case, resources are not. */
export function covers({ not, values }: Names, name: string, fold: boolean, resolve: Resolve | undefined): boolean {
  const met = values.some((value) => {
    const pattern = compilePattern(value, { wild: true, fold, resolve: fold ? undefined : resolve });
    return pattern !== undefined && matchesPattern(pattern, name);
  });
  return met !== not;
}

/** What the caller and the address tell, and over it what the request says itself. */
export function contextOf({ caller, sourceIp, context }: PolicyRequest): Context {
  const said = new Map<string, readonly string[]>();
  if (sourceIp !== undefined) said.set('aws:sourceip', [sourceIp]);
  if (caller.type === 'anonymous') {
    said.set('aws:userid', ['anonymous']);
    said.set('aws:principaltype', ['Anonymous']);
  } else if (caller.type === 'aws') {
    said.set('aws:principalarn', [principalArn(caller.arn)]);
    said.set('aws:principalaccount', [caller.accountId]);
    said.set('aws:principalisawsservice', ['false']);
    const user = /:user\/(?:.*\/)?([^/]+)$/.exec(caller.arn)?.[1];
    if (user !== undefined) said.set('aws:username', [user]);
  } else if (caller.type === 'service') {
    said.set('aws:principalservicename', [caller.service]);
    said.set('aws:principalisawsservice', ['true']);
  } else said.set('aws:federatedprovider', [caller.provider]);
  for (const [key, value] of Object.entries(context ?? {})) {
    said.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return said;
}

/** aws:PrincipalArn of a session is its role's. The path of the role is not in the session's ARN. */
function principalArn(arn: string): string {
  return arn.replace(/^(arn:[^:]*):sts::(\d+):assumed-role\/([^/]+)\/.*$/s, '$1:iam::$2:role/$3');
}

/** A key with several values has no place in a text. */
function resolver(context: Context): Resolve {
  return (key) => {
    const values = context.get(key.toLowerCase());
    return values?.length === 1 ? values[0] : undefined;
  };
}
