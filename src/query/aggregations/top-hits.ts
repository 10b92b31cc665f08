import type { Document } from '../../base/document.ts';
import { shardError } from '../refusal.ts';
import { compareSort, parseSort, type SortValue } from '../sort.ts';
import { type SortColumn, sortColumn } from '../sort-values.ts';
import { filterSource, parseSourceFilter } from '../source-filter.ts';
import type { AggregatedHit, Aggregation, AggregationKind, AggregationScope, Tally } from './aggregation.ts';
import { checkBody, flagOf, unsupported, wholeOf } from './body.ts';

/** `top_hits`: the first documents of each bucket, by score or as sorted. */
export const topHits: AggregationKind = {
  names: ['top_hits'],
  buckets: false,
  parse(body, scope) {
    const refused = ['script_fields', 'highlight', 'docvalue_fields', 'fields', 'stored_fields', 'explain'];
    checkBody(
      body,
      scope.kind,
      ['from', 'size', 'sort', '_source', 'version', 'seq_no_primary_term', 'track_scores'],
      refused,
    );
    if (scope.around.includes('nested')) throw unsupported(scope.kind, 'nested');
    return make(body, scope);
  },
};

/** `index.max_inner_result_window`. */
const windowMax = 100;

interface Entry {
  readonly hit: AggregatedHit;
  readonly values: readonly SortValue[];
  readonly shown: readonly unknown[];
  readonly order: number;
}

function make(body: Document, scope: AggregationScope): Aggregation {
  const { kind, name } = scope;
  const from = wholeOf(body, 'from', kind, 0, 0);
  const wanted = from + wholeOf(body, 'size', kind, 3, 0);
  const sort = parseSort(body.sort);
  const filter = parseSourceFilter(body._source);
  const version = flagOf(body, 'version', kind);
  const seqNo = flagOf(body, 'seq_no_primary_term', kind);
  const scored =
    sort.length === 0 || flagOf(body, 'track_scores', kind) || sort.some(({ field }) => field === '_score');
  let columns: readonly SortColumn[] = [];
  const show = ({ hit, shown }: Entry): Document => ({
    _index: hit.candidate.index,
    _id: hit.candidate.id,
    ...(version ? { _version: hit.candidate.version } : {}),
    ...(seqNo ? { _seq_no: hit.candidate.seqNo, _primary_term: 1 } : {}),
    _score: scored ? hit.score : null,
    ...(filter.enabled ? { _source: filterSource(hit.candidate.source, filter) } : {}),
    ...(sort.length > 0 ? { sort: shown } : {}),
  });
  const compare = (a: Entry, b: Entry): number =>
    (sort.length === 0 ? b.hit.score - a.hit.score : compareSort(sort, a.values, b.values)) || a.order - b.order;
  const entryOf = (hit: AggregatedHit, order: number): Entry => {
    const values = columns.map((column) => column.read(hit.candidate, hit.score, order));
    return { hit, values, shown: columns.map((column, at) => column.show(values[at] ?? null)), order };
  };
  return {
    scores: scored,
    enter(next) {
      if (wanted > windowMax) {
        throw shardError(
          `Top hits result window is too large, the top hits aggregator [${name}]'s from + size must be less than or equal to: [${windowMax}] but was [${wanted}]. This limit can be set by changing the [index.max_inner_result_window] index level setting.`,
          'illegal_argument_exception',
        );
      }
      columns = sort.map((key) => sortColumn(key, next.mapping, next.at));
    },
    start: () =>
      startTally({ entryOf, compare, show, from, wanted, scored, sorted: sort.length > 0, hold: scope.budget.hold }),
    unordered: () => 'top_hits is no number to sort by.',
    typeName: () => kind,
  };
}

/** Observed: to sort no hits at all is refused once there is one. */
function noHitsWanted(): Error {
  return shardError(
    'numHits must be > 0; please use TotalHitCountCollector if you just need the total hit count',
    'illegal_argument_exception',
  );
}

interface Rules {
  /** `order`: of arrival in the bucket. */
  entryOf(hit: AggregatedHit, order: number): Entry;
  compare(a: Entry, b: Entry): number;
  show(entry: Entry): Document;
  readonly from: number;
  readonly wanted: number;
  readonly scored: boolean;
  readonly sorted: boolean;
  hold(count: number): void;
}

function startTally({ entryOf, compare, show, from, wanted, scored, sorted, hold }: Rules): Tally {
  let total = 0;
  let best = Number.NEGATIVE_INFINITY;
  let kept: Entry[] = [];
  return {
    collect(hit) {
      total++;
      if (hit.score > best) best = hit.score;
      if (wanted === 0 && sorted) throw noHitsWanted();
      if (wanted === 0) return;
      kept.push(entryOf(hit, total));
      // Each keeps a document in memory.
      hold(1);
      if (kept.length < wanted * 2 + 8) return;
      hold(wanted - kept.length);
      kept = kept.sort(compare).slice(0, wanted);
    },
    answer: () => ({
      hits: {
        total: { value: total, relation: 'eq' },
        max_score: scored && total > 0 && wanted > 0 ? best : null,
        hits: kept.sort(compare).slice(from, wanted).map(show),
      },
    }),
    valueOf: () => Number.NaN,
  };
}
