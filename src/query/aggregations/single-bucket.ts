import type { RowBatch } from '../candidate.ts';
import type { AggregatedHit, Aggregation, AggregationScope, Bucket, Place } from './aggregation.ts';
import { bucketAnswer, collectInto, enterNodes, startBucket } from './bucket.ts';
import { addToList, partOfList } from './bucket-parts.ts';
import { collectRowsInto, hitAt } from './row-batch.ts';

/**
 * An aggregation of one bucket. `enter` says which hits of the bucket around it fall in: it hands on each of them (none,
 * the hit itself, or others), and returns the place where the aggregations inside stand.
 */
export function singleBucket(scope: AggregationScope, enter: (place: Place) => Entered): Aggregation {
  let select: Select;
  let selectRows: Entered['selectRows'];
  return {
    enter(place) {
      const entered = enter(place);
      select = entered.select;
      selectRows = entered.selectRows;
      enterNodes(scope.inner, entered.inside);
    },
    start() {
      const bucket: Bucket = startBucket(scope);
      let last: AggregatedHit | undefined;
      const take = (hit: AggregatedHit): void => {
        // Objects of one document lie together: what they all lie in is counted once.
        if (hit === last) return;
        last = hit;
        collectInto(bucket, hit);
      };
      return {
        collect: (hit) => select(hit, take),
        collectRows(batch) {
          if (selectRows) collectRowsInto(bucket, { columns: batch.columns, rows: selectRows(batch) });
          else for (let at = 0; at < batch.rows.length; at++) select(hitAt(batch, batch.rows[at] as number), take);
        },
        part: (names) => partOfList([bucket], names),
        add: (part, names) => addToList(part, names, [bucket]),
        answer() {
          scope.budget.answer(1);
          return bucketAnswer({}, bucket, scope.inner);
        },
        valueOf: () => bucket.count,
        bucket,
      };
    },
    unordered: (part) =>
      part === '' || part === 'doc_count'
        ? undefined
        : `Ordering on a single-bucket aggregation can only be done on its doc_count. Either drop the key (a la "${scope.name}") or change it to "doc_count" (a la "${scope.name}.doc_count")`,
    typeName: () => scope.kind,
  };
}

/** What an index makes of it. `selectRows` says the same as `select` of whole documents that fall in as they are. */
export interface Entered {
  readonly inside: Place;
  readonly select: Select;
  readonly selectRows?: ((batch: RowBatch) => readonly number[]) | undefined;
}

export type Select = (hit: AggregatedHit, take: (hit: AggregatedHit) => void) => void;
