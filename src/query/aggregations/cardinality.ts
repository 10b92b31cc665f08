import type { Point } from '../lucene.ts';
import { argumentError } from '../refusal.ts';
import { addedParts, type MadeOfParts } from './added-parts.ts';
import type { AggregatedHit, AggregationKind, Place, Tally } from './aggregation.ts';
import { checkBody, fieldOf, wholeOf } from './body.ts';
import { singleValueOnly } from './bucket-order.ts';
import type { Budget } from './budget.ts';
import { type FieldValues, fieldValues } from './field-values.ts';
import { countHashes } from './hash-counts.ts';
import { makeOrdinalCounts } from './ordinal-counts.ts';
import { partOfValues } from './part.ts';
import { groupsOf } from './rare-pairs.ts';
import { eachValue, makeRareRows, type RareRows } from './rare-rows.ts';
import { eachPoint } from './row-batch.ts';

/**
 * `cardinality`: how many different values. Exact, where the original estimates above `precision_threshold`; above it, values
 * that hardly repeat are counted by their hashes.
 */
export const cardinality: AggregationKind = {
  names: ['cardinality'],
  buckets: false,
  parse(body, { kind, name, budget, around }) {
    checkBody(body, kind, ['field', 'missing', 'precision_threshold', 'rehash', 'value_type', 'execution_hint']);
    const threshold = wholeOf(body, 'precision_threshold', kind, 3000, -2_147_483_648);
    if (threshold < 0) {
      throw argumentError(`[precisionThreshold] must be greater than or equal to 0. Found [${threshold}] in [${name}]`);
    }
    const request = { field: fieldOf(body), missing: body.missing, kind };
    let at: { readonly values: FieldValues; readonly place: Place };
    return {
      enter(place) {
        at = { values: fieldValues(request, place), place };
      },
      start: () => startTally(() => at, Math.min(threshold, thresholdMax), budget, around.length),
      unordered: (part) => singleValueOnly(name, part),
      typeName: () => 'cardinality',
    };
  },
};

/** The original's greatest `precision_threshold`. */
const thresholdMax = 40_000;

const sizes: MadeOfParts<number> = new WeakMap();

function startTally(
  at: () => { readonly values: FieldValues; readonly place: Place },
  threshold: number,
  budget: Budget,
  levels: number,
): Tally {
  const seen = new Set<Point>();
  let unseen = 0;
  const see = (value: Point): void => {
    if (seen.has(value)) return;
    budget.hold(1);
    seen.add(value);
  };
  const rare = makeRareRows(budget, levels > 0, () => budget.later(levels, finish, levels === 0));
  const added = addedParts(sizes);
  const collect = (hit: AggregatedHit): void => at().values.read(hit).forEach(see);
  const counts = makeOrdinalCounts(see, collect);
  const size = (): number => {
    const before = added.known();
    if (before !== undefined) return before;
    added.flush();
    counts.flush();
    added.keep(seen.size + unseen);
    return seen.size + unseen;
  };
  function* finish(): Generator<void> {
    if (added.known() !== undefined) return;
    added.flush();
    counts.flush();
    yield* eachValue(rare.strangers, see);
    if (rare.count > threshold) unseen = yield* distinctHashes(rare, seen);
    else yield* eachValue(rare.chunks, see);
  }
  return {
    collect(hit) {
      added.mix();
      collect(hit);
    },
    collectRows(batch) {
      added.mix();
      const { values, place } = at();
      const rest = rare.take(values, batch, place);
      if (!counts.add(values, rest, undefined)) eachPoint(values, rest, see);
    },
    part(names) {
      counts.flush();
      const parts = rare.parts();
      return parts && { ...partOfValues(seen, names), rare: parts };
    },
    add(part, names, columns) {
      const { values, place } = at();
      const seeAll = (): void => {
        for (const key of part.keys) see(names.at(key));
      };
      if (levels > 0) return seeAll();
      added.add(part, seeAll);
      if (columns) rare.addAll(part.rare ?? [], values, place, columns);
    },
    answer: () => ({ value: size() }),
    valueOf: size,
  };
}

/** How many values have hashes that none of the values has that were seen by name. */
function* distinctHashes(rare: RareRows, seen: ReadonlySet<Point>): Generator<void, number> {
  const hashOf = rare.chunks[0]?.hashed.hash;
  const texts = [...seen].filter((value) => typeof value === 'string');
  const hashes = Uint32Array.from(texts, (text) => hashOf?.(text) ?? 0);
  let distinct = 0;
  let named = 0;
  const once = yield* countHashes(
    groupsOf(rare).all,
    { hashes, counts: new Uint32Array(texts.length).fill(1) },
    { repeated: () => distinct++, named: () => named++ },
  );
  return valuesOfHashes(distinct + once) - named;
}

/** Some values share a hash: of a million about a hundred. So many values have, on the average, so many different hashes of 32 bits. */
export function valuesOfHashes(distinct: number): number {
  const space = 2 ** 32;
  return distinct >= space ? distinct : Math.round(-space * Math.log1p(-distinct / space));
}
