import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Json, type Program, serve, temporaryFolder, until } from '../program.ts';
import { deliver, s3Record } from '../records.ts';

/** The hardened monitors through the real program: who, how grave, what to do, and what is expected. */

const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

async function start(
  context: Parameters<typeof temporaryFolder>[0],
  config: object,
): Promise<{ program: Program; lake: string }> {
  const folder = temporaryFolder(context);
  const lake = join(folder, 'lake');
  mkdirSync(lake);
  writeFileSync(join(folder, 'trailhound.json'), JSON.stringify(config));
  const program = await serve([
    '--data',
    join(folder, 'data'),
    '--source',
    lake,
    '--config',
    join(folder, 'trailhound.json'),
  ]);
  context.after(() => program.stop());
  return { program, lake };
}

async function alerts(program: Program): Promise<readonly Json[]> {
  return (await program.call('GET', '/_plugins/_alerting/monitors/alerts?size=1000')).body.alerts;
}

test('one alert for each bucket and address; a probe is kept apart and is no more than low', async (context) => {
  const { program, lake } = await start(context, {});
  const from = (sourceIPAddress: string, bucketName: string, more: object = {}): object => ({
    sourceIPAddress,
    requestParameters: { bucketName, key: 'k' },
    ...more,
  });
  deliver(lake, [
    s3Record(1, 'GetObject', 'anonymous', from('198.51.100.1', 'a')),
    s3Record(2, 'HeadObject', 'ANONYMOUS_PRINCIPAL', from('198.51.100.1', 'a')),
    s3Record(3, 'GetObject', 'anonymous', from('198.51.100.2', 'a')),
    s3Record(4, 'GetObject', 'anonymous', from('198.51.100.1', 'b')),
    ...[5, 6, 7, 8].map((number) =>
      s3Record(number, 'HeadBucket', 'anonymous', from('198.51.100.9', 'c', { errorCode: 'AccessDenied' })),
    ),
  ]);
  const found = await until('four alerts', async () => {
    const all = (await alerts(program)).filter(({ monitor_name: name }) => name.includes('without credentials'));
    return all.length === 4 && all.reduce((sum, { trailhound }) => sum + trailhound.total, 0) === 8 ? all : undefined;
  });
  assert.deepEqual(
    found
      .map(({ monitor_name: name, severity, agg_alert_content: content, trailhound }) => [
        name,
        severity,
        content.bucket.key.bucket,
        content.bucket.key.source,
        trailhound.total,
      ])
      .sort(),
    [
      ['S3 bucket probed without credentials', '4', 'c', '198.51.100.9', 4],
      ['S3 object read without credentials', '1', 'a', '198.51.100.1', 2],
      ['S3 object read without credentials', '1', 'a', '198.51.100.2', 1],
      ['S3 object read without credentials', '1', 'b', '198.51.100.1', 1],
    ],
  );
});

test('the message names ATT&CK, says what to do, and ends with the command', async (context) => {
  const { program, lake } = await start(context, { channel: 'somewhere' });
  const bucketPolicy = {
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/*' }],
  };
  deliver(lake, [
    s3Record(1, 'GetObject', 'anonymous', { requestParameters: { bucketName: 'a', key: 'k' } }),
    s3Record(2, 'PutBucketPolicy', 'user', { requestParameters: { bucketName: 'a', bucketPolicy } }),
  ]);
  await until('both events', async () =>
    (await program.call('GET', '/wazuh-alerts-4.x-*/_count')).body.count === 2 ? true : undefined,
  );
  await program.call('POST', '/wazuh-alerts-4.x-*/_refresh');
  const { body } = await program.call('POST', '/_plugins/_alerting/monitors/_search', {
    size: 100,
    query: { match_all: {} },
  });
  const close =
    'aws s3api put-public-access-block --bucket a --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true';
  for (const [name, words] of [
    ['S3 object read without credentials', /a,198\.51\.100\.7|198\.51\.100\.7,a/],
    [
      'S3 policy made public',
      /PutBucketPolicy of a by arn:aws:iam::111122223333:user\/alice.*Anyone without credentials may s3:GetObject/,
    ],
  ] as const) {
    const hit = body.hits.hits.find(({ _source }: Json) => (_source.monitor ?? _source).name === name);
    assert.ok(hit, name);
    const monitor = (hit._source.monitor ?? hit._source) as Json;
    // Run as one that is not saved: it counts everything, whatever was told before.
    const answer = await program.call('POST', '/_plugins/_alerting/monitors/_execute?dryrun=true', {
      ...monitor,
      ui_metadata: {},
    });
    const text = JSON.stringify(answer.body);
    const message = messages(answer.body).find((one) => one.includes(name)) ?? '';
    assert.match(message, words, text);
    assert.match(message, /MITRE ATT&CK: T1/);
    assert.match(message, /What to do:\n1\. /);
    assert.equal(message.trimEnd().split('\n').at(-1), close);
  }
});

test('what is public on purpose raises nothing but its own changes, until its day', async (context) => {
  const expected = [
    { bucket: 'site', author: 'alice', expires: day },
    { bucket: 'old', author: 'alice', expires: '2026-01-01' },
  ];
  const { program, lake } = await start(context, { expected });
  const at = (bucketName: string): object => ({
    requestParameters: { bucketName, key: 'k', 'x-amz-acl': 'public-read' },
  });
  deliver(lake, [
    s3Record(1, 'GetObject', 'anonymous', at('site')),
    s3Record(2, 'ListObjects', 'ANONYMOUS_PRINCIPAL', at('site')),
    s3Record(3, 'GetObject', 'anonymous', { ...at('site'), errorCode: 'NoSuchKey' }),
    s3Record(4, 'PutBucketAcl', 'user', at('site')),
    s3Record(5, 'GetObject', 'anonymous', at('old')),
  ]);
  const wanted = [
    'S3 ACL made public',
    'S3 PutBucketAcl with Public Access',
    'S3 object read without credentials',
    'S3 GetObject from Anonymous Principal',
  ];
  const found = await until('the alerts', async () => {
    const all = await alerts(program);
    return wanted.every((wanted) => all.some(({ monitor_name: name }) => name === wanted)) ? all : undefined;
  });
  const about = found.flatMap(({ monitor_name: name, trailhound }) =>
    trailhound.events.map((event: Json) => [name, event.eventName, event._id]),
  );
  assert.deepEqual(new Set(about.map(([name]) => name)), new Set(wanted));
  assert.equal(
    new Set(about.map(([, , id]) => id)).size,
    2,
    'the change of the site, and the read of the one that ran out',
  );
});

function messages(value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'message' && typeof inner === 'string' ? [inner] : key === 'monitor' ? [] : messages(inner),
  );
}
