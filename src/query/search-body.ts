import { asNumber, asText, type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { malformed, tokenOf } from './aggregations/body.ts';
import { type HighlightField, parseHighlight } from './highlight.ts';
import { parseWantedFields, type WantedField } from './hit-fields.ts';
import { parseQuery } from './parse.ts';
import type { Query } from './query.ts';
import { argumentError, parsingError, shardError } from './refusal.ts';
import { parseSort, type SortKey } from './sort.ts';
import { parseSourceFilter, type SourceFilter } from './source-filter.ts';

/** A parsed `_search` body. `json` is the body as it came, for a back end that passes it on. */
export interface SearchBody {
  readonly json: Document;
  readonly query: Query;
  /** Hits wanted; 10 where the body says nothing. */
  readonly size: number;
  readonly from: number;
  /** Empty: by score. */
  readonly sort: readonly SortKey[];
  readonly searchAfter?: readonly unknown[];
  readonly sourceFilter: SourceFilter;
  /** Count exactly up to this many: 10 000 by default, Infinity for `true`, 0 for `false` (then no total is answered). */
  readonly trackTotalHits: number;
  readonly aggregations: Document | undefined;
  readonly postFilter?: Query;
  readonly minScore?: number;
  readonly terminateAfter?: number;
  readonly trackScores: boolean;
  /** Hits carry `_version`, `_seq_no` and `_primary_term`. */
  readonly version: boolean;
  readonly seqNoPrimaryTerm: boolean;
  /** Fields whose values hits carry, read from `_source` and as doc values. */
  readonly fields: readonly WantedField[];
  readonly docValueFields: readonly WantedField[];
  /** Names and patterns of fields that are kept by themselves (`store`), whose values hits carry. */
  readonly storedFields: readonly string[];
  readonly highlight: readonly HighlightField[];
  /** Only the best hit of each value of this field. */
  readonly collapse?: string;
  /** Factors of scores by index expressions, the first that fits. */
  readonly indicesBoost: readonly (readonly [expression: string, factor: number])[];
}

export type { SortKey } from './sort.ts';
export type { SourceFilter } from './source-filter.ts';

/** Keys of OpenSearch's search body. Those without a reader below are taken and have no effect, unless `refused` names them. */
const known = new Set(
  'query size from sort search_after _source track_total_hits aggs aggregations post_filter min_score terminate_after track_scores version seq_no_primary_term timeout explain stored_fields docvalue_fields fields script_fields highlight collapse rescore profile stats ext indices_boost pit suggest slice include_named_queries_score search_pipeline derived verbose_pipeline'.split(
    ' ',
  ),
);

const refused = ['rescore', 'suggest', 'slice', 'script_fields'];

/** Reads a `_search` body; undefined or null is the empty body. Throws TrailhoundError as OpenSearch refuses it. */
export function parseSearchBody(json: unknown): SearchBody {
  const body = json === undefined || json === null ? {} : json;
  if (!isDocument(body)) throw parsingError('Expected [START_OBJECT] but found [START_ARRAY]');
  for (const [key, value] of Object.entries(body)) {
    if (!known.has(key) || value === null) throw parsingError(`Unknown key for a ${tokenOf(value)} in [${key}].`);
    // Dashboards send empty script_fields.
    if (refused.includes(key) && Object.keys(Object(value)).length > 0) {
      throw new TrailhoundError('not-supported', `[${key}] is not supported in a search: leave it out`);
    }
  }
  if (body.timeout !== undefined) checkTime(body.timeout);
  checkStored(body);
  if (isDocument(body.ext) && Object.keys(body.ext).length > 0) {
    throw malformed('unknown named object category [org.opensearch.search.SearchExtBuilder]');
  }
  const sort = parseSort(body.sort);
  const searchAfter = readSearchAfter(body);
  const aggregations = body.aggregations ?? body.aggs;
  if (aggregations !== undefined && !isDocument(aggregations)) {
    throw parsingError(`Unknown key for a ${tokenOf(aggregations)} in [aggs].`);
  }
  const terminateAfter =
    body.terminate_after === undefined ? undefined : whole(body, 'terminate_after', 0, 'terminateAfter');
  return {
    json: body,
    query: isDocument(body.query) ? parseQuery(body.query) : noQuery(body.query),
    size: whole(body, 'size', 10, '[size] parameter'),
    from: whole(body, 'from', 0, '[from] parameter'),
    sort,
    ...(searchAfter ? { searchAfter } : {}),
    sourceFilter: parseSourceFilter(body._source),
    trackTotalHits: readTrackTotal(body.track_total_hits),
    aggregations: aggregations !== undefined && Object.keys(aggregations).length === 0 ? undefined : aggregations,
    ...(isDocument(body.post_filter) ? { postFilter: parseQuery(body.post_filter, 'post_filter') } : {}),
    ...(body.min_score === undefined ? {} : { minScore: readMinScore(body.min_score) }),
    ...(terminateAfter === undefined ? {} : { terminateAfter }),
    trackScores: flag(body, 'track_scores'),
    version: flag(body, 'version'),
    seqNoPrimaryTerm: flag(body, 'seq_no_primary_term'),
    fields: parseWantedFields(body.fields, 'fields'),
    docValueFields: parseWantedFields(body.docvalue_fields, 'docvalue_fields'),
    storedFields: [body.stored_fields ?? []].flat().map(asText),
    highlight: parseHighlight(body.highlight),
    ...(body.collapse === undefined ? {} : { collapse: readCollapse(body.collapse) }),
    indicesBoost: readIndicesBoost(body.indices_boost),
  };
}

function readMinScore(json: unknown): number {
  const number = asNumber(json);
  if (Number.isFinite(number)) return number;
  throw argumentError(`For input string: "${asText(json)}"`, 'number_format_exception');
}

/** Names of fields, or one name; `_none_` for neither source nor id. */
function checkStored({ stored_fields: json, _source: source }: Document): void {
  const none = asText(Array.isArray(json) && json.length === 1 ? json[0] : json) === '_none_';
  if (none && source !== undefined && source !== false) {
    throw shardError('[stored_fields] cannot be disabled if [_source] is requested', 'search_exception', 500);
  }
  if (json === undefined || typeof json === 'string' || Array.isArray(json)) return;
  throw parsingError(`Expected [VALUE_STRING] or [START_ARRAY] in [stored_fields] but found [${tokenOf(json)}]`);
}

function readCollapse(json: unknown): string {
  if (!isDocument(json)) throw parsingError(`Unknown key for a ${tokenOf(json)} in [collapse].`);
  for (const key of Object.keys(json)) {
    if (key === 'inner_hits') {
      throw new TrailhoundError('not-supported', '[inner_hits] of [collapse] is not supported: leave it out');
    }
    if (key !== 'field' && key !== 'max_concurrent_group_searches') {
      throw parsingError(`[collapse] unknown field [${key}]`, 'x_content_parse_exception');
    }
  }
  if (typeof json.field !== 'string') throw argumentError('field must be non-null');
  return json.field;
}

/** A list of `{expression: factor}`, or, as in old times, one object of many. */
function readIndicesBoost(json: unknown): readonly (readonly [string, number])[] {
  if (json === undefined || json === null) return [];
  const list = Array.isArray(json) ? json : [json];
  return list.flatMap((item) => {
    if (!isDocument(item) || (Array.isArray(json) && Object.keys(item).length !== 1)) {
      throw parsingError(`Expected [START_OBJECT] in [indices_boost] but found [${tokenOf(item)}]`);
    }
    return Object.entries(item).map(([name, factor]): readonly [string, number] => {
      if (typeof factor !== 'number')
        throw parsingError(`Expected [VALUE_NUMBER] in [indices_boost] but found [${tokenOf(factor)}]`);
      return [name, factor];
    });
  });
}

function noQuery(query: unknown): Query {
  if (query === undefined || query === null) return { kind: 'match_all', boost: 1 };
  return parseQuery(query);
}

function whole(body: Document, key: string, fallback: number, shown: string): number {
  const value = body[key];
  if (value === undefined || value === null) return fallback;
  const number = asNumber(value);
  if (typeof value === 'string' && (value.trim() === '' || !Number.isInteger(number))) {
    throw argumentError(`For input string: "${value}"`, 'number_format_exception');
  }
  if (!Number.isFinite(number)) throw parsingError(`Failed to parse [${key}]: [${asText(value)}] is no whole number`);
  if (number < 0) throw argumentError(`${shown} cannot be negative, found [${number}]`);
  return Math.trunc(number);
}

function checkTime(value: unknown): void {
  if (/^(?:-1|0|\d+(?:\.\d+)?(?:d|h|m|s|ms|micros|nanos))$/.test(asText(value))) return;
  throw argumentError(
    `failed to parse setting [timeout] with value [${asText(value)}] as a time value: unit is missing or unrecognized`,
  );
}

function flag(body: Document, key: string): boolean {
  const value = body[key];
  if (value === undefined || value === null) return false;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw argumentError(`Failed to parse value [${asText(value)}] as only [true] or [false] are allowed.`);
}

function readTrackTotal(value: unknown): number {
  if (value === undefined || value === null) return 10_000;
  if (value === true || value === 'true') return Number.POSITIVE_INFINITY;
  if (value === false || value === 'false') return 0;
  const number = asNumber(value);
  if (Number.isNaN(number)) throw argumentError(`For input string: "${asText(value)}"`, 'number_format_exception');
  if (!Number.isInteger(number) || number < -1) {
    const reason = `value must be >= 0, got ${asText(value)}`;
    // Observed: OpenSearch notices only when it joins the shards' answers.
    throw new TrailhoundError('bad-request', reason, {
      wire: 'search_phase_execution_exception',
      fields: {
        root_cause: [],
        phase: 'fetch',
        grouped: true,
        failed_shards: [],
        caused_by: { type: 'illegal_argument_exception', reason },
      },
    });
  }
  return number === -1 ? 0 : number;
}

function readSearchAfter(body: Document): readonly unknown[] | undefined {
  const values = body.search_after;
  if (values === undefined || values === null) return undefined;
  if (!Array.isArray(values)) throw parsingError('Expected [START_ARRAY] in [search_after] but found [START_OBJECT]');
  const odd = values.find((value) => typeof value === 'object' && value !== null);
  if (odd !== undefined) {
    throw parsingError(
      `Expected [VALUE_STRING] or [VALUE_NUMBER] or [VALUE_BOOLEAN] or [VALUE_NULL] but found [${tokenOf(odd)}] inside search_after.`,
    );
  }
  if (values.length === 0) throw argumentError('Values must contains at least one value.');
  return values;
}

/** What each shard checks of `search_after`: its errors come from the shards. */
export function checkSearchAfter({ searchAfter, sort, from, collapse }: SearchBody): void {
  if (!searchAfter) return;
  // Observed: HTTP 500 for what is the client's mistake, also below.
  if (collapse !== undefined) {
    throw shardError('cannot use `collapse` in conjunction with `search_after`', 'search_exception', 500);
  }
  const illegal = 'illegal_argument_exception';
  if (sort.length === 0) throw shardError('Sort must contain at least one field.', illegal);
  if (searchAfter.length !== sort.length) {
    throw shardError(`search_after has ${searchAfter.length} value(s) but sort has ${sort.length}.`, illegal);
  }
  if (from > 0)
    throw shardError('`from` parameter must be set to 0 when `search_after` is used.', 'search_exception', 500);
}
