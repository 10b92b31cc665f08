import { asText, type Document, isDocument, own } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { noObject, readCommon } from '../clause-body.ts';
import { percolated } from '../percolation.ts';
import type { PercolateQuery } from '../query.ts';
import { argumentError, parsingError, shardError } from '../refusal.ts';
import type { Clause } from './clause.ts';

const texts = ['field', 'index', 'id', 'routing', 'preference', 'name'];
const keys = [...texts, 'document', 'documents', 'version', 'boost', '_name'];

/** Documents whose stored query, in a field of type percolator, finds the documents that are given. */
export const percolateClause: Clause<PercolateQuery> = {
  kind: 'percolate',
  parse(body, { name }) {
    if (!isDocument(body)) throw noObject(name);
    for (const [key, value] of Object.entries(body)) checkValue(key, value);
    const common = { kind: 'percolate', ...readCommon(body, name), ...slotName(body) } as const;
    const sources = ['document', 'documents', 'id'].filter((key) => own(body, key) !== undefined);
    const [source, second] = sources;
    if (source === undefined) {
      throw argumentError('Required one of fields [document, documents, id], but none were specified. ');
    }
    if (second !== undefined) {
      throw argumentError(`The following fields are not allowed together: [${sources.join(', ')}] `);
    }
    if (body.field === undefined) throw argumentError('Required [field]');
    const field = asText(body.field);
    if (source !== 'id') return { ...common, field, documents: listed(body[source]) };
    if (body.index === undefined) throw noIndex();
    return { ...common, field, elsewhere: `${asText(body.index)}/${asText(body.id)}` };
  },
  lower(query, scope) {
    const { documents, elsewhere } = query;
    // The API puts a document in the place of its name before the query is parsed.
    if (!documents) throw shardError(`failed to create query: the document [${elsewhere}] was not looked up`);
    return percolated({ ...query, documents }, scope);
  },
};

function checkValue(key: string, value: unknown): void {
  if (!keys.includes(key)) throw bodyError(`[percolate] unknown field [${key}]`);
  const fits =
    key === 'documents'
      ? isDocument(value) || Array.isArray(value)
      : key === 'document'
        ? isDocument(value)
        : !texts.includes(key) || typeof value === 'string';
  if (!fits) throw bodyError(`[percolate] ${key} doesn't support values of type: ${tokenOf(value)}`);
}

function tokenOf(value: unknown): string {
  if (value === null) return 'VALUE_NULL';
  if (Array.isArray(value)) return 'START_ARRAY';
  if (typeof value === 'object') return 'START_OBJECT';
  return typeof value === 'string' ? 'VALUE_STRING' : typeof value === 'boolean' ? 'VALUE_BOOLEAN' : 'VALUE_NUMBER';
}

function listed(value: unknown): readonly Document[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) {
    const reason = 'Validation Failed: 1: index is missing;2: id is missing;';
    throw argumentError(reason, 'action_request_validation_exception');
  }
  if (list.length > limits.percolatedDocumentsMax) {
    throw argumentError(`[percolate] takes at most [${limits.percolatedDocumentsMax}] documents, got [${list.length}]`);
  }
  return list.map((item) => {
    if (isDocument(item)) return item;
    throw shardError('failed to parse', 'mapper_parsing_exception');
  });
}

function slotName({ name }: Document): { readonly slotName?: string } {
  return name === undefined ? {} : { slotName: asText(name) };
}

function noIndex(): TrailhoundError {
  const cause = { type: 'illegal_argument_exception', reason: '[index] is a required argument' };
  return new TrailhoundError('parse-failed', 'Failed to build [percolate] after last required field arrived', {
    wire: 'x_content_parse_exception',
    fields: { caused_by: cause },
  });
}

function bodyError(reason: string): TrailhoundError {
  return parsingError(reason, 'x_content_parse_exception');
}
