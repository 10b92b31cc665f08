import { elapsedMs, type Instant, yieldToLoop } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Aggregator } from './aggregate.ts';
import { makeAggregator } from './aggregate.ts';
import type { Candidate, Matcher, Wanted } from './candidate.ts';
import { lowerQuery } from './compile.ts';
import { type Highlighter, makeHighlighter } from './highlight.ts';
import { type HitFieldReader, hitFieldReader } from './hit-fields.ts';
import type { Lucene } from './lucene.ts';
import { compileLucene } from './lucene-match.ts';
import { requiredOf } from './lucene-required.ts';
import { fieldAt, type Mapping } from './mapping.ts';
import { namedQueries } from './named-queries.ts';
import { parseQuery } from './parse.ts';
import { shardError } from './refusal.ts';
import { compileScore, type Scorer } from './score.ts';
import { checkSearchAfter, type SearchBody } from './search-body.ts';
import { compareSort, type SortValue } from './sort.ts';
import { type SortColumn, sortColumn } from './sort-values.ts';
import { filterSource } from './source-filter.ts';

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
   */
  candidates(wanted: Wanted): AsyncIterable<readonly Candidate[]>;
}

export interface FoundHit {
  readonly candidate: Candidate;
  readonly score: number | null;
  readonly sort?: readonly unknown[];
  /** The filtered `_source`; undefined when the request wants none. */
  readonly source: Document | undefined;
  /** The whole `_source` as it is stored; undefined where a filter left a part, or none is wanted. */
  readonly text: string | undefined;
  /** Values that `fields`, `docvalue_fields` and `collapse` ask for. */
  readonly fields?: Document;
  /** Words of the query marked in the values of fields. */
  readonly highlight?: Document;
  /** Names of the query's clauses that match it; undefined where no clause has a name. */
  readonly matchedQueries?: readonly string[];
}

export interface Found {
  /** 0 with track_total_hits false: then no total is answered. */
  readonly total: number;
  readonly relation: 'eq' | 'gte';
  readonly maxScore: number | null;
  readonly hits: readonly FoundHit[];
  readonly aggregations?: Document;
  /** `terminate_after` ended it. */
  readonly terminatedEarly?: boolean;
  /** Indices that could not answer, where others did. */
  readonly failures?: readonly ShardFailure[];
}

export interface ShardFailure {
  readonly index: string;
  readonly error: TrailhoundError;
}

export interface SearchOptions {
  /** What `now` means. */
  readonly at: Instant;
  readonly signal?: AbortSignal;
}

/** Runs a search over the indices in the order given. Yields to the loop every limits.sliceMs; an aborted signal throws. */
export async function executeSearch(
  body: SearchBody,
  indices: readonly SearchableIndex[],
  options: SearchOptions,
): Promise<Found> {
  const aggregator = body.aggregations === undefined ? undefined : makeAggregator(body.aggregations, options.at);
  const failures: ShardFailure[] = [];
  const plans = indices.flatMap((index) =>
    attempt(index, failures, () => [watched(makePlan(body, index, options.at), aggregator, options.at)]),
  );
  const collector = makeCollector(body, aggregator);
  let elapsed = elapsedMs();
  scan: for (const plan of plans) {
    if (attempt(plan.index, failures, () => [collector.enter(plan)]).length === 0) continue;
    for await (const batch of plan.index.candidates(plan.wanted)) {
      for (const candidate of batch) {
        if (elapsed() > limits.sliceMs) {
          await yieldToLoop();
          options.signal?.throwIfAborted();
          elapsed = elapsedMs();
        }
        if ((candidate.sure || plan.wanted.matches(candidate)) && collector.take(candidate)) break scan;
      }
    }
  }
  options.signal?.throwIfAborted();
  const [first] = failures;
  if (first && failures.length === indices.length) throw first.error;
  return { ...collector.found(), ...(first ? { failures } : {}) };
}

/** What an index refuses: the others answer without it, unless all refuse. */
function attempt<T extends object>(index: SearchableIndex, failures: ShardFailure[], work: () => T): T | never[] {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TrailhoundError) || error.wire !== 'search_phase_execution_exception') throw error;
    failures.push({ index: index.name, error });
    return [];
  }
}

/** What one index is asked. */
interface Plan {
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

function makePlan(body: SearchBody, index: SearchableIndex, at: Instant): Plan {
  const { mapping } = index;
  const window = mapping.settings.resultWindow;
  if (body.from + body.size > window) {
    throw shardError(
      `Result window is too large, from + size must be less than or equal to: [${window}] but was [${body.from + body.size}]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.`,
      'illegal_argument_exception',
    );
  }
  checkSearchAfter(body);
  const query = lowerQuery(body.query, mapping, at);
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
    fields: hitFieldReader({ fields: body.fields, docValues: body.docValueFields }, mapping, at),
    highlight: makeHighlighter(body.highlight, query, mapping),
    named: namedQueries([body.query, body.postFilter], mapping, at),
    group: body.collapse === undefined ? undefined : groupReader(body.collapse, mapping, at),
    after: body.searchAfter && columns.map((column, key) => column.parse(body.searchAfter?.[key] ?? null)),
  };
}

/** The one value of the field in a document. Throws shard errors for what cannot be collapsed by. */
function groupReader(name: string, mapping: Mapping, at: Instant): HitFieldReader {
  const field = fieldAt(mapping, name);
  const illegal = 'illegal_argument_exception';
  if (!field) throw shardError(`no mapping found for \`${name}\` in order to collapse on`, illegal);
  if (field.kind !== 'keyword' && field.kind !== 'number') {
    throw shardError(`collapse is not supported for the field [${name}] of the type [${field.type}]`, illegal);
  }
  const read = hitFieldReader({ fields: [], docValues: [{ pattern: name }] }, mapping, at);
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
function watched(plan: Plan, aggregator: Aggregator | undefined, at: Instant): Plan {
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

interface Entry {
  readonly candidate: Candidate;
  readonly plan: Plan;
  readonly score: number;
  readonly order: number;
  readonly values: readonly SortValue[];
  /** What it is collapsed by. */
  readonly group?: Document | undefined;
}

interface Collector {
  enter(plan: Plan): void;
  /** True when nothing that comes could change the answer. */
  take(candidate: Candidate): boolean;
  found(): Found;
}

function makeCollector(body: SearchBody, aggregator: Aggregator | undefined): Collector {
  const wanted = body.from + body.size;
  const scored = body.sort.length === 0;
  const shown = scored || body.trackScores || body.sort.some(({ field }) => field === '_score');
  const needsScore = shown || aggregator?.scores || body.minScore !== undefined;
  const simple = !aggregator && scored && body.collapse === undefined && body.indicesBoost.length === 0;
  let plan: Plan | undefined;
  let kept: Entry[] = [];
  let total = 0;
  let seen = 0;
  let order = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  const compare = (a: Entry, b: Entry): number => {
    const by = scored ? b.score - a.score : compareSort(body.sort, a.values, b.values);
    return by || a.order - b.order;
  };
  const best = (entries: Entry[]): Entry[] => firstOfGroups(entries.sort(compare), body.collapse).slice(0, wanted);
  const keep = (entry: Entry): void => {
    kept.push(entry);
    if (kept.length >= wanted * 2 + 1000) kept = best(kept);
  };
  return {
    enter(next) {
      plan = next;
      aggregator?.enter(next.index.mapping);
    },
    take(candidate) {
      const { score: scoreOf, postFilter, columns, after, group, index } = plan as Plan;
      const score = needsScore ? scoreOf.score(candidate) * (index.boost ?? 1) : 0;
      if (body.minScore !== undefined && score < body.minScore) return false;
      order++;
      aggregator?.collect(candidate, score);
      if (postFilter && !postFilter(candidate)) return false;
      total++;
      if (score > bestScore) bestScore = score;
      const values = columns.map((column) => column.read(candidate, score, order));
      if (wanted > 0 && !(after && compareSort(body.sort, values, after) <= 0)) {
        keep({ candidate, plan: plan as Plan, score, order, values, ...(group ? { group: group(candidate) } : {}) });
      }
      if (body.terminateAfter && ++seen >= body.terminateAfter) return true;
      // By constant score the first hits are the best: with the count reached, the rest cannot change the answer.
      return simple && scoreOf.constant && total > body.trackTotalHits && total >= wanted;
    },
    found() {
      const more = total > body.trackTotalHits;
      kept = best(kept);
      const hits = kept.slice(body.from);
      const topScore = scored ? kept[0]?.score : bestScore;
      return {
        total: body.trackTotalHits === 0 ? 0 : more ? body.trackTotalHits : total,
        relation: more ? 'gte' : 'eq',
        maxScore: (scored || body.trackScores) && body.size > 0 && total > 0 ? (topScore ?? null) : null,
        hits: hits.map((entry) => showHit(entry, body, shown)),
        ...(aggregator ? { aggregations: aggregator.answer() } : {}),
        ...(body.terminateAfter && seen >= body.terminateAfter ? { terminatedEarly: true } : {}),
      };
    },
  };
}

/** The first entry of each value; all entries where nothing is collapsed. Documents without a value are one group. */
function firstOfGroups(sorted: Entry[], collapse: string | undefined): Entry[] {
  if (collapse === undefined) return sorted;
  const seen = new Set<unknown>();
  return sorted.filter(({ group }) => {
    const values = group?.[collapse];
    const value = Array.isArray(values) ? values[0] : undefined;
    if (seen.has(value)) return false;
    seen.add(value);
    return true;
  });
}

function showHit({ candidate, plan, score, values, group }: Entry, body: SearchBody, scored: boolean): FoundHit {
  const { enabled, includes, excludes } = body.sourceFilter;
  const sort = plan.columns.map((column, key) => column.show(values[key] ?? null));
  const fields = plan.fields?.(candidate);
  const shown = fields || group ? { fields: { ...fields, ...group } } : {};
  const highlight = plan.highlight?.(candidate);
  return {
    candidate,
    ...shown,
    ...(highlight ? { highlight } : {}),
    ...(plan.named ? { matchedQueries: plan.named(candidate) } : {}),
    score: scored ? score : null,
    ...(body.sort.length > 0 ? { sort } : {}),
    source: enabled ? filterSource(candidate.source, body.sourceFilter) : undefined,
    text: enabled && includes.length === 0 && excludes.length === 0 ? candidate.text : undefined,
  };
}
