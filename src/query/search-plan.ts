import type { Instant } from '../base/clock.ts';
import { asText, type Document, own } from '../base/document.ts';
import type { Aggregator } from './aggregate.ts';
import type { Candidate, FoundRows, Matcher } from './candidate.ts';
import { lowerQuery } from './compile.ts';
import { type Highlighter, makeHighlighter } from './highlight.ts';
import { type HitFieldReader, hitFieldReader } from './hit-fields.ts';
import type { Lucene } from './lucene.ts';
import { compileLucene } from './lucene-match.ts';
import { requiredOf } from './lucene-required.ts';
import { fieldAt, type Mapping } from './mapping.ts';
import { namedQueries } from './named-queries.ts';
import { parseQuery } from './parse.ts';
import { withSlots } from './percolation-slots.ts';
import { shardError } from './refusal.ts';
import { compileScore, type Scorer } from './score.ts';
import { checkSearchAfter, type SearchBody } from './search-body.ts';
import type { Lower } from './shared-lowering.ts';
import type { SortValue } from './sort.ts';
import { type SortColumn, sortColumn } from './sort-values.ts';
import type { Wanted } from './wanted.ts';

/** One index as a search sees it. */
export interface SearchableIndex {
  readonly name: string;
  readonly mapping: Mapping;
  readonly settings: Document;
  /** The alias filter that applies, as query JSON, where the index is reached through a filtered alias only. */
  readonly filter?: Document;
  /** What `indices_boost` makes of its scores. */
  readonly boost?: number;
  /**
   * Batches of candidates in index order (order of insertion). May leave out documents that cannot match (they miss a
   * required term, or the store's index knows), never one that does; the search asks the matcher about all that are not sure.
   * Rows of a batch are matches for sure.
   */
  candidates(wanted: Wanted): AsyncIterable<readonly Candidate[] | FoundRows>;
}

/** What one index is asked. */
export interface Plan {
  readonly index: SearchableIndex;
  readonly wanted: Wanted;
  readonly postFilter: Matcher | undefined;
  readonly score: Scorer;
  readonly columns: readonly SortColumn[];
  readonly fields: HitFieldReader | undefined;
  readonly highlight: Highlighter | undefined;
  readonly named: ((candidate: Candidate) => readonly string[]) | undefined;
  /** The value that hits are collapsed by. */
  readonly group: HitFieldReader | undefined;
  readonly after: readonly SortValue[] | undefined;
}

/** Throws shard errors for what the index refuses. `lower` may be shared by the indices of a search. */
export function makePlan(body: SearchBody, index: SearchableIndex, at: Instant, lower: Lower): Plan {
  const { mapping } = index;
  const window = mapping.settings.resultWindow;
  if (body.from + body.size > window) {
    throw shardError(
      `Result window is too large, from + size must be less than or equal to: [${window}] but was [${body.from + body.size}]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.`,
      'illegal_argument_exception',
    );
  }
  checkSearchAfter(body);
  const query = lower(body.query, mapping);
  const columns = body.sort.map((key) => sortColumn(key, mapping, at));
  const filter = index.filter === undefined ? undefined : lowerQuery(parseQuery(index.filter, 'filter'), mapping, at);
  const joined: Lucene = filter
    ? {
        kind: 'bool',
        clauses: [
          { occur: '+', query },
          { occur: '#', query: filter },
        ],
        minimum: 0,
      }
    : query;
  return {
    index,
    wanted: { required: requiredOf(joined), query: joined, matches: compileLucene(joined, mapping) },
    postFilter: body.postFilter && compileLucene(lowerQuery(body.postFilter, mapping, at), mapping),
    score: compileScore(query, mapping),
    columns,
    fields: withSlots(hitFieldReader(wantedFields(body), mapping, at), query),
    highlight: makeHighlighter(body.highlight, query, mapping, at),
    named: namedQueries([body.query, body.postFilter], mapping, at),
    group: body.collapse === undefined ? undefined : groupReader(body.collapse, mapping, at),
    after: body.searchAfter && readAfter(body.searchAfter, columns),
  };
}

function wantedFields(body: SearchBody): Parameters<typeof hitFieldReader>[0] {
  return { fields: body.fields, docValues: body.docValueFields, stored: body.storedFields };
}

/** A null that is no value of its sort is told after what does not read. */
function readAfter(values: readonly unknown[], columns: readonly SortColumn[]): SortValue[] {
  const given = columns.map((column, at) => ({ column, value: values[at] ?? null }));
  for (const { column, value } of given) if (value !== null) column.parse(value);
  return given.map(({ column, value }) => column.parse(value));
}

/** The one value of the field in a document. Throws shard errors for what cannot be collapsed by. */
function groupReader(name: string, mapping: Mapping, at: Instant): HitFieldReader {
  const field = fieldAt(mapping, name);
  const illegal = 'illegal_argument_exception';
  if (!field) throw shardError(`no mapping found for \`${name}\` in order to collapse on`, illegal);
  if (field.kind !== 'keyword' && field.kind !== 'number') {
    throw shardError(`collapse is not supported for the field [${name}] of the type [${field.type}]`, illegal);
  }
  if (field.kind === 'number' && field.numeric === 'scaled_float') {
    throw shardError(`unknown type for collapse field \`${name}\`, only keywords and numbers are accepted`, illegal);
  }
  if (asText(own(field.parameters, 'doc_values')) === 'false') {
    throw shardError(`cannot collapse on field \`${name}\` without \`doc_values\``, illegal);
  }
  const read = hitFieldReader({ fields: [], docValues: [{ pattern: name }], stored: [] }, mapping, at);
  return (candidate) => {
    const found = read?.(candidate);
    const values = found?.[name];
    if (Array.isArray(values) && values.length > 1) {
      throw shardError(
        `failed to collapse ${candidate.id}, the collapse field must be single valued`,
        'illegal_state_exception',
        500,
      );
    }
    return found;
  };
}

/** With an aggregation that counts what does not match, every document is read, and shown to it first. */
export function watched(plan: Plan, aggregator: Aggregator | undefined, at: Instant): Plan {
  if (!aggregator?.everything) return plan;
  const { index } = plan;
  const { matches } = plan.wanted;
  const visible =
    index.filter && compileLucene(lowerQuery(parseQuery(index.filter, 'filter'), index.mapping, at), index.mapping);
  return {
    ...plan,
    wanted: {
      required: 'none-known',
      matches: (candidate) => {
        if (!visible || visible(candidate)) aggregator.see(candidate);
        return matches(candidate);
      },
    },
  };
}
