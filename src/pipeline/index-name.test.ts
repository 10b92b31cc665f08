import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventIndex } from './index-name.ts';

test('the index is named by the day of the event, in UTC', () => {
  const received = Date.UTC(2026, 10, 23, 12);
  const cases: [eventTime: number | undefined, index: string][] = [
    [Date.UTC(2021, 6, 30, 23, 59, 59), 'wazuh-alerts-4.x-2021.07.30'],
    [undefined, 'wazuh-alerts-4.x-2026.11.23'],
    [Date.UTC(2026, 10, 24), 'wazuh-alerts-4.x-2026.11.24'],
    [8.64e15, 'wazuh-alerts-4.x-2026.11.23'],
    [-8.64e15, 'wazuh-alerts-4.x-2026.11.23'],
    [Number.NaN, 'wazuh-alerts-4.x-2026.11.23'],
  ];
  for (const [eventTime, index] of cases) assert.equal(eventIndex(eventTime, received), index);
});
