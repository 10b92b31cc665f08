import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptLog } from '../base/log.ts';
import { openEmbedded } from './embedded.ts';
import { storeSuite } from './store.suite.ts';

storeSuite('embedded', async (clock) => {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-store-'));
  const store = await openEmbedded({ dir, clock, log: keptLog() });
  return {
    store,
    close: async () => {
      await store.close();
      rmSync(dir, { recursive: true });
    },
  };
});

storeSuite('embedded, sealing after a few documents', async (clock) => {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-store-'));
  const log = keptLog();
  const store = await openEmbedded({ dir, clock, log, segmentRows: 100 });
  const sealed = async <T>(work: Promise<T>): Promise<T> => {
    const done = await work;
    await store.settled();
    return done;
  };
  return {
    store: { ...store, write: (operations) => sealed(store.write(operations)) },
    close: async () => {
      await store.close();
      rmSync(dir, { recursive: true });
      assert.deepEqual(log.lines, []);
    },
  };
});
