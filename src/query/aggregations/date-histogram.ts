import { asText, type Document, isDocument } from '../../base/document.ts';
import { dateFormat } from '../dates/date-format.ts';
import { utc } from '../dates/time-zone.ts';
import { shardError } from '../refusal.ts';
import type { Aggregation, AggregationKind, AggregationScope, Place } from './aggregation.ts';
import { checkBody, failedField, fieldOf, flagOf, textOf, wholeOf } from './body.ts';
import { enterNodes } from './bucket.ts';
import { bucketOrder, parseOrder } from './bucket-order.ts';
import { type FieldValues, fieldValues, numeric, type Shown, shownDate } from './field-values.ts';
import { type Intervals, intervalTally } from './interval-buckets.ts';
import { isZoned, parseRounding, type Rounding } from './rounding.ts';
import { manyBuckets } from './terms.ts';

/** `date_histogram`: a bucket an interval of time, empty ones between them too. */
export const dateHistogram: AggregationKind = {
  names: ['date_histogram'],
  buckets: true,
  parse(body, scope) {
    checkBody(body, scope.kind, known);
    return make(body, scope);
  },
};

const known = (
  'field missing format value_type calendar_interval fixed_interval interval time_zone offset keyed min_doc_count ' +
  'extended_bounds hard_bounds order'
).split(' ');

function make(body: Document, scope: AggregationScope): Aggregation {
  const { kind, inner } = scope;
  const { rounding, zone } = parseRounding(body, kind);
  const format = textOf(body, 'format', kind);
  const request = {
    field: fieldOf(body),
    missing: body.missing,
    format,
    zone,
    zoned: isZoned(body),
    kind,
    dates: true,
  };
  const order = parseOrder(body.order, kind, []);
  const least = wholeOf(body, 'min_doc_count', kind, 0, 0);
  const keyed = flagOf(body, 'keyed', kind);
  for (const key of ['extended_bounds', 'hard_bounds']) {
    if (body[key] !== undefined && !isDocument(body[key])) throw failedField(kind, key);
  }
  let show: Shown = shownDate(dateFormat(format), zone, scope.at);
  let values: FieldValues;
  let intervals: Intervals;
  return {
    enter(place: Place) {
      values = fieldValues({ ...request, takes: [...numeric, 'none'] }, place);
      if (values.kind !== 'none') show = values.show;
      const extended = readBounds(body.extended_bounds, show, scope.name);
      const hard = readBounds(body.hard_bounds, show, scope.name);
      checkBounds(extended, hard, body);
      // Observed: the bounds stand as they are given, the keys have been rounded.
      const inside = (key: number): boolean =>
        !hard || ((hard.min === undefined || key >= hard.min) && (hard.max === undefined || key < hard.max));
      intervals = {
        keys: (hit) => {
          const keys = values.read(hit).map((value) => rounding.round(Number(value)));
          return hard ? keys.filter(inside) : keys;
        },
        keyOf: steadyKeys(rounding, zone === utc, inside),
        instants: (columns) => values.byRow(columns)?.instants,
        next: rounding.next,
        least,
        extended: extended && {
          min: extended.min === undefined ? undefined : rounding.round(extended.min),
          max: extended.max === undefined ? undefined : rounding.round(extended.max),
        },
        keyed,
        compare: order.length > 0 ? bucketOrder(order, inner) : undefined,
        shown: (key) => {
          const text = show.text(key);
          return { name: text ?? String(key), before: text === undefined ? { key } : { key_as_string: text, key } };
        },
      };
      enterNodes(inner, place);
    },
    // The mapping of the index that is being read counts: the tally asks for it each time.
    start: () =>
      intervalTally(
        current(() => intervals),
        scope,
      ),
    unordered: () => manyBuckets,
    typeName: () => kind,
  };
}

/** The interval of an instant; neighbours mostly share one. `steady`: no clock is changed, so intervals are whole. */
function steadyKeys(
  rounding: Rounding,
  steady: boolean,
  inside: (key: number) => boolean,
): (value: number) => number | undefined {
  let from = Number.NaN;
  let to = Number.NaN;
  let key: number | undefined;
  return (value) => {
    if (steady && value >= from && value < to) return key;
    from = rounding.round(value);
    to = steady ? rounding.next(from) : from;
    key = inside(from) ? from : undefined;
    return key;
  };
}

/** Intervals that change from index to index, as one. */
export function current(get: () => Intervals): Intervals {
  return {
    keys: (hit) => get().keys(hit),
    next: (key) => get().next(key),
    get keyOf() {
      return get().keyOf;
    },
    get instants() {
      return get().instants;
    },
    shown: (key) => get().shown(key),
    get least() {
      return get().least;
    },
    get extended() {
      return get().extended;
    },
    get keyed() {
      return get().keyed;
    },
    get compare() {
      return get().compare;
    },
  };
}

type Bounds = { readonly min: number | undefined; readonly max: number | undefined } | undefined;

function checkBounds(extended: Bounds, hard: Bounds, body: Document): void {
  if (!extended || !hard) return;
  const below = extended.min !== undefined && hard.min !== undefined && extended.min < hard.min;
  const above = extended.max !== undefined && hard.max !== undefined && extended.max > hard.max;
  if (!below && !above) return;
  const shown = (json: unknown): string => (isDocument(json) ? `${asText(json.min)}--${asText(json.max)}` : '');
  throw outsideHardBounds(shown(body.hard_bounds), shown(body.extended_bounds));
}

export function outsideHardBounds(hard: string, extended: string): Error {
  return shardError(
    `Extended bounds have to be inside hard bounds, hard bounds: [${hard}], extended bounds: [${extended}]`,
    'illegal_argument_exception',
  );
}

function readBounds(
  json: unknown,
  show: Shown,
  name: string,
): { min: number | undefined; max: number | undefined } | undefined {
  if (!isDocument(json)) return undefined;
  const side = (key: string): number | undefined => {
    const value = json[key];
    if (value === undefined || value === null) return undefined;
    const at = show.parse(value);
    if (typeof at !== 'number') {
      throw shardError(`failed to parse date field [${asText(value)}] of the bounds`, 'parse_exception');
    }
    return at;
  };
  const [min, max] = [side('min'), side('max')];
  if (min !== undefined && max !== undefined && min > max) {
    throw shardError(
      `[extended_bounds.min][${min}] cannot be greater than [extended_bounds.max][${max}] for histogram aggregation [${name}]`,
      'illegal_argument_exception',
    );
  }
  return { min, max };
}
