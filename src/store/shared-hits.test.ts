import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { type EmbeddedStore, openEmbedded } from './embedded.ts';
import type { Operation } from './store.ts';

/** Mappings of `word` that mean different things by the same query; the last has none at all, the one before copies into it. */
const mappings = [
  { word: { type: 'keyword' } },
  { word: { type: 'keyword' }, other: { type: 'keyword', copy_to: 'word' } },
  { word: { type: 'text' } },
  { word: { type: 'keyword', ignore_above: 4 } },
  { word: { type: 'text', analyzer: 'keyword' } },
  { word: { type: 'text' }, other: { type: 'keyword', copy_to: 'word' } },
  { word: { type: 'text', fields: { raw: { type: 'keyword' } } }, other: { type: 'keyword', copy_to: 'word' } },
  { other: { type: 'keyword' } },
  {},
];

const queries = [
  { term: { word: 'alpha' } },
  { term: { word: 'Alpha Beta' } },
  { match: { word: 'alpha' } },
  { match: { word: 'x' } },
  { term: { word: 'x' } },
  { bool: { filter: [{ term: { _index: 'day-22' } }, { wildcard: { word: 'a*' } }] } },
  { query_string: { query: 'word:(alpha OR gamma) AND NOT other:x' } },
  { exists: { field: 'word' } },
  { exists: { field: 'other' } },
  { bool: { must_not: { prefix: { word: 'al' } } } },
  { bool: { should: [{ term: { other: 'x' } }, { wildcard: { word: '*eta' } }], minimum_should_match: 1 } },
  { range: { at: { gte: '2026-01-02', lt: '2026-01-05' } } },
  { bool: { filter: [{ term: { _index: 'day-04' } }, { exists: { field: 'at' } }] } },
];

async function hits(store: EmbeddedStore, expression: string, query: object): Promise<string[]> {
  const found = await store.search(expression, parseSearchBody({ size: 1000, query }));
  return found.hits.map(({ index, id }) => `${index} ${id}`).sort();
}

test('a search over many indices finds in each what a search over it alone finds', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-shared-'));
  const store = await openEmbedded({ dir, clock: virtualClock(0), log: keptLog(), segmentRows: 150 });
  context.after(async () => {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const names = Array.from({ length: 28 }, (_, day) => `day-${String(day).padStart(2, '0')}`);
  for (const [day, name] of names.entries()) {
    const at =
      day % 3 === 0 ? { type: 'date' } : day % 3 === 1 ? { type: 'keyword' } : { type: 'date', format: 'yyyy-MM-dd' };
    await store.createIndex(name, { mappings: { properties: { ...mappings[day % mappings.length], at } } });
  }
  const words = ['alpha', 'Alpha Beta', 'gamma', 'beta', 'alp'];
  for (let round = 0; round < 4; round++) {
    const operations = names.flatMap((index, day): Operation[] =>
      words.map((word, number) => ({
        action: 'create',
        index,
        id: `${round}-${number}`,
        document: {
          word,
          ...(number % 2 ? { other: 'x' } : {}),
          at: `2026-01-0${1 + ((day + number) % 6)}`,
          [`own${day}`]: number,
        },
      })),
    );
    await store.write(operations);
    if (round === 2) await store.settled();
  }
  const found: number[] = [];
  for (const query of queries) {
    const together = await hits(store, 'day-*', query);
    // In other words, as what was found for the same ones is remembered.
    const same = { bool: { must: [query] } };
    const alone = (await Promise.all(names.map((name) => hits(store, name, same)))).flat();
    assert.deepEqual(together, alone.sort(), JSON.stringify(query));
    found.push(together.length);
  }
  assert.ok(
    found.every((count) => count > 0 && count < 560),
    `each query tells documents apart: ${found}`,
  );
});
