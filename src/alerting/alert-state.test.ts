import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, AlertState } from './alert.ts';
import { nextAlert, nextArrived, type Outcome } from './alert-state.ts';

const hour = 3_600_000;

function alert(state: AlertState, more: Partial<Alert> = {}): Alert {
  return {
    id: 'old',
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
    history: state === 'ERROR' ? [{ timestamp: 1, message: 'before' }] : [],
    actionResults: [],
    startTime: 0,
    lastNotificationTime: 0,
    endTime: null,
    acknowledgedTime: state === 'ACKNOWLEDGED' ? 5 : null,
    bucket: undefined,
    findingIds: [],
    relatedDocIds: [],
    evidence: { events: [], total: 1, historic: false, evaluate: 'opensearch', lastMatch: 0 },
    ...more,
  };
}

const clear = (at = 10): Outcome => ({ triggered: false, error: null, at, found: undefined, actionResults: [] });
const holds = (at = 10): Outcome => ({
  triggered: true,
  error: null,
  at,
  found: { events: [], total: 2, historic: false },
  actionResults: [],
});
const fails = (at = 10): Outcome => ({ ...clear(at), triggered: true, error: 'broken' });
const fresh = (state: 'ACTIVE' | 'ERROR'): Alert =>
  alert(state, {
    id: 'new',
    errorMessage: null,
    history: [],
    evidence: { events: [], total: 0, historic: false, evaluate: 'arrived', lastMatch: null },
  });

type Row = readonly [
  from: AlertState | undefined,
  outcome: Outcome,
  reason: string,
  open: string | undefined,
  closed: string | undefined,
];

const shown = (one: Alert | undefined): string | undefined => one && `${one.id} ${one.state}`;

const opensearch: readonly Row[] = [
  [undefined, clear(), 'nothing', undefined, undefined],
  [undefined, holds(), 'opened', 'new ACTIVE', undefined],
  [undefined, fails(), 'failed', 'new ERROR', undefined],
  ['ACTIVE', clear(), 'cleared', undefined, 'old COMPLETED'],
  ['ACTIVE', holds(), 'held', 'old ACTIVE', undefined],
  ['ACTIVE', fails(), 'failed', 'old ERROR', undefined],
  ['ERROR', clear(), 'cleared', undefined, 'old COMPLETED'],
  ['ERROR', holds(), 'recovered', 'old ACTIVE', undefined],
  ['ERROR', fails(), 'failed', 'old ERROR', undefined],
  ['ACKNOWLEDGED', clear(), 'cleared', undefined, 'old COMPLETED'],
  ['ACKNOWLEDGED', holds(), 'acknowledged', 'old ACKNOWLEDGED', undefined],
  ['ACKNOWLEDGED', fails(), 'failed', 'old ERROR', undefined],
];

const arrived: readonly Row[] = [
  [undefined, clear(), 'nothing', undefined, undefined],
  [undefined, holds(), 'opened', 'new ACTIVE', undefined],
  [undefined, fails(), 'failed', 'new ERROR', undefined],
  ['ACTIVE', clear(), 'nothing', 'old ACTIVE', undefined],
  ['ACTIVE', clear(24 * hour), 'quiet', undefined, 'old COMPLETED'],
  ['ACTIVE', clear(24 * hour - 1), 'nothing', 'old ACTIVE', undefined],
  ['ACTIVE', holds(25 * hour), 'grew', 'old ACTIVE', undefined],
  ['ACTIVE', fails(), 'failed', 'old ERROR', undefined],
  ['ERROR', clear(), 'recovered', 'old ACTIVE', undefined],
  ['ERROR', clear(24 * hour), 'quiet', undefined, 'old COMPLETED'],
  ['ERROR', holds(), 'grew', 'old ACTIVE', undefined],
  ['ERROR', fails(), 'failed', 'old ERROR', undefined],
  ['ACKNOWLEDGED', clear(), 'nothing', 'old ACKNOWLEDGED', undefined],
  ['ACKNOWLEDGED', clear(24 * hour), 'quiet', undefined, 'old COMPLETED'],
  ['ACKNOWLEDGED', holds(), 'opened-after-acknowledge', 'new ACTIVE', 'old COMPLETED'],
  ['ACKNOWLEDGED', fails(), 'opened-after-acknowledge', 'new ERROR', 'old COMPLETED'],
];

for (const [name, step, rows] of [
  ['opensearch', nextAlert, opensearch],
  ['arrived', nextArrived, arrived],
] as const) {
  for (const [from, outcome, reason, open, closed] of rows) {
    const what = outcome.error ? 'fails' : outcome.triggered ? 'holds' : 'clear';
    test(`${name}: ${from ?? 'no alert'}, ${what} after ${outcome.at} ms → ${reason}`, () => {
      const next = step(from && alert(from), outcome, fresh);
      assert.deepEqual([next.reason, shown(next.open), shown(next.closed)], [reason, open, closed]);
    });
  }
}

test('what the states keep: messages newest first and at most ten, the acknowledge, the end', () => {
  let failing = nextAlert(undefined, fails(0), fresh).open;
  for (let at = 1; at <= 12; at++) failing = nextAlert(failing, { ...fails(at), error: `broken ${at}` }, fresh).open;
  assert.equal(failing?.history.length, 10);
  assert.deepEqual(failing?.history[0], { timestamp: 12, message: 'broken 12' });
  assert.equal(failing?.errorMessage, 'broken 12');
  const well = nextAlert(failing, holds(20), fresh).open;
  assert.deepEqual([well?.errorMessage, well?.history.length, well?.lastNotificationTime], [null, 10, 20]);
  const over = nextAlert(alert('ACKNOWLEDGED'), clear(30), fresh).closed;
  assert.deepEqual([over?.acknowledgedTime, over?.endTime], [5, 30]);
});

test('an error that no event joined does not wait for anybody', () => {
  const empty = alert('ERROR', { evidence: { ...alert('ERROR').evidence, total: 0 } });
  assert.equal(shown(nextArrived(empty, clear(), fresh).closed), 'old COMPLETED');
});

test('counts: opensearch shows what the last run found, arrived adds', () => {
  assert.equal(nextAlert(alert('ACTIVE'), holds(), fresh).open?.evidence.total, 2);
  const growing = alert('ACTIVE', { evidence: { ...alert('ACTIVE').evidence, evaluate: 'arrived', total: 5 } });
  assert.equal(nextArrived(growing, holds(), fresh).open?.evidence.total, 7);
});
