import type { Document } from '../base/document.ts';
import { decideRequest } from '../exposure/policy-decision.ts';
import { type Policy, parsePolicy } from '../exposure/policy-document.ts';
import type { Caller as PolicyCaller } from '../exposure/policy-principal.ts';
import { judgePolicy } from '../exposure/policy-verdict.ts';
import { canonicalId } from './account.ts';
import type { Caller } from './caller.ts';

/** One request as policies see it. */
export interface Asked {
  readonly caller: Caller;
  /** `s3:GetObject`. */
  readonly action: string;
  /** The ARN of what is asked for. */
  readonly resource: string;
  readonly sourceIp: string | undefined;
  readonly context: Readonly<Record<string, string>>;
}

export type Decision = 'allowed' | 'denied' | 'implicitly denied';

/** What the resource's own policy says of a request. */
export function resourceDecision(policy: Document | undefined, asked: Asked): Decision {
  return decide(policy, {}, asked);
}

/** What the caller's own account says: of somebody without credentials, nothing. */
export function identityDecision(asked: Asked): Decision {
  if (asked.caller.kind !== 'user') return 'implicitly denied';
  return decide(asked.caller.user.policy, { attachedTo: 'caller' }, asked);
}

/** Is the policy public in the sense of S3's Block Public Access? One that cannot be read is not. */
export function isPublicPolicy(policy: Document): boolean {
  return judgePolicy(policy, 's3').verdict === 'public';
}

const parsed = new WeakMap<Document, Policy | undefined>();

function decide(document: Document | undefined, options: { attachedTo?: 'caller' }, asked: Asked): Decision {
  if (document === undefined) return 'implicitly denied';
  let policy = parsed.get(document);
  if (policy === undefined) {
    policy = parsePolicy(document, options).value;
    parsed.set(document, policy);
  }
  return decideRequest(policy ? [policy] : [], {
    caller: policyCaller(asked.caller),
    action: asked.action,
    resource: asked.resource,
    ...(asked.sourceIp === undefined ? {} : { sourceIp: asked.sourceIp }),
    context: asked.context,
  }).decision;
}

function policyCaller(caller: Caller): PolicyCaller {
  if (caller.kind === 'anonymous') return { type: 'anonymous' };
  if (caller.kind === 'service') return { type: 'service', service: caller.service };
  const { arn, accountId } = caller.user;
  return { type: 'aws', arn, accountId, canonicalId: canonicalId(accountId) };
}
