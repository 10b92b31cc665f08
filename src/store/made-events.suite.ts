import type { Document } from '../base/document.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Operation, Store } from './store.ts';

/** Events number `from` to `from + count`, of three indices: numbers, values that repeat and such that do not, words. */
export function madeEvents(from: number, count: number): Operation[] {
  return Array.from({ length: count }, (_, at) => {
    const n = from + at;
    const document = { n, id: `event-${n}`, name: `name ${n % 7}`, who: `user${n}/session${n % 5}` };
    return { action: 'create', index: `logs-${n % 3}`, id: `e${n}`, document, plain: true };
  });
}

const questions: readonly Document[] = [
  { match_all: {} },
  { term: { 'name.keyword': 'name 3' } },
  { terms: { 'id.keyword': ['event-111', 'event-4711'] } },
  { match: { who: 'session2' } },
  { range: { n: { gte: 100, lt: 330 } } },
];

/** What a store answers about them: hits in order of arrival, totals and aggregations. */
export async function madeAnswers(store: Store, size: number): Promise<unknown> {
  const aggs = { names: { terms: { field: 'name.keyword', size: 20 } }, sum: { sum: { field: 'n' } } };
  const found = [];
  for (const query of questions) {
    const body = parseSearchBody({ query, size, sort: ['_doc'], aggs, track_total_hits: true });
    const { hits, total, aggregations } = await store.search('logs-*', body);
    found.push({ query, total, aggregations, ids: hits.map(({ id }) => id) });
  }
  return found;
}
