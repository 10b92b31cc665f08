import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../base/document.ts';
import { anonymous } from './identity.ts';
import { recordsOf } from './log-file.ts';

/** The line of API Gateway's documentation, with the identity fields of the lab's stack. */
const line = {
  requestId: '11111111-2222-3333-4444-555555555555',
  ip: '203.0.113.9',
  caller: '-',
  user: '-',
  userArn: '-',
  apiKeyId: '-',
  principalId: '-',
  requestTime: '24/Nov/2026:00:10:11 +0000',
  requestTimeEpoch: 1795479011042,
  httpMethod: 'GET',
  resourcePath: '/test',
  path: '/prod/test',
  status: '200',
  protocol: 'HTTP/1.1',
  responseLength: '42',
  stage: 'prod',
  apiId: 'a1b2c3d4e5',
  domainName: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
  accountId: '000000000000',
  userAgent: 'curl/8.5.0',
};

function one(value: unknown): {
  raw: { readonly [field: string]: unknown };
  id: string;
  eventTime: number | undefined;
  kind: string;
} {
  const { value: records, problems } = recordsOf([value], 'x');
  assert.deepEqual(problems, []);
  assert.equal(records.length, 1);
  return records[0] as never;
}

test('an anonymous call becomes the event that the guide describes', () => {
  const { raw, ...record } = one(line);
  assert.deepEqual(record, { number: 0, id: line.requestId, eventTime: 1795479011042, kind: 'access-log' });
  assert.deepEqual(raw, {
    eventVersion: '1.11',
    userIdentity: { type: 'Anonymous', principalId: 'Anonymous' },
    eventTime: '2026-11-24T00:10:11.042Z',
    eventSource: 'execute-api.amazonaws.com',
    eventName: 'Invoke',
    awsRegion: 'us-east-1',
    sourceIPAddress: '203.0.113.9',
    userAgent: 'curl/8.5.0',
    requestParameters: {
      apiId: 'a1b2c3d4e5',
      stage: 'prod',
      httpMethod: 'GET',
      path: '/prod/test',
      resourcePath: '/test',
      protocol: 'HTTP/1.1',
      domainName: line.domainName,
    },
    responseElements: { status: 200, responseLength: 42 },
    additionalEventData: { accessLog: line },
    requestID: line.requestId,
    eventID: line.requestId,
    readOnly: true,
    resources: [
      {
        accountId: '000000000000',
        type: 'AWS::ApiGateway::Stage',
        ARN: 'arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/prod/GET/prod/test',
      },
    ],
    eventType: 'ApiGatewayAccessLog',
    managementEvent: false,
    recipientAccountId: '000000000000',
    eventCategory: 'Data',
  });
  assert.equal(anonymous(raw), true);
});

test('who showed something is not anonymous', () => {
  const cases: readonly (readonly [shown: object, identity: object])[] = [
    [{ apiKeyId: 'k1' }, { type: 'Unknown', principalId: 'k1', credentialId: 'k1' }],
    [{ caller: 'AIDA1' }, { type: 'Unknown', principalId: 'AIDA1' }],
    [
      { caller: 'AIDA1', user: 'AIDA1', userArn: 'arn:aws:iam::123456789012:user/ops/eve' },
      {
        type: 'IAMUser',
        principalId: 'AIDA1',
        arn: 'arn:aws:iam::123456789012:user/ops/eve',
        accountId: '123456789012',
        userName: 'eve',
      },
    ],
    [
      { userArn: 'arn:aws:sts::123456789012:assumed-role/r/s', user: 'AROA:s' },
      {
        type: 'AssumedRole',
        principalId: 'AROA:s',
        arn: 'arn:aws:sts::123456789012:assumed-role/r/s',
        accountId: '123456789012',
      },
    ],
    [{ principalId: 'user-7' }, { type: 'Unknown', principalId: 'user-7' }],
    [{ authorizer: { claims: { sub: 's-1' } } }, { type: 'Unknown', principalId: 's-1' }],
  ];
  for (const [shown, identity] of cases) {
    const { raw } = one({ ...line, ...shown });
    assert.deepEqual(raw.userIdentity, identity);
    assert.equal(anonymous(raw), false);
  }
});

test('names as people write them', () => {
  const cases: readonly object[] = [
    {
      request_id: 'r',
      source_ip: '1.2.3.4',
      http_method: 'GET',
      resource_path: '/x',
      status_code: 200,
      request_time: '2026-11-24T00:10:11Z',
    },
    {
      requestId: 'r',
      identity: { sourceIp: '1.2.3.4', caller: '-' },
      routeKey: 'GET /x',
      status: 200,
      requestTimeEpoch: '1795479011',
    },
    {
      'context.requestId': 'r',
      'context.identity.sourceIp': '1.2.3.4',
      'context.httpMethod': 'GET',
      'context.path': '/x',
      'context.status': '200',
      time: '24/Nov/2026:01:10:11 +0100',
    },
    {
      extendedRequestId: 'r',
      ip: '1.2.3.4',
      method: 'GET',
      path: '/x',
      timestamp: '2026-11-24T00:10:11Z',
      status: 200,
    },
  ];
  for (const each of cases) {
    const { raw, id, eventTime } = one(each);
    assert.deepEqual(
      [id, raw.sourceIPAddress, at(raw, 'requestParameters.httpMethod'), at(raw, 'requestParameters.path')],
      ['r', '1.2.3.4', 'GET', '/x'],
    );
    assert.equal(eventTime, Date.UTC(2026, 10, 24, 0, 10, 11));
    assert.equal(anonymous(raw), true);
  }
});

test('a refusal is an attempt', () => {
  assert.equal(one({ ...line, status: 403 }).raw.errorCode, 'AccessDenied');
  assert.equal(one({ ...line, status: '401' }).raw.errorCode, 'Unauthorized');
  assert.equal(one({ ...line, status: '200' }).raw.errorCode, undefined);
});

test('look-alikes are no access log', () => {
  const others: readonly object[] = [
    { method: 'GET', path: '/', status: 200, ip: '1.2.3.4', stage: 'x' },
    { requestId: 'r', message: 'START' },
    { requestId: 'r', level: 'INFO', status: 200 },
  ];
  for (const other of others) assert.equal(recordsOf([other], 'x').value.length, 0);
  // With a source and a name it is a record of CloudTrail, whatever else it holds.
  assert.equal(
    recordsOf([{ ...line, eventSource: 'a', eventName: 'b', eventTime: '2026-11-24T00:10:11Z' }], 'x').value[0]?.kind,
    'cloudtrail',
  );
});
