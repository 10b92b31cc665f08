import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { limits } from '../base/limits.ts';
import type { Problem } from '../base/problem.ts';
import { readLogFile, recordsOf } from './log-file.ts';
import type { TrailRecord } from './record.ts';

const shared = resolve(dirname(fileURLToPath(import.meta.url)), '../../../shared/data');
const withShared = { skip: existsSync(shared) ? false : `${shared} is not there` };

interface Read {
  readonly records: readonly TrailRecord[];
  readonly problems: readonly Problem[];
  readonly skipped: Readonly<Record<string, number>>;
}

async function read(content: string | Uint8Array): Promise<Read> {
  const records: TrailRecord[] = [];
  const problems: Problem[] = [];
  const skipped: Record<string, number> = {};
  for await (const batch of readLogFile(typeof content === 'string' ? Buffer.from(content) : content, 'file')) {
    assert.ok(batch.records.length <= limits.recordsPerBatchMax);
    records.push(...batch.records);
    problems.push(...batch.problems);
    for (const [reason, number] of Object.entries(batch.skipped)) skipped[reason] = (skipped[reason] ?? 0) + number;
  }
  return { records, problems, skipped };
}

const base = {
  eventVersion: '1.08',
  eventTime: '2021-07-29T23:55:01Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
};
const record = (id: string, more: object = {}): object => ({ ...base, eventID: id, ...more });
const file = (...ids: string[]): string => JSON.stringify({ Records: ids.map((id) => record(id)) });
const ids = ({ records }: Read): string[] => records.map(({ id }) => id);

test('every way of writing records down', async (t) => {
  const [a, b, c] = [record('a'), record('b'), record('c')].map((each) => JSON.stringify(each));
  const access =
    '{"requestId":"q","ip":"192.0.2.1","httpMethod":"GET","path":"/test","status":"200","requestTimeEpoch":1700000000000}';
  const event = `{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.s3","detail":${b}}`;
  const cases: readonly (readonly [name: string, content: string | Uint8Array, ids: string])[] = [
    ['a trail file', file('a', 'b', 'c'), 'abc'],
    ['gzipped', gzipSync(file('a', 'b')), 'ab'],
    ['several gzip members', Buffer.concat([gzipSync(file('a')), gzipSync(file('b', 'c'))]), 'abc'],
    ['a member with zero padding', Buffer.concat([gzipSync(file('a')), Buffer.alloc(600)]), 'a'],
    ['Records behind other keys', `{"x":{"Records":[1]},"y":[[]],"Records":[${a}],"z":{"a":"]}"}}`, 'a'],
    ['Records twice', `{"Records":[${a}],"Records":[${b}]}`, 'ab'],
    ['an escaped key', `{"\\u0052ecords":[${a}]}`, 'a'],
    ['a list', `[${a},${b}]`, 'ab'],
    ['one record', `${a}`, 'a'],
    ['JSON lines', `${a}\n${b}\r\n\n${c}`, 'abc'],
    ['mixed lines', `${a}\n${event}\n${access}\n{"Records":[${c}]}\n`, 'abqc'],
    ['values one after another', `${a}${b} ${c}`, 'abc'],
    ['pretty-printed', JSON.stringify({ Records: [record('a'), record('b')] }, null, 2), 'ab'],
    [
      'pretty-printed one after another',
      `${JSON.stringify(record('a'), null, 2)}\n${JSON.stringify(record('b'), null, 4)}`,
      'ab',
    ],
    ['a byte order mark', `\ufeff${file('a')}`, 'a'],
    ['a labelled example', `{"rule":"x","expected":true,"event":{"Records":[${a},${b}]}}`, 'ab'],
    [
      'an exported row',
      '{"eventid":"a","eventname":"GetObject","eventsource":"s3.amazonaws.com","eventtime":"2021-07-29T23:55:01Z"}',
      'a',
    ],
    ['no records', '{"Records":[]}', ''],
  ];
  for (const [name, content, wanted] of cases) {
    await t.test(name, async () => {
      const result = await read(content);
      assert.equal(ids(result).join(''), wanted);
      assert.deepEqual(result.problems, []);
      assert.deepEqual(result.skipped, {});
    });
  }
});

test('what is no event is skipped by name, and its neighbours are not', async (t) => {
  const insight =
    '{"eventVersion":"1.08","eventType":"AwsCloudTrailInsight","eventCategory":"Insight","insightDetails":{}}';
  const aggregated =
    '{"eventVersion":"1.11","eventCategory":"Aggregated","timeWindow":{"windowStart":"x"},"summary":{}}';
  const deep = `{"eventVersion":"1.08","eventID":"deep","x":${'['.repeat(100)}${']'.repeat(100)}}`;
  const notTooDeep = `{"eventVersion":"1.08","eventName":"X","eventID":"b","eventTime":"2021-07-29T23:55:01Z","x":${'['.repeat(99)}${']'.repeat(99)}}`;
  const large = JSON.stringify(record('large', { requestParameters: { blob: 'x'.repeat(10 * 1024 * 1024) } }));
  const cases: readonly (readonly [name: string, entry: string, reason: string])[] = [
    ['an Insights record', insight, 'insight'],
    ['an aggregated record', aggregated, 'aggregated'],
    ['null', 'null', 'not-an-object'],
    ['a string', '"a,b]}"', 'not-an-object'],
    ['a number', '12.5e3', 'not-an-object'],
    ['a list', '[1,[2]]', 'not-an-object'],
    ['no JSON inside', '{"eventVersion":tru}', 'not-json'],
    ['a wrong escape', '{"eventVersion":"\\x"}', 'not-json'],
    ['another object', '{"hello":"world"}', 'unknown-shape'],
    ['nesting over 100 levels', deep, 'too-deep'],
    [
      'nesting of a million levels',
      `{"x":${'[{"a":'.repeat(1e6)}1${'}]'.repeat(1e6)}}`,
      limits.recordMax < 8e6 ? 'too-large' : 'too-deep',
    ],
    ['10 MB', large, 'too-large'],
  ];
  for (const [name, entry, reason] of cases) {
    await t.test(name, async () => {
      const result = await read(`{"Records":[${JSON.stringify(record('a'))},${entry},${notTooDeep}]}`);
      assert.deepEqual(ids(result), ['a', 'b']);
      assert.deepEqual(
        result.records.map(({ number }) => number),
        [0, 2],
      );
      assert.deepEqual(result.skipped, { [reason]: 1 });
      assert.equal(result.problems.length, 1);
      assert.match(result.problems[0]?.message ?? '', /^record 1 at byte \d+ skipped: /);
    });
  }
});

test('entries that are read together are those that are read one by one', async () => {
  const plain = fc.tuple(fc.string(), fc.jsonValue({ maxDepth: 2 }));
  const odd = fc.constantFrom<unknown>(
    null,
    { eventVersion: '1.08', eventType: 'AwsCloudTrailInsight' },
    { eventVersion: '2.0', eventName: 'X', eventSource: 'y', eventTime: base.eventTime },
    { eventVersion: '1.08', eventName: 'X', eventSource: 'y', eventTime: 'no time' },
    { eventVersion: '1.08', Records: [record('inner'), { eventVersion: 'x' }] },
    {
      ...base,
      x: Array(98)
        .fill(0)
        .reduce((inner) => [inner], 1),
    },
    {
      ...base,
      x: Array(101)
        .fill(0)
        .reduce((inner) => [inner], 1),
    },
  );
  const entry = fc.oneof({ weight: 8, arbitrary: plain }, { weight: 1, arbitrary: odd });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 12 }), async (entries) => {
      const texts = entries.map((one, at) =>
        JSON.stringify(Array.isArray(one) && one.length === 2 ? record(`${at} ${one[0]}`, { body: one[1] }) : one),
      );
      const listed = await read(`{"Records":[${texts.join(',')}]}`);
      // Entries of no list are always scanned.
      const scanned = await read(texts.join('\n'));
      const unplaced = ({ problems }: Read): string[] =>
        problems.map(({ path, message }) => `${path} ${message.replace(/byte \d+/, 'byte')}`);
      assert.deepEqual(listed.records, scanned.records);
      assert.deepEqual(listed.skipped, scanned.skipped);
      assert.deepEqual(unplaced(listed), unplaced(scanned));
    }),
    { numRuns: 500 },
  );
});

test('a problem names the byte where its record stands, in a file of many', async () => {
  const many = Array.from({ length: 2000 }, (_, at) => record(`r${at}`));
  many[1500] = { eventVersion: '1.08', hello: 'world' };
  const text = JSON.stringify({ Records: many });
  const { records, problems } = await read(text);
  assert.equal(records.length, 1999);
  assert.equal(problems.length, 1);
  const place = /^record 1500 at byte (\d+) /.exec(problems[0]?.message ?? '')?.[1];
  assert.equal(place, String(text.indexOf('{"eventVersion":"1.08","hello"')));
});

test('files that hold no events say so', async (t) => {
  const cases: readonly (readonly [name: string, content: string | Uint8Array, message: RegExp])[] = [
    ['nothing', '', /is empty/],
    ['gzip of nothing', gzipSync(''), /is empty/],
    ['Records that is no list', '{"Records":{}}', /"Records" is no list/],
    ['a digest', '{"digestS3Object":"k","logFiles":[]}', /a digest file/],
    ['text', 'hello world', /is no JSON/],
    ['UTF-16', Buffer.from('\ufeff{"Records":[]}', 'utf16le'), /UTF-16/],
    ['a zip archive', Buffer.from('PK\u0003\u0004xxxx'), /zip/],
    ['gzip of gzip', gzipSync(gzipSync(file('a'))), /gzip inside gzip/],
    ['a gzip head alone', Buffer.from([0x1f, 0x8b]), /gzip/],
    ['garbage', Buffer.from([0x80, 0xff, 0x00, 0x0a, 0x5d, 0x7d, 0x22]), /is no JSON|cut off/],
  ];
  for (const [name, content, message] of cases) {
    await t.test(name, async () => {
      const { records, problems } = await read(content);
      assert.equal(records.length, 0);
      assert.ok(
        problems.some((problem) => message.test(problem.message)),
        JSON.stringify(problems),
      );
    });
  }
});

test('one bad record does not cost its neighbours', async (t) => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => JSON.stringify(record(id, { resources: [{ ARN: 'x' }] }))) as [
    string,
    string,
    string,
  ];
  const damaged: readonly (readonly [name: string, b: string])[] = [
    ['a brace is missing', b.slice(0, -1)],
    ['two brackets are missing', b.slice(0, -3)],
    ['a quote is missing', b.replace('"GetObject"', '"GetObject')],
    ['a string was cut', b.slice(0, 30)],
    ['a comma is missing', b.replace(',', ' ')],
    ['a bracket too many', `${b}}`],
    ['the wrong bracket', b.replace('}]', ']]')],
    ['no key', b.replace('"eventVersion"', '')],
  ];
  for (const [name, bad] of damaged) {
    for (const [form, content] of [
      ['in Records', `{"Records":[${a},${bad},${c}]}`],
      ['in lines', `${a}\n${bad}\n${c}\n`],
    ]) {
      await t.test(`${name}, ${form}`, async () => {
        const result = await read(content ?? '');
        assert.deepEqual(
          ids(result).filter((id) => id !== 'b'),
          ['a', 'c'],
        );
        assert.ok(result.problems.length > 0);
      });
    }
  }
});

test('a record keeps what it holds', async () => {
  const blob = 'ä'.repeat(128 * 1024);
  const text = `{"Records":[${JSON.stringify(record('a', { requestParameters: { blob } }))},{"eventVersion":"1.11","eventID":"b","eventName":"X","eventTime":"never","__proto__":{"polluted":1},"constructor":1}]}`;
  const { records, problems } = await read(text);
  assert.equal(JSON.stringify(records[0]?.raw), JSON.stringify(record('a', { requestParameters: { blob } })));
  assert.equal(records[0]?.eventTime, Date.UTC(2021, 6, 29, 23, 55, 1));
  assert.deepEqual(Object.keys(records[1]?.raw ?? {}).slice(-2), ['__proto__', 'constructor']);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  assert.equal(records[1]?.eventTime, undefined);
  assert.match(problems[0]?.message ?? '', /record 1 at byte \d+ eventTime "never" is no ISO time: kept/);
});

test('an id of its own, or that of its content', async () => {
  const { value } = recordsOf(
    [{ ...base, eventID: '' }, base, { ...base, eventID: '...' }, { ...base, eventID: 7 }, record('x')],
    'here',
  );
  const [empty, absent, blanked, number, own] = value.map(({ id }) => id);
  for (const id of [empty, absent, blanked, number]) assert.match(id ?? '', /^[0-9a-f]{64}$/);
  assert.equal(new Set(value.map(({ id }) => id)).size, 5);
  assert.equal(own, 'x');
  assert.equal(absent, recordsOf([JSON.parse(JSON.stringify(base))], 'there').value[0]?.id);
});

test('a value from elsewhere is bounded as a file is', () => {
  const deep = JSON.parse(`{"eventName":"X","eventSource":"x","a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
  const { value, problems } = recordsOf([deep, record('a')], 'line');
  assert.deepEqual([value.map(({ id }) => id), problems.length], [['a'], 1]);
  assert.match(problems[0]?.message ?? '', /nested too deep/);
  assert.equal(recordsOf([{ requestId: 'r', [`${'a.'.repeat(500_000)}b`]: '1' }], 'line').value.length, 0);
});

test('who stops reading early leaves nothing behind', async () => {
  const noise = Array.from({ length: 20_000 }, (_, index) =>
    record(`${index}`, { noise: String(index ** 5).repeat(20) }),
  );
  const bytes = gzipSync(JSON.stringify({ Records: noise }));
  for await (const batch of readLogFile(bytes, 'file')) {
    assert.equal(batch.records.length, limits.recordsPerBatchMax);
    break;
  }
});

test('a truncated gzip gives what stands before the cut', async () => {
  const all = Array.from({ length: 300 }, (_, index) => `id-${index}-${(index * 7919) % 1009}`);
  const bytes = gzipSync(file(...all));
  for (const cut of [20, 500, 1500, bytes.length - 9, bytes.length - 1]) {
    const result = await read(bytes.subarray(0, cut));
    assert.deepEqual(ids(result), all.slice(0, result.records.length));
    assert.ok(
      result.records.length >= Math.floor((all.length * (cut - 600)) / bytes.length),
      `${result.records.length} at ${cut}`,
    );
    assert.ok(result.problems.some(({ message }) => /gzip: unexpected end of file/.test(message)));
  }
});

test('a file beyond one call is inflated in pieces, and damage in it costs only what it hit', async () => {
  const noise = (index: number): string =>
    Buffer.from(String(index * 2654435761))
      .toString('base64')
      .repeat(40);
  const records = Array.from({ length: 6000 }, (_, index) =>
    JSON.stringify(record(`id-${index}`, { noise: noise(index) })),
  );
  const bytes = gzipSync(`{"Records":[${records.join(',')}]}`, { level: 1 });
  assert.equal((await read(bytes)).records.length, 6000);
  const padded = await read(Buffer.concat([bytes, Buffer.alloc(20_000)]));
  assert.deepEqual([padded.records.length, padded.problems], [6000, []]);
  const tailed = await read(Buffer.concat([bytes, Buffer.from('tail')]));
  assert.deepEqual([tailed.records.length, tailed.problems.length], [6000, 1]);
  const damaged = Buffer.from(bytes);
  const at = Math.floor(bytes.length * 0.6);
  damaged[at] = (damaged[at] ?? 0) ^ 0xff;
  damaged.fill(0xff, at + 1, at + 64);
  const result = await read(damaged);
  assert.ok(result.records.length > 3000, `${result.records.length} records`);
  assert.ok(result.problems.some(({ message }) => message.startsWith('gzip: ')));
});

test('bombs end with a problem, in bounded memory', async (t) => {
  const bomb = (unit: string, megabytes: number): Uint8Array => {
    // Members are repeated, so that the bomb is made as quickly as it is small.
    const member = gzipSync(Buffer.alloc(8 * 1024 * 1024, unit));
    return Buffer.concat(Array.from({ length: megabytes / 8 }, () => member));
  };
  const cases: readonly (readonly [name: string, bytes: Uint8Array, message: RegExp])[] = [
    ['5 GB of blanks', bomb(' ', 5120), /more than \d+ bytes inflated/],
    ['objects without end', bomb('{},', 64), /has more than \d+ entries/],
  ];
  for (const [name, bytes, message] of cases) {
    await t.test(name, async () => {
      let told = '';
      let peak = 0;
      for await (const batch of readLogFile(bytes, 'bomb')) {
        told += batch.problems.map((problem) => problem.message).join('\n');
        peak = Math.max(peak, process.memoryUsage().rss);
      }
      assert.match(told, message);
      assert.ok(Math.max(peak, process.memoryUsage().rss) < 1e9, `${peak} bytes`);
    });
  }
});

test('random damage never throws and never costs a record before it', async () => {
  const all = Array.from({ length: 60 }, (_, index) =>
    record(`id-${index}`, { requestParameters: { k: `{"${index}\\` } }),
  );
  const plain = Buffer.from(JSON.stringify({ Records: all }));
  const ends = all.map((_, index) => JSON.stringify({ Records: all.slice(0, index + 1) }).length - 2);
  const expected = (position: number): number => ends.filter((end) => end <= position).length;
  const zipped = gzipSync(plain);
  const wanted = all.map((_, index) => `id-${index}`);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(plain.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (at, flip, cut) => {
        const bytes = Buffer.from(cut ? plain.subarray(0, at) : plain);
        if (!cut) bytes[at] = (bytes[at] ?? 0) ^ flip;
        const before = expected(at);
        assert.deepEqual(ids(await read(bytes)).slice(0, before), wanted.slice(0, before));
      },
    ),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(zipped.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const bytes = Buffer.from(zipped);
      bytes[at] = (bytes[at] ?? 0) ^ flip;
      await read(bytes);
      await read(zipped.subarray(0, at));
    }),
    { numRuns: 100 },
  );
});

test('the real files', withShared, async (t) => {
  const cases: readonly (readonly [folder: string, records: number, ids: number])[] = [
    ['sans504', 11_805, 9342],
    ['invictus', 2900, 2900],
    ['stratus', 100, 100],
    ['real_shapes', 6, 6],
    // bad1_01.json has the eventID of 1_01.json.
    ['eventversions', 21, 20],
  ];
  for (const [folder, records, distinct] of cases) {
    await t.test(folder, async () => {
      const found = new Set<string>();
      let number = 0;
      for (const path of filesBelow(join(shared, folder)).filter((path) => /\.jsonl?(\.gz)?$/.test(path))) {
        const result = await read(readFileSync(path));
        assert.deepEqual(result.problems, []);
        number += result.records.length;
        for (const id of ids(result)) found.add(id);
      }
      assert.deepEqual([number, found.size], [records, distinct]);
    });
  }
});

test('every CloudTrail record of the labelled sets is kept', withShared, async (t) => {
  for (const path of [
    'panther/cloudtrail_rule_tests.jsonl',
    'streamalert/rule_tests.jsonl',
    'traildiscover/cloudtrail_samples.jsonl',
  ]) {
    await t.test(path, async () => {
      const lines = readFileSync(join(shared, path), 'utf8').trim().split('\n');
      const events = lines
        .map((line) => JSON.parse(line).event)
        .flatMap((event) => event.Records ?? [event.detail ?? event]);
      const wanted = events.filter((event) => JSON.stringify(event).toLowerCase().includes('"eventname"'));
      const single = await read(JSON.stringify({ Records: wanted }));
      assert.equal(single.records.length, wanted.length, JSON.stringify(single.skipped));
      assert.ok(wanted.length > 50);
      const asTheyStand = await read(readFileSync(join(shared, path)));
      assert.ok(asTheyStand.records.length >= wanted.length);
    });
  }
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
