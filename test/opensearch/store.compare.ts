import { Agent } from 'node:http';
import { after } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { engineAddress } from '../../src/store/opensearch/engine-address.ts';
import { openOpenSearch } from '../../src/store/opensearch/opensearch.ts';
import { storeSuite } from '../../src/store/store.suite.ts';
import { clean, realEngine, realUrl } from './engines.ts';
import { clusterSkips } from './store-skips.ts';

/** The store's suite on a real cluster. What is skipped is the cluster's own business, and stands in the store's contract. */
const url = await realUrl();
if (url !== undefined) {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());
  const real = realEngine(url, agent);
  storeSuite(
    'opensearch',
    async () => {
      await clean(real);
      const store = await openOpenSearch({ address: engineAddress(url), clock: systemClock, refreshMs: 0 });
      return { store, close: () => store.close() };
    },
    { skips: clusterSkips },
  );
}
