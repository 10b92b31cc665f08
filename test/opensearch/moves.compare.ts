import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { parseSearchBody } from '../../src/query/search-body.ts';
import { engineAddress } from '../../src/store/opensearch/engine-address.ts';
import { openOpenSearch } from '../../src/store/opensearch/opensearch.ts';
import type { Operation } from '../../src/store/store.ts';
import { clean, realEngine, realUrl } from './engines.ts';

/** What moves from one index to another, as an alert into the history, is seen by all processes all the time. */
const url = await realUrl();
if (url !== undefined) {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());

  test('a document that moves between two indices is found all the time, by this process and by others', async () => {
    await clean(realEngine(url, agent));
    const open = () => openOpenSearch({ address: engineAddress(url), clock: systemClock });
    const [writer, other] = [await open(), await open()];
    const settings = { index: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '30ms' } };
    const homes = ['.trailhound-here', '.trailhound-there'];
    for (const home of homes) await writer.createIndex(home, { settings });
    const put = (index: string): Operation => ({ action: 'index', index, id: 'a', document: { index } });
    await writer.write([put('.trailhound-here')]);
    await writer.refresh('.trailhound-*');
    let over = false;
    let looks = 0;
    const look = async (store: typeof writer): Promise<void> => {
      for (; !over; looks++) {
        const found = await store.search('.trailhound-*here', parseSearchBody({ size: 10 }));
        assert.ok(found.hits.length >= 1, `look ${looks}: it was in neither index`);
      }
    };
    const looking = [look(writer), look(other), look(other)];
    for (let move = 0; move < 60; move++) {
      const [from = '', to = ''] = move % 2 === 0 ? homes : homes.toReversed();
      await writer.write([{ action: 'delete', index: from, id: 'a' }, put(to)]);
    }
    over = true;
    await Promise.all(looking);
    assert.ok(looks > 60, `${looks} looks`);
    await writer.close();
    await other.close();
  });
}
