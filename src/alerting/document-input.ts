import { asText, type Document, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { newUuid } from './identity.ts';
import { refusal } from './refusal.ts';

/** What a document-level monitor puts to each document that arrives. */
export interface DocumentInput {
  readonly description: string;
  readonly indices: readonly string[];
  readonly queries: readonly DocumentQuery[];
  readonly fanOut: boolean;
}

/** A query_string with a name and tags that conditions ask for. */
export interface DocumentQuery {
  readonly id: string;
  readonly name: string;
  /** Fields that words without a field are looked for in; empty: the index's own. */
  readonly fields: readonly string[];
  readonly query: string;
  readonly tags: readonly string[];
  readonly queryFieldNames: readonly string[];
}

/** Reads `doc_level_input` as the original does; where it answers 500 to bad input we answer 400. */
export function parseDocumentInput(json: unknown): DocumentInput {
  if (!isDocument(json)) throw refusal('inputs[0]: a document-level monitor takes one [doc_level_input]');
  const queries = own(json, 'queries') ?? [];
  if (!Array.isArray(queries)) throw refusal('inputs[0].doc_level_input.queries: a list is expected');
  if (queries.length > limits.documentQueriesMax) {
    throw refusal(`inputs[0].doc_level_input.queries: at most ${limits.documentQueriesMax} queries are supported`);
  }
  return {
    description: asText(own(json, 'description') ?? ''),
    indices: words(own(json, 'indices'), 'inputs[0].doc_level_input.indices'),
    queries: queries.map((query, at) => parseQuery(query, `inputs[0].doc_level_input.queries[${at}]`)),
    fanOut: own(json, 'fan_out_enabled') !== false,
  };
}

/** In the original's order of keys. */
export function documentInputJson(input: DocumentInput): Document {
  return {
    description: input.description,
    indices: input.indices,
    queries: input.queries.map(documentQueryJson),
    fan_out_enabled: input.fanOut,
  };
}

export function documentQueryJson(query: DocumentQuery): Document {
  return {
    id: query.id,
    name: query.name,
    fields: query.fields,
    query: query.query,
    tags: query.tags,
    query_field_names: query.queryFieldNames,
  };
}

/** The search that finds a query's documents. */
export function queryClause({ query, fields }: DocumentQuery): Document {
  return { query_string: { query, ...(fields.length > 0 ? { fields } : {}) } };
}

function parseQuery(json: unknown, place: string): DocumentQuery {
  if (!isDocument(json)) throw refusal(`${place}: an object is expected`);
  const name = own(json, 'name') ?? null;
  const query = own(json, 'query') ?? null;
  if (name === null) throw refusal('Doc level query name is null');
  if (query === null) throw refusal('Doc level query is null');
  const id = own(json, 'id') ?? null;
  const parsed: DocumentQuery = {
    id: id === null ? newUuid() : asText(id),
    name: asText(name),
    fields: words(own(json, 'fields'), `${place}.fields`),
    query: asText(query),
    tags: words(own(json, 'tags'), `${place}.tags`),
    queryFieldNames: words(own(json, 'query_field_names'), `${place}.query_field_names`),
  };
  checkName(parsed.name);
  for (const tag of parsed.tags) checkTag(tag);
  checkQuery(parsed, place);
  return parsed;
}

const nameMax = 256;

function checkName(name: string): void {
  if (name.length < 1 || name.length > nameMax) {
    throw refusal(`Doc level query name should be between 1 - ${nameMax} characters.`);
  }
  if (/^[_+-]/.test(name) || name.includes('..') || /[\\^*?<>|#]/.test(name)) {
    throw refusal("Doc level query name may not start with [_, +, -], contain '..', or contain: ^*?<>|#");
  }
}

const tagCharacters = [' ', '[', ']', '{', '}', '(', ')'];

function checkTag(tag: string): void {
  if (!tagCharacters.some((character) => tag.includes(character))) return;
  throw refusal(`The query tag, ${tag}, contains an invalid character: [${tagCharacters.join(', ')}]`);
}

function checkQuery(query: DocumentQuery, place: string): void {
  try {
    parseSearchBody({ query: queryClause(query) });
  } catch (thrown) {
    if (!(thrown instanceof TrailhoundError) || thrown.status >= 500) throw thrown;
    throw refusal(`${place}: ${thrown.message}`);
  }
}

function words(json: unknown, place: string): readonly string[] {
  const list = json === undefined || json === null ? [] : typeof json === 'string' ? [json] : json;
  if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  throw refusal(`${place}: a list of names is expected`);
}
