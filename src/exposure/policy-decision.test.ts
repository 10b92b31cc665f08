import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideRequest, type PolicyRequest } from './policy-decision.ts';
import { parsePolicy } from './policy-document.ts';

const allow = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const anyone: PolicyRequest = {
  caller: { type: 'anonymous' },
  sourceIp: '198.51.100.7',
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::b/k',
  context: { 'aws:SecureTransport': 'true' },
};
const role = {
  ...anyone,
  caller: { type: 'aws', arn: 'arn:aws:sts::111122223333:assumed-role/r/s', accountId: '111122223333' },
} as const;

function decide(statements: unknown, request: PolicyRequest = anyone): string {
  const { value } = parsePolicy({ Version: '2012-10-17', Statement: statements });
  return decideRequest(value ? [value] : [], request).decision;
}

const when = (Condition: object): object => ({ ...allow, Condition });
const principal = (Principal: unknown): object => ({ ...allow, Principal });

const cases: readonly (readonly [string, unknown, string, PolicyRequest?])[] = [
  ['everyone', allow, 'allowed'],
  ['everyone in a list', principal({ AWS: ['arn:aws:iam::1:root', '*'] }), 'allowed'],
  [
    'names in any case',
    { effect: 'allow', principal: { aws: '*' }, action: 'S3:getobject', resource: ['*'] },
    'allowed',
  ],
  ['nothing said', [], 'implicitly denied'],
  ['another action', { ...allow, Action: 's3:PutObject' }, 'implicitly denied'],
  ['another bucket', { ...allow, Resource: 'arn:aws:s3:::c/*' }, 'implicitly denied'],
  ['NotAction', { ...allow, Action: undefined, NotAction: 's3:Put*' }, 'allowed'],
  ['NotResource', { ...allow, Resource: undefined, NotResource: 'arn:aws:s3:::b/k' }, 'implicitly denied'],
  ['NotPrincipal lets others in', { ...allow, Principal: undefined, NotPrincipal: { AWS: '111122223333' } }, 'allowed'],
  ['an account, to the anonymous', principal({ AWS: '111122223333' }), 'implicitly denied'],
  ['an account, to its role', principal({ AWS: '111122223333' }), 'allowed', role],
  ['a role, to its session', principal({ AWS: 'arn:aws:iam::111122223333:role/path/r' }), 'allowed', role],
  ['another role', principal({ AWS: 'arn:aws:iam::111122223333:role/q' }), 'implicitly denied', role],
  ['a service', principal({ Service: 'cloudfront.amazonaws.com' }), 'implicitly denied'],
  ['a Deny wins', [allow, { ...allow, Effect: 'Deny', Action: '*' }], 'denied'],
  ['a Deny wins whatever the order', [{ ...allow, Effect: 'Deny' }, allow], 'denied'],
  ['a Deny without TLS', [allow, { ...when({ Bool: { 'aws:SecureTransport': 'false' } }), Effect: 'Deny' }], 'allowed'],
  [
    'Deny with NotPrincipal',
    [allow, { ...allow, Effect: 'Deny', Principal: undefined, NotPrincipal: { AWS: '1' } }],
    'denied',
  ],
  ['an address in the range', when({ IpAddress: { 'AWS:SourceIp': '198.51.100.0/24' } }), 'allowed'],
  ['an address outside', when({ IpAddress: { 'aws:SourceIp': ['203.0.113.0/24'] } }), 'implicitly denied'],
  ['::/0 holds no IPv4', when({ IpAddress: { 'aws:SourceIp': '::/0' } }), 'implicitly denied'],
  ['NotIpAddress', when({ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }), 'allowed'],
  ['an absent key', when({ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }), 'implicitly denied'],
  ['an absent key, negated', when({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }), 'allowed'],
  ['an absent key, IfExists', when({ StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } }), 'allowed'],
  ['an absent key, all of it', when({ 'ForAllValues:StringEquals': { 'aws:PrincipalOrgID': 'o-1' } }), 'allowed'],
  [
    'an absent key, any of it',
    when({ 'ForAnyValue:StringNotEquals': { 'aws:PrincipalOrgID': 'o-1' } }),
    'implicitly denied',
  ],
  ['Null true', when({ Null: { 'aws:PrincipalArn': true } }), 'allowed'],
  ['Null false', when({ Null: { 'aws:PrincipalArn': 'false' } }), 'implicitly denied'],
  ['Null false, signed', when({ Null: { 'aws:PrincipalArn': 'false' } }), 'allowed', role],
  [
    'operators are ANDed',
    when({ Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { 'aws:Referer': 'x' } }),
    'implicitly denied',
  ],
  ['a variable without a value', { ...allow, Resource: 'arn:aws:s3:::b/${aws:username}*' }, 'implicitly denied'],
  ['a variable with a fallback', { ...allow, Resource: "arn:aws:s3:::b/${aws:username, 'k'}" }, 'allowed'],
  [
    'a variable',
    { ...allow, Resource: 'arn:aws:s3:::b/${aws:PrincipalAccount}' },
    'allowed',
    { ...role, resource: 'arn:aws:s3:::b/111122223333' },
  ],
  ['a literal star', { ...allow, Resource: 'arn:aws:s3:::b/${*}' }, 'implicitly denied'],
  ['StringEquals knows no wildcard', when({ StringEquals: { 'aws:userid': 'anony*' } }), 'implicitly denied'],
  ['StringLike does', when({ StringLike: { 'aws:userid': 'anony*' } }), 'allowed'],
  ['an ARN part by part', when({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/r' } }), 'allowed', role],
  [
    'a wildcard stays in its part',
    when({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:*:role/r' } }),
    'implicitly denied',
    role,
  ],
];

for (const [name, statements, expected, request] of cases) {
  test(`${name}: ${expected}`, () => assert.equal(decide(statements, request), expected));
}

test('numbers, dates and several values', () => {
  const said = (context: Record<string, string | readonly string[]>): PolicyRequest => ({ ...anyone, context });
  const dated = when({ DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } });
  assert.equal(decide(dated, said({ 'aws:CurrentTime': '2025-12-31T23:59:59Z' })), 'allowed');
  assert.equal(decide(dated, said({ 'aws:CurrentTime': '2026-01-01T00:00:00Z' })), 'implicitly denied');
  const small = when({ NumericLessThanEquals: { 's3:max-keys': '10' } });
  assert.equal(decide(small, said({ 's3:max-keys': '10' })), 'allowed');
  assert.equal(decide(small, said({ 's3:max-keys': '11' })), 'implicitly denied');
  const tags = when({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } });
  assert.equal(decide(tags, said({ 'aws:TagKeys': ['a', 'b'] })), 'allowed');
  assert.equal(decide(tags, said({ 'aws:TagKeys': ['a', 'c'] })), 'implicitly denied');
});

test('an identity policy speaks for whom it is attached to', () => {
  const identity = parsePolicy(
    { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } },
    { attachedTo: 'caller' },
  ).value;
  assert.ok(identity);
  assert.equal(decideRequest([identity], role).decision, 'allowed');
});

test('a policy in every packing', () => {
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });
  for (const packed of [
    policy,
    JSON.stringify(policy),
    JSON.stringify(JSON.stringify(policy)),
    encodeURIComponent(policy),
    Buffer.from(policy).toString('base64'),
    policy.replaceAll('"', '\\"'),
    `\n ${JSON.stringify(JSON.parse(policy), null, 2)} `,
    [allow],
  ])
    assert.equal(parsePolicy(packed).value?.statements.length, 1, String(packed));
  for (const broken of ['', '{', undefined, null, 7, {}, 'omitted', '"', policy.slice(0, 40), { omitted: true }])
    assert.equal(parsePolicy(broken).value, undefined, JSON.stringify(broken));
});

test('a statement that cannot be read is a problem, and its neighbours live on', () => {
  for (const broken of [
    7,
    { ...allow, Effect: 'Perhaps' },
    { ...allow, Principal: undefined },
    { ...allow, Principal: { Who: '*' } },
    { ...allow, Action: undefined },
    { ...allow, Condition: { StringIsh: { a: 'b' } } },
    { ...allow, Condition: { IpAddress: { 'aws:SourceIp': 'home' } } },
    { ...allow, Condition: 'x' },
    { ...allow, Condition: { StringEquals: { a: { b: 'c' } } } },
  ]) {
    const { value, problems } = parsePolicy({ Statement: [allow, broken] });
    assert.equal(value?.statements.length, 1);
    assert.equal(problems.length, 1, JSON.stringify(broken));
    assert.equal(problems[0]?.path, 'Statement[1]');
  }
});

test('hostile names and shapes neither throw nor take long', () => {
  const hostile = JSON.parse(
    '{"Statement":[{"Effect":{"toString":1},"__proto__":{"a":1},"Principal":{"__proto__":"*"}}]}',
  );
  assert.equal(parsePolicy(hostile).value?.statements.length, 0);
  const stars = decide(
    { ...allow, Resource: `arn:aws:s3:::b/${'*a'.repeat(2000)}b` },
    { ...anyone, resource: `arn:aws:s3:::b/${'a'.repeat(1000)}` },
  );
  assert.equal(stars, 'implicitly denied');
});
