import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { type GeneratedCounts, generatedCounts } from '../query/generated-aggregations.suite.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { openEmbedded } from './embedded.ts';
import { openMemory } from './memory.ts';
import type { Operation, Store } from './store.ts';

/** What is counted and sorted by columns is what is counted and sorted by reading: the memory store has no segments. */
const clock = virtualClock(Date.UTC(2026, 0, 1));

/** Found once, asked each time. */
const examples: readonly GeneratedCounts[] = [
  {
    // One value written in two ways: the documents of its bucket come in their order all the same.
    body: { mappings: { properties: { b: { type: 'boolean' }, d: { type: 'date' } } } },
    documents: [{ b: 'false' }, { b: false }, { b: 'false' }],
    searches: [
      { size: 0, aggs: { p: { terms: { field: 'b' }, aggs: { q: { top_hits: { size: 3, sort: ['d', '_doc'] } } } } } },
    ],
  },
];

for (const [name, options, numRuns] of [
  ['the growing segment', {}, 150],
  ['sealed segments', { segmentRows: 6 }, 60],
] as const) {
  test(`${name}: made-up aggregations and sorts answer as from the documents`, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'trailhound-counts-'));
    const embedded = await openEmbedded({ dir, clock, log: keptLog(), ...options });
    const memory = openMemory({ clock });
    let answered = 0;
    try {
      const property = fc.asyncProperty(generatedCounts(), async ({ body, documents, searches }) => {
        await fill(memory, body, documents);
        await fill(embedded, body, documents);
        await embedded.settled();
        const compare = async (timeout: string): Promise<void> => {
          // Another timeout is another request: no whole answer is remembered, only what was made of sealed segments.
          for (const search of searches.map((one) => ({ ...one, timeout }))) {
            const expected = await answer(memory, search);
            if (!(expected instanceof TrailhoundError)) answered++;
            assert.deepEqual(await answer(embedded, search), expected, JSON.stringify(search));
          }
        };
        await compare('1s');
        await compare('2s');
        const changes = documents.slice(0, 7).map((document, at): Operation => {
          if (at % 3 === 0) return { action: 'delete', index: 'i', id: String(at * 2) };
          return { action: 'index', index: 'i', id: String(at * 5), document: { ...document, later: 'alpha' } };
        });
        for (const operation of changes) {
          for (const store of [memory, embedded]) await store.write([operation]);
          await compare(`${operation.id}ms`);
        }
        await embedded.settled();
        await compare('3s');
        await memory.deleteIndex('i');
        await embedded.deleteIndex('i');
      });
      await fc.assert(property, { numRuns, examples: examples.map((one): [GeneratedCounts] => [one]) });
      assert.ok(answered > numRuns, `only ${answered} searches were answered`);
    } finally {
      await embedded.close();
      await memory.close();
      rmSync(dir, { recursive: true });
    }
  });
}

/** In several writes, some of them with documents that replace others. */
async function fill(store: Store, body: Document, documents: readonly Document[]): Promise<void> {
  await store.deleteIndex('i').catch(() => {});
  await store.createIndex('i', body);
  for (let from = 0; from < documents.length; from += 3) {
    await store.write(
      documents.slice(from, from + 3).map((document, at) => ({
        action: 'index',
        index: 'i',
        id: String((from + at) % 17),
        document,
      })),
    );
  }
}

async function answer(store: Store, search: Document): Promise<unknown> {
  try {
    const { tookMs: _, hits, ...found } = await store.search('i', parseSearchBody(search));
    return { ...found, hits: hits.map(({ text: __, ...hit }) => hit) };
  } catch (thrown) {
    if (thrown instanceof TrailhoundError) return thrown;
    throw thrown;
  }
}
