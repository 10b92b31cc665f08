import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgePolicy } from './policy-verdict.ts';

/** One Allow, and whether it is public by the lists of specs/cloudtrail.md §4.2 to §4.6 as they stand: who, which key, which operator. */

const naming =
  `aws:PrincipalOrgID aws:PrincipalOrgPaths aws:PrincipalAccount aws:PrincipalArn aws:userid aws:username aws:SourceArn
  aws:SourceAccount aws:SourceOwner aws:SourceOrgID aws:SourceVpc aws:SourceVpce s3:DataAccessPointAccount
  s3:x-amz-server-side-encryption-aws-kms-key-id kms:CallerAccount`.split(/\s+/);
const others =
  `aws:Referer aws:UserAgent aws:RequestedRegion aws:ResourceAccount aws:RequestTag/team s3:prefix s3:VersionId
  s3:x-amz-acl s3:ExistingObjectTag/public`.split(/\s+/);
const positive =
  `StringEquals StringEqualsIgnoreCase StringLike ArnEquals ArnLike ForAnyValue:StringEquals ForAnyValue:StringLike
  stringlike`.split(/\s+/);
const open = `StringNotEquals StringNotLike ArnNotLike StringEqualsIfExists StringLikeIfExists ForAllValues:StringEquals
  ForAllValues:StringLike Null`.split(/\s+/);

const principals: readonly (readonly [unknown, boolean])[] = [
  ['*', true],
  [['*'], true],
  [{ AWS: '*' }, true],
  [{ aws: ['111122223333', '*'] }, true],
  [{ AWS: 'arn:aws:iam::111122223333:root' }, false],
  [{ AWS: ['111122223333', 'arn:aws:iam::111122223333:user/*'] }, false],
  [{ Service: 's3.amazonaws.com' }, false],
  [{ CanonicalUser: 'abc' }, false],
];

interface Asked {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
  readonly upper: boolean;
}

const isArn = (key: string): boolean => key.endsWith('Arn');
const asked: fc.Arbitrary<Asked> = fc
  .record({
    key: fc.constantFrom(...naming, ...others),
    operator: fc.constantFrom(...positive, ...open),
    wild: fc.constantFrom('', '', 'first', 'second'),
    upper: fc.boolean(),
  })
  .map(({ key, operator, wild, upper }) => {
    const whole = isArn(key) ? 'arn:aws:iam::111122223333:role/r' : '111122223333';
    const part = isArn(key) ? 'arn:aws:iam::*:role/r' : '1111222233*';
    const values = { '': [whole], first: [part], second: [whole, part] }[wild];
    return { key, operator, values: operator === 'Null' ? ['true'] : values, upper };
  })
  .filter(({ key, operator }) => !operator.startsWith('Arn') || isArn(key))
  // Who says nothing of one naming key may be unable to say anything of another: together they let nobody in.
  .filter(({ key, operator }) => operator !== 'Null' || others.includes(key));

test('a condition closes by the lists of the specification: the key names the caller, the operator is positive, all values are fixed', () => {
  let closed = 0;
  let opened = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...principals),
      fc.uniqueArray(asked, { maxLength: 3, selector: ({ key }) => key }),
      ([principal, anyone], conditions) => {
        const Condition: { [operator: string]: { [key: string]: unknown } } = {};
        for (const { key, operator, values, upper } of conditions) {
          const written = values.length === 1 ? values[0] : values;
          Condition[operator] = { ...Condition[operator], [upper ? key.toUpperCase() : key]: written };
        }
        const closing = conditions.some(
          ({ key, operator, values }) =>
            naming.includes(key) && positive.includes(operator) && values.every((value) => !value.includes('*')),
        );
        const wanted = anyone && !closing ? 'public' : 'not-public';
        if (anyone && conditions.length > 0) wanted === 'public' ? opened++ : closed++;
        const statement = {
          Effect: 'Allow',
          Principal: principal,
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::b/*',
          Condition,
        };
        const found = judgePolicy({ Version: '2012-10-17', Statement: statement }, 's3');
        assert.equal(found.verdict, wanted, `${JSON.stringify(statement)} ${found.sentence}`);
      },
    ),
    { numRuns: 3000 },
  );
  assert.ok(closed > 100 && opened > 100, `${closed} closed, ${opened} open`);
});
