import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Json, run, serve, temporaryFolder, until } from '../program.ts';
import { deliver, eventId, s3Record } from '../records.ts';

/** Bad input stops nothing: each bad thing is a problem with its place, its neighbours are stored. */

const rssMaxMb = 1024;

test('every kind of bad file beside good ones', { timeout: 300_000 }, async (context) => {
  const folder = temporaryFolder(context);
  const lake = join(folder, 'lake');
  mkdirSync(lake);
  const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(lake, name), content);
  const records = (...list: unknown[]): string => JSON.stringify({ Records: list });
  const hostile = (number: number, text: string): string =>
    JSON.stringify(s3Record(number, 'GetObject', 'anonymous')).replace('"bucketName"', `${text},"bucketName"`);

  deliver(lake, [s3Record(1, 'GetObject', 'anonymous')]);
  write(
    'truncated.json.gz',
    gzipSync(records(s3Record(2, 'GetObject', 'user'), s3Record(3, 'GetObject', 'user'))).subarray(0, -40),
  );
  write('garbage.json', 'this is no JSON at all \u0000\u001b[31m');
  write('garbage.json.gz', Buffer.from('not gzip either'));
  write('empty.json', '');
  write('records-object.json', '{"Records":{}}');
  write('mixed.json', records(null, 7, 'text', [], s3Record(4, 'GetObject', 'user'), {}));
  write(
    'large-record.json',
    records(
      s3Record(5, 'PutBucketPolicy', 'user', { requestParameters: { bucketName: 'b', filler: 'x'.repeat(250_000) } }),
    ),
  );
  write(
    'huge-record.json',
    records(
      s3Record(6, 'GetObject', 'user', { requestParameters: { filler: 'x'.repeat(10_000_000) } }),
      s3Record(7, 'GetObject', 'user'),
    ),
  );
  write(
    'deep.json',
    `{"Records":[${hostile(8, `"deep":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)},${hostile(9, '"x":1')}]}`,
  );
  write(
    'proto.json',
    `{"Records":[${hostile(10, '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}')}]}`,
  );
  write('digest.json', JSON.stringify({ awsAccountId: '1', digestStartTime: 'x', digestS3Object: 'y', logFiles: [] }));
  write(
    'insight.json',
    records(
      {
        eventVersion: '1.07',
        eventType: 'AwsCloudTrailInsight',
        eventCategory: 'Insight',
        eventID: 'i',
        insightDetails: {},
      },
      s3Record(11, 'GetObject', 'user'),
    ),
  );
  write('notes.txt', records(s3Record(999, 'GetObject', 'user')));
  writeBomb(join(lake, 'bomb.json.gz'));
  const rules = join(folder, 'broken.xml');
  writeFileSync(rules, '<group name="x,">\n<rule id="100100" level="3">\n<nonsense/>\n</rule>\n');
  const monitors = join(folder, 'monitors');
  mkdirSync(monitors);
  writeFileSync(join(monitors, 'broken.json'), '{"type":"monitor",');
  writeFileSync(
    join(monitors, 'wrong.json'),
    '{"type":"monitor","name":"wrong","schedule":{"period":{"interval":0,"unit":"MINUTES"}}}',
  );

  const program = await serve([
    '--data',
    join(folder, 'data'),
    '--source',
    lake,
    '--rules',
    rules,
    '--monitors',
    monitors,
  ]);
  context.after(() => program.stop());
  const good = [1, 4, 5, 7, 9, 10, 11];
  await until('the good events', async () => ((await count(program)) >= good.length ? true : undefined), 120_000);
  await until('the bomb', async () => (program.output().includes('bomb.json.gz') ? true : undefined), 240_000);
  for (const number of good) {
    const { body } = await program.call('GET', `/wazuh-alerts-4.x-*/_count?q=_id:${eventId(number)}`);
    assert.equal(body.count, 1, `record ${number}`);
  }
  const large = await program.call('GET', `/wazuh-alerts-4.x-*/_search?q=_id:${eventId(5)}`);
  assert.ok(JSON.stringify(large.body).includes('x'.repeat(250_000)), 'a 256 KB record is kept whole');
  for (const name of [
    'truncated.json.gz',
    'garbage.json',
    'garbage.json.gz',
    'records-object.json',
    'mixed.json',
    'huge-record.json',
    'deep.json',
    'bomb.json.gz',
    'digest.json',
    'insight.json',
    'broken.xml',
    'broken.json',
    'wrong.json',
  ]) {
    assert.ok(program.output().includes(name), `a problem names ${name}:\n${program.output()}`);
  }
  assert.ok(!program.output().includes('\u001b[31m'), 'hostile text cannot colour the terminal');
  assert.equal(
    (await program.call('GET', `/wazuh-alerts-4.x-*/_count?q=_id:${eventId(999)}`)).body.count,
    0,
    'notes.txt is no trail file',
  );
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  context.diagnostic(`peak RSS ${Math.round(program.peakRssMb())} MB`);
  assert.ok(program.peakRssMb() < rssMaxMb, `RSS reached ${program.peakRssMb()} MB`);
});

test('files that hold no events by their keys are counted: of insights the first is told, of digests, which come every hour, none', async (context) => {
  const folder = temporaryFolder(context);
  deliver(join(folder, 'lake'), [s3Record(1, 'GetObject', 'anonymous')]);
  for (const [kind, number] of [
    ['CloudTrail-Digest', 5],
    ['CloudTrail-Insight', 3],
  ] as const) {
    const days = join(folder, 'lake', `AWSLogs/123456789012/${kind}/eu-west-1/2026/08/01`);
    mkdirSync(days, { recursive: true });
    for (let at = 0; at < number; at++) {
      const name = `123456789012_${kind}_eu-west-1_20260801T0${at}35Z_Abcdefgh12345678.json.gz`;
      writeFileSync(join(days, name), gzipSync('{}'));
    }
  }
  const { out, err, code } = await run(['ingest', join(folder, 'lake'), '--data', join(folder, 'data')]);
  assert.equal(code, 0, err);
  assert.match(out, /5 skipped \(digest\)/);
  assert.match(out, /3 skipped \(insight\)/);
  assert.equal(err.match(/skipped by its key/g)?.length, 1, err);
});

test('logtest answers a line each, broken lines too', async () => {
  const lines = [
    JSON.stringify(s3Record(1, 'GetObject', 'anonymous')),
    '{broken',
    '{"data":{"integration":"aws","aws":{"source":"cloudtrail","eventSource":"s3.amazonaws.com","eventCategory":"Data"}},"location":"Wazuh-AWS"}',
    '[]',
    '{"hello":"world"}',
  ];
  const { out, code } = await run(['logtest', '--json'], `${lines.join('\n')}\n`);
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(answers.length, lines.length);
  assert.equal(answers[0].rule.id, '119500');
  assert.equal(answers[0].document.data.aws.eventName, 'GetObject');
  assert.deepEqual([answers[1].rule, answers[1].document], [null, null]);
  assert.match(answers[1].problems[0].message, /JSON/);
  assert.equal(answers[2].rule.id, '119500');
  assert.deepEqual([answers[3].rule, answers[3].document], [null, null]);
  assert.equal(code, 1);
});

async function count(program: { call(method: string, path: string): Promise<{ body: Json }> }): Promise<number> {
  return (await program.call('GET', '/wazuh-alerts-4.x-*/_count')).body.count ?? 0;
}

/** Five gigabytes of zeros in a few megabytes: fifty gzip members of 100 MB each. */
function writeBomb(path: string): void {
  const member = gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20));
  const file = openSync(path, 'w');
  writeSync(file, gzipSync(`{"Records":[`));
  for (let part = 0; part < 50; part++) writeSync(file, member);
  closeSync(file);
}
