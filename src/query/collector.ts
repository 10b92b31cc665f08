import { writeJson } from '../base/json.ts';
import type { Aggregator } from './aggregate.ts';
import { type Best, makeBest, makeBestOfGroups } from './best-hits.ts';
import { type Entry, keepOne, keepRows, keepTops } from './best-rows.ts';
import type { Candidate, FoundRows, RowBatch } from './candidate.ts';
import type { Found, FoundHit } from './found.ts';
import { type KeepingAggregator, keepingAggregator } from './keeping-aggregator.ts';
import type { SearchBody } from './search-body.ts';
import type { Plan } from './search-plan.ts';
import { compareSort } from './sort.ts';
import { filterSource } from './source-filter.ts';
import type { Stretches } from './stretch.ts';

/** Takes the matches of a search, index after index, and keeps what the answer needs of them. */
export interface Collector {
  enter(plan: Plan): void;
  /** True when nothing that comes could change the answer. */
  take(candidate: Candidate): boolean;
  /** Whether matches of the index that was entered may be taken as rows: the answer asks for nothing of each. */
  takesRows(): boolean;
  /** `topsTaken`: what can be among the hits was taken. */
  takeRows(batch: RowBatch, topsTaken: boolean): boolean;
  /** Takes those of the rows that can be among the hits, where it is known which. They are not counted. */
  takeTops(found: FoundRows): boolean;
  /** The rows of a batch are of use beyond their number. */
  readonly looksAtRows: boolean;
  /** For the index that was entered, where what aggregations make of stretches of it may be kept. */
  stretches(): Stretches | undefined;
  /** The answer but for its hits, and what shows each of them. `order` is that of arrival: neighbours are read together. */
  found(): { readonly answer: Omit<Found, 'hits'>; readonly hits: readonly Shower[] };
}

export interface Shower {
  readonly order: number;
  show(): FoundHit;
}

/** `fresh` makes another one of the same aggregations. */
export function makeCollector(
  body: SearchBody,
  aggregator: Aggregator | undefined,
  fresh: () => Aggregator,
): Collector {
  const { sort, trackTotalHits, minScore, terminateAfter } = body;
  const { wanted, shown, needsScore, simple, each } = needsOf(body, aggregator);
  const best = bestOf(body, wanted);
  const sortName = `${wanted} ${writeJson(sort)}`;
  let plan: Plan | undefined;
  const aggregations = aggregator && keepingAggregator(aggregator, () => entered(fresh(), plan as Plan));
  let total = 0;
  let seen = 0;
  let order = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  // By constant score the first hits are the best: with the count reached, the rest cannot change the answer.
  const enough = (): boolean => simple && !!plan?.score.constant && total > trackTotalHits && total >= wanted;
  const takesRows = (): boolean => {
    const { score, postFilter } = plan as Plan;
    return !each && !postFilter && (!needsScore || score.constant);
  };
  const count = (matches: number): void => {
    total += matches;
    order += matches;
  };
  return {
    enter(next) {
      plan = next;
      aggregator?.enter(next.index.mapping);
    },
    take(candidate) {
      const { score: scoreOf, postFilter, index } = plan as Plan;
      const score = needsScore ? scoreOf.score(candidate) * (index.boost ?? 1) : 0;
      if (minScore !== undefined && score < minScore) return false;
      order++;
      aggregations?.collect(candidate, score);
      if (postFilter && !postFilter(candidate)) return false;
      total++;
      if (score > bestScore) bestScore = score;
      if (wanted > 0) keepOne(best, { candidate, plan: plan as Plan, score, order }, sort);
      if (terminateAfter && ++seen >= terminateAfter) return true;
      return enough();
    },
    takesRows,
    takeTops: (found) => {
      if (wanted === 0 || needsScore) return false;
      const taken = { plan: plan as Plan, score: 0, order: order + 1, sort };
      return keepTops(best, found, taken, { wanted, name: sortName });
    },
    looksAtRows: aggregator !== undefined,
    stretches: () => (aggregations && takesRows() ? stretchesOf(aggregations, wanted > 0, count) : undefined),
    takeRows(batch, topsTaken) {
      if (batch.rows.length === 0) return false;
      const score = needsScore ? scoreOfRows(plan as Plan, batch) : 0;
      const taken = { plan: plan as Plan, score, order: order + 1, sort };
      aggregations?.collectRows(batch);
      count(batch.rows.length);
      if (taken.score > bestScore) bestScore = taken.score;
      if (wanted > 0 && !topsTaken) keepRows(best, batch, taken);
      return enough();
    },
    found: () => {
      const early = terminateAfter && seen >= terminateAfter ? { terminatedEarly: true } : {};
      const aggregated = aggregator ? { aggregations: aggregator.answer() } : {};
      const { answer, hits } = foundHits(best.sorted(), body, { total, bestScore, shown });
      return { answer: { ...answer, ...aggregated, ...early }, hits };
    },
  };
}

function foundHits(
  kept: readonly Entry[],
  body: SearchBody,
  { total, bestScore, shown }: { readonly total: number; readonly bestScore: number; readonly shown: boolean },
): { readonly answer: ReturnType<typeof totals>; readonly hits: readonly Shower[] } {
  return {
    answer: totals(body, total, body.sort.length === 0 ? kept[0]?.score : bestScore),
    hits: kept.slice(body.from).map((entry) => ({ order: entry.order, show: () => showHit(entry, body, shown) })),
  };
}

/** What the answer needs of each match. */
function needsOf(body: SearchBody, aggregator: Aggregator | undefined) {
  const { sort, collapse, minScore, terminateAfter } = body;
  const scored = sort.length === 0;
  const shown = scored || body.trackScores || sort.some(({ field }) => field === '_score');
  return {
    wanted: body.from + body.size,
    shown,
    // An answer without hits shows no score.
    needsScore: (shown && body.size > 0) || aggregator?.scores || minScore !== undefined,
    simple: !aggregator && scored && collapse === undefined && body.indicesBoost.length === 0,
    each: minScore !== undefined || terminateAfter || aggregator?.scores || collapse !== undefined,
  };
}

function entered(aggregator: Aggregator, { index }: Plan): Aggregator {
  aggregator.enter(index.mapping);
  return aggregator;
}

/** Matches of a stretch that is known come only for the hits. */
function stretchesOf(aggregations: KeepingAggregator, hits: boolean, count: (matches: number) => void): Stretches {
  return {
    begin(keep) {
      const known = aggregations.begin(keep);
      if (known === undefined || hits) return true;
      aggregations.end();
      count(known);
      return false;
    },
    end: aggregations.end,
  };
}

/** Of a query that scores all its matches alike. */
function scoreOfRows({ score, index }: Plan, { columns, rows }: RowBatch): number {
  return score.score(columns.candidate(rows[0] as number)) * (index.boost ?? 1);
}

function totals(
  { sort, size, trackScores, trackTotalHits }: SearchBody,
  total: number,
  topScore: number | undefined,
): Pick<Found, 'total' | 'relation' | 'maxScore'> {
  const more = total > trackTotalHits;
  return {
    total: trackTotalHits === 0 ? 0 : more ? trackTotalHits : total,
    relation: more ? 'gte' : 'eq',
    maxScore: (sort.length === 0 || trackScores) && size > 0 && total > 0 ? (topScore ?? null) : null,
  };
}

function bestOf({ sort, collapse }: SearchBody, wanted: number): Best<Entry> {
  const compare = (a: Entry, b: Entry): number => {
    const by = sort.length === 0 ? b.score - a.score : compareSort(sort, a.values, b.values);
    return by || a.order - b.order;
  };
  if (collapse === undefined) return makeBest(wanted, compare);
  // Documents without a value are one group.
  return makeBestOfGroups(wanted, compare, ({ group }) => {
    const values = group?.[collapse];
    return Array.isArray(values) ? values[0] : undefined;
  });
}

function showHit({ candidate, plan, score, values, group }: Entry, body: SearchBody, scored: boolean): FoundHit {
  const { enabled, includes, excludes } = body.sourceFilter;
  const sort = plan.columns.map((column, key) => column.show(values[key] ?? null));
  const fields = plan.fields?.(candidate);
  const shown = fields || group ? { fields: { ...fields, ...group } } : {};
  const highlight = plan.highlight?.(candidate);
  const { index, id, version, seqNo } = candidate;
  return {
    candidate: { index, id, version, seqNo },
    ...shown,
    ...(highlight ? { highlight } : {}),
    ...(plan.named ? { matchedQueries: plan.named(candidate) } : {}),
    score: scored ? score : null,
    ...(body.sort.length > 0 ? { sort } : {}),
    source: enabled ? filterSource(candidate.source, body.sourceFilter) : undefined,
    text: enabled && includes.length === 0 && excludes.length === 0 ? candidate.text : undefined,
  };
}
