import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../base/clock.ts';
import { follow, keptLedger, keptOptions, readAll } from './source.suite.ts';
import type { SourceOptions } from './source.ts';
import { openDesk, openTestQueue, putWhole, settledCount } from './sqs.suite.ts';
import { openSqsSource } from './sqs.ts';
import type { Fate } from './sqs-gateway.suite.ts';

/** A queue that fails: the lab's, with a bad way to it. */

const quick = { timeout: 60_000 };
const keys = ['a.json', 'b.json', 'c.json'];
const all = { visible: 0, hidden: 0 };

async function desk(t: Parameters<typeof openDesk>[0]) {
  const opened = await openDesk(t, 'lake', { VisibilityTimeout: '5' });
  const { gateway } = opened;
  return {
    ...opened,
    putAll: async () => {
      for (const key of keys) await putWhole(opened.client, 'lake', key, Buffer.from(key));
    },
    open: (options: SourceOptions, name = 'lake') =>
      openSqsSource(`sqs://${name}`, { ...options, clock: systemClock, endpointUrl: gateway.url, againMs: 1000 }),
  };
}

for (const [title, fate] of [
  ['throttling', { status: 400, code: 'RequestThrottled' }],
  ['500 InternalError', { status: 500, code: 'InternalError' }],
  ['503', { status: 503, code: 'ServiceUnavailable' }],
  ['a cut connection', 'cut'],
  ['an answer that does not arrive', 'deafen'],
] as readonly (readonly [string, Fate])[]) {
  test(`${title} passes: everything is read, each once`, quick, async (t) => {
    const { gateway, queue, putAll, open } = await desk(t);
    await putAll();
    const seen = new Map<string, number>();
    gateway.fate = ({ name }) => {
      const nth = (seen.get(name) ?? 0) + 1;
      seen.set(name, nth);
      // What was received and did not arrive is hidden until its time: once is enough.
      return name !== '' && nth <= (fate === 'deafen' ? 1 : 2) ? fate : 'pass';
    };
    const options = keptOptions(false);
    const reader = follow(open(options));
    const read: string[] = [];
    for (const _ of keys) {
      const delivery = await reader.next(25_000);
      read.push(delivery.key);
      await delivery.ack();
    }
    assert.deepEqual(read.sort(), keys);
    assert.deepEqual(await settledCount(queue, all), all);
    await reader.stop();
    assert.deepEqual(options.told, []);
  });
}

test('a queue that is not there is named with what to check; watching goes on when it is made', quick, async (t) => {
  const { lab, open } = await desk(t);
  const words = /there is no queue "missing" that the credentials may see: check name, account and region/;
  await assert.rejects(readAll(open(keptOptions(true), 'missing')), { code: 'source-failed', message: words });
  const options = keptOptions(false);
  const reader = follow(open(options, 'missing'));
  await reader.none(2500);
  const made = await openTestQueue(lab.url, 'missing');
  t.after(() => made.close());
  await made.send(JSON.stringify({ s3Bucket: 'lake', s3ObjectKey: ['a.json'] }));
  await (await reader.next(15_000)).ack();
  await reader.stop();
  assert.equal(options.told.length, 1, options.told.join('\n'));
  assert.match(options.told[0] ?? '', words);
});

test('a refusal names the rights that are missing', quick, async (t) => {
  const { gateway, open } = await desk(t);
  for (const refused of ['GetQueueUrl', 'ReceiveMessage']) {
    gateway.fate = ({ name }) => (name === refused ? { status: 403, code: 'AccessDeniedException' } : 'pass');
    await assert.rejects(readAll(open(keptOptions(true))), {
      code: 'forbidden',
      message:
        /"lake" cannot be read \(AccessDeniedException\): the credentials need sqs:ReceiveMessage, .* on arn:aws:sqs:/,
    });
  }
  gateway.fate = () => ({ status: 403, code: 'InvalidClientTokenId' });
  await assert.rejects(readAll(open(keptOptions(true))), { message: /the credentials are wrong/ });
  gateway.fate = () => ({ status: 403, code: 'ExpiredToken' });
  await assert.rejects(readAll(open(keptOptions(true))), { message: /have expired: log in again/ });
});

test('its facts may be withheld: it is read all the same', quick, async (t) => {
  const { gateway, putAll, open } = await desk(t);
  await putAll();
  gateway.fate = ({ name }) =>
    name === 'GetQueueAttributes' ? { status: 403, code: 'AccessDeniedException' } : 'pass';
  assert.equal((await readAll(open(keptOptions(true)))).length, 3);
});

test('no region is said as such', quick, async () => {
  const kept = { ...process.env };
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SQS'])
    delete process.env[name];
  process.env.AWS_CONFIG_FILE = '/nowhere';
  try {
    const source = openSqsSource('sqs://lake', { ...keptOptions(true), clock: systemClock });
    await assert.rejects(readAll(source), { code: 'source-failed', message: /region is not known: give --region/ });
  } finally {
    delete process.env.AWS_CONFIG_FILE;
    Object.assign(process.env, kept);
  }
});

test('no credentials are said as such', quick, async () => {
  const kept = { ...process.env };
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) delete process.env[name];
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nowhere',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  });
  try {
    const source = openSqsSource('sqs://lake', { ...keptOptions(true), clock: systemClock, region: 'eu-west-1' });
    await assert.rejects(readAll(source), { code: 'source-failed', message: /no AWS credentials were found/ });
  } finally {
    for (const name of ['AWS_EC2_METADATA_DISABLED', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
      delete process.env[name];
    Object.assign(process.env, kept);
  }
});

test('a network that goes and comes back is told once, and nothing is lost', { timeout: 90_000 }, async (t) => {
  const { gateway, queue, client, open } = await desk(t);
  const options = keptOptions(false);
  const reader = follow(open(options));
  await putWhole(client, 'lake', 'a.json', Buffer.from('a'));
  const open1 = await reader.next();
  gateway.fate = () => 'cut';
  await open1.ack();
  await putWhole(client, 'lake', 'b.json', Buffer.from('b'));
  // Longer than the tries of one request take.
  await reader.none(10_000);
  gateway.fate = () => 'pass';
  const delivery = await reader.next(30_000);
  assert.equal(delivery.key, 'b.json');
  await delivery.ack();
  assert.deepEqual(await settledCount(queue, all), all);
  await reader.stop();
  // One for receiving, one for deleting, one for hiding: each told once.
  assert.ok(options.told.length >= 1 && options.told.length <= 3, options.told.join('\n'));
});

test('a deletion that is refused is told once, and what was stored is not read again', quick, async (t) => {
  const { gateway, queue, putAll, open } = await desk(t);
  await putAll();
  gateway.fate = ({ name }) =>
    name === 'DeleteMessageBatch' ? { status: 403, code: 'AccessDeniedException' } : 'pass';
  const options = keptOptions(false, keptLedger());
  const reader = follow(open(options));
  for (const _ of keys) await (await reader.next()).ack();
  await reader.none(7000);
  assert.equal(options.told.length, 1, options.told.join('\n'));
  assert.match(options.told[0] ?? '', /does not let messages be deleted.*sqs:DeleteMessage/);
  gateway.fate = () => 'pass';
  assert.deepEqual(await settledCount(queue, all, 25_000), all);
  await reader.stop();
});
