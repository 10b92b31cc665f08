import type { Document } from '../../base/document.ts';
import { limits } from '../../base/limits.ts';
import { argumentError, shardError, wrappedError } from '../refusal.ts';
import type { Aggregation, AggregationKind, AggregationScope, Bucket, Place, Tally } from './aggregation.ts';
import { countBySteps, parseSteps, type Step, type StepBuckets } from './auto-date-steps.ts';
import { checkBody, fieldOf, numberOf, textOf } from './body.ts';
import { bucketAnswer, collectInto, enterNodes, startBucket } from './bucket.ts';
import { type FieldValues, fieldValues, numeric, type Shown } from './field-values.ts';
import { type LateHits, makeLateHits } from './late-hits.ts';
import { isZoned, parseRounding } from './rounding.ts';
import { collectRowsInto, eachPoint, hitAt, makeLists } from './row-batch.ts';
import { manyBuckets } from './terms.ts';

/** `auto_date_histogram`: about so many buckets as are wanted, of the interval that suits the documents. */
export const autoDateHistogram: AggregationKind = {
  names: ['auto_date_histogram'],
  buckets: true,
  parse(body, scope) {
    checkBody(body, scope.kind, known);
    return make(body, scope);
  },
};

const known = 'field missing format value_type time_zone buckets minimum_interval'.split(' ');

function make(body: Document, scope: AggregationScope): Aggregation {
  const { kind, inner, name } = scope;
  const steps = parseSteps(body, kind);
  const spans = steps.slice(0, -1).flatMap((step) => step.spans);
  const { zone } = parseRounding({ calendar_interval: 'day', time_zone: body.time_zone }, kind);
  const wanted = numberOf(body, 'buckets', kind, 10);
  if (wanted <= 0) {
    throw wrappedError(
      argumentError(`buckets must be greater than 0 for [${name}]`),
      `[${kind}] failed to parse field [buckets]`,
    );
  }
  const format = textOf(body, 'format', kind);
  const zoned = isZoned(body);
  const request = { field: fieldOf(body), missing: body.missing, format, zone, zoned, kind, dates: true };
  let reading: Reading;
  let show: Shown | undefined;
  const enter = (place: Place): void => {
    const values = fieldValues({ ...request, takes: [...numeric, 'none'] }, place);
    if (values.kind !== 'none') show = values.show;
    // Observed: with years alone the original looks for the widest of no spans.
    if (spans.length === 0) throw shardError('No value present', 'no_such_element_exception', 500);
    const most = Math.floor(limits.bucketsMax / Math.max(...spans));
    if (wanted > most) throw shardError(`buckets must be less than ${most}`, 'illegal_argument_exception');
    reading = { values, place };
    enterNodes(inner, place);
  };
  return {
    enter,
    start: () =>
      startTally(
        { steps, wanted: Math.trunc(wanted), enter },
        scope,
        () => reading,
        () => show,
      ),
    unordered: () => manyBuckets,
    typeName: () => kind,
  };
}

interface Reading {
  readonly values: FieldValues;
  readonly place: Place;
}

interface Wanted {
  readonly steps: readonly Step[];
  readonly wanted: number;
  readonly enter: (place: Place) => void;
}

function startTally(
  { steps, wanted, enter }: Wanted,
  scope: AggregationScope,
  reading: () => Reading,
  show: () => Shown | undefined,
): Tally {
  const { inner, budget } = scope;
  const counts = countBySteps(steps, wanted, budget);
  const late = inner.length > 0 && makeLateHits(budget, () => budget.later(scope.around.length, settle));
  let settled: { readonly answer: StepBuckets; readonly buckets: readonly Bucket[] } | undefined;
  const made = (): NonNullable<typeof settled> => {
    if (settled) return settled;
    const answer = counts.settle();
    const buckets = answer.buckets.map(({ count }) => ({ ...startBucket(scope), count: inner.length > 0 ? 0 : count }));
    settled = { answer, buckets };
    return settled;
  };
  function* settle(): Generator<void> {
    const { values, place } = reading();
    yield* distribute(late as LateHits, made(), { enter, reading });
    if (reading().values !== values) enter(place);
  }
  return {
    collect(hit) {
      const { values, place } = reading();
      const instants = values.read(hit);
      for (const instant of instants) counts.add(Number(instant));
      if (late && instants.length > 0) late.add(hit, place);
    },
    collectRows(batch) {
      const { values, place } = reading();
      eachPoint(values, batch, (instant) => counts.add(Number(instant)));
      if (late) late.addRows(batch, place);
    },
    answer() {
      const { answer, buckets } = made();
      budget.answer(buckets.length);
      return {
        buckets: buckets.map((bucket, at) =>
          bucketAnswer(shownKey(answer.buckets[at]?.key ?? 0, show()), bucket, inner),
        ),
        interval: answer.interval,
      };
    },
    valueOf: () => Number.NaN,
  };
}

/** Hands what was kept to the buckets that there are now. */
function distribute(
  late: LateHits,
  { answer, buckets }: { readonly answer: StepBuckets; readonly buckets: readonly Bucket[] },
  { enter, reading }: { readonly enter: (place: Place) => void; readonly reading: () => Reading },
): Generator<void> {
  const placesOf = (hit: Parameters<FieldValues['read']>[0]): ReadonlySet<number> =>
    new Set(
      reading()
        .values.read(hit)
        .map((instant) => answer.placeOf(Number(instant))),
    );
  return late.replay(enter, {
    hit(hit) {
      for (const place of placesOf(hit)) collectInto(buckets[place] as Bucket, hit);
    },
    rows(batch) {
      const lists = makeLists<number>();
      for (let at = 0; at < batch.rows.length; at++) {
        const row = batch.rows[at] as number;
        for (const place of placesOf(hitAt(batch, row))) lists.add(place, row);
      }
      lists.each((place, rows) => collectRowsInto(buckets[place] as Bucket, { columns: batch.columns, rows }));
    },
  });
}

function shownKey(key: number, show: Shown | undefined): Document {
  const text = show?.text(key);
  return text === undefined ? { key } : { key_as_string: text, key };
}
