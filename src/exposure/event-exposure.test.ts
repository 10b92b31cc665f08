import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exposureOf } from './event-exposure.ts';

const everyone = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const invoke = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' };
const open = { Version: '2012-10-17', Statement: [everyone] };
const openApi = JSON.stringify({ Version: '2012-10-17', Statement: [invoke] });
const allUsers = 'http://acs.amazonaws.com/groups/global/AllUsers';
const off = { RestrictPublicBuckets: false, BlockPublicPolicy: false, BlockPublicAcls: false, IgnorePublicAcls: false };

function record(eventSource: string, eventName: string, requestParameters: unknown, more: object = {}): object {
  return {
    eventSource: `${eventSource}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-west-1',
    recipientAccountId: '111122223333',
    requestParameters,
    ...more,
  };
}

/** Record → [kind of door, verdict, access]; all of S3's shapes, oldest first. */
const cases: readonly (readonly [string, object, readonly [string, string, string]])[] = [
  [
    'a policy',
    record('s3', 'PutBucketPolicy', { bucketName: 'b', bucketPolicy: open, policy: [''], host: ['s3'] }),
    ['s3-policy', 'public', 'read'],
  ],
  [
    'a policy in a list',
    record('s3', 'PutBucketPolicy', { bucketName: 'b', bucketPolicy: [open] }),
    ['s3-policy', 'public', 'read'],
  ],
  [
    'a policy as text',
    record('s3', 'PutBucketPolicy', { bucketName: 'b', bucketPolicy: JSON.stringify(open) }),
    ['s3-policy', 'public', 'read'],
  ],
  ['a policy left out', record('s3', 'PutBucketPolicy', null), ['s3-policy', 'unknown', 'none']],
  [
    'a policy cut off',
    record('s3', 'PutBucketPolicy', { bucketName: 'b', bucketPolicy: '{"Statement":[{"Eff' }),
    ['s3-policy', 'unknown', 'none'],
  ],
  [
    's3:* for everyone',
    record('s3', 'PutBucketPolicy', { bucketName: 'b', bucketPolicy: { Statement: { ...everyone, Action: 's3:*' } } }),
    ['s3-policy', 'public', 'write'],
  ],
  [
    'a policy deleted',
    record('s3', 'DeleteBucketPolicy', { bucketName: 'b', policy: '' }),
    ['s3-policy', 'not-public', 'none'],
  ],
  [
    'an ACL, canned, 2018',
    record('s3', 'PutBucketAcl', { bucketName: 'b', acl: [''], 'x-amz-acl': ['public-read'] }),
    ['s3-acl', 'public', 'read'],
  ],
  [
    'an ACL, canned, today',
    record('s3', 'PutBucketAcl', { bucketName: 'b', acl: '', 'x-amz-acl': 'public-read-write' }),
    ['s3-acl', 'public', 'write'],
  ],
  [
    'an ACL by grant',
    record('s3', 'PutBucketAcl', {
      bucketName: 'b',
      AccessControlPolicy: { AccessControlList: { Grant: { Grantee: { URI: allUsers }, Permission: 'WRITE_ACP' } } },
    }),
    ['s3-acl', 'public', 'write'],
  ],
  [
    'an ACL by header',
    record('s3', 'PutBucketAcl', { bucketName: 'b', accessControlList: { 'x-amz-grant-read': `uri="${allUsers}"` } }),
    ['s3-acl', 'public', 'read'],
  ],
  [
    'an ACL of nobody',
    record('s3', 'PutBucketAcl', { bucketName: 'b', acl: '', 'x-amz-acl': 'private' }),
    ['s3-acl', 'not-public', 'none'],
  ],
  [
    'an ACL, unheard of',
    record('s3', 'PutBucketAcl', { bucketName: 'b', 'x-amz-acl': 'everybody' }),
    ['s3-acl', 'unknown', 'none'],
  ],
  [
    'an object with an ACL',
    record('s3', 'PutObject', { bucketName: 'b', key: 'k', 'x-amz-acl': 'public-read' }),
    ['s3-object-acl', 'public', 'read'],
  ],
  [
    'an object ACL',
    record('s3', 'PutObjectAcl', {
      bucketName: 'b',
      key: 'k',
      acl: '',
      AccessControlPolicy: { AccessControlList: { Grant: [{ Grantee: { URI: allUsers }, permission: 'READ' }] } },
    }),
    ['s3-object-acl', 'public', 'read'],
  ],
  [
    'a bucket made public',
    record('s3', 'CreateBucket', {
      bucketName: 'b',
      'x-amz-acl': 'public-read',
      'x-amz-object-ownership': 'ObjectWriter',
    }),
    ['s3-acl', 'public', 'read'],
  ],
  [
    'ACLs allowed',
    record('s3', 'PutBucketOwnershipControls', {
      bucketName: 'b',
      OwnershipControls: { Rule: { ObjectOwnership: 'ObjectWriter' } },
    }),
    ['s3-ownership', 'unknown', 'none'],
  ],
  [
    'ACLs switched off',
    record('s3', 'PutBucketOwnershipControls', {
      bucketName: 'b',
      OwnershipControls: { Rule: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    }),
    ['s3-ownership', 'not-public', 'none'],
  ],
  [
    'a block lifted',
    record('s3', 'PutBucketPublicAccessBlock', {
      bucketName: 'b',
      publicAccessBlock: [''],
      PublicAccessBlockConfiguration: off,
    }),
    ['s3-bpa', 'unknown', 'none'],
  ],
  [
    'a block of the account deleted',
    record('s3', 'DeleteAccountPublicAccessBlock', { host: ['444455556666.s3-control.us-east-1.amazonaws.com'] }),
    ['s3-account-bpa', 'unknown', 'none'],
  ],
  [
    'an access point',
    record('s3', 'PutAccessPointPolicy', {
      name: 'ap',
      PutAccessPointPolicyRequest: { Policy: JSON.stringify({ Statement: everyone }) },
    }),
    ['s3-accesspoint', 'public', 'read'],
  ],
  [
    'a REST API',
    record(
      'apigateway',
      'CreateRestApi',
      { createRestApiInput: { name: 'a', policy: openApi } },
      { responseElements: { id: 'abc' } },
    ),
    ['api-policy', 'public', 'read'],
  ],
  [
    'a REST API, private',
    record('apigateway', 'CreateRestApi', {
      createRestApiInput: { policy: openApi, endpointConfiguration: { types: ['PRIVATE'] } },
    }),
    ['api-policy', 'not-public', 'none'],
  ],
  [
    'a REST API, imported',
    record('apigateway', 'ImportRestApi', {
      body: JSON.stringify({ openapi: '3.0.1', paths: {}, 'x-amazon-apigateway-policy': { Statement: invoke } }),
    }),
    ['api-policy', 'public', 'read'],
  ],
  [
    'a REST API, imported as base64',
    record('apigateway', 'PutRestApi', {
      restApiId: 'abc',
      putRestApiInput: { body: Buffer.from('{"openapi":"3.0.1","paths":{"/x":{"get":{}}}}').toString('base64') },
    }),
    ['api-policy', 'public', 'read'],
  ],
  [
    'a REST API, its body unreadable',
    record('apigateway', 'PutRestApi', { restApiId: 'abc', body: 'c0ffee' }),
    ['api-policy', 'unknown', 'none'],
  ],
  [
    'a patch of the policy',
    record('apigateway', 'UpdateRestApi', {
      restApiId: 'abc',
      updateRestApiInput: { patchOperations: [{ op: 'replace', path: '/policy', value: openApi }] },
    }),
    ['api-policy', 'public', 'read'],
  ],
  [
    'one patch, no list',
    record('apigateway', 'UpdateRestApi', {
      restApiId: 'abc',
      patchOperations: { op: 'replace', path: '/policy', value: openApi },
    }),
    ['api-policy', 'public', 'read'],
  ],
  [
    'the policy taken away',
    record('apigateway', 'UpdateRestApi', { restApiId: 'abc', patchOperations: [{ op: 'remove', path: '/policy' }] }),
    ['api-policy', 'unknown', 'none'],
  ],
  [
    "the guide's name",
    record('apigateway', 'UpdateRestApiPolicy', { restApiId: 'abc', policy: openApi }),
    ['api-policy', 'public', 'read'],
  ],
  [
    'a method',
    record('apigateway', 'PutMethod', {
      restApiId: 'abc',
      resourceId: 'r',
      httpMethod: 'GET',
      putMethodInput: { authorizationType: 'NONE', apiKeyRequired: false },
    }),
    ['api-method', 'public', 'read'],
  ],
  [
    'a preflight',
    record('apigateway', 'PutMethod', {
      restApiId: 'abc',
      httpMethod: 'OPTIONS',
      putMethodInput: { authorizationType: 'NONE' },
    }),
    ['api-method', 'not-public', 'none'],
  ],
  [
    'a method patched',
    record('apigateway', 'UpdateMethod', {
      restApiId: 'abc',
      httpMethod: 'ANY',
      updateMethodInput: { patchOperations: [{ op: 'replace', path: '/authorizationType', value: 'NONE' }] },
    }),
    ['api-method', 'public', 'read'],
  ],
  [
    'a method closed',
    record('apigateway', 'UpdateMethod', {
      restApiId: 'abc',
      httpMethod: 'GET',
      updateMethodInput: { patchOperations: [{ op: 'replace', path: '/authorizationType', value: 'AWS_IAM' }] },
    }),
    ['api-method', 'not-public', 'none'],
  ],
  [
    'a route',
    record(
      'apigateway',
      'CreateRoute',
      { apiId: 'abc', routeKey: 'GET /x', authorizationType: 'NONE' },
      { responseElements: { routeId: 'r1' } },
    ),
    ['api-route', 'public', 'read'],
  ],
  [
    'a route that names no authorization',
    record('apigateway', 'CreateRoute', { apiId: 'abc', routeKey: 'GET /x' }),
    ['api-route', 'public', 'read'],
  ],
  [
    'a route with a token',
    record('apigateway', 'UpdateRoute', { apiId: 'abc', routeId: 'r1', authorizationType: 'JWT' }),
    ['api-route', 'not-public', 'none'],
  ],
  [
    'an API made in one step',
    record('apigateway', 'CreateApi', { name: 'a', protocolType: 'HTTP', target: 'https://example.com' }),
    ['api-route', 'public', 'read'],
  ],
  [
    'a function URL',
    record('lambda', 'CreateFunctionUrlConfig', { functionName: 'f', authType: 'NONE' }),
    ['function-url', 'public', 'read'],
  ],
  [
    'a function URL with IAM',
    record('lambda', 'UpdateFunctionUrlConfig', { functionName: 'f', authType: 'AWS_IAM' }),
    ['function-url', 'not-public', 'none'],
  ],
  [
    'a permission',
    record('lambda', 'AddPermission20150331v2', {
      functionName: 'f',
      statementId: 's',
      action: 'lambda:InvokeFunction',
      principal: '*',
    }),
    ['function-policy', 'public', 'read'],
  ],
  [
    'a permission, as Lambda answers',
    record(
      'lambda',
      'AddPermission20150331v2',
      { functionName: 'f', principal: '*' },
      {
        responseElements: {
          statement: JSON.stringify({
            Effect: 'Allow',
            Principal: '*',
            Action: 'lambda:InvokeFunction',
            Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
          }),
        },
      },
    ),
    ['function-policy', 'not-public', 'none'],
  ],
  [
    'a permission for a service',
    record('lambda', 'AddPermission20150331', {
      functionName: 'f',
      action: 'lambda:InvokeFunction',
      principal: 's3.amazonaws.com',
    }),
    ['function-policy', 'not-public', 'none'],
  ],
];

for (const [name, event, [kind, verdict, access]] of cases) {
  test(name, () => {
    const answer = exposureOf(event);
    assert.ok(answer);
    assert.deepEqual([answer.door.kind, answer.verdict, answer.access], [kind, verdict, access], answer.sentence);
    assert.equal(answer.outcome, 'succeeded');
    assert.equal(answer.close === undefined, verdict === 'not-public' || answer.door.name === '', answer.close);
  });
}

test('no other record carries a verdict', () => {
  for (const event of [
    record('s3', 'GetBucketPolicy', { bucketName: 'b', policy: '' }),
    record('s3', 'PutObject', { bucketName: 'b', key: 'k' }),
    record('s3', 'CreateBucket', { bucketName: 'b' }),
    record('apigateway', 'UpdateRestApi', {
      restApiId: 'a',
      patchOperations: [{ op: 'replace', path: '/name', value: 'x' }],
    }),
    record('apigateway', 'CreateApi', { name: 'a', protocolType: 'HTTP' }),
    record('lambda', 'Invoke', { functionName: 'f' }),
    record('ec2', 'PutBucketPolicy', { bucketName: 'b', bucketPolicy: open }),
    {},
    null,
  ])
    assert.equal(exposureOf(event), undefined, JSON.stringify(event));
});

test('a refused call is an attempt', () => {
  const answer = exposureOf(
    record('s3', 'PutBucketPolicy', { bucketName: 'b', bucketPolicy: open }, { errorCode: 'AccessDenied' }),
  );
  assert.equal(answer?.outcome, 'refused');
  assert.match(answer?.sentence ?? '', /^Tried and refused \(AccessDenied\)\. It would have meant: Anyone/);
});

test('the command closes the door, whatever its name', () => {
  const closing = (event: object): string | undefined => exposureOf(event)?.close;
  assert.equal(
    closing(record('s3', 'PutBucketPolicy', { bucketName: 'my-bucket', bucketPolicy: open })),
    'aws s3api put-public-access-block --bucket my-bucket --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true',
  );
  assert.equal(
    closing(record('s3', 'PutObjectAcl', { bucketName: 'b', key: "it's $(rm -rf /)\n", 'x-amz-acl': 'public-read' })),
    "aws s3api put-object-acl --bucket b --key 'it'\\''s $(rm -rf /)?' --acl private",
  );
  assert.equal(
    closing(record('s3', 'PutObjectAcl', { bucketName: 'b', key: '--acl', 'x-amz-acl': 'public-read' })),
    'aws s3api put-object-acl --bucket b --key=--acl --acl private',
  );
  assert.equal(
    closing(
      record(
        'apigateway',
        'CreateRoute',
        { apiId: 'abc', routeKey: 'GET /x' },
        { responseElements: { routeId: 'r1' } },
      ),
    ),
    'aws apigatewayv2 update-route --api-id abc --route-id r1 --authorization-type AWS_IAM --region eu-west-1',
  );
  assert.equal(
    closing(
      record('apigateway', 'PutMethod', {
        restApiId: 'abc',
        resourceId: 'r',
        httpMethod: 'GET',
        putMethodInput: { authorizationType: 'NONE' },
      }),
    ),
    'aws apigateway update-method --rest-api-id abc --resource-id r --http-method GET --patch-operations op=replace,path=/authorizationType,value=AWS_IAM --region eu-west-1',
  );
  assert.equal(
    closing(record('lambda', 'AddPermission20150331v2', { functionName: 'f', statementId: 's', principal: '*' })),
    'aws lambda remove-permission --function-name f --statement-id s --region eu-west-1',
  );
});
