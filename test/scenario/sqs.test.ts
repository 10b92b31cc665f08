import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { motoProgram, motoSkip, startMoto } from '../../src/aws/moto.suite.ts';
import { announcing, openDesk, openTestQueue, settledCount, type TestQueue } from '../../src/sources/sqs.suite.ts';
import { type Program, run, serve, temporaryFolder, until } from '../program.ts';
import { deliver, makeFeed, randomFrom, s3Record } from '../records.ts';

/** A data lake that a queue tells of, through the real program: against the lab, killed in mid-queue, and against moto. */

const empty = { visible: 0, hidden: 0 };
const getObject = 'S3 GetObject from Anonymous Principal';

/** Uploads a trail file with these records; answers its key. */
async function upload(client: S3Client, folder: string, records: readonly unknown[]): Promise<string> {
  const path = deliver(folder, records);
  const key = relative(folder, path);
  await client.send(new PutObjectCommand({ Bucket: 'lake', Key: key, Body: readFileSync(path) }));
  return key;
}

async function count(program: Program): Promise<number> {
  const { body } = await program.call('GET', '/wazuh-alerts-4.x-*/_count');
  return body.count ?? 0;
}

/** Events counted in all alerts of the guide's monitor of anonymous reads. */
async function alerted(program: Program): Promise<number> {
  const { body } = await program.call('GET', '/_plugins/_alerting/monitors/alerts?size=1000');
  return body.alerts
    .filter((alert: { monitor_name: string }) => alert.monitor_name === getObject)
    .reduce((sum: number, alert: { trailhound: { total: number } }) => sum + alert.trailhound.total, 0);
}

const reaches = (number: number, ask: () => Promise<number>) => async (): Promise<true | undefined> =>
  (await ask()) >= number ? true : undefined;

test('a trail file that a queue announces raises an alert', { timeout: 120_000 }, async (t) => {
  const { lab, client, queue } = await openDesk(t, 'lake');
  const folder = temporaryFolder(t);
  const first = s3Record(1, 'GetObject', 'anonymous');
  const key = await upload(client, folder, [first, s3Record(2, 'GetObject', 'user')]);
  await queue.send('not for this program');

  const source = ['--endpoint-url', lab.url, '--region', 'us-east-1', '--data', join(folder, 'data')];
  const program = await serve([...source, '--source', 'sqs://lake']);
  t.after(() => program.stop());
  await until(
    'the alert',
    reaches(1, () => alerted(program)),
  );
  await upload(client, folder, [s3Record(3, 'GetObject', 'anonymous'), first]);
  await until(
    'the alert to grow',
    reaches(2, () => alerted(program)),
  );
  // EventBridge is quicker than the trail, and may tell what it tells.
  const called = s3Record(4, 'PutBucketAcl', 'user', { eventCategory: 'Management', managementEvent: true });
  await queue.send(JSON.stringify({ 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.s3', detail: called }));
  await until(
    'the event of EventBridge',
    reaches(4, () => count(program)),
  );
  await upload(client, folder, [called, s3Record(5, 'GetObject', 'user')]);
  await until(
    'the file with it',
    reaches(5, () => count(program)),
  );
  assert.equal(await count(program), 5);

  const found = await program.call('POST', '/wazuh-alerts-4.x-*/_search', {
    query: { term: { 'data.aws.eventID': String(first.eventID) } },
  });
  const { bucket, key: told, version } = found.body.hits.hits[0]._source.trailhound.source;
  assert.deepEqual([bucket, told, /^[0-9a-f]{32}$/.test(version)], ['lake', key, true]);
  const status = (await program.call('GET', '/_trailhound/status')).body;
  const shown = status.sources.find(({ name }: { name: string }) => name === 'sqs://lake');
  assert.equal(shown.state, 'watching');
  assert.equal(shown.skipped['foreign-message'], 1);
  assert.match(JSON.stringify((await program.call('GET', '/_trailhound/problems')).body), /left in the queue/);
  assert.deepEqual(await settledCount(queue, { visible: 0, hidden: 1 }), { visible: 0, hidden: 1 });
  assert.equal(await program.stop(), 0);

  const again = JSON.parse((await run(['ingest', 's3://lake', ...source, '--json'])).out);
  assert.deepEqual([again.files, again.events], [0, 0], 'the bucket holds nothing that the queue did not tell');
  const missing = await run(['ingest', 'sqs://nowhere', ...source, '--json']);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /there is no queue "nowhere"/);
});

const kills = 12;

test(`the program is killed ${kills} times in mid-queue: nothing is lost or doubled`, {
  timeout: 400_000,
}, async (t) => {
  const seed = Number(process.env.TRAILHOUND_SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`seed ${seed} (set TRAILHOUND_SEED to repeat it)`);
  const random = randomFrom(seed);
  // What a killed process had in hand comes back after two seconds instead of sixty.
  const { lab, client, queue } = await openDesk(t, 'lake', { VisibilityTimeout: '2' });
  const folder = temporaryFolder(t);
  const uploaded = new Set<string>();
  const { counts, feed } = makeFeed(folder, random, 40);
  const feedQueue = async (files: number): Promise<void> => {
    feed(files);
    for (const path of (await listed(folder)).filter((one) => !uploaded.has(one))) {
      uploaded.add(path);
      const Key = relative(folder, path);
      await client.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: readFileSync(path) }));
    }
  };
  const data = temporaryFolder(t);
  const start = (): Promise<Program> =>
    serve(['--endpoint-url', lab.url, '--region', 'us-east-1', '--data', data, '--source', 'sqs://lake']);
  let killedAtWork = 0;
  for (let round = 0; round < kills; round++) {
    await feedQueue(30);
    const program = await start();
    await new Promise((done) => setTimeout(done, random() * 900));
    await program.kill();
    const left = await queue.count();
    if (left.hidden > 0) killedAtWork++;
  }
  const program = await start();
  t.after(() => program.stop());
  await until(
    'every event',
    reaches(counts.number, () => count(program)),
    60_000,
  );
  assert.equal(await count(program), counts.number, 'each record is one document');
  await until(
    'every anonymous read in an alert',
    reaches(counts.anonymous, () => alerted(program)),
    60_000,
  );
  assert.equal(await alerted(program), counts.anonymous, 'each is counted once');
  assert.deepEqual(await settledCount(queue, empty, 20_000), empty);
  assert.ok(killedAtWork > 0, 'no kill hit messages in hand');
  t.diagnostic(
    `${uploaded.size} files, ${counts.number} records; ${killedAtWork} of ${kills} kills left messages in hand`,
  );
});

async function listed(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.json.gz')).map((name) => join(folder, name));
}

test("moto's S3, SNS and SQS tell what they write, and what was deleted since", {
  skip: motoSkip,
  timeout: 120_000,
}, async (t) => {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_REGION: 'us-east-1',
  });
  const moto = await startMoto();
  t.after(() => moto.stop());
  const { client, endpointUrl } = moto;
  const folder = temporaryFolder(t);
  await client.send(new CreateBucketCommand({ Bucket: 'lake' }));
  await client.send(new CreateBucketCommand({ Bucket: 'unwatched' }));
  const Status = 'Enabled';
  await client.send(new PutBucketVersioningCommand({ Bucket: 'unwatched', VersioningConfiguration: { Status } }));
  const queue = await openTestQueue(endpointUrl, 'lake');
  t.after(() => queue.close());
  await client.send(announcing('lake', queue.arn));
  await upload(client, folder, [s3Record(1, 'GetObject', 'anonymous')]);
  await deletedSince(client, queue);
  const odd = 'ü +%20/日本 🐕.json';
  const Body = JSON.stringify({ Records: [s3Record(3, 'GetObject', 'anonymous')] });
  await client.send(new PutObjectCommand({ Bucket: 'lake', Key: odd, Body }));
  await bySns(endpointUrl, client, queue);

  const source = ['--endpoint-url', endpointUrl, '--data', join(folder, 'data'), '--json'];
  const { code, out, err } = await run(['ingest', 'sqs://lake', ...source]);
  assert.equal(code, 0, err);
  const summary = JSON.parse(out);
  // The file of the topic was told twice: S3 named its version, CloudTrail does not.
  assert.deepEqual([summary.files, summary.events, summary.duplicates], [5, 4, 1], out);
  assert.match(out, /S3 sent its test message/);
  assert.deepEqual(await settledCount(queue, empty), empty);
});

/** A file that is gone, but for the version that was told. Of versions moto's own notifications do not tell, as S3's do. */
async function deletedSince(client: S3Client, queue: TestQueue): Promise<void> {
  const key = 'deleted.json';
  const Body = JSON.stringify({ Records: [s3Record(2, 'GetObject', 'anonymous')] });
  const { VersionId: versionId } = await client.send(new PutObjectCommand({ Bucket: 'unwatched', Key: key, Body }));
  assert.ok(versionId);
  await client.send(new DeleteObjectCommand({ Bucket: 'unwatched', Key: key }));
  const s3 = { bucket: { name: 'unwatched' }, object: { key, versionId, eTag: 'e' } };
  await queue.send(JSON.stringify({ Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }] }));
}

/** A file of which a topic tells the queue. */
async function bySns(endpoint: string, client: S3Client, queue: TestQueue): Promise<void> {
  const aws = async (...words: string[]): Promise<Record<string, string>> => {
    const args = ['--endpoint-url', endpoint, '--region', 'us-east-1', '--output', 'json', 'sns', ...words];
    const { stdout } = await promisify(execFile)(join(dirname(motoProgram), 'aws'), args);
    return JSON.parse(stdout || '{}');
  };
  const { TopicArn = '' } = await aws('create-topic', '--name', 'told');
  await aws('subscribe', '--topic-arn', TopicArn, '--protocol', 'sqs', '--notification-endpoint', queue.arn);
  const Key = 'by-sns.json';
  const Body = JSON.stringify({ Records: [s3Record(4, 'GetObject', 'anonymous')] });
  await client.send(new PutObjectCommand({ Bucket: 'lake', Key, Body }));
  const message = { s3Bucket: 'lake', s3ObjectKey: [Key] };
  await aws('publish', '--topic-arn', TopicArn, '--message', JSON.stringify(message));
}
