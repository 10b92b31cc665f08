import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ColumnEntry, decodeColumn, encodeColumn } from './directory.ts';

test('an entry of the directory reads as it was written, with the parts that came later and without', () => {
  const plain: ColumnEntry = {
    path: 'a.b',
    signature: 's',
    hasText: true,
    indices: [1, 300],
    searchable: true,
    othersLost: false,
    presence: [8, 3],
    streamed: [16, 3],
  };
  const table = { count: 3, groups: 24, data: 32, bytes: 5 };
  const instants = { at: 64, unit: 1000, from: 1.7e12, several: [72, 1], valued: [80, 2] } as const;
  const entries: readonly ColumnEntry[] = [
    plain,
    { ...plain, hashes: { at: 40, count: 9 } },
    { ...plain, values: table, others: table, hashes: { at: 40, count: 9, orders: { at: 48, prefix: 'arn:é' } } },
    { ...plain, instants },
  ];
  for (const entry of entries) {
    const signatures: string[] = [];
    assert.deepEqual(decodeColumn(encodeColumn(entry, signatures), signatures), entry);
  }
});
