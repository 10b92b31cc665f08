import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type Moto, motoSkip, startMoto } from '../aws/moto.suite.ts';
import { systemClock } from '../base/clock.ts';
import { logKey } from '../trail/object-key.ts';
import { openS3Source } from './s3.ts';
import { follow, keptLedger, keptOptions, readAll } from './source.suite.ts';
import type { Skipped, Source, SourceOptions } from './source.ts';

let running: Moto | undefined;
let buckets = 0;
after(() => running?.stop());

interface Lake {
  put(...keys: string[]): Promise<void>;
  open(prefix: string, options: SourceOptions): Source;
}

async function openLake(): Promise<Lake> {
  running ??= await startMoto();
  const { client, endpointUrl } = running;
  const bucket = `layout-${++buckets}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    async put(...keys) {
      for (const key of keys) await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: key }));
    },
    open: (prefix, options) =>
      openS3Source(`s3://${bucket}${prefix}`, { ...options, clock: systemClock, endpointUrl, pollMs: 200 }),
  };
}

const hour = 3_600_000;
const key = (
  account: string,
  region: string,
  hoursAgo: number,
  unique: string,
  more: { prefix?: string; organization?: string } = {},
): string =>
  logKey({ account, region, deliveredAt: Date.now() - hoursAgo * hour, unique: unique.padEnd(16, 'x'), ...more });

describe('S3 layouts', { skip: motoSkip, timeout: 120_000 }, () => {
  test('accounts with regions of their own, an organisation, copies under prefixes and access logs: each object once', async () => {
    const lake = await openLake();
    const logs = [
      key('111111111111', 'us-east-1', 1, 'a'),
      key('111111111111', 'eu-west-1', 30, 'b'),
      key('222222222222', 'ap-south-1', 2, 'c'),
      key('222222222222', 'us-east-1', 24 * 400, 'd'),
      key('333333333333', 'us-west-2', 3, 'e', { organization: 'o-abc123' }),
      key('444444444444', 'us-west-2', 3, 'f', { prefix: 'trails/main' }),
      key('111111111111', 'us-east-1', 1, 'n').replaceAll('CloudTrail', 'CloudTrail-NetworkActivity'),
      'AWSLogs/111111111111/apigateway/2026/01/02/access.jsonl',
      'gateway/2026/01/02/03/access-log-1.json.gz',
      'AWSLogs/odd.json',
      'lying-about.json',
      '.hidden/.dot.json',
    ];
    const skipped = [
      key('111111111111', 'us-east-1', 1, 'g').replaceAll('CloudTrail', 'CloudTrail-Digest'),
      key('111111111111', 'us-east-1', 1, 'h').replaceAll('CloudTrail', 'CloudTrail-Insight'),
      key('333333333333', 'us-east-1', 1, 'i', { organization: 'o-abc123' }).replaceAll(
        'CloudTrail',
        'CloudTrail-Aggregated',
      ),
      'notes.txt',
      'AWSLogs/111111111111/elasticloadbalancing/us-east-1/x.json',
      'AWSLogs/111111111111/CloudTrail/',
    ];
    await lake.put(...logs, ...skipped);
    const told: Skipped[] = [];
    const read = await readAll(lake.open('', { ...keptOptions(true), skipped: (what) => told.push(what) }));
    assert.deepEqual(read.map(([name]) => name).sort(), logs.toSorted());
    assert.deepEqual(Object.fromEntries(told.map(({ reason, files }) => [reason, files])), {
      digest: 1,
      insight: 1,
      aggregated: 1,
      'other-name': 1,
    });

    for (const [prefix, expected] of [
      ['/AWSLogs', logs.filter((name) => name.startsWith('AWSLogs/'))],
      ['/AWSLogs/222222222222/', logs.filter((name) => name.includes('222222222222'))],
      ['/AWSLogs/o-abc123', logs.filter((name) => name.includes('o-abc123'))],
      ['/AWSLogs/111111111111/CloudTrail/eu-west-1', [logs[1]]],
      ['/AWSLogs/111111111111/CloudTrail', [logs[0], logs[1]]],
      ['/trails', [logs[5]]],
      [`/${logs[5]}`, [logs[5]]],
      ['/gateway/2026', [logs[8]]],
    ] as const) {
      const part = await readAll(lake.open(prefix, keptOptions(true)));
      assert.deepEqual(part.map(([name]) => name).sort(), [...expected].sort(), prefix);
    }
  });

  test('watching finds late files that sort before those that were read, new regions, accounts and plain files', async () => {
    const lake = await openLake();
    const first = key('111111111111', 'us-east-1', 0, 'first');
    await lake.put(first);
    const options = keptOptions(false);
    const reader = follow(lake.open('', options));
    const next = async (): Promise<string> => {
      const delivery = await reader.next(20_000);
      await delivery.ack();
      return delivery.key;
    };
    assert.equal(await next(), first);
    for (const late of [
      key('111111111111', 'us-east-1', 0, 'a-late'),
      key('111111111111', 'us-east-1', 5, 'earlier-minute'),
      key('111111111111', 'us-east-1', 24, 'yesterday'),
      key('111111111111', 'sa-east-1', 0, 'new-region'),
      key('999999999999', 'eu-north-1', 0, 'new-account'),
      'somewhere/else.jsonl',
    ]) {
      await lake.put(late);
      assert.equal(await next(), late);
    }
    await reader.none(1000);
    await reader.stop();
    assert.deepEqual(options.told, []);
  });

  test('keys that a file system would not allow', async () => {
    const lake = await openLake();
    const keys = ['a//b.json', '/lead.json', 'trailing /x .json', 'a/./dot.json', '%2e%2e/encoded.json'];
    await lake.put(...keys);
    const read = await readAll(lake.open('', keptOptions(true)));
    assert.deepEqual(new Map(read), new Map(keys.map((name) => [name, name])));
  });

  test('an empty prefix says that nothing is there', async () => {
    const lake = await openLake();
    const options = keptOptions(true);
    assert.deepEqual(await readAll(lake.open('/no/such', options)), []);
    assert.match(options.told.join('\n'), /no\/such\/.*nothing lies there/);
  });

  test('a bucket that is not there: once throws, watching tells it once and waits', async () => {
    running ??= await startMoto();
    const { endpointUrl, client } = running;
    const open = (options: SourceOptions): Source =>
      openS3Source('s3://not-there-yet', { ...options, clock: systemClock, endpointUrl, pollMs: 100 });
    await assert.rejects(readAll(open(keptOptions(true))), {
      code: 'source-failed',
      message: /no bucket "not-there-yet"/,
    });
    const options = keptOptions(false, keptLedger());
    const reader = follow(open(options));
    await reader.none(1000);
    await client.send(new CreateBucketCommand({ Bucket: 'not-there-yet' }));
    await client.send(new PutObjectCommand({ Bucket: 'not-there-yet', Key: 'x.json', Body: '1' }));
    assert.equal((await reader.next(20_000)).key, 'x.json');
    await reader.stop();
    assert.equal(options.told.length, 1, options.told.join('\n'));
  });
});
