import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { systemClock } from '../base/clock.ts';
import { at, type Document } from '../base/document.ts';
import { keptLog } from '../base/log.ts';
import { anonymous } from '../trail/identity.ts';
import { administrator, analyst, stranger } from './caller.ts';
import { fetchText } from './http-call.ts';
import { admin, attacksFile, keysOf, recordsOf, s3, startLab, templates } from './lab.suite.ts';
import { openLab } from './lab.ts';
import { playSteps, playUntilReverted } from './play.ts';
import { readAttacks } from './read-attacks.ts';
import { signHeaders } from './signature.ts';

const bucket = 'delete-me-projectx-leaky-bucket';
const blockOff =
  '<PublicAccessBlockConfiguration><BlockPublicAcls>false</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>';

test("the guide's attacks leave what AWS would write, in the order of AWS", async (t) => {
  const lab = await startLab(t);
  const target = { url: lab.url, templates, clock: systemClock };
  const { value, problems } = readAttacks(readFileSync(attacksFile, 'utf8'), 'attacks.yaml');
  assert.deepEqual(problems, []);
  assert.ok(value.length >= 15 && value.every(({ twin }) => twin !== undefined));
  for (const play of value.slice(0, 2)) await playUntilReverted(target, play);
  const found = await recordsOf(lab);
  const trail = found.filter(
    ({ kind, raw }) => kind === 'cloudtrail' && !/Stack|StartLogging/.test(String(raw.eventName)),
  );
  const made = ['PutMethod', 'PutMethodResponse', 'PutIntegration', 'PutIntegrationResponse'];
  assert.deepEqual(
    trail.map(({ raw }) => raw.eventName),
    [
      ...['CreateBucket', 'PutBucketPublicAccessBlock', 'PutBucketOwnershipControls', 'PutBucketPolicy'],
      ...['PutObject', 'PutObject', 'ListObjects', 'HeadObject', 'GetObject'],
      ...['CreateRestApi', 'CreateResource', 'CreateResource', ...made, ...made],
      ...['CreateDeployment', 'CreateStage', 'UpdateStage'],
    ],
  );
  assert.deepEqual(
    trail.filter(({ raw }) => anonymous(raw)).map(({ raw }) => raw.eventName),
    ['ListObjects', 'HeadObject', 'GetObject'],
  );
  for (const { raw } of trail.filter(({ raw }) => raw.managementEvent === true)) {
    assert.equal(at(raw, 'userIdentity.invokedBy'), 'cloudformation.amazonaws.com', String(raw.eventName));
    assert.deepEqual(
      [raw.sourceIPAddress, raw.userAgent],
      ['cloudformation.amazonaws.com', 'cloudformation.amazonaws.com'],
    );
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
});

test('a download without credentials, as CloudTrail tells it', async (t) => {
  const lab = await startLab(t);
  await lab.deploy('leaky', templates.get('leaky-bucket') ?? '');
  await s3(lab, admin, `PUT /${bucket}/README.txt`, 'FAKE');
  await fetchText('GET', `${lab.url}/${bucket}/README.txt`, { 'user-agent': 'curl/8.14.1' });
  const raw = (await recordsOf(lab)).at(-1)?.raw as Document;
  const { eventTime, requestID, eventID, sharedEventID, additionalEventData, ...rest } = raw;
  assert.match(String(eventTime), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.match(String(requestID), /^[0-9A-Z]{16}$/);
  assert.match(`${eventID} ${sharedEventID}`, /^[0-9a-f-]{36} [0-9a-f-]{36}$/);
  assert.deepEqual(Object.keys(additionalEventData as object), [
    'SSEApplied',
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
    requestParameters: { bucketName: bucket, Host: new URL(lab.url).host, key: 'README.txt' },
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

test('who may do what: policy, ACL and blocks decide', async (t) => {
  const lab = await startLab(t, { trail: false });
  const status = async (as: Parameters<typeof s3>[1], call: string, body = '', headers = {}): Promise<number> =>
    (await s3(lab, as, call, body, headers)).status;
  const open = (action: string, resource: string): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: '*', Action: action, Resource: resource },
    });
  assert.equal(await status(admin, 'PUT /gates', '', { 'x-amz-object-ownership': 'ObjectWriter' }), 200);
  assert.equal(await status(admin, 'PUT /gates/k', 'FAKE'), 200);
  const readable = open('s3:GetObject', 'arn:aws:s3:::gates/*');
  assert.equal(await status(admin, 'PUT /gates?policy', readable), 403, 'BlockPublicPolicy');
  assert.equal(await status(admin, 'PUT /gates?acl', '', { 'x-amz-acl': 'public-read' }), 403, 'BlockPublicAcls');
  assert.equal(await status(undefined, 'GET /gates/k'), 403);
  assert.equal(await status(admin, 'PUT /gates?publicAccessBlock', blockOff), 200);
  assert.equal(await status(admin, 'PUT /gates?policy', readable), 204);
  assert.equal(await status(undefined, 'GET /gates/k'), 200);
  assert.equal(await status(undefined, 'GET /gates'), 403);
  assert.equal(await status(undefined, 'GET /gates/missing'), 403, 'a missing key is not told to who may not list');
  assert.equal(await status(stranger, 'GET /gates/k'), 200);
  assert.equal(await status(analyst, 'GET /gates'), 200);
  assert.equal(await status(analyst, 'PUT /gates/k', 'x'), 403);
  const restrict = blockOff.replace('<RestrictPublicBuckets>false', '<RestrictPublicBuckets>true');
  assert.equal(await status(admin, 'PUT /gates?publicAccessBlock', restrict), 200);
  assert.equal(await status(undefined, 'GET /gates/k'), 403, 'RestrictPublicBuckets');
  assert.equal(await status(stranger, 'GET /gates/k'), 403);
  assert.equal(await status(admin, 'PUT /gates?publicAccessBlock', blockOff), 200);
  assert.equal(await status(admin, 'DELETE /gates?policy'), 204);
  assert.equal(await status(admin, 'PUT /gates?acl', '', { 'x-amz-acl': 'public-read' }), 200);
  assert.equal(await status(undefined, 'GET /gates'), 200, 'the ACL opens the list');
  assert.equal(await status(undefined, 'GET /gates/k'), 403, 'and not the object');
  assert.equal(await status(undefined, 'GET /gates/missing'), 404);
  const ignore = blockOff.replace('<IgnorePublicAcls>false', '<IgnorePublicAcls>true');
  assert.equal(await status(admin, 'PUT /gates?publicAccessBlock', ignore), 200);
  assert.equal(await status(undefined, 'GET /gates'), 403, 'IgnorePublicAcls');
});

test('refusals are recorded, what nobody owns is not, and wrong signatures leave nothing', async (t) => {
  const lab = await startLab(t);
  await s3(lab, admin, 'PUT /closed');
  const before = (await recordsOf(lab)).length;
  const wrong = { ...administrator, secretAccessKey: 'wrong' };
  const answers = [
    await s3(lab, undefined, 'GET /nobody-owns-this/x'),
    await s3(lab, wrong, 'GET /closed'),
    await s3(lab, { ...administrator, accessKeyId: 'AKIANOBODYNOBODY0000' }, 'GET /closed'),
    await s3(lab, undefined, 'GET /'),
  ];
  const code = (body: string): string | undefined => /<Code>(\w+)/.exec(body)?.[1];
  assert.deepEqual(
    answers.map(({ status, body }) => [status, code(body)]),
    [
      [404, 'NoSuchBucket'],
      [403, 'SignatureDoesNotMatch'],
      [403, 'InvalidAccessKeyId'],
      [403, 'AccessDenied'],
    ],
  );
  assert.equal((await recordsOf(lab)).length, before);
  await s3(lab, undefined, 'PUT /closed/x', 'y');
  const denied = (await recordsOf(lab)).at(-1)?.raw;
  assert.deepEqual(
    [denied?.eventName, denied?.errorCode, denied?.errorMessage, denied?.responseElements],
    ['PutObject', 'AccessDenied', 'Access Denied', null],
  );
  await assert.rejects(fetchText('GET', `${lab.url}/closed`, { host: 'evil.example' }), /403/);
  await assert.rejects(fetchText('GET', `${lab.url}/closed`, { origin: 'https://evil.example' }), /403/);
});

test('an API is reached by host and by path, and its refusals stand in the access log only', async (t) => {
  const lab = await startLab(t);
  const target = { url: lab.url, templates, clock: systemClock };
  const step = { as: 'admin', headers: {}, body: undefined, save: {}, expect: undefined } as const;
  const { ApiId: id = '' } = await playSteps(target, [{ ...step, service: 'deploy', call: 'insecure-api' }]);
  const port = new URL(lab.url).port;
  const before = (await recordsOf(lab)).filter(({ kind }) => kind === 'cloudtrail').length;
  const ways: readonly (readonly [url: string, host: string])[] = [
    [`${lab.url}/prod/test`, `${id}.execute-api.localhost:${port}`],
    [`${lab.url}/prod/test`, `${id}.execute-api.us-east-1.amazonaws.com`],
    [`${lab.url}/_aws/execute-api/${id}/prod/test?x=1`, `localhost:${port}`],
  ];
  for (const [url, host] of ways) assert.match(await fetchText('GET', url, { host }), /Trailhound lab/);
  for (const path of ['/prod/admin', '/prod', '/dev/test'])
    await assert.rejects(fetchText('GET', `${lab.url}/_aws/execute-api/${id}${path}`, {}), /answered 403/);
  const all = await recordsOf(lab);
  assert.equal(all.filter(({ kind }) => kind === 'cloudtrail').length, before);
  assert.deepEqual(
    all.filter(({ kind }) => kind === 'access-log').map(({ raw }) => at(raw, 'responseElements.status')),
    [200, 200, 200, 403, 403],
  );
});

test("files have the keys of a real data lake, and digests that AWS's rules verify", async (t) => {
  const lab = await startLab(t);
  await s3(lab, admin, 'PUT /digested');
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await lab.digest();
  const keys = keysOf(lab.dataLake);
  const logs = keys.filter((key) => key.includes('/CloudTrail/'));
  const digests = keys.filter((key) => key.includes('/CloudTrail-Digest/'));
  for (const key of logs) {
    assert.match(
      key,
      /^AWSLogs\/000000000000\/CloudTrail\/us-east-1\/\d{4}\/\d\d\/\d\d\/000000000000_CloudTrail_us-east-1_\d{8}T\d{4}Z_[0-9A-Za-z]{16}\.json\.gz$/,
    );
  }
  assert.equal(digests.length, 1);
  const key = digests[0] ?? '';
  assert.match(key, /\/000000000000_CloudTrail-Digest_us-east-1_projectx-trail_us-east-1_\d{8}T\d{6}Z\.json\.gz$/);
  const plain = gunzipSync(readFileSync(join(lab.dataLake, key)));
  const digest = JSON.parse(plain.toString());
  assert.deepEqual(digest.logFiles.map(({ s3Object }: { s3Object: string }) => s3Object).sort(), logs.sort());
  const pem = readFileSync(join(lab.dataLake, '..', 'digest-key.pem'));
  const bucketName = lab.dataLakeBucket;
  const head = await s3(lab, admin, `GET /${bucketName}?list-type=2&prefix=${encodeURIComponent(key)}`);
  assert.match(head.body, /<KeyCount>1</);
  const hash = createHash('sha256').update(plain).digest('hex');
  const signed = `${digest.digestEndTime}\n${bucketName}/${key}\n${hash}\nnull`;
  const signature = await signatureOf(lab.url, `/${bucketName}/${key}`);
  assert.ok(verify('sha256', Buffer.from(signed), createPublicKey(pem), Buffer.from(signature, 'hex')));
  for (const file of digest.logFiles) {
    const log = gunzipSync(readFileSync(join(lab.dataLake, file.s3Object)));
    assert.equal(file.hashValue, createHash('sha256').update(log).digest('hex'));
  }
});

/** The digest's signature, which S3 keeps as metadata. */
async function signatureOf(url: string, path: string): Promise<string> {
  const { host } = new URL(url);
  const sent = { method: 'HEAD', path, rawQuery: '', host, body: '', at: systemClock.now() };
  const answer = await fetch(`${url}${path}`, { method: 'HEAD', headers: signHeaders(administrator, 's3', sent) });
  return answer.headers.get('x-amz-meta-signature') ?? '';
}

test('what was delivered is still in the data lake after a restart', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'lab-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const options = { dir, clock: systemClock, log: keptLog(), port: 0 };
  const first = await openLab(options);
  await first.deploy('projectx-trail', templates.get('trail') ?? '');
  await s3(first, admin, 'PUT /before');
  await first.close();
  const second = await openLab(options);
  t.after(() => second.close());
  await second.deploy('projectx-trail', templates.get('trail') ?? '');
  const listed = await s3(second, admin, 'GET /projectx-security-datalake?list-type=2');
  const again = await s3(second, admin, 'GET /projectx-security-datalake?list-type=2');
  assert.match(`${listed.body}${again.body}`, /AWSLogs\/000000000000\/CloudTrail\/us-east-1/);
});

test('a taken port is another one, unless it was asked for', async (t) => {
  const first = await startLab(t, { trail: false });
  const port = Number(new URL(first.url).port);
  const dir = mkdtempSync(join(tmpdir(), 'lab-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  await assert.rejects(openLab({ dir, clock: systemClock, log: keptLog(), port }), /cannot listen on port/);
});
