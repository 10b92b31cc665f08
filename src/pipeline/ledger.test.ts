import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../base/virtual-clock.ts';
import { openMemory } from '../store/memory.ts';
import { ledgerIndex, openLedger } from './ledger.ts';

test('a ledger knows the files of earlier openings, and an older one may be asked for as much at a time', async () => {
  const clock = virtualClock(0);
  const store = openMemory({ clock });
  await store.createIndex(ledgerIndex, { settings: { hidden: true }, mappings: { dynamic: false } });
  const ledger = await openLedger(store, clock);
  for (let n = 0; n < 20; n++) await ledger.add(`file-${n}`, 'v1');
  const again = await openLedger(store, clock);
  assert.ok(again.has('file-0', 'v1') && again.has('file-19', 'v1'));
  assert.equal(again.has('file-0', 'v2'), false);
  const [index] = await store.indices(ledgerIndex);
  assert.match(JSON.stringify(index?.settings), /"max_result_window":50000/);
  await store.close();
});
