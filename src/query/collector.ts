import type { Document } from '../base/document.ts';
import type { Aggregator } from './aggregate.ts';
import { type Best, makeBest, makeBestOfGroups } from './best-hits.ts';
import type { Candidate, RowBatch } from './candidate.ts';
import type { Found, FoundHit } from './found.ts';
import type { SearchBody } from './search-body.ts';
import type { Plan } from './search-plan.ts';
import { compareKey, compareSort, type SortKey, type SortValue } from './sort.ts';
import { filterSource } from './source-filter.ts';

/** Takes the matches of a search, index after index, and keeps what the answer needs of them. */
export interface Collector {
  enter(plan: Plan): void;
  /** True when nothing that comes could change the answer. */
  take(candidate: Candidate): boolean;
  /** Whether matches of the index that was entered may be taken as rows: the answer asks for nothing of each. */
  takesRows(): boolean;
  takeRows(batch: RowBatch): boolean;
  /** The answer but for its hits, and what shows each of them. `order` is that of arrival: neighbours are read together. */
  found(): { readonly answer: Omit<Found, 'hits'>; readonly hits: readonly Shower[] };
}

export interface Shower {
  readonly order: number;
  show(): FoundHit;
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

export function makeCollector(body: SearchBody, aggregator: Aggregator | undefined): Collector {
  const { sort, trackTotalHits, collapse, minScore, terminateAfter } = body;
  const wanted = body.from + body.size;
  const scored = sort.length === 0;
  const shown = scored || body.trackScores || sort.some(({ field }) => field === '_score');
  // An answer without hits shows no score.
  const needsScore = (shown && body.size > 0) || aggregator?.scores || minScore !== undefined;
  const simple = !aggregator && scored && collapse === undefined && body.indicesBoost.length === 0;
  const each = minScore !== undefined || terminateAfter || aggregator?.scores || collapse !== undefined;
  const best = bestOf(body, wanted);
  let plan: Plan | undefined;
  let total = 0;
  let seen = 0;
  let order = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  // By constant score the first hits are the best: with the count reached, the rest cannot change the answer.
  const enough = (): boolean => simple && !!plan?.score.constant && total > trackTotalHits && total >= wanted;
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
      aggregator?.collect(candidate, score);
      if (postFilter && !postFilter(candidate)) return false;
      total++;
      if (score > bestScore) bestScore = score;
      if (wanted > 0) keepOne(best, { candidate, plan: plan as Plan, score, order }, sort);
      if (terminateAfter && ++seen >= terminateAfter) return true;
      return enough();
    },
    takesRows() {
      const { score, postFilter } = plan as Plan;
      return !each && !postFilter && (!needsScore || score.constant);
    },
    takeRows(batch) {
      if (batch.rows.length === 0) return false;
      const taken = {
        plan: plan as Plan,
        score: needsScore ? scoreOfRows(plan as Plan, batch) : 0,
        order: order + 1,
        sort,
      };
      aggregator?.collectRows(batch);
      total += batch.rows.length;
      order += batch.rows.length;
      if (taken.score > bestScore) bestScore = taken.score;
      if (wanted > 0) keepRows(best, batch, taken);
      return enough();
    },
    found() {
      const kept = best.sorted();
      const topScore = scored ? kept[0]?.score : bestScore;
      return {
        answer: {
          ...totals(body, total, topScore),
          ...(aggregator && { aggregations: aggregator.answer() }),
          ...(terminateAfter && seen >= terminateAfter && { terminatedEarly: true }),
        },
        hits: kept.slice(body.from).map((entry) => ({ order: entry.order, show: () => showHit(entry, body, shown) })),
      };
    },
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

function keepOne(best: Best<Entry>, match: Omit<Entry, 'values' | 'group'>, sort: readonly SortKey[]): void {
  const { candidate, plan, score, order } = match;
  const values = plan.columns.map((column) => column.read(candidate, score, order));
  if (plan.after && compareSort(sort, values, plan.after) <= 0) return;
  best.add({ ...match, values, ...(plan.group ? { group: plan.group(candidate) } : {}) });
}

interface RowsTaken {
  readonly plan: Plan;
  /** Of every row. */
  readonly score: number;
  /** Of the first row. */
  readonly order: number;
  readonly sort: readonly SortKey[];
}

/** Keeps those rows that are among the best so far: most are dismissed by their first sort value alone. */
function keepRows(best: Best<Entry>, { columns, rows }: RowBatch, { plan, score, order, sort }: RowsTaken): void {
  const [key] = sort;
  const readers = plan.columns.map((column) => column.byRow?.(columns));
  const valueAt = (place: number, row: number, at: number): SortValue | undefined => {
    const field = sort[place]?.field;
    return field === '_doc' ? at : field === '_score' ? score : readers[place]?.(row);
  };
  const after = plan.after?.[0];
  const only = sort.length === 1;
  let behind: ((row: number) => boolean) | undefined;
  let behindOf: Entry | undefined;
  // The newest come last: beginning with them, those before are dismissed.
  const backwards = key?.order === 'desc';
  for (let step = 0; step < rows.length; step++) {
    const place = backwards ? rows.length - 1 - step : step;
    const row = rows[place] as number;
    const worst = best.worst();
    if (!key && worst && worst.score >= score) return;
    const first = key && valueAt(0, row, order + place);
    if (key && first !== undefined) {
      const by = worst ? compareFirst(key, first, worst.values[0] ?? null) : -1;
      if (by > 0 || (by === 0 && only && worst && order + place > worst.order)) continue;
      if (after !== undefined && compareKey(key, first, after) < 0) continue;
    }
    if (key && first === undefined && worst) {
      if (worst !== behindOf) behind = plan.columns[0]?.behind?.(columns, worst.values[0] ?? null);
      behindOf = worst;
      if (behind?.(row)) continue;
    }
    const candidate = columns.candidate(row);
    const values = plan.columns.map((column, at) => {
      const known = at === 0 ? first : valueAt(at, row, order + place);
      return known === undefined ? column.read(candidate, score, order + place) : known;
    });
    if (plan.after && compareSort(sort, values, plan.after) <= 0) continue;
    best.add({ candidate, plan, score, order: order + place, values });
  }
}

/** compareKey, of what is compared most. */
function compareFirst(key: SortKey, first: SortValue, worst: SortValue): number {
  if (typeof first !== 'number' || typeof worst !== 'number') return compareKey(key, first, worst);
  return key.order === 'asc' ? first - worst : worst - first;
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
