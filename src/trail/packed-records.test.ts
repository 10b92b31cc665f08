import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readLogFile, recordsOf } from './log-file.ts';

/** Records as CloudWatch Logs and `aws cloudtrail lookup-events` hand them out: as texts within lists of their own. */

const record = (eventID: string): object => ({
  eventVersion: '1.11',
  eventTime: '2026-01-01T00:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  eventID,
});
const line = {
  requestId: 'r',
  apiId: 'a',
  requestTimeEpoch: 1_767_225_600_000,
  httpMethod: 'GET',
  status: '200',
  ip: '198.51.100.7',
  stage: 'prod',
};

const logged = (message: string) => ({ id: '361', timestamp: 1_767_225_600_000, message });
const subscription = (...messages: string[]) => ({
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: 'CloudTrail/logs',
  logStream: 's',
  subscriptionFilters: ['f'],
  logEvents: messages.map(logged),
});
const looked = (eventID: string) => ({
  EventId: eventID,
  EventName: 'GetObject',
  EventTime: '2026-01-01T00:00:00+00:00',
  EventSource: 's3.amazonaws.com',
  CloudTrailEvent: JSON.stringify(record(eventID)),
});
const filtered = { events: [{ ...logged(JSON.stringify(record('1'))), eventId: '7' }], searchedLogStreams: [] };

const cases: readonly (readonly [string, readonly unknown[], readonly string[]])[] = [
  ['a subscription', [subscription(JSON.stringify(record('1')), JSON.stringify(record('2')))], ['1', '2']],
  ['two of them', [subscription(JSON.stringify(record('1'))), subscription(JSON.stringify(record('2')))], ['1', '2']],
  ["a stage's access log", [subscription(JSON.stringify(line))], ['r']],
  ['filter-log-events', [filtered], ['1']],
  ['lookup-events', [{ Events: [looked('1'), looked('2')], NextToken: 'n' }], ['1', '2']],
  ['lookup-events, one by one', [looked('1'), looked('2')], ['1', '2']],
  ['a subscription to nothing', [subscription()], []],
];

for (const [name, values, ids] of cases) {
  test(`${name}: as a file, gzipped, and as values`, async () => {
    const text = values.map((value) => JSON.stringify(value)).join('');
    for (const bytes of [Buffer.from(text), gzipSync(text), Buffer.from(JSON.stringify(values))]) {
      const found: string[] = [];
      for await (const { records, problems } of readLogFile(bytes, 'f')) {
        assert.deepEqual(problems, []);
        found.push(...records.map(({ id }) => id));
      }
      assert.deepEqual(found, ids);
    }
    const { value, problems } = recordsOf(values, 'f');
    assert.deepEqual([value.map(({ id }) => id), problems], [ids, []]);
  });
}

test('what is no record there is told, and costs only itself', async () => {
  const deep = `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`;
  const others = ['START RequestId: 1', deep, '"CWL"', 'CWL CONTROL MESSAGE: Checking health'];
  const text = JSON.stringify(subscription(...others, JSON.stringify(record('1'))));
  const found: string[] = [];
  const told: string[] = [];
  for await (const { records, problems } of readLogFile(Buffer.from(text), 'f')) {
    found.push(...records.map(({ id }) => id));
    told.push(...problems.map(({ message }) => message));
  }
  assert.deepEqual(found, ['1']);
  assert.equal(told.length, 4);
  for (const [index, reason] of [/is no JSON/, /too deep/, /a string where/, /tries out where/].entries()) {
    assert.match(told[index] ?? '', reason);
  }
});

test('texts in texts end', () => {
  let value = record('1');
  for (let level = 0; level < 12; level++) value = logged(JSON.stringify(value));
  const { value: records, problems } = recordsOf([value], 'f');
  assert.equal(records.length, 0);
  assert.match(problems[0]?.message ?? '', /inside too many others/);
});
