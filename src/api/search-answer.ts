import { asText, type Document } from '../base/document.ts';
import { RawJson } from '../base/json.ts';
import type { SearchBody } from '../query/search-body.ts';
import type { SearchHit, SearchResult } from '../store/store.ts';
import { searchShards } from './index-facts.ts';
import { failureOf } from './shard-error.ts';
import { typedKeys } from './typed-keys.ts';

export interface AnswerOptions {
  /** `rest_total_hits_as_int=true`: the total as a plain number, as before version 7. */
  readonly totalAsInt: boolean;
  readonly scrollId?: string;
  readonly pitId?: string;
  /** The names of aggregations carry their kind. */
  readonly typedKeys?: boolean;
}

/** A search's result in OpenSearch's shape and order of keys. */
export function searchAnswer(result: SearchResult, body: SearchBody, options: AnswerOptions): Document {
  const noShards = result.shards === 0;
  const hits = {
    ...total(result, body, options),
    // Observed: 0.0 where no index was searched, null where no hit was scored.
    max_score: noShards ? 0 : result.maxScore,
    hits: result.hits.map((hit) => hitAnswer(hit, body)),
  };
  const { aggregations } = result;
  return {
    ...(options.pitId === undefined ? {} : { pit_id: options.pitId }),
    ...(options.scrollId === undefined ? {} : { _scroll_id: options.scrollId }),
    took: Math.round(result.tookMs),
    timed_out: false,
    ...(body.terminateAfter === undefined || body.terminateAfter === 0
      ? {}
      : { terminated_early: result.terminatedEarly === true }),
    _shards: shardsOf(result),
    hits,
    ...(aggregations === undefined || noShards
      ? {}
      : { aggregations: options.typedKeys ? typedKeys(aggregations) : aggregations }),
  };
}

/** Indices that could not answer are told beside the answer of the others. */
export function shardsOf({ shards, failures = [] }: SearchResult): Document {
  if (failures.length === 0) return searchShards(shards);
  return {
    ...searchShards(shards),
    successful: shards - failures.length,
    failed: failures.length,
    failures: failures.map(({ index, error }) => failureOf(error, index)),
  };
}

function total(result: SearchResult, body: SearchBody, options: AnswerOptions): Document {
  if (['false', '-1'].includes(asText(body.json.track_total_hits ?? ''))) {
    return options.totalAsInt ? { total: -1 } : {};
  }
  if (options.totalAsInt) return { total: result.total };
  return { total: { value: result.total, relation: result.relation } };
}

function hitAnswer(hit: SearchHit, body: SearchBody): Document {
  const bare = asText(body.json.stored_fields ?? '').replace(/^\[(.*)\]$/, '$1') === '_none_';
  const seqNo = { _seq_no: hit.seqNo, _primary_term: 1 };
  return {
    _index: hit.index,
    ...(bare ? {} : { _id: hit.id }),
    ...(body.version ? { _version: hit.version } : {}),
    ...(body.seqNoPrimaryTerm ? seqNo : {}),
    _score: hit.score,
    ...(bare || !wantsSource(body) ? {} : { _source: hit.text === undefined ? hit.source : new RawJson(hit.text) }),
    ...(hit.fields === undefined ? {} : { fields: hit.fields }),
    ...(hit.highlight === undefined ? {} : { highlight: hit.highlight }),
    ...(hit.sort === undefined ? {} : { sort: hit.sort }),
    ...(hit.matchedQueries?.length ? { matched_queries: hit.matchedQueries } : {}),
  };
}

/** `stored_fields` without `_source` asks for no source, unless the body asks for it by name. */
function wantsSource(body: SearchBody): boolean {
  if (!body.sourceFilter.enabled) return false;
  const stored = body.json.stored_fields;
  if (stored === undefined || body.json._source !== undefined) return true;
  return Array.isArray(stored) && stored.includes('_source');
}
