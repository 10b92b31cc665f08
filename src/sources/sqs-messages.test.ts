import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { systemClock } from '../base/clock.ts';
import { follow, keptLedger, keptOptions, readAll } from './source.suite.ts';
import type { Delivery, Skipped } from './source.ts';
import { openDesk, openTestQueue, putWhole, settledCount } from './sqs.suite.ts';
import { openSqsSource, type SqsOptions } from './sqs.ts';

/** What becomes of each message, against the lab's SQS and S3. */

const quick = { timeout: 60_000 };
const bytes = (content: string): Uint8Array => Buffer.from(content);
const content = async (delivery: Delivery): Promise<string> => Buffer.from(await delivery.read()).toString();
const told = (...keys: string[]): string =>
  JSON.stringify({
    Records: keys.map((key) => ({
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: '2026-01-01T00:00:00.000Z',
      s3: { bucket: { name: 'lake' }, object: { key: encodeURIComponent(key), eTag: `e-${key}` } },
    })),
  });

async function desk(t: TestContext, attributes = {}) {
  const { lab, client, gateway, ...rest } = await openDesk(t, 'lake', attributes);
  const base: Omit<SqsOptions, 'problem' | 'ledger' | 'once'> = {
    clock: systemClock,
    endpointUrl: gateway.url,
    againMs: 1000,
  };
  return {
    ...rest,
    lab,
    gateway,
    client,
    put: (key: string, text = key) => putWhole(client, 'lake', key, bytes(text)),
    open: (options: Pick<SqsOptions, 'problem' | 'ledger' | 'once' | 'skipped' | 'sharing'>) =>
      openSqsSource('sqs://lake', { ...base, ...options }),
  };
}

test('the test message is deleted and told once; digests and other names are counted and deleted', quick, async (t) => {
  const { queue, put, open } = await desk(t);
  await queue.send(JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'lake' }));
  await queue.send(JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'lake' }));
  await queue.send(told('AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/01/digest.json.gz'));
  await queue.send(told('readme.txt', 'folder/'));
  await put('a.json');
  const skipped: Skipped[] = [];
  const options = keptOptions(true);
  const read = await readAll(open({ ...options, skipped: (one) => void skipped.push(one) }));
  assert.deepEqual(read, [['a.json', 'a.json']]);
  assert.deepEqual(skipped.map(({ reason, files }) => `${reason} ${files}`).sort(), ['digest 1', 'other-name 1']);
  assert.deepEqual(options.told, ['sqs://lake: S3 sent its test message: all is well']);
  assert.deepEqual(await queue.count(), { visible: 0, hidden: 0 });
});

test(
  'a message that names several objects is deleted when all are stored, and comes again for those that are not',
  quick,
  async (t) => {
    const { queue, put, open } = await desk(t);
    for (const key of ['a.json', 'b.json', 'c.json']) await put(key);
    await queue.drop();
    await queue.send(told('a.json', 'b.json', 'c.json'));
    const ledger = keptLedger();
    const seen: string[] = [];
    for await (const delivery of open(keptOptions(true, ledger)).deliveries(AbortSignal.timeout(30_000))) {
      seen.push(delivery.key);
      if (delivery.key === 'b.json' && seen.length < 4) await delivery.nack('try-again');
      else await delivery.ack();
    }
    assert.deepEqual(seen, ['a.json', 'b.json', 'c.json', 'b.json'], 'what was stored is not delivered again');
    assert.deepEqual(await queue.count(), { visible: 0, hidden: 0 });
  },
);

test('one file that is told twice, and one that the ledger knows, is delivered once', quick, async (t) => {
  const { queue, put, open } = await desk(t);
  await put('a.json');
  await queue.drop();
  for (let times = 0; times < 3; times++) await queue.send(told('a.json', 'a.json'));
  const ledger = keptLedger();
  assert.equal((await readAll(open(keptOptions(true, ledger)))).length, 1);
  await queue.send(told('a.json'));
  assert.deepEqual(await readAll(open(keptOptions(true, ledger))), []);
  assert.deepEqual(await queue.count(), { visible: 0, hidden: 0 });
});

test('an event that is a record is delivered as it came', quick, async (t) => {
  const { queue, open } = await desk(t);
  const event = '{"detail-type":"AWS API Call via CloudTrail","detail":{"eventID":"x","big":12345678901234567890}}';
  const id = await queue.send(JSON.stringify({ Type: 'Notification', Message: event }));
  const [first, ...more] = await readAll(open(keptOptions(true)));
  assert.deepEqual([first, more], [[id, event], []]);
  assert.deepEqual(await queue.count(), { visible: 0, hidden: 0 });
});

test('foreign messages stay, hidden, told once each by what they are and counted', quick, async (t) => {
  const { queue, gateway, put, open } = await desk(t);
  const id = await queue.send('hello');
  await queue.send('{"Records":[]}');
  await put('a.json');
  const skipped: Skipped[] = [];
  const options = keptOptions(false);
  const reader = follow(open({ ...options, skipped: (one) => void skipped.push(one) }));
  await (await reader.next()).ack();
  await reader.none(2500);
  assert.deepEqual(await settledCount(queue, { visible: 0, hidden: 2 }), { visible: 0, hidden: 2 });
  assert.equal(options.told.length, 2);
  assert.ok(
    options.told.some((one) => one.includes(id) && /not JSON: it is left in the queue/.test(one)),
    options.told.join(),
  );
  assert.equal(
    gateway.calls.filter((call) => call === 'ChangeMessageVisibilityBatch').length <= 2,
    true,
    'it does not spin',
  );
  await reader.stop();
  assert.equal(skipped.find(({ reason }) => reason === 'foreign-message')?.files, 2);
  assert.equal((await queue.count()).hidden, 2);
});

test('what is in work stays hidden as long as it takes', quick, async (t) => {
  const { queue, put, open } = await desk(t, { VisibilityTimeout: '2' });
  await put('slow.json');
  const reader = follow(open(keptOptions(false)));
  const delivery = await reader.next();
  // Another process, which would get it as soon as it is shown.
  const other = follow(open(keptOptions(false)));
  await other.none(7000);
  await delivery.ack();
  assert.deepEqual(await settledCount(queue, { visible: 0, hidden: 0 }), { visible: 0, hidden: 0 });
  await reader.stop();
  await other.stop();
});

test('a stop puts everything in hand back at once', quick, async (t) => {
  const { queue, put, open } = await desk(t);
  const keys = Array.from({ length: 25 }, (_, index) => `${index}.json`);
  for (const key of keys) await put(key);
  const ledger = keptLedger();
  const stop = new AbortController();
  let deliveries = 0;
  for await (const delivery of open(keptOptions(false, ledger)).deliveries(stop.signal)) {
    deliveries += 1;
    if (deliveries === 1) await delivery.ack();
    else stop.abort();
  }
  assert.equal(deliveries, 2);
  assert.deepEqual(await queue.count(), { visible: 24, hidden: 0 });
  assert.equal((await readAll(open(keptOptions(true, ledger)))).length, 24);
});

test('a file that cannot be read comes again, and goes to the dead letters by the redrive policy', quick, async (t) => {
  const { queue, dead, gateway, put, open } = await desk(t, { maxReceiveCount: 2 });
  gateway.fate = ({ path }) => (path.includes('secret.json') ? { status: 403, code: 'AccessDenied' } : 'pass');
  await queue.send(told('secret.json'));
  await put('good.json');
  const reader = follow(open(keptOptions(false)));
  const failures: string[] = [];
  for (let deliveries = 0; deliveries < 3; deliveries++) {
    const delivery = await reader.next(15_000);
    await content(delivery).then(
      () => delivery.ack(),
      async (error: Error) => {
        failures.push(error.message);
        await delivery.nack('try-again');
      },
    );
  }
  assert.equal(failures.length, 2);
  assert.match(failures[0] ?? '', /s3:\/\/lake\/secret\.json.*s3:GetObject on arn:aws:s3:::lake/);
  await reader.none(4000);
  await reader.stop();
  assert.deepEqual(await dead.peek(), [told('secret.json')]);
  assert.deepEqual(await queue.count(), { visible: 0, hidden: 0 });
});

test('with once, what fails again and again is given up and left in the queue', quick, async (t) => {
  const { queue, put, open } = await desk(t);
  await put('bad.json');
  const options = keptOptions(true);
  let deliveries = 0;
  for await (const delivery of open(options).deliveries(AbortSignal.timeout(55_000))) {
    deliveries += 1;
    await delivery.nack('try-again');
  }
  assert.equal(deliveries, 5);
  assert.match(options.told.join('\n'), /sqs:\/\/lake message .*given up after 5 tries/);
  assert.equal((await queue.count()).hidden, 1);
});

test('an object that is gone is told, and its message deleted', quick, async (t) => {
  const { queue, client, put, open } = await desk(t);
  await put('a.json');
  await client.send(new DeleteObjectCommand({ Bucket: 'lake', Key: 'a.json' }));
  const options = keptOptions(true);
  for await (const delivery of open(options).deliveries(AbortSignal.timeout(20_000))) {
    await assert.rejects(delivery.read(), { code: 'not-found' });
    await delivery.nack('try-again');
  }
  assert.deepEqual(options.told, ['s3://lake/a.json: was gone before it could be read']);
  assert.deepEqual(await queue.count(), { visible: 0, hidden: 0 });
});

test('two readers share a queue: each file is one of theirs', quick, async (t) => {
  const { queue, put, open } = await desk(t);
  const keys = Array.from({ length: 120 }, (_, index) => `${index}.json`);
  for (const key of keys) await put(key);
  const read = async (): Promise<string[]> => {
    const seen: string[] = [];
    for await (const delivery of open(keptOptions(true)).deliveries(AbortSignal.timeout(30_000))) {
      await delivery.read();
      seen.push(delivery.key);
      await delivery.ack();
    }
    return seen;
  };
  const [one, two] = await Promise.all([read(), read()]);
  assert.deepEqual([...one, ...two].sort(), [...keys].sort());
  assert.ok(one.length > 10 && two.length > 10, `${one.length} and ${two.length}`);
  assert.deepEqual(await queue.count(), { visible: 0, hidden: 0 });
});

test('where rules look at earlier events, one that is not to read stands by', quick, async (t) => {
  const { queue, put, open } = await desk(t);
  await put('a.json');
  let leaveMs = Number.POSITIVE_INFINITY;
  const sharing = { join: async () => ({ leaveMs: () => leaveMs, leave: () => undefined }) };
  const once = { ...keptOptions(true), sharing };
  assert.deepEqual(await readAll(open(once)), []);
  assert.match(once.told[0] ?? '', /another process reads it/);
  const reader = follow(open({ ...keptOptions(false), sharing }));
  await reader.none(1500);
  assert.deepEqual(await queue.count(), { visible: 1, hidden: 0 });
  leaveMs = 120_000;
  await (await reader.next()).ack();
  await reader.stop();
});

test('a queue is found by URL and ARN too', quick, async (t) => {
  const { lab, queue, put } = await desk(t);
  const elsewhere = await openTestQueue(lab.url, 'elsewhere');
  t.after(() => elsewhere.close());
  for (const uri of [`${lab.url}/000000000000/lake`, queue.arn]) {
    await put('a.json', uri);
    const source = openSqsSource(uri, { ...keptOptions(true), clock: systemClock, endpointUrl: lab.url });
    assert.equal(source.name, uri);
    assert.deepEqual(await readAll(source), [['a.json', uri]]);
  }
});
