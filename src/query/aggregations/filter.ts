import type { Columns, RowBatch } from '../candidate.ts';
import { lowerQuery } from '../compile.ts';
import { compileLucene, compileScope } from '../lucene-match.ts';
import { parseQuery } from '../parse.ts';
import type { Query } from '../query.ts';
import type { AggregatedHit, AggregationKind, Place } from './aggregation.ts';
import { singleBucket } from './single-bucket.ts';

/** `filter`: the documents that a query matches. */
export const filter: AggregationKind = {
  names: ['filter'],
  buckets: true,
  parse(body, scope) {
    const query = parseQuery(body);
    return singleBucket(scope, (place) => {
      const { matches, selectRows } = filterMatcher(query, place);
      return {
        inside: place,
        select: (hit, take) => {
          if (matches(hit)) take(hit);
        },
        selectRows,
      };
    });
  },
};

export interface FilterMatcher {
  matches(hit: AggregatedHit): boolean;
  /** The rows of a batch that match; undefined where nested objects are asked. */
  readonly selectRows: ((batch: RowBatch) => readonly number[]) | undefined;
}

export function filterMatcher(query: Query, { mapping, nested, at }: Place): FilterMatcher {
  const lowered = lowerQuery(query, mapping, at);
  const test = compileScope(lowered, mapping, nested);
  // A source is parsed when it is first read: what can be told without it must not.
  const whole = nested === undefined ? compileLucene(lowered, mapping) : undefined;
  let last: Columns | undefined;
  let verdicts: ReturnType<Columns['verdicts']> | undefined;
  const verdict = (columns: Columns, row: number): boolean | undefined => {
    if (columns !== last || !verdicts) {
      last = columns;
      verdicts = columns.verdicts(lowered);
    }
    return verdicts(row);
  };
  const matches = (hit: AggregatedHit): boolean => {
    if (!whole) return test(hit.scope, hit.candidate);
    const { columns, row } = hit.candidate;
    return (columns && row !== undefined ? verdict(columns, row) : undefined) ?? whole(hit.candidate);
  };
  return {
    matches,
    selectRows:
      whole &&
      (({ columns, rows }) => {
        const found: number[] = [];
        for (let at = 0; at < rows.length; at++) {
          const row = rows[at] as number;
          if (verdict(columns, row) ?? whole(columns.candidate(row))) found.push(row);
        }
        return found;
      }),
  };
}
