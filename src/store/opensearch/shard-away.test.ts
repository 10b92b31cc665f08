import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { parseSearchBody } from '../../query/search-body.ts';
import type { StoredDocument } from '../store.ts';
import { makeArrivalRecord } from './arrival-record.ts';
import { openArrivals } from './arrivals.ts';
import { searchArrived } from './arrived-search.ts';
import type { EngineClient } from './engine-client.ts';

/** A shard of which no node has a copy for the moment. A node alone allocates it again at once, so its answers stand here. */

/** What a 2.19.4 answers to a search over two indices of which one's only shard is away: it is not among the failed ones. */
const withoutIt = `{"took":13,"timed_out":false,"_shards":{"total":2,"successful":1,"skipped":0,"failed":0},
  "hits":{"total":{"value":1,"relation":"eq"},"max_score":1.0,"hits":[]}}`;

test('what arrived is not counted where a shard is away', async () => {
  const json = { size: 0, track_total_hits: true };
  const ranges = [{ index: 'w-away', shard: 0, low: 0, high: 2, shards: [0] }];
  const asked = { expression: 'w-*', body: parseSearchBody(json), options: {}, signal: undefined };
  const paths: string[] = [];
  const client = {
    async text({ path }: { readonly path: string }) {
      paths.push(path);
      if (path.includes('/_settings/')) return '{"w-away":{},"w-here":{}}';
      if (!path.includes('allow_partial_search_results=false')) return withoutIt;
      throw new TrailhoundError('engine-unavailable', 'Search rejected due to missing shards [[w-away][0]]', {
        status: 503,
      });
    },
  } as unknown as EngineClient;
  await assert.rejects(searchArrived(asked, ranges, client), { code: 'engine-unavailable' });
  assert.match(paths.at(-1) ?? '', /^\/w-away\/_search/, 'asked again of the indices that matter');
});

/** Shards of a cluster as `_stats` lists them: those that are away are not among them. */
function cluster() {
  const done = new Map<string, number>();
  const uuids = new Map<string, string>();
  const documents = new Map<string, StoredDocument>();
  const client = {
    async text() {
      const indices = [...done].map(([index, count]) => [
        index,
        {
          uuid: uuids.get(index) ?? `${index}-uuid`,
          shards: {
            0: [{ routing: { primary: true }, seq_no: { max_seq_no: count - 1, global_checkpoint: count - 1 } }],
          },
        },
      ]);
      return JSON.stringify({ indices: Object.fromEntries(indices) });
    },
  } as unknown as EngineClient;
  const record = makeArrivalRecord({
    create: async () => undefined,
    get: async (_, id) => documents.get(id),
    async write(operations) {
      return operations.map(({ index, id, action, document = {} }) => {
        const seqNo = (documents.get(id)?.seqNo ?? -1) + 1;
        if (action === 'create' && seqNo > 0) return { index, id, error: 'conflict', type: '', reason: '' } as const;
        documents.set(id, { index, id, version: seqNo + 1, seqNo, source: document });
        return { index, id, result: 'created', version: seqNo + 1, seqNo } as const;
      });
    },
    parts: async () => [],
  });
  const there = new Map<string, number>();
  const open = () =>
    openArrivals({
      client,
      clock: systemClock,
      freshness: { refresh: async () => undefined },
      record,
      pauseMs: 0,
      shards: async () => there,
    });
  return { done, uuids, there, open };
}

test('what arrived in an index is looked for there while its shard is away, by those too who come meanwhile', async () => {
  const { done, there, open } = cluster();
  const arrivals = await open();
  done.set('w-away', 3).set('w-here', 1);
  there.set('w-away-uuid', 1).set('w-here-uuid', 1);
  const upTo = await arrivals.position();
  const range = { index: 'w-away', shard: 0, low: 0, high: 2, shards: [0] };
  const found = (one: typeof arrivals) => one.ranges({ after: 0, upTo }).filter(({ index }) => index === 'w-away');
  assert.deepEqual(found(arrivals), [range]);
  done.delete('w-away');
  assert.equal(await arrivals.position(), upTo);
  assert.deepEqual(found(arrivals), [range]);
  assert.deepEqual(found(await open()), [range]);
});

test('an index that another one of its name replaced has nothing that arrived', async () => {
  const { done, uuids, open } = cluster();
  const arrivals = await open();
  done.set('w', 3);
  const upTo = await arrivals.position();
  assert.equal(arrivals.ranges({ after: 0, upTo }).length, 1);
  uuids.set('w', 'another');
  const after = await arrivals.position();
  assert.deepEqual(arrivals.ranges({ after: 0, upTo }), [], 'its numbers are those of other documents');
  assert.equal(arrivals.ranges({ after: upTo, upTo: after }).length, 1);
});
