import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { openEmbedded } from './embedded.ts';
import { openMemory } from './memory.ts';
import type { Store } from './store.ts';

/** What was found in sealed segments is kept; here their index changes in every way between two times of asking. */
const template = {
  mappings: {
    dynamic_templates: [{ words: { match_mapping_type: 'string', mapping: { type: 'keyword', copy_to: 'all' } } }],
    properties: { all: { type: 'text' }, at: { type: 'date' }, fixed: { dynamic: 'false', type: 'object' } },
  },
};

const queries: readonly Document[] = [
  { match: { all: 'beta' } },
  { query_string: { query: 'alpha OR new' } },
  { term: { first: 'alpha' } },
  { term: { later: 'new' } },
  { exists: { field: 'later' } },
  { exists: { field: 'fixed.a' } },
  { term: { 'fixed.a': 'x' } },
  { bool: { must_not: { exists: { field: 'later' } } } },
  { range: { at: { gte: '2026-01-02' } } },
  { bool: { must: { match: { all: 'alpha' } }, must_not: { term: { fresh: 'beta' } } } },
];

const document = (n: number, more: Document = {}): Document => ({
  first: n % 3 ? 'alpha' : 'beta',
  at: `2026-01-0${1 + (n % 4)}`,
  fixed: { a: 'x' },
  ...more,
});

test('what was found in segments is found again after the mapping grew, and only what is right', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-kept-'));
  const clock = virtualClock(0);
  const embedded = await openEmbedded({ dir, clock, log: keptLog(), segmentRows: 50 });
  const memory = openMemory({ clock });
  context.after(async () => {
    await embedded.close();
    await memory.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const write = async (from: number, count: number, more?: Document): Promise<void> => {
    for (const store of [embedded, memory]) {
      const operations = Array.from({ length: count }, (_, n) => from + n);
      await store.write(
        operations.map((n) => ({ action: 'index', index: 'a', id: String(n), document: document(n, more) })),
      );
    }
  };
  const steps: [string, () => Promise<void>][] = [
    ['at first', () => write(0, 180)],
    ['a field that documents bring', () => write(180, 3, { later: 'new' })],
    ['once more, in sealed segments', () => write(183, 120, { fresh: 'beta', deep: { later: 'alpha' } })],
    ['documents that are replaced', () => write(10, 5, { later: 'new' })],
    [
      'a field that was passed over is mapped',
      async () => {
        for (const store of [embedded, memory]) {
          await store.putMapping('a', { properties: { fixed: { properties: { a: { type: 'keyword' } } } } });
        }
      },
    ],
  ];
  for (const store of [embedded, memory]) await store.createIndex('a', template);
  for (const [what, step] of steps) {
    await step();
    await embedded.settled();
    for (const query of queries) {
      for (let time = 0; time < 2; time++) {
        assert.deepEqual(await ids(embedded, query), await ids(memory, query), `${what}: ${JSON.stringify(query)}`);
      }
    }
  }
});

async function ids(store: Store, query: Document): Promise<string[]> {
  const { hits } = await store.search('a', parseSearchBody({ query, size: 1000 }));
  return hits.map(({ id }) => id).sort();
}
