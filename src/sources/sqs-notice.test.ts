import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Notice, readNotice } from './sqs-notice.ts';

const json = JSON.stringify;
const key =
  'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/111122223333_CloudTrail_us-east-1_20260101T0000Z_abc.json.gz';

/** As the S3 guide's "Event message structure" has it. */
const record = (
  more: object = {},
  object: object = { key: 'a.json', size: 3, eTag: 'e1', sequencer: '00AA' },
): object => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'us-east-1',
  eventTime: '2026-01-01T00:00:00.000Z',
  eventName: 'ObjectCreated:Put',
  s3: { s3SchemaVersion: '1.0', configurationId: 'x', bucket: { name: 'lake', arn: 'arn:aws:s3:::lake' }, object },
  ...more,
});
const records = (...entries: object[]): string => json({ Records: entries });
const sns = (message: string): string =>
  json({
    Type: 'Notification',
    MessageId: 'm',
    TopicArn: 'arn:aws:sns:us-east-1:1:t',
    Message: message,
    Signature: 's',
  });
const at = Date.UTC(2026, 0, 1);
const one = { bucket: 'lake', key: 'a.json', version: 'e1', versionId: undefined, at };
const objects = (...those: object[]): object => ({ kind: 'objects', objects: those });

/** As EventBridge's "Amazon S3 Object Created" has it. */
const bridged = (type: string, object: object): string =>
  json({
    version: '0',
    id: 'i',
    'detail-type': type,
    source: 'aws.s3',
    account: '111122223333',
    time: '2026-01-01T00:00:00Z',
    region: 'us-east-1',
    resources: ['arn:aws:s3:::lake'],
    detail: { version: '0', bucket: { name: 'lake' }, object, 'request-id': 'r', requester: 'x', reason: 'PutObject' },
  });
const call = json({
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.s3',
  time: '2026-01-01T00:00:00Z',
  detail: { eventName: 'PutBucketAcl', eventID: 'x' },
});
const signIn = json({
  'detail-type': 'AWS Console Sign In via CloudTrail',
  source: 'aws.signin',
  detail: { eventName: 'ConsoleLogin' },
});

describe('what a message announces', () => {
  for (const [title, body, expected] of [
    ['S3', records(record()), objects(one)],
    [
      'S3, several records',
      records(record(), record({}, { key: 'b.json', eTag: 'e2' })),
      objects(one, { ...one, key: 'b.json', version: 'e2' }),
    ],
    ['S3 by SNS', sns(records(record())), objects(one)],
    ['S3, a multipart upload', records(record({ eventName: 'ObjectCreated:CompleteMultipartUpload' })), objects(one)],
    ['S3, deletions only', records(record({ eventName: 'ObjectRemoved:Delete' }, { key: 'a.json' })), objects()],
    ['S3, a restore', records(record({ eventName: 'ObjectRestore:Completed' })), objects()],
    [
      'S3, an encoded key',
      records(record({}, { key: 'a+b%2Bc/%C3%BC%F0%9F%90%95.json', eTag: 'e1' })),
      objects({ ...one, key: 'a b+c/ü🐕.json' }),
    ],
    [
      'S3, a key that is no encoding',
      records(record({}, { key: '100%.json', eTag: 'e1' })),
      objects({ ...one, key: '100%.json' }),
    ],
    [
      'S3, a version',
      records(record({}, { key: 'a.json', versionId: 'v7' })),
      objects({ ...one, version: 'v7', versionId: 'v7' }),
    ],
    [
      'S3, neither etag nor version',
      records(record({}, { key: 'a.json', sequencer: '00AA' })),
      objects({ ...one, version: '00AA' }),
    ],
    ['S3, no time', records(record({ eventTime: 'never' })), objects({ ...one, at: undefined })],
    ['EventBridge', bridged('Object Created', { key: 'a.json', size: 3, etag: 'e1', sequencer: '00' }), objects(one)],
    [
      'EventBridge, a key that looks encoded',
      bridged('Object Created', { key: 'a+b%20.json', etag: 'e1' }),
      objects({ ...one, key: 'a+b%20.json' }),
    ],
    [
      'EventBridge, a version',
      bridged('Object Created', { key: 'a.json', etag: 'e1', 'version-id': 'v7' }),
      objects({ ...one, versionId: 'v7' }),
    ],
    ['EventBridge, a deletion', bridged('Object Deleted', { key: 'a.json' }), objects()],
    ['EventBridge by SNS', sns(bridged('Object Created', { key: 'a.json', etag: 'e1' })), objects(one)],
    [
      'CloudTrail itself',
      json({ s3Bucket: 'lake', s3ObjectKey: [key, 'b c.json'] }),
      objects(
        { bucket: 'lake', key, version: undefined, versionId: undefined, at: undefined },
        { bucket: 'lake', key: 'b c.json', version: undefined, versionId: undefined, at: undefined },
      ),
    ],
    [
      'CloudTrail by SNS',
      sns(json({ s3Bucket: 'lake', s3ObjectKey: key })),
      objects({ bucket: 'lake', key, version: undefined, versionId: undefined, at: undefined }),
    ],
    ['an event that is a record', call, { kind: 'event', body: call, at }],
    ['the same by SNS', sns(call), { kind: 'event', body: call, at }],
    ['a sign-in', signIn, { kind: 'event', body: signIn, at: undefined }],
    [
      "S3's test",
      json({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'lake' }),
      { kind: 'test', sender: 'S3' },
    ],
    ["S3's test by SNS", sns(json({ Service: 'Amazon S3', Event: 's3:TestEvent' })), { kind: 'test', sender: 'S3' }],
    ["CloudTrail's test", 'CloudTrail validation message.', { kind: 'test', sender: 'CloudTrail' }],
    ["CloudTrail's test by SNS", sns('CloudTrail validation message.'), { kind: 'test', sender: 'CloudTrail' }],
  ] as readonly (readonly [string, string, object])[]) {
    test(title, () => assert.deepEqual(readNotice(body), expected));
  }
});

describe('what announces nothing says what it is', () => {
  for (const [body, why] of [
    ['hello', /^not JSON$/],
    ['', /^not JSON$/],
    ['[1]', /^no JSON object$/],
    ['null', /^no JSON object$/],
    ['{}', /^JSON with no member$/],
    [json({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }), /^JSON with "a", "b", "c", "d", "e", …$/],
    [records(), /without an entry/],
    [json({ Records: [{ eventSource: 's3.amazonaws.com', eventName: 'GetObject' }] }), /none of S3/],
    [records(record(), { eventSource: 'aws:sns' }), /none of S3/],
    [records(record({}, { key: 7 })), /none of S3/],
    [json({ s3Bucket: 'lake', s3ObjectKey: [] }), /names no objects/],
    [json({ s3Bucket: 'lake', s3ObjectKey: ['a', 7] }), /names no objects/],
    [json({ s3ObjectKey: ['a'] }), /names no objects/],
    [bridged('Object Created', {}), /"Object Created" of S3 that names no object/],
    [json({ source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change', detail: {} }), /^JSON with "source"/],
    [
      json({ Type: 'SubscriptionConfirmation', Message: 'You have chosen', SubscribeURL: 'https://x' }),
      /"SubscriptionConfirmation".*SubscribeURL/,
    ],
    [sns('hello'), /^not JSON$/],
    [sns(sns(records(record()))), /^JSON with "Type"/],
    [json({ s3Bucket: '../etc', s3ObjectKey: 'a.json' }), /an object in "\.\.\/etc", which is no bucket's name/],
    [json({ s3Bucket: 'arn:aws:s3:us-east-1:1:accesspoint/x', s3ObjectKey: 'a.json' }), /no bucket's name/],
    [json({ s3Bucket: 'lake', s3ObjectKey: Array.from({ length: 1001 }, () => 'a') }), /^the names of 1001 objects$/],
    ['{"__proto__":{"Records":[]},"constructor":1}', /^JSON with "__proto__", "constructor"$/],
  ] as const) {
    test(body.slice(0, 60) || '(empty)', () => {
      const notice = readNotice(body);
      assert.equal(notice.kind, 'foreign');
      assert.match(notice.kind === 'foreign' ? notice.why : '', why);
    });
  }

  test('whatever it is, it is read without a throw and told in few words', () => {
    const kinds = new Set<Notice['kind']>();
    const shapes = fc.oneof(
      fc.json(),
      fc.string(),
      fc.json().map(sns),
      fc.jsonValue().map((value) => json({ Records: [value] })),
      fc
        .jsonValue()
        .map((object) =>
          json({ Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'lake' }, object } }] }),
        ),
      fc.string({ unit: 'binary', minLength: 1 }).map((name) => records(record({}, { key: name, eTag: 'e' }))),
      fc.jsonValue().map((detail) => json({ source: 'aws.s3', 'detail-type': 'Object Created', detail })),
    );
    fc.assert(
      fc.property(shapes, (body) => {
        const notice = readNotice(body);
        kinds.add(notice.kind);
        if (notice.kind === 'foreign') assert.ok(notice.why.length < 400);
        if (notice.kind === 'objects') for (const { bucket, key: named } of notice.objects) assert.ok(bucket && named);
      }),
      { numRuns: 2000 },
    );
    assert.ok(kinds.has('foreign') && kinds.has('objects'));
  });

  test("every key comes back from S3's encoding", () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const encoded = encodeURIComponent(name).replaceAll('%20', '+').replaceAll('%2F', '/');
        const notice = readNotice(records(record({}, { key: encoded, eTag: 'e' })));
        assert.equal(notice.kind === 'objects' && notice.objects[0]?.key, name);
      }),
    );
  });
});
