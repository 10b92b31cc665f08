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
