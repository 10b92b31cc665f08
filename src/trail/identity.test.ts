import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anonymous } from './identity.ts';

const cases: readonly (readonly [identity: unknown, wanted: boolean, why: string])[] = [
  [{ type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' }, true, 'seen until 2022'],
  [{ type: 'AWSAccount', principalId: '', accountId: 'anonymous' }, true, 'seen since 2023'],
  [{ type: 'AWSAccount', principalId: '', accountId: 'Anonymous' }, true, 'whatever the case'],
  [{ type: 'Unknown', principalId: '', accountId: 'anonymous' }, true, 'other services'],
  [{ accountId: 'anonymous' }, true, 'no type'],
  [{ type: 'Anonymous', principalId: 'Anonymous' }, true, "the guide's spelling"],
  [{ type: 'Anonymous' }, true, "the guide's type"],
  [{ principalId: 'Anonymous' }, true, "the guide's principal"],
  [{ type: 'AWSAccount', principalId: 'Anonymous' }, true, 'as our enrichment leaves it'],
  [{ type: 'AWSAccount', principalId: 'AIDA', accountId: '123456789012' }, false, 'another account'],
  [
    { type: 'AWSAccount', principalId: 'Anonymous', accountId: '123456789012' },
    false,
    'another account, whatever its principal',
  ],
  [{ type: 'AWSService', invokedBy: 'cloudfront.amazonaws.com' }, false, 'a service'],
  [{ type: 'AWSService', accountId: 'anonymous' }, false, 'a service, whatever its account'],
  [{ type: 'IAMUser', principalId: 'Anonymous', userName: 'Anonymous' }, false, 'a user of that name'],
  [{ accountId: '123456789012', invokedBy: 'x' }, false, 'a service event'],
  [{}, false, 'nothing'],
  ['Anonymous', false, 'text'],
  [undefined, false, 'absent'],
  [JSON.parse('{"__proto__":{"type":"Anonymous"}}'), false, 'not inherited'],
];

test('who showed no credentials', async (t) => {
  for (const [userIdentity, wanted, why] of cases)
    await t.test(why, () => assert.equal(anonymous({ userIdentity }), wanted));
  assert.equal(anonymous(null), false);
});
