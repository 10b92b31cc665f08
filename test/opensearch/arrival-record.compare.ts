import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { parseSearchBody } from '../../src/query/search-body.ts';
import { engineAddress } from '../../src/store/opensearch/engine-address.ts';
import { type OpenSearchStore, openOpenSearch } from '../../src/store/opensearch/opensearch.ts';
import type { ArrivalWindow } from '../../src/store/store.ts';
import { clean, realEngine, realUrl } from './engines.ts';

/** The record of arrivals is kept from the last cursor on, and no more: whoever opens it, and whenever somebody was killed. */
const url = await realUrl();
if (url !== undefined) {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());
  const real = realEngine(url, agent);
  const stores: OpenSearchStore[] = [];
  after(() => Promise.all(stores.map((store) => store.close())));
  const open = async (): Promise<OpenSearchStore> => {
    const store = await openOpenSearch({ address: engineAddress(url), clock: systemClock, refreshMs: 0 });
    stores.push(store);
    return store;
  };
  const idsIn = async (store: OpenSearchStore, window: ArrivalWindow): Promise<readonly string[]> => {
    const body = parseSearchBody({ size: 1000, _source: false });
    return (await store.search('r-*', body, { window })).hits.map(({ id }) => id).sort();
  };
  const kept = async (): Promise<readonly string[]> => {
    await real.call('POST', '/.trailhound-arrivals/_refresh');
    const { body } = await real.call('GET', '/.trailhound-arrivals/_search?size=100&_source=false');
    return body.hits.hits.map(({ _id }: { _id: string }) => _id).sort();
  };

  test('what no cursor needs is pruned, and every window after it stays', { timeout: 120_000 }, async () => {
    await clean(real);
    const [holder, sleeper] = [await open(), await open()];
    const marks: number[] = [];
    for (let round = 0; round < 140; round++) {
      const document = (index: string) => ({ action: 'create', index, id: `${index}-${round}`, document: {} }) as const;
      await holder.write(['r-1', 'r-2', 'r-3', 'r-4'].map(document));
      marks.push(await holder.position());
    }
    const full = await kept();
    assert.ok(full.length >= 4, `two closed parts, base and head: ${full}`);
    const [first = 0, mark = 0, last = 0] = [marks[0], marks[135], marks.at(-1)];
    const window = { after: mark, upTo: last };
    const before = await idsIn(holder, window);
    assert.equal(before.length, last - mark);
    assert.equal(await holder.forget(first), 0, 'nothing was closed before the first');
    const begins = await holder.forget(mark);
    assert.ok(begins > first && begins <= mark);
    const few = await kept();
    assert.ok(few.length < full.length, `${full} became ${few}`);
    assert.equal(await holder.forget(mark), begins);

    const late = await open();
    assert.equal(await sleeper.position(), last, 'who slept through it reads it anew');
    for (const store of [holder, sleeper, late]) {
      assert.equal(await store.position(), last);
      assert.deepEqual(await idsIn(store, window), before);
    }

    // One that was killed after the base had moved leaves a part; whoever opens passes it over, and the next pruning deletes it.
    const left = { start: 0, stretches: [['r-1', 'gone', 0, 0, 5]] };
    await real.call('PUT', '/.trailhound-arrivals/_doc/from-0', left);
    const after = await open();
    assert.deepEqual(await idsIn(after, window), before);
    await after.forget(mark);
    assert.deepEqual(await kept(), few);

    // An index that is closed is not forgotten: opened again, it does not arrive anew.
    await real.call('POST', '/r-2/_close');
    await after.forget(last);
    await real.call('POST', '/r-2/_open?wait_for_active_shards=1');
    assert.equal(await (await open()).position(), last);
    await late.write([{ action: 'create', index: 'r-2', id: 'new', document: {} }]);
    const end = await sleeper.position();
    assert.equal(end, last + 1);
    assert.deepEqual(await idsIn(await open(), { after: last, upTo: end }), ['new']);
  });
}
