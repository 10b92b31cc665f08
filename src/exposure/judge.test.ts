import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExposureKind } from './exposure.ts';
import { judge } from './judge.ts';

type Expected = readonly [verdict: 'public' | 'not-public' | 'unknown', anonymous: boolean | null];
const open: Expected = ['public', true];
const signed: Expected = ['public', false];
const shut: Expected = ['not-public', false];
const fixed: Expected = ['not-public', true];
const untold: Expected = ['unknown', null];

const allow = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const when = (Condition: unknown): object => ({ ...allow, Condition });
const who = (Principal: unknown): object => ({ ...allow, Principal });
const deny = (more: object): object => ({
  ...allow,
  Effect: 'Deny',
  Action: 's3:*',
  Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'],
  ...more,
});
const strings = (operator: string, key: string, value: unknown): object => when({ [operator]: { [key]: value } });

/** Statements of a bucket policy. */
const buckets: readonly (readonly [string, Expected, unknown])[] = [
  ['"*" in a list of principals', open, [who(['*'])]],
  ['{"*": "*"}', open, [who({ '*': '*' })]],
  [
    'principals in any case',
    open,
    [{ effect: 'ALLOW', PRINCIPAL: { aws: ['*'] }, action: ['S3:GETOBJECT'], resource: '*' }],
  ],
  ['an account by its number', shut, [who({ AWS: '111122223333' })]],
  ['a canonical user', shut, [who({ CanonicalUser: 'abcdef' })]],
  [
    'an origin access identity',
    shut,
    [who({ AWS: 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1' })],
  ],
  ['any account, by a wildcard', signed, [who({ AWS: 'arn:aws:iam::*:root' })]],
  ['any account that begins so', signed, [who({ AWS: 'arn:aws:iam::1111*:root' })]],
  ['any of ten accounts', signed, [who({ AWS: ['arn:aws:iam::11112222333?:role/deploy'] })]],
  ['any account that ends so', signed, [who({ AWS: 'arn:aws:sts::*0000:assumed-role/deploy/me' })]],
  ['any user of one account', shut, [who({ AWS: 'arn:aws:iam::111122223333:user/*' })]],
  ['any account, one role name', signed, [who({ AWS: 'arn:aws:iam::*:role/deploy' })]],
  ['a web identity provider', signed, [who({ Federated: 'cognito-identity.amazonaws.com' })]],
  ['a SAML provider', shut, [who({ Federated: 'arn:aws:iam::111122223333:saml-provider/x' })]],
  ['several services', shut, [who({ Service: ['logging.s3.amazonaws.com', 'delivery.logs.amazonaws.com'] })]],
  [
    'NotPrincipal in a Deny shuts out the rest',
    shut,
    [allow, { ...deny({}), Principal: undefined, NotPrincipal: { AWS: '111122223333' } }],
  ],
  ['NotAction', open, [{ ...allow, Action: undefined, NotAction: 's3:DeleteBucket' }]],
  ['NotAction of everything', shut, [{ ...allow, Action: undefined, NotAction: '*' }]],
  ['NotResource', open, [{ ...allow, Resource: undefined, NotResource: 'arn:aws:s3:::b/secret/*' }]],
  ['no statement', shut, []],
  ['only a Deny', shut, [deny({})]],
  // Conditions that confine.
  ['an organisation', shut, [strings('StringEquals', 'aws:PrincipalOrgID', 'o-a1b2c3')]],
  ['an organisation, any case', shut, [strings('stringEqualsIgnoreCase', 'AWS:principalorgid', ['o-a1b2c3', 'o-z'])]],
  [
    'any value of a list, one fixed',
    shut,
    [strings('ForAnyValue:StringEquals', 'aws:PrincipalOrgPaths', ['o-a/r-b/ou-c'])],
  ],
  ['a principal by ARN', shut, [strings('ArnEquals', 'aws:PrincipalArn', 'arn:aws:iam::111122223333:role/r')]],
  ['a source ARN', shut, [strings('ArnLike', 'aws:SourceArn', 'arn:aws:cloudfront::111122223333:distribution/E1')]],
  [
    'an access point of one account',
    shut,
    [strings('StringLike', 's3:DataAccessPointArn', 'arn:aws:s3:*:111122223333:accesspoint/*')],
  ],
  ['an access point account', shut, [strings('StringEquals', 's3:DataAccessPointAccount', '111122223333')]],
  ['a private network', shut, [when({ IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/8' } })]],
  ['RFC 1918', shut, [when({ IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] } })]],
  ['one address', fixed, [when({ IpAddress: { 'aws:SourceIp': '203.0.113.7' } })]],
  ['an IPv6 /32', fixed, [when({ IpAddress: { 'aws:SourceIp': '2001:db8::/32' } })]],
  // Conditions that do not.
  ['half the internet', open, [when({ IpAddress: { 'aws:SourceIp': '0.0.0.0/1' } })]],
  ['the internet in two halves', open, [when({ IpAddress: { 'aws:SourceIp': ['0.0.0.0/1', '128.0.0.0/1'] } })]],
  ['a /7 in two halves is a /7', open, [when({ IpAddress: { 'aws:SourceIp': ['54.0.0.0/8', '55.0.0.0/8'] } })]],
  ['all of IPv6', open, [when({ IpAddress: { 'aws:sourceip': '::/0' } })]],
  ['an IPv6 /31', open, [when({ IpAddress: { 'aws:SourceIp': '2001:db8::/31' } })]],
  ['not from there', open, [when({ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })]],
  ['a referer', open, [strings('StringLike', 'aws:Referer', 'https://example.com/*')]],
  ['a fixed referer', open, [strings('StringEquals', 'aws:Referer', 'https://example.com/')]],
  ['a user agent', open, [strings('StringEquals', 'aws:UserAgent', 'secret')]],
  ['a prefix', open, [strings('StringEquals', 's3:prefix', 'public/')]],
  ['a date', open, [when({ DateLessThan: { 'aws:CurrentTime': '2015-01-01T00:00:00Z' } })]],
  ['IfExists', open, [strings('StringEqualsIfExists', 'aws:PrincipalOrgID', 'o-a1b2c3')]],
  ['IfExists of a VPC endpoint', open, [strings('StringEqualsIfExists', 'aws:SourceVpce', 'vpce-1')]],
  ['ForAllValues', open, [strings('ForAllValues:StringLike', 'aws:PrincipalArn', 'arn:aws:iam::111122223333:role/r')]],
  ['Null: any signed caller', signed, [when({ Null: { 'aws:PrincipalArn': 'false' } })]],
  ['Null: any unsigned caller', open, [when({ Null: { 'aws:PrincipalArn': 'true' } })]],
  ['any account, by a wildcard', signed, [strings('StringLike', 'aws:PrincipalAccount', '*')]],
  ['a role of any account', signed, [strings('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/r')]],
  ['a user id with a wildcard', signed, [strings('StringLike', 'aws:userid', 'AROAEXAMPLE:*')]],
  ['a variable', signed, [strings('StringEquals', 'aws:PrincipalAccount', '${aws:ResourceAccount}')]],
  ['one fixed and one open value', signed, [strings('StringLike', 'aws:SourceVpc', ['vpc-1', 'vpc-*'])]],
  [
    'an access point of any account',
    open,
    [strings('StringLike', 's3:DataAccessPointArn', 'arn:aws:s3:*:*:accesspoint/*')],
  ],
  ['another key is confined, not the caller', open, [strings('StringEquals', 'aws:ResourceAccount', '111122223333')]],
  // Allow minus Deny.
  ['TLS only', open, [allow, deny({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]],
  ['TLS only and nothing else', shut, [deny({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]],
  ['a deny-list', open, [allow, deny({ Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } })]],
  [
    'all but fixed addresses',
    fixed,
    [allow, deny({ Condition: { NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24'] } } })],
  ],
  ['all but half the internet', open, [allow, deny({ Condition: { NotIpAddress: { 'aws:SourceIp': '0.0.0.0/1' } } })]],
  ['all but an organisation', shut, [allow, deny({ Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } })]],
  [
    'all but an organisation, if told',
    shut,
    [
      allow,
      deny({
        Condition: {
          StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' },
          BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
        },
      }),
    ],
  ],
  [
    'all but any organisation',
    signed,
    [allow, deny({ Condition: { StringNotLike: { 'aws:PrincipalOrgID': 'o-*' } } })],
  ],
  [
    'the Deny covers less: other action',
    open,
    [{ ...allow, Action: ['s3:GetObject', 's3:PutObject'] }, deny({ Action: 's3:PutObject' })],
  ],
  ['the Deny covers less: other prefix', open, [allow, deny({ Resource: 'arn:aws:s3:::b/private/*' })]],
  [
    'the Deny covers objects only',
    shut,
    [{ ...allow, Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'] }, deny({ Resource: 'arn:aws:s3:::b/*' })],
  ],
  ['the Deny covers the bucket only', open, [allow, deny({ Resource: 'arn:aws:s3:::b' })]],
  [
    'the Deny covers everything but a prefix',
    open,
    [allow, { ...deny({}), Resource: undefined, NotResource: 'arn:aws:s3:::b/public/*' }],
  ],
  ['the Deny is for one user', open, [allow, deny({ Principal: { AWS: 'arn:aws:iam::111122223333:user/u' } })]],
  [
    'the Deny asks for two things at once',
    shut,
    [
      allow,
      deny({
        Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' }, NotIpAddress: { 'aws:SourceIp': '10.1.2.0/24' } },
      }),
    ],
  ],
  [
    'two Denies that leave nothing',
    shut,
    [
      allow,
      deny({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
      deny({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    ],
  ],
  // What cannot be read.
  ['a broken statement', untold, [{ ...allow, Principal: undefined }]],
  ['a broken statement beside an open one', ['public', true], [{ ...allow, Principal: undefined }, allow]],
  ['a broken statement beside a closed one', untold, [{ Effect: 'Maybe' }, who({ AWS: '111122223333' })]],
  ['an operator that does not exist', untold, [strings('StringMatches', 'aws:PrincipalOrgID', 'o-1')]],
];

for (const [name, expected, Statement] of buckets) {
  test(`bucket policy: ${name}`, () => check(expected, { Version: '2012-10-17', Statement }, 's3'));
}

const url = (group: string): string => `http://acs.amazonaws.com/groups/global/${group}`;
const grants = (...list: object[]): object => ({
  AccessControlPolicy: { AccessControlList: { Grant: list.length === 1 ? list[0] : list } },
});
const grant = (URI: string, Permission: string): object => ({ Grantee: { 'xsi:type': 'Group', URI }, Permission });
const owner = { Grantee: { 'xsi:type': 'CanonicalUser', ID: 'abc', DisplayName: 'me' }, Permission: 'FULL_CONTROL' };
const invoke = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' };
const block = (...on: string[]): object => ({
  PublicAccessBlockConfiguration: Object.fromEntries(
    ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'].map((name) => [
      name,
      on.includes(name),
    ]),
  ),
});

const others: readonly (readonly [ExposureKind, string, Expected, unknown])[] = [
  ['s3', 'as the command line prints it', open, { Policy: JSON.stringify({ Statement: allow }) }],
  ['s3', 'as CloudTrail prints it', open, { bucketName: 'b', policy: '', bucketPolicy: { Statement: [allow] } }],
  ['s3', 'a statement alone', open, allow],
  ['s3', 'a statement alone, as text', shut, JSON.stringify(who({ AWS: '111122223333' }))],
  ['apigw', 'a statement alone', open, JSON.stringify(invoke)],
  ['s3', 'cut off', untold, '{"Statement":[{"Effect":"Allow","Pri'],
  ['s3', 'an empty object', untold, {}],
  ['s3', 'null', untold, null],
  ['s3-acl', 'canned, a list', open, { 'x-amz-acl': ['public-read-write'] }],
  ['s3-acl', 'canned, bare', open, 'public-read'],
  ['s3-acl', 'canned, as CloudFormation says it', open, { AccessControl: 'PublicRead' }],
  ['s3-acl', 'private', shut, { acl: '', 'x-amz-acl': 'private' }],
  ['s3-acl', 'log delivery', shut, { 'x-amz-acl': 'log-delivery-write' }],
  ['s3-acl', 'grants in a list', open, grants(owner, grant(url('AllUsers'), 'READ'))],
  ['s3-acl', 'the owner alone', shut, grants(owner)],
  [
    's3-acl',
    'log delivery by a group',
    shut,
    grants(owner, grant('http://acs.amazonaws.com/groups/s3/LogDelivery', 'WRITE')),
  ],
  [
    's3-acl',
    'https, any account',
    signed,
    grants(grant('https://acs.amazonaws.com/groups/global/AuthenticatedUsers', 'WRITE')),
  ],
  [
    's3-acl',
    'as the API answers it',
    open,
    { Owner: { ID: 'a' }, Grants: [{ Grantee: { Type: 'Group', URI: url('AllUsers') }, Permission: 'READ' }] },
  ],
  [
    's3-acl',
    'a header for several',
    open,
    { AccessControlList: { 'x-amz-grant-full-control': `id="abc", uri="${url('AllUsers')}"` } },
  ],
  ['s3-acl', 'a header, an account', shut, { 'x-amz-grant-read': 'id="abc"' }],
  ['s3-acl', 'a header for the command line', open, { GrantWriteACP: `uri=${url('AllUsers')}` }],
  [
    's3-acl',
    'both spellings mixed',
    open,
    { accessControlList: { Grant: [{ grantee: { URI: url('AllUsers') }, permission: 'READ' }] } },
  ],
  [
    's3-acl',
    'as XML',
    open,
    {
      AccessControlPolicy: `<AccessControlPolicy><AccessControlList><Grant><Grantee xsi:type="Group"><URI>${url('AllUsers')}</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`,
    },
  ],
  [
    's3-acl',
    'as XML, bare',
    open,
    `<?xml version="1.0"?>\n<AccessControlPolicy><AccessControlList><Grant><Grantee xsi:type="Group"><URI>${url('AllUsers')}</URI></Grantee><Permission>WRITE</Permission></Grant></AccessControlList></AccessControlPolicy>`,
  ],
  [
    's3-acl',
    'as XML, bare and without a grant',
    untold,
    '<AccessControlPolicy><AccessControlList/></AccessControlPolicy>',
  ],
  ['s3-acl', 'without effect', shut, { 'x-amz-acl': 'public-read', ObjectOwnership: 'BucketOwnerEnforced' }],
  ['s3-acl', 'nothing said', untold, { bucketName: 'b', acl: '' }],
  ['s3-acl', 'a bucket called public-read', untold, { bucketName: 'public-read' }],
  ['s3-bpa', 'all off', untold, block()],
  ['s3-bpa', 'the effective half', ['not-public', null], block('IgnorePublicAcls', 'RestrictPublicBuckets')],
  ['s3-bpa', 'the other half', untold, block('BlockPublicAcls', 'BlockPublicPolicy')],
  [
    's3-bpa',
    'as text, bare',
    ['not-public', null],
    '{"BlockPublicAcls":"true","IgnorePublicAcls":"TRUE","BlockPublicPolicy":["true"],"RestrictPublicBuckets":true}',
  ],
  ['s3-bpa', 'omitted', untold, { bucketName: 'b', publicAccessBlock: '' }],
  [
    's3-accesspoint',
    'from a VPC only',
    shut,
    { NetworkOrigin: 'VPC', VpcConfiguration: { VpcId: 'vpc-1' }, Policy: JSON.stringify({ Statement: [allow] }) },
  ],
  ['s3-accesspoint', 'from the internet', open, { NetworkOrigin: 'Internet', Policy: { Statement: [allow] } }],
  [
    's3-accesspoint',
    'its own ARN, fixed',
    fixed,
    { Statement: strings('StringEquals', 's3:DataAccessPointArn', 'arn:aws:s3:us-west-2:111122223333:accesspoint/a') },
  ],
  ['apigw', 'with backslashes', open, { policy: JSON.stringify({ Statement: [invoke] }).replaceAll('"', '\\"') }],
  ['apigw', 'any account by role', signed, { Statement: [{ ...invoke, Principal: { AWS: 'arn:aws:iam::*:root' } }] }],
  ['apigw', 'own account', shut, { Statement: [{ ...invoke, Principal: { AWS: 'arn:aws:iam::111122223333:root' } }] }],
  [
    'apigw',
    'a Deny for all but a VPC endpoint, by ARN',
    shut,
    {
      Version: '2012-10-17',
      Statement: [
        invoke,
        {
          ...invoke,
          Effect: 'Deny',
          Resource: 'arn:aws:execute-api:eu-west-1:111122223333:abc/*',
          Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } },
        },
      ],
    },
  ],
  [
    'apigw',
    'a Deny for one stage',
    open,
    { Statement: [invoke, { ...invoke, Effect: 'Deny', Resource: 'execute-api:/dev/*' }] },
  ],
  [
    'apigw',
    'a private endpoint',
    shut,
    { endpointConfiguration: { types: ['PRIVATE'] }, policy: JSON.stringify({ Statement: [invoke] }) },
  ],
  ['apigw', 'no resource policy', untold, { name: 'orders', endpointConfiguration: { types: ['REGIONAL'] } }],
  [
    'apigw',
    'a method without authorization',
    open,
    { httpMethod: 'GET', authorizationType: 'NONE', apiKeyRequired: false },
  ],
  ['apigw', 'a method with an API key', open, { httpMethod: 'GET', authorizationType: 'NONE', apiKeyRequired: true }],
  ['apigw', 'a method with IAM', shut, { httpMethod: 'GET', authorizationType: 'AWS_IAM' }],
  ['apigw', 'a preflight', fixed, { httpMethod: 'OPTIONS', authorizationType: 'NONE' }],
  ['apigw', 'a route', open, { routeKey: 'GET /trigger', authorizationType: 'NONE' }],
  ['apigw', 'the way into a WebSocket', open, { routeKey: '$connect', authorizationType: 'NONE' }],
  ['apigw', 'a message within a WebSocket', fixed, { routeKey: 'sendmessage', authorizationType: 'NONE' }],
  ['apigw', 'the end of a WebSocket', fixed, { routeKey: '$disconnect', authorizationType: 'NONE' }],
  ['apigw', 'the only route of an HTTP API', open, { routeKey: '$default', authorizationType: 'NONE' }],
  ['apigw', 'a route with a token', shut, { RouteKey: '$default', AuthorizationType: 'JWT' }],
  ['apigw', 'a definition with open paths', open, { openapi: '3.0.1', paths: { '/a': { get: {} } } }],
  [
    'apigw',
    'a definition with its security',
    untold,
    { swagger: '2.0', security: [{ sigv4: [] }], paths: { '/a': { get: {} } } },
  ],
  [
    'apigw',
    'a definition with a policy',
    open,
    { openapi: '3.0.1', paths: {}, 'x-amazon-apigateway-policy': { Statement: [invoke] } },
  ],
  [
    'lambda',
    'invoke for everyone',
    signed,
    {
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 'lambda:InvokeFunction',
          Resource: 'arn:aws:lambda:us-east-1:111122223333:function:f',
        },
      ],
    },
  ],
  [
    'lambda',
    'a URL for everyone',
    open,
    { action: 'lambda:InvokeFunctionUrl', principal: '*', functionUrlAuthType: 'NONE' },
  ],
  [
    'lambda',
    'a URL for signed callers',
    signed,
    { action: 'lambda:InvokeFunctionUrl', principal: '*', functionUrlAuthType: 'AWS_IAM' },
  ],
  [
    'lambda',
    'a bucket of this account',
    shut,
    { action: 'lambda:InvokeFunction', principal: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::b' },
  ],
  [
    'lambda',
    'everyone, from one source',
    shut,
    { action: 'lambda:InvokeFunction', principal: '*', sourceAccount: '111122223333' },
  ],
  ['lambda', 'an organisation', shut, { action: 'lambda:InvokeFunction', principal: '*', principalOrgID: 'o-1' }],
  ['lambda', 'a URL', open, { AuthType: 'NONE', FunctionUrl: 'https://x.lambda-url.us-east-1.on.aws/' }],
  ['lambda', 'a URL with IAM', shut, { authType: 'AWS_IAM' }],
  ['lambda', 'nothing', untold, {}],
];

for (const [kind, name, expected, document] of others) test(`${kind}: ${name}`, () => check(expected, document, kind));

test('nothing that a client may write throws', () => {
  const hostile = JSON.parse(
    '{"Statement":[{"Effect":"Allow","Principal":{"AWS":{"toString":1}},"Action":{"__proto__":1},"Condition":{"StringLike":{"a":{"toString":1}}}}],"toString":1,"x-amz-acl":{"toString":2},"Grantee":{"toString":3},"BlockPublicAcls":{"toString":1},"authorizationType":{"toString":1},"principal":{"toString":1},"routeKey":{"toString":1},"endpointConfiguration":{"types":[{"toString":1}]}}',
  );
  for (const kind of ['s3', 's3-acl', 's3-bpa', 's3-accesspoint', 'apigw', 'lambda'] as const) {
    for (const input of [hostile, 7, true, [], [[]], '[]', '"x"', '\u0000', { Statement: [[[]]] }]) judge(input, kind);
  }
});

test('hundreds of interlocking Denies are answered in bounded time, never with safe', () => {
  const statements = Array.from({ length: 150 }, (_, at) =>
    deny({
      Condition: {
        StringNotLike: { 'aws:Referer': `*${at}*` },
        StringLike: { 'aws:UserAgent': `*${at}*a*` },
        NumericLessThan: { 's3:max-keys': `${at}` },
      },
    }),
  );
  const answer = judge({ Version: '2012-10-17', Statement: [allow, ...statements] }, 's3');
  assert.notEqual(answer.verdict, 'not-public');
});

test('the sentence is fit for an alert: short, printable, true', () => {
  const answer = judge(
    {
      Statement: { ...allow, Sid: `\u001b[31m${'x'.repeat(5000)}`, Resource: Array(400).fill('arn:aws:s3:::b/\u202e') },
    },
    's3',
  );
  assert.ok(answer.sentence.length < 3000, `${answer.sentence.length}`);
  assert.ok(!/[\u001b\u202e]/.test(answer.sentence));
});

function check(expected: Expected, document: unknown, kind: ExposureKind): void {
  const answer = judge(document, kind);
  assert.deepEqual([answer.verdict, answer.anonymous], expected, answer.sentence);
}
