import { asText } from '../base/document.ts';
import { wildcard } from '../base/wildcard.ts';
import { type Lucene, ValueRefusal } from './lucene.ts';
import type { Scalar } from './query.ts';
import { shardError } from './refusal.ts';

/** A term query on `_id` or `_index` (which takes patterns); undefined for any other field. */
export function metadataTerm(name: string, values: readonly Scalar[]): Lucene | undefined {
  if (name === '_id' && values.some((value) => value === '')) {
    throw new ValueRefusal('illegal_argument_exception', "Ids can't be empty");
  }
  if (name === '_id') return { kind: 'ids', ids: new Set(values.map(asText)) };
  if (name === '_source' || name === '_version') throw notSearchable(name);
  if (name !== '_index') return undefined;
  const patterns = values.map((value) => wildcard(String(value)));
  return {
    kind: 'index',
    patterns: JSON.stringify(values.map(String)),
    test: (index) => patterns.some((pattern) => pattern.test(index)),
  };
}

export function notSearchable(name: string): Error {
  return shardError(`The ${name} field is not searchable`);
}
