import { asText, type Document } from '../../base/document.ts';
import { dateFormat } from '../dates/date-format.ts';
import { fromLocal, type TimeZone, timeZone, utc } from '../dates/time-zone.ts';
import type { Point } from '../lucene.ts';
import { parsingError, shardError } from '../refusal.ts';
import type { AggregationKind } from './aggregation.ts';
import { checkBody, failedField, fieldOf, flagOf, listOf, textOf } from './body.ts';
import { doubleText } from './double-text.ts';
import { fieldValues, numeric, type Shown, shownDate } from './field-values.ts';
import { noRanges, rangeAggregation, type ValueRange } from './range-buckets.ts';
import { isZoned } from './rounding.ts';

/** `range` over numbers and `date_range` over instants, whose ends may be date math. */
export const range: AggregationKind = {
  names: ['range', 'date_range'],
  buckets: true,
  parse(body, scope) {
    const { kind } = scope;
    const dates = kind === 'date_range';
    checkBody(body, kind, [
      'field',
      'missing',
      'format',
      'value_type',
      'ranges',
      'keyed',
      ...(dates ? ['time_zone'] : []),
    ]);
    const zone = body.time_zone === undefined ? utc : timeZone(asText(body.time_zone));
    if (!zone) throw failedField(kind, 'time_zone');
    const wanted = listOf(body, 'ranges', kind);
    if (wanted.length === 0) throw noRanges(scope.name);
    for (const json of wanted) {
      for (const key of Object.keys(json)) {
        if (!['from', 'to', 'key', 'from_as_string', 'to_as_string'].includes(key)) {
          throw parsingError(`[${kind}] unknown field [${key}] in [ranges]`, 'x_content_parse_exception');
        }
      }
    }
    const format = textOf(body, 'format', kind);
    const request = { field: fieldOf(body), missing: body.missing, format, zone, zoned: isZoned(body), kind };
    return rangeAggregation(scope, flagOf(body, 'keyed', kind), (place) => {
      const values = fieldValues({ ...request, takes: [...numeric, 'none'] }, place);
      const show = dates && values.kind === 'none' ? shownDate(dateFormat(format), zone, place.at) : values.show;
      const local = dates ? zone : utc;
      return { values, ranges: wanted.map((json) => readRange(json, show, local, values.kind === 'boolean')) };
    });
  },
};

/** `truths`: texts of booleans stand as booleans, as the original writes them. */
function readRange(json: Document, show: Shown, zone: TimeZone, truths: boolean): ValueRange {
  const from = endOf(json.from ?? json.from_as_string, show, zone);
  const to = endOf(json.to ?? json.to_as_string, show, zone);
  const texts = [from, to].map((end) => (end === undefined ? undefined : (show.text(Number(end)) ?? undefined)));
  const name = (end: Point | undefined, text: string | undefined): string =>
    end === undefined ? '*' : (text ?? doubleText(Number(end)));
  return {
    from,
    to,
    key:
      json.key === undefined || json.key === null ? `${name(from, texts[0])}-${name(to, texts[1])}` : asText(json.key),
    shown: {
      ...(from === undefined ? {} : { from }),
      ...(texts[0] === undefined ? {} : { from_as_string: truths ? texts[0] === 'true' : texts[0] }),
      ...(to === undefined ? {} : { to }),
      ...(texts[1] === undefined ? {} : { to_as_string: truths ? texts[1] === 'true' : texts[1] }),
    },
  };
}

/** Observed: an instant given as a number is read as a wall clock, in the time zone of the request. */
function endOf(json: unknown, show: Shown, zone: TimeZone): Point | undefined {
  if (json === undefined || json === null) return undefined;
  if (typeof json === 'number' && zone !== utc) return fromLocal(zone, json);
  const end = typeof json === 'object' ? undefined : show.parse(json);
  if (typeof json === 'string' && typeof end === 'number' && String(end) === json) return fromLocal(zone, end);
  if (end === undefined || typeof end === 'string') {
    throw shardError(`For input string: "${asText(json)}"`, 'number_format_exception');
  }
  return end;
}
