import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { systemClock } from '../base/clock.ts';
import { at, type Document } from '../base/document.ts';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { anonymous } from '../trail/identity.ts';
import { readLogFile } from '../trail/log-file.ts';
import { parseObjectKey } from '../trail/object-key.ts';
import type { TrailRecord } from '../trail/record.ts';
import { attacks } from './attacks.ts';
import { fetchText } from './http-call.ts';
import { type Lab, openLab } from './lab.ts';
import { playAttacks } from './play.ts';

const bucket = 'delete-me-projectx-leaky-bucket';

async function lab(t: TestContext, clock = systemClock): Promise<Lab> {
  const dir = mkdtempSync(join(tmpdir(), 'lab-'));
  const opened = await openLab({ dir, clock, log: keptLog(), port: 0 });
  t.after(async () => {
    await opened.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return opened;
}

function keys(folder: string, below = folder): string[] {
  return readdirSync(below).flatMap((entry) => {
    const path = join(below, entry);
    return statSync(path).isDirectory() ? keys(folder, path) : [relative(folder, path).split('\\').join('/')];
  });
}

async function records(of: Lab): Promise<TrailRecord[]> {
  await of.flush();
  const found: TrailRecord[] = [];
  for (const key of keys(of.dataLake)) {
    for await (const batch of readLogFile(readFileSync(join(of.dataLake, key)), key)) {
      assert.deepEqual([batch.problems, batch.skipped], [[], {}]);
      found.push(...batch.records);
    }
  }
  return found;
}

const names = (found: readonly TrailRecord[]): unknown[] => found.map(({ raw }) => raw.eventName);

test("the guide's attacks leave what AWS would write", async (t) => {
  const opened = await lab(t);
  const told: string[] = [];
  await playAttacks(opened, (line) => told.push(line));
  assert.match(
    told.join('\n'),
    /took config\/database-credentials.json .*\n.*\n.*called \/prod\/test and \/prod\/users/,
  );
  const found = await records(opened);
  const trail = found.filter(({ kind }) => kind === 'cloudtrail');
  assert.deepEqual(names(trail), [
    ...['CreateBucket', 'PutBucketPublicAccessBlock', 'PutBucketPolicy', 'PutObject', 'PutObject', 'PutObject'],
    ...['ListObjects', 'ListObjects', 'HeadObject', 'GetObject', 'CreateRestApi'],
    ...['CreateResource', 'PutMethod', 'PutIntegration', 'CreateResource', 'PutMethod', 'PutIntegration'],
    ...['CreateDeployment', 'CreateStage'],
  ]);
  assert.deepEqual(
    trail.filter(({ raw }) => anonymous(raw)).map(({ raw }) => raw.eventName),
    ['ListObjects', 'ListObjects', 'HeadObject', 'GetObject'],
  );
  for (const { raw } of trail) {
    assert.equal(raw.eventVersion, '1.11');
    assert.equal(raw.recipientAccountId, '000000000000');
  }
  const calls = found.filter(({ kind }) => kind === 'access-log');
  assert.deepEqual(
    calls.map(({ raw }) => [raw.eventName, anonymous(raw), at(raw, 'requestParameters.path'), raw.sourceIPAddress]),
    [
      ['Invoke', true, '/prod/test', '127.0.0.1'],
      ['Invoke', true, '/prod/users', '127.0.0.1'],
    ],
  );
  assert.equal(new Set(found.map(({ id }) => id)).size, found.length);

  await playAttacks(opened);
  const again = await records(opened);
  assert.equal(again.length, 2 * found.length + 1, 'the API of the first round is removed');
  assert.equal(new Set(again.map(({ id }) => id)).size, again.length);
});

test('a download without credentials, as CloudTrail tells it', async (t) => {
  const opened = await lab(t);
  await opened.deploy('leaky-bucket');
  await fetchText('GET', `${opened.url}/${bucket}/README.txt`, { 'user-agent': 'curl/8.14.1' });
  const raw = (await records(opened)).at(-1)?.raw as Document;
  const { eventTime, requestID, eventID, sharedEventID, additionalEventData, ...rest } = raw;
  assert.match(String(eventTime), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.match(String(requestID), /^[0-9A-Z]{16}$/);
  assert.match(`${eventID} ${sharedEventID}`, /^[0-9a-f-]{36} [0-9a-f-]{36}$/);
  assert.deepEqual(Object.keys(additionalEventData as object), [
    'bytesTransferredIn',
    'x-amz-id-2',
    'bytesTransferredOut',
  ]);
  assert.deepEqual(rest, {
    eventVersion: '1.11',
    userIdentity: { type: 'AWSAccount', principalId: '', accountId: 'anonymous' },
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    awsRegion: 'us-east-1',
    sourceIPAddress: '127.0.0.1',
    userAgent: '[curl/8.14.1]',
    requestParameters: { bucketName: bucket, Host: new URL(opened.url).host, key: 'README.txt' },
    responseElements: null,
    readOnly: true,
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/README.txt` },
      { accountId: '000000000000', type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` },
    ],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: '000000000000',
    eventCategory: 'Data',
  });
});

test("AWS's own client lists and reads it, page by page", async (t) => {
  const opened = await lab(t);
  await opened.deploy('leaky-bucket');
  const client = new S3Client({
    endpoint: opened.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: '', secretAccessKey: '' },
    signer: { sign: async (request) => request },
  });
  t.after(() => client.destroy());
  const all = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  assert.deepEqual(
    all.Contents?.map(({ Key }) => Key),
    ['README.txt', 'backups/customers-2026-01.csv', 'config/database-credentials.json'],
  );
  const folders = await client.send(new ListObjectsV2Command({ Bucket: bucket, Delimiter: '/' }));
  assert.deepEqual(
    folders.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ['backups/', 'config/'],
  );
  const paged: (string | undefined)[] = [];
  for (let next: string | undefined, more = true; more; ) {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1, ContinuationToken: next }));
    paged.push(page.Contents?.[0]?.Key);
    next = page.NextContinuationToken;
    more = page.IsTruncated ?? false;
  }
  assert.equal(paged.join(), all.Contents?.map(({ Key }) => Key).join());
  const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'config/database-credentials.json' }));
  assert.match((await object.Body?.transformToString()) ?? '', /FAKE/);
  await client.send(new HeadBucketCommand({ Bucket: bucket }));
  const refused = [
    [new GetObjectCommand({ Bucket: bucket, Key: 'no such key' }), 'NoSuchKey'],
    [new GetObjectCommand({ Bucket: 'nobody-owns-this', Key: 'x' }), 'NoSuchBucket'],
    [new PutObjectCommand({ Bucket: bucket, Key: 'x', Body: 'x' }), 'AccessDenied'],
  ] as const;
  for (const [command, name] of refused) await assert.rejects(client.send(command as never), { name });
  const found = await records(opened);
  assert.deepEqual(
    found.slice(6).map(({ raw }) => [raw.eventName, raw.errorCode ?? '']),
    [
      ...Array.from({ length: 5 }, () => ['ListObjects', '']),
      ['GetObject', ''],
      ['HeadBucket', ''],
      ['GetObject', 'NoSuchKey'],
      ['PutObject', 'AccessDenied'],
    ],
  );
  assert.deepEqual(at(found[6]?.raw, 'requestParameters.list-type'), '2');
});

test('an API is reached by host and by path, and its refusals stand in the access log', async (t) => {
  const opened = await lab(t);
  const { ApiId: id = '' } = await opened.deploy('insecure-api');
  const port = new URL(opened.url).port;
  const ways: readonly (readonly [url: string, host: string])[] = [
    [`${opened.url}/prod/test`, `${id}.execute-api.localhost:${port}`],
    [`${opened.url}/prod/test`, `${id}.execute-api.us-east-1.amazonaws.com`],
    [`${opened.url}/_aws/execute-api/${id}/prod/test?x=1`, `localhost:${port}`],
  ];
  for (const [url, host] of ways) assert.match(await fetchText('GET', url, { host }), /Trailhound lab/);
  for (const path of ['/prod/admin', '/prod', '/dev/test'])
    await assert.rejects(fetchText('GET', `${opened.url}/_aws/execute-api/${id}${path}`, {}), /answered 403/);
  await assert.rejects(fetchText('POST', `${opened.url}/_aws/execute-api/nosuchapi0/prod/test`, {}), /answered 403/);
  const calls = (await records(opened)).filter(({ kind }) => kind === 'access-log');
  assert.deepEqual(
    calls.map(({ raw }) => at(raw, 'responseElements.status')),
    [200, 200, 200, 403, 403],
  );
  assert.deepEqual([calls[2]?.raw.awsRegion, calls[3]?.raw.errorCode], ['us-east-1', 'AccessDenied']);
});

test('files have the keys of a real data lake and come a moment after the calls, whole', async (t) => {
  const clock = virtualClock(Date.UTC(2026, 10, 24, 23, 59, 59));
  const opened = await lab(t, clock);
  await opened.deploy('leaky-bucket');
  const { ApiId: id = '' } = await opened.deploy('insecure-api');
  await fetchText('GET', `${opened.url}/_aws/execute-api/${id}/prod/users`, {});
  await clock.advance(1000);
  assert.deepEqual(keys(opened.dataLake), []);
  await clock.advance(1000);
  await opened.flush();
  const [trail = '', log = '', ...more] = keys(opened.dataLake);
  assert.deepEqual(more, []);
  assert.match(
    trail,
    /^AWSLogs\/000000000000\/CloudTrail\/us-east-1\/2026\/11\/25\/000000000000_CloudTrail_us-east-1_20261125T0000Z_[0-9A-Z]{16}\.json\.gz$/,
  );
  assert.equal(parseObjectKey(trail)?.deliveredAt, Date.UTC(2026, 10, 25));
  assert.match(log, new RegExp(`^apigateway-access-logs/${id}/prod/2026/11/25/[^/]+\\.jsonl\\.gz$`));
});

test('closed to web pages, to signatures and to a bucket that blocks the public', async (t) => {
  const opened = await lab(t);
  await opened.deploy('leaky-bucket');
  const url = `${opened.url}/${bucket}/README.txt`;
  const before = (await records(opened)).length;
  await assert.rejects(fetchText('GET', url, { host: 'evil.example' }), /403/);
  await assert.rejects(fetchText('GET', url, { origin: 'https://evil.example' }), /403/);
  await assert.rejects(fetchText('GET', url, { authorization: 'AWS4-HMAC-SHA256 x' }), /InvalidAccessKeyId/);
  await assert.rejects(fetchText('GET', `${opened.url}/`, {}), /AccessDenied/);
  assert.equal((await records(opened)).length, before);
  await opened.remove('leaky-bucket');
  await assert.rejects(fetchText('GET', url, {}), /NoSuchBucket/);
});

test('attacks can be reverted, and unknown stacks are refused by name', async (t) => {
  const opened = await lab(t);
  for (const attack of attacks) {
    const made = await attack.warmUp(opened);
    await attack.detonate(opened, made);
    await attack.revert(opened);
    await assert.rejects(attack.detonate(opened, made));
  }
  await assert.rejects(opened.deploy('nothing'), /has no stack "nothing"; it has leaky-bucket, insecure-api/);
});

test('a taken port is another one, unless it was asked for', async (t) => {
  const first = await lab(t);
  const port = Number(new URL(first.url).port);
  const dir = mkdtempSync(join(tmpdir(), 'lab-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  await assert.rejects(openLab({ dir, clock: systemClock, log: keptLog(), port }), /cannot listen on port/);
});
