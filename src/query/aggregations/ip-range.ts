import { asText, type Document } from '../../base/document.ts';
import { ipBeside, ipFirst, ipText, parseCidr, parseIp } from '../../base/ip-address.ts';
import { argumentError } from '../refusal.ts';
import type { AggregationKind } from './aggregation.ts';
import { checkBody, failedField, fieldOf, flagOf, listOf } from './body.ts';
import { fieldValues } from './field-values.ts';
import { noRanges, rangeAggregation, type ValueRange } from './range-buckets.ts';

/** `ip_range`: ranges of addresses, by their ends or as `10.0.0.0/8`. */
export const ipRange: AggregationKind = {
  names: ['ip_range'],
  buckets: true,
  parse(body, scope) {
    const { kind } = scope;
    checkBody(body, kind, ['field', 'missing', 'format', 'value_type', 'ranges', 'keyed']);
    const json = listOf(body, 'ranges', kind);
    if (json.length === 0) throw noRanges(scope.name);
    const ranges = json.map((item) => readRange(item, kind));
    const request = { field: fieldOf(body), missing: body.missing, kind, takes: ['ip', 'none'] as const };
    return rangeAggregation(scope, flagOf(body, 'keyed', kind), (place) => ({
      values: fieldValues(request, place),
      ranges,
    }));
  },
};

function readRange(json: Document, kind: string): ValueRange {
  checkBody(json, kind, ['from', 'to', 'mask', 'key']);
  let from: string | undefined;
  let to: string | undefined;
  if (json.mask !== undefined && json.mask !== null) {
    const range = parseCidr(asText(json.mask));
    if (!range) throw failedField(kind, 'ranges');
    from = range.from === ipFirst ? undefined : range.from;
    to = ipBeside(range.to, 1);
  } else {
    from = addressOf(json.from);
    to = addressOf(json.to);
  }
  const texts = [from, to].map((end) => (end === undefined ? undefined : ipText(end)));
  const fallback =
    json.mask === undefined || json.mask === null ? `${texts[0] ?? '*'}-${texts[1] ?? '*'}` : asText(json.mask);
  return {
    from,
    to,
    key: json.key === undefined || json.key === null ? fallback : asText(json.key),
    shown: {
      ...(texts[0] === undefined ? {} : { from: texts[0] }),
      ...(texts[1] === undefined ? {} : { to: texts[1] }),
    },
  };
}

function addressOf(json: unknown): string | undefined {
  if (json === undefined || json === null) return undefined;
  const key = parseIp(asText(json));
  if (key === undefined) throw argumentError(`'${asText(json)}' is not an IP string literal.`);
  return key;
}
