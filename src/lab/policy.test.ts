import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allowsAnyone, matches } from './policy.ts';

const allow = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };

test('who may without credentials', async (t) => {
  const cases: readonly (readonly [name: string, statement: unknown, wanted: boolean])[] = [
    ['everyone', allow, true],
    ['everyone in a list', [{ ...allow, Principal: { AWS: ['arn:aws:iam::1:root', '*'] } }], true],
    ['any action', { ...allow, Action: ['s3:PutObject', 'S3:get*'] }, true],
    ['somebody', { ...allow, Principal: { AWS: 'arn:aws:iam::1:root' } }, false],
    ['a service', { ...allow, Principal: { Service: '*' } }, false],
    ['another action', { ...allow, Action: 's3:PutObject' }, false],
    ['another resource', { ...allow, Resource: 'arn:aws:s3:::c/*' }, false],
    ['a condition', { ...allow, Condition: {} }, false],
    ['a deny beside it', [allow, { ...allow, Effect: 'Deny' }], false],
    ['nothing', [], false],
  ];
  for (const [name, Statement, wanted] of cases)
    await t.test(name, () => assert.equal(allowsAnyone({ Statement }, 's3:GetObject', 'arn:aws:s3:::b/k'), wanted));
  assert.equal(allowsAnyone(undefined, 's3:GetObject', 'arn:aws:s3:::b/k'), false);
});

test('wildcards agree with a regular expression', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '.'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'B', '*', '?', '.'), maxLength: 6 });
  fc.assert(
    fc.property(pattern, text, fc.boolean(), (wild, value, ignoreCase) => {
      const source = wild.replace(/\./g, '\\.').replace(/\*/g, '.*').replace(/\?/g, '.');
      assert.equal(matches(wild, value, ignoreCase), new RegExp(`^${source}$`, ignoreCase ? 'i' : '').test(value));
    }),
  );
});
