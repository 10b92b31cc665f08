import { isDocument } from '../../base/document.ts';
import { checkKeys, emptyField, flagOf, oneField, readCommon, scalar, textOf } from '../clause-body.ts';
import { timeZone } from '../dates/time-zone.ts';
import { existsQuery } from '../exists-query.ts';
import type { RangeQuery, Scalar } from '../query.ts';
import { rangeQuery } from '../range-query.ts';
import { argumentError, parsingError } from '../refusal.ts';
import { queryField, unmapped } from '../value-query.ts';
import type { Clause } from './clause.ts';

const keys = [
  'gt',
  'gte',
  'lt',
  'lte',
  'from',
  'to',
  'include_lower',
  'include_upper',
  'format',
  'time_zone',
  'relation',
  'ge',
  'le',
];

export const rangeClause: Clause<RangeQuery> = {
  kind: 'range',
  parse(body, { name }) {
    const { field, value } = oneField(body, name);
    if (field === undefined || field === '') throw emptyField();
    if (!isDocument(value)) throw parsingError(`[range] query does not support [${field}]`);
    checkKeys(value, keys, name);
    const read = {
      from: undefined as Scalar | undefined,
      to: undefined as Scalar | undefined,
      includeFrom: flagOf(value, 'include_lower', true),
      includeTo: flagOf(value, 'include_upper', true),
    };
    for (const [key, given] of Object.entries(value)) {
      if (key === 'from' || key === 'gt' || key === 'gte' || key === 'ge') read.from = end(given, key);
      if (key === 'to' || key === 'lt' || key === 'lte' || key === 'le') read.to = end(given, key);
      if (key === 'gt') read.includeFrom = false;
      if (key === 'gte' || key === 'ge') read.includeFrom = true;
      if (key === 'lt') read.includeTo = false;
      if (key === 'lte' || key === 'le') read.includeTo = true;
    }
    const [format, zone, relation] = [textOf(value, 'format'), textOf(value, 'time_zone'), textOf(value, 'relation')];
    if (zone !== undefined && !timeZone(zone))
      throw argumentError(`java.time.zone.ZoneRulesException: Unknown time-zone ID: ${zone}`);
    if (relation !== undefined && !/^(?:intersects|within|contains)$/i.test(relation)) {
      throw argumentError(`[range] query does not support relation [${relation}]`);
    }
    return {
      kind: 'range',
      ...readCommon(value, name),
      field,
      ...(read.from === undefined ? {} : { from: read.from }),
      ...(read.to === undefined ? {} : { to: read.to }),
      includeFrom: read.includeFrom,
      includeTo: read.includeTo,
      ...(format === undefined ? {} : { format }),
      ...(zone === undefined ? {} : { timeZone: zone }),
      ...(relation === undefined ? {} : { relation }),
    };
  },
  lower(query, scope) {
    const field = queryField(scope, query.field);
    if (!field) return unmapped(query.field);
    if (query.from === undefined && query.to === undefined) return existsQuery(query.field, scope);
    const zone = query.timeZone === undefined ? undefined : timeZone(query.timeZone);
    return rangeQuery(field, query, zone ? { ...scope, zone } : scope);
  },
};

function end(value: unknown, key: string): Scalar | undefined {
  if (value === null) return undefined;
  const read = scalar(value);
  if (read === undefined) throw parsingError(`[range] query does not support [${key}]`);
  return read;
}
