import { own, text } from '../base/document.ts';

/** What AWS writes as accountId of a caller without credentials: the first until 2022, the second since about 2023. */
const anonymousAccounts = new Set(['anonymous_principal', 'anonymous']);

/**
 * Did the caller of this record (or of an event's `aws` part) show no credentials at all?
 * AWS writes `{type:'AWSAccount', principalId:'', accountId:'anonymous'}` (formerly `ANONYMOUS_PRINCIPAL`; some services
 * say `Unknown` or leave the type out); the guide writes `Anonymous` as type or principalId. A 12-digit account of type
 * AWSAccount is another account that signed its call, and a service principal signs too: both are never anonymous.
 */
export function anonymous(record: unknown): boolean {
  const identity = own(record, 'userIdentity');
  const type = text(own(identity, 'type'))?.toLowerCase();
  if (type === 'anonymous') return true;
  if (type !== undefined && type !== 'awsaccount' && type !== 'unknown') return false;
  const account = text(own(identity, 'accountId'));
  if (account !== undefined) return anonymousAccounts.has(account.toLowerCase());
  return text(own(identity, 'principalId'))?.toLowerCase() === 'anonymous';
}
