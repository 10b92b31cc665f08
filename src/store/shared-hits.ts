import { limits } from '../base/limits.ts';
import type { Field } from '../query/field.ts';
import type { Lucene } from '../query/lucene.ts';
import { type Asked, evaluateInSteps, viewOf } from './segment/evaluate.ts';
import type { Hits, SegmentIndex } from './segment/segment-index.ts';
import type { Steps } from './segment/steps.ts';

/** As evaluateInSteps, for one search. What it answers is not to be changed. */
export type SharedHits = (query: Lucene, asked: Asked) => Steps<Hits>;

interface Known {
  readonly query: Lucene;
  /** Of the segment: it may have grown since. */
  readonly last: number;
  readonly view: string;
  readonly hits: Hits;
}

/**
 * What a query finds in a segment is worked out for all its rows. Where the next index means the same by the query, as that of
 * another day does, the answer is the same one: the search then costs by its segments, not by its segments times its indices.
 */
export function sharedHits(): SharedHits {
  const bySegment = new Map<SegmentIndex, readonly Known[]>();
  return function* (query, asked) {
    const fields = fieldsOf(query);
    if (!fields) return yield* evaluateInSteps(query, asked);
    const { segment } = asked;
    const view = fields.map((field) => viewOf(field, asked)).join();
    const before = (bySegment.get(segment) ?? []).filter((known) => known.last === segment.last);
    const known = before.find((one) => one.query === query && one.view === view);
    if (known) return known.hits;
    const { last } = segment;
    const hits = yield* evaluateInSteps(query, asked);
    if (before.length > 0 || bySegment.size < limits.sharedHitsMax) {
      const kept = before.slice(0, limits.loweredKindsMax - 1);
      bySegment.set(segment, [{ query, last, view, hits }, ...kept]);
    }
    return hits;
  };
}

const fieldsIn = new WeakMap<Lucene, readonly Field[] | 'by-index'>();

/** The fields that a query asks; undefined where it asks for the index's name. */
function fieldsOf(query: Lucene): readonly Field[] | undefined {
  let fields = fieldsIn.get(query);
  if (!fields) {
    const found = new Set<Field>();
    fields = collect(query, found) ? [...found] : 'by-index';
    fieldsIn.set(query, fields);
  }
  return fields === 'by-index' ? undefined : fields;
}

function collect(query: Lucene, into: Set<Field>): boolean {
  switch (query.kind) {
    case 'all':
    case 'none':
    case 'ids':
    case 'nested':
    case 'percolate':
      // Of these no index knows anything.
      return true;
    case 'index':
      return false;
    case 'constant':
    case 'boost':
      return collect(query.query, into);
    case 'bool':
      return query.clauses.every((clause) => collect(clause.query, into));
    case 'dismax':
      return query.queries.every((inner) => collect(inner, into));
    default:
      into.add(query.field);
      return true;
  }
}
