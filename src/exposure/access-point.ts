import type { Exposure } from './exposure.ts';
import { member, oneOrMany } from './policy-member.ts';
import { readPolicyText } from './policy-text.ts';
import { judgePolicy } from './policy-verdict.ts';

/**
 * An access point's policy, alone or with what else is known of the access point (`get-access-point`): one that takes only
 * requests from its VPC is never public.
 */
export function judgeAccessPoint(input: unknown): Exposure {
  const document = readPolicyText(input) ?? input;
  const vpc = member(document, 'VpcConfiguration');
  const origin = oneOrMany(member(document, 'NetworkOrigin'))[0];
  if ((typeof origin === 'string' && origin.toLowerCase() === 'vpc') || (typeof vpc === 'object' && vpc !== null)) {
    const because = 'the access point takes requests from its VPC only';
    return { verdict: 'not-public', anonymous: false, actions: [], because, sentence: `Not public: ${because}.` };
  }
  return judgePolicy(wrappedPolicy(document), 's3-accesspoint');
}

/** `{"Policy": "…"}` as AWS's command line prints it, `{"bucketPolicy": {…}}` as CloudTrail does, or the policy itself. */
export function wrappedPolicy(input: unknown): unknown {
  const document = readPolicyText(input) ?? input;
  if (Array.isArray(document) || member(document, 'Statement') !== undefined) return document;
  const inside = member(document, 'bucketPolicy') ?? member(document, 'Policy') ?? member(document, 'PolicyDocument');
  return inside === undefined ? document : oneOrMany(inside).length === 1 ? oneOrMany(inside)[0] : inside;
}
