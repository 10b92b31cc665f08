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
import type { Candidate } from '../query/candidate.ts';
import { compileQuery } from '../query/compile.ts';
import { generatedIndex } from '../query/generated-search.suite.ts';
import type { Mapping } from '../query/mapping.ts';
import type { Query } from '../query/query.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { openEmbedded } from './embedded.ts';
import { openMemory } from './memory.ts';
import type { Store } from './store.ts';

/**
 * Looking for bytes before parsing must not lose a document: made-up queries against a plain loop of the matcher. And what
 * the percolator says of a document when it arrives (the matcher, by the mapping that the document itself has grown) is what
 * a search finds when all have arrived.
 */
const now = Date.UTC(2026, 0, 1);

test('memory: a search finds what a loop over the documents finds', async () => {
  const store = openMemory({ clock: virtualClock(now) });
  await compare(store, 250);
  await store.close();
});

test('embedded: a search finds what a loop over the documents finds', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-search-'));
  const store = await openEmbedded({ dir, clock: virtualClock(now), log: keptLog() });
  try {
    await compare(store, 150);
  } finally {
    await store.close();
    rmSync(dir, { recursive: true });
  }
});

test('embedded: sealed segments find what a loop over the documents finds', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-search-'));
  const store = await openEmbedded({ dir, clock: virtualClock(now), log: keptLog(), segmentRows: 4 });
  try {
    await compare({ ...store, write: (operations) => store.write(operations).finally(store.settled) }, 25);
  } finally {
    await store.close();
    rmSync(dir, { recursive: true });
  }
});

async function compare(store: Store, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(generatedIndex(), async ({ body, documents, queries }) => {
      await store.createIndex('i', body);
      try {
        const arrivals = await fill(store, documents);
        const [info] = await store.indices('i');
        assert.ok(info);
        for (const query of queries) {
          const parsed = parseSearchBody({ query, size: 100, sort: ['_doc'] });
          let wanted: Candidate[];
          try {
            const matches = compileQuery(parsed.query, info.mapping, now);
            wanted = arrivals.flatMap(({ candidate }) => (matches(candidate) ? [candidate] : []));
            const atArrival = arrivals.filter((arrival) => saysYes(arrival, parsed.query));
            assert.deepEqual(
              ids(atArrival.map(({ candidate }) => candidate)),
              ids(wanted),
              `arriving: ${JSON.stringify(query)}`,
            );
          } catch (thrown) {
            if (!(thrown instanceof TrailhoundError)) throw thrown;
            await assert.rejects(store.search('i', parsed), { message: thrown.message });
            continue;
          }
          const found = await store.search('i', parsed);
          assert.deepEqual(ids(found.hits), ids(wanted), JSON.stringify(query));
        }
      } finally {
        await store.deleteIndex('i');
      }
    }),
    { numRuns },
  );
}

interface Arrival {
  readonly candidate: Candidate;
  /** The index's mapping right after the document. */
  readonly mapping: Mapping;
}

/** A query that is refused wakes no monitor. */
function saysYes({ candidate, mapping }: Arrival, query: Query): boolean {
  try {
    return compileQuery(query, mapping, now)(candidate);
  } catch (thrown) {
    if (thrown instanceof TrailhoundError) return false;
    throw thrown;
  }
}

/** The documents that the index takes, as the store gives them back. */
async function fill(store: Store, documents: readonly Document[]): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  for (const [number, document] of documents.entries()) {
    const [written] = await store.write([{ action: 'index', index: 'i', id: String(number), document }]);
    const candidate = written && 'error' in written ? undefined : await store.get('i', String(number));
    const [info] = await store.indices('i');
    if (candidate && info) arrivals.push({ candidate, mapping: info.mapping });
  }
  return arrivals;
}

function ids(documents: readonly { readonly id: string }[]): string[] {
  return documents.map(({ id }) => id);
}
