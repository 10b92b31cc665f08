import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, AlertState } from './alert.ts';
import { noted } from './delivery-note.ts';

const alert: Alert = {
  id: 'a',
  version: 1,
  monitorId: 'm',
  monitorVersion: 1,
  monitorName: 'monitor',
  executionId: 'e',
  triggerId: 't',
  triggerName: 'trigger',
  severity: '1',
  state: 'ACTIVE',
  errorMessage: null,
  history: [],
  actionResults: [],
  startTime: 0,
  lastNotificationTime: 0,
  endTime: null,
  acknowledgedTime: null,
  bucket: undefined,
  findingIds: [],
  relatedDocIds: [],
  evidence: { events: [], total: 0, historic: false, evaluate: 'arrived', lastMatch: null },
};

const origin = { monitorId: 'm', triggerId: 't', alertId: 'a', actionId: 'x' };
const action = 'Failed running action:\n';

const cases: readonly [
  before: AlertState,
  message: string | null,
  error: string | null,
  after: AlertState,
  string | null,
][] = [
  ['ACTIVE', null, null, 'ACTIVE', null],
  ['ACTIVE', null, 'down at 10.1.2.3', 'ERROR', `${action}down at x.x.x.x`],
  ['ERROR', `${action}down`, null, 'ACTIVE', null],
  ['ERROR', `${action}down`, 'still down', 'ERROR', `${action}still down`],
  ['ERROR', 'Failed fetching inputs:\nx', null, 'ERROR', 'Failed fetching inputs:\nx'],
  ['ERROR', 'Failed fetching inputs:\nx', 'down', 'ERROR', 'Failed fetching inputs:\nx'],
  ['ACKNOWLEDGED', null, 'down', 'ACKNOWLEDGED', null],
];

for (const [before, message, error, after, shown] of cases) {
  test(`a delivery is noted: ${before} ${message ?? ''} + ${error ?? 'sent'} → ${after}`, () => {
    const attempt = { at: 5, sent: error === null, status: error === null ? 200 : 500, text: error ?? 'ok' };
    const next = noted({ ...alert, state: before, errorMessage: message }, { origin, attempt, error });
    assert.equal(next.state, after);
    assert.equal(next.errorMessage, shown);
    assert.deepEqual(
      next.actionResults.map(({ actionId, attempts }) => [actionId, attempts]),
      [['x', [attempt]]],
    );
    assert.equal(next.history.length, shown !== message && shown !== null ? 1 : 0);
  });
}

test('the newest tries are kept, newest first', () => {
  let current = alert;
  for (let at = 0; at < 30; at++) {
    current = noted(current, { origin, attempt: { at, sent: false, status: 500, text: 'x' }, error: 'down' });
  }
  assert.deepEqual(
    current.actionResults[0]?.attempts.map(({ at }) => at),
    [29, 28, 27, 26, 25, 24, 23, 22, 21, 20],
  );
});
