import { Agent } from 'node:http';
import { after } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { engineAddress } from '../../src/store/opensearch/engine-address.ts';
import { openOpenSearch } from '../../src/store/opensearch/opensearch.ts';
import { storeSuite } from '../../src/store/store.suite.ts';
import { clean, realEngine, realUrl } from './engines.ts';

/** The store's suite on a real cluster. What is skipped is the cluster's own business, and stands in the store's contract. */
const url = await realUrl();
if (url !== undefined) {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());
  const real = realEngine(url, agent);
  const itsClock = 'a cluster goes by its own clock, which a test cannot set';
  storeSuite(
    'opensearch',
    async () => {
      await clean(real);
      const store = await openOpenSearch({ address: engineAddress(url), clock: systemClock, refreshMs: 0 });
      return { store, close: () => store.close() };
    },
    {
      skips: {
        'the version of a deleted document goes on for a minute, then it starts anew': itsClock,
        'date math in a name is of the day of asking': itsClock,
        'a search sees what was there when it began': 'a cluster may show a part of a bulk that is under way',
        'ids that differ stay different': 'ids travel as UTF-8, in which half a surrogate pair is a question mark',
      },
    },
  );
}
