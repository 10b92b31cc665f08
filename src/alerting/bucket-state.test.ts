import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, AlertState } from './alert.ts';
import type { BucketEvents } from './bucket-fetch.ts';
import type { BucketContent } from './bucket-select.ts';
import { acted, type BucketAlert, countedBuckets, nextArrivedBuckets, nextBuckets } from './bucket-state.ts';

const day = 24 * 3_600_000;

function bucket(key: string, count = 1): BucketContent {
  return { parentPath: 'by', keys: [key], bucket: { key, doc_count: count } };
}

function alert(key: string, state: AlertState, more: Partial<Alert> = {}): Alert {
  return {
    id: `old ${key}`,
    version: 1,
    monitorId: 'm',
    monitorVersion: 1,
    monitorName: 'm',
    executionId: 'e',
    triggerId: 't',
    triggerName: 't',
    severity: '1',
    state,
    errorMessage: state === 'ERROR' ? 'before' : null,
    history: [],
    actionResults: [],
    startTime: 0,
    lastNotificationTime: 0,
    endTime: null,
    acknowledgedTime: state === 'ACKNOWLEDGED' ? 5 : null,
    bucket: bucket(key),
    findingIds: [],
    relatedDocIds: [],
    evidence: { events: [], total: 1, historic: false, evaluate: 'arrived', lastMatch: 0 },
    ...more,
  };
}

const fresh = (): Alert => ({
  ...alert('?', 'ACTIVE'),
  id: 'new',
  bucket: undefined,
  evidence: { events: [], total: 0, historic: false, evaluate: 'arrived', lastMatch: null },
});

const shown = (next: readonly BucketAlert[]): readonly string[] =>
  next.map(
    ({ category, reason, alert: after }) => `${category} ${reason} ${after.id} ${after.state} ${after.evidence.total}`,
  );

type Row = readonly [name: string, open: readonly Alert[], marked: readonly BucketContent[], next: readonly string[]];

const opensearch: readonly Row[] = [
  ['nothing', [], [], []],
  ['a new bucket', [], [bucket('a', 3)], ['NEW opened new ACTIVE 3']],
  ['a known one', [alert('a', 'ACTIVE')], [bucket('a', 4)], ['DEDUPED held old a ACTIVE 4']],
  ['an acknowledged one', [alert('a', 'ACKNOWLEDGED')], [bucket('a', 4)], ['DEDUPED held old a ACKNOWLEDGED 4']],
  ['an error that works again', [alert('a', 'ERROR')], [bucket('a', 4)], ['DEDUPED held old a ACTIVE 4']],
  ['one that is gone', [alert('a', 'ACTIVE')], [], ['COMPLETED cleared old a COMPLETED 1']],
  ['an acknowledged one that is gone', [alert('a', 'ACKNOWLEDGED')], [], ['COMPLETED cleared old a COMPLETED 1']],
  [
    'all at once',
    [alert('a', 'ACTIVE'), alert('b', 'ACTIVE')],
    [bucket('b'), bucket('c')],
    ['DEDUPED held old b ACTIVE 1', 'NEW opened new ACTIVE 1', 'COMPLETED cleared old a COMPLETED 1'],
  ],
];

for (const [name, open, marked, expected] of opensearch) {
  test(`buckets, opensearch: ${name}`, () => {
    assert.deepEqual(shown(nextBuckets(open, { marked, events: new Map(), at: 10 }, fresh)), expected);
  });
}

const arrived: readonly (readonly [...Row, counted?: readonly [string, number][], at?: number])[] = [
  ['nothing', [], [], []],
  ['a new bucket', [], [bucket('a', 3)], ['NEW opened new ACTIVE 3']],
  ['nothing new in it', [alert('a', 'ACTIVE')], [bucket('a', 3)], [], [['a', 3]]],
  ['more of it', [alert('a', 'ACTIVE')], [bucket('a', 5)], ['DEDUPED grew old a ACTIVE 3'], [['a', 3]]],
  ['gone from the window', [alert('a', 'ACTIVE')], [], []],
  [
    'more after an acknowledge',
    [alert('a', 'ACKNOWLEDGED')],
    [bucket('a', 5)],
    ['COMPLETED opened-after-acknowledge old a COMPLETED 1', 'NEW opened-after-acknowledge new ACTIVE 2'],
    [['a', 3]],
  ],
  ['nothing more after an acknowledge', [alert('a', 'ACKNOWLEDGED')], [bucket('a', 3)], [], [['a', 3]]],
  ['an error that events join', [alert('a', 'ERROR')], [bucket('a')], ['DEDUPED grew old a ACTIVE 2']],
  ['an error that is over', [alert('a', 'ERROR')], [], ['DEDUPED recovered old a ACTIVE 1']],
  ['a quiet day', [alert('a', 'ACTIVE')], [], ['COMPLETED quiet old a COMPLETED 1'], [], day],
  [
    'a quiet day after an acknowledge',
    [alert('a', 'ACKNOWLEDGED')],
    [],
    ['COMPLETED quiet old a COMPLETED 1'],
    [],
    day,
  ],
];

for (const [name, open, marked, expected, counted = [], at = 10] of arrived) {
  test(`buckets, arrived: ${name}`, () => {
    const next = nextArrivedBuckets(open, { marked, events: new Map(), at }, new Map(counted), fresh);
    assert.deepEqual(shown(next), expected);
  });
}

test('events join the alert of their bucket; those of the acknowledged one are not told again', () => {
  const event = (id: string): BucketEvents['events'][number] => ({
    index: 'i',
    id,
    eventTime: null,
    eventName: null,
    sourceIPAddress: null,
    resource: null,
  });
  const found = (ids: readonly string[]): ReadonlyMap<string, BucketEvents> =>
    new Map([['a', { events: ids.map(event), hits: [], total: ids.length, historic: false, clocks: undefined }]]);
  const idsOf = (next: readonly BucketAlert[]): unknown => next.at(-1)?.alert.evidence.events.map(({ id }) => id);
  const [first] = nextArrivedBuckets(
    [],
    { marked: [bucket('a', 2)], events: found(['1', '2']), at: 10 },
    new Map(),
    fresh,
  );
  assert.ok(first);
  const outcome = { marked: [bucket('a', 3)], events: found(['3', '1', '2']), at: 20 };
  const counted = countedBuckets([bucket('a', 2)]);
  assert.deepEqual(idsOf(nextArrivedBuckets([first.alert], outcome, counted, fresh)), ['3', '1', '2']);
  const known: Alert = { ...first.alert, state: 'ACKNOWLEDGED' };
  assert.deepEqual(idsOf(nextArrivedBuckets([known], outcome, counted, fresh)), ['3']);
});

test('an action moves the notification time; an error beside it makes the alert tell it', () => {
  const memory = [{ actionId: 'a', lastExecutionTime: 9, throttledCount: 0, attempts: [] }];
  const told = acted(alert('a', 'ACTIVE'), memory, null, 9);
  assert.deepEqual([told.state, told.lastNotificationTime, told.actionResults], ['ACTIVE', 9, memory]);
  const failed = acted(alert('a', 'ACTIVE'), memory, 'why', 9);
  assert.deepEqual([failed.state, failed.errorMessage, failed.history.length], ['ERROR', 'why', 1]);
});
