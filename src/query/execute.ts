import { elapsedMs, type Instant, yieldToLoop } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { type Aggregator, makeAggregator } from './aggregate.ts';
import type { Candidate, FoundRows } from './candidate.ts';
import { type Collector, makeCollector, type Shower } from './collector.ts';
import type { Found, FoundHit, ShardFailure } from './found.ts';
import type { SearchBody } from './search-body.ts';
import { makePlan, type Plan, type SearchableIndex, watched } from './search-plan.ts';
import { sharedLowering } from './shared-lowering.ts';

export interface SearchOptions {
  /** What `now` means. */
  readonly at: Instant;
  readonly signal?: AbortSignal;
  /** How it lets others run; yieldToLoop unless told. */
  readonly pass?: () => Promise<void>;
}

/** Runs a search over the indices in the order given. Lets others run every limits.sliceMs; an aborted signal throws. */
export async function executeSearch(
  body: SearchBody,
  indices: readonly SearchableIndex[],
  options: SearchOptions,
): Promise<Found> {
  const aggregate = (): Aggregator => makeAggregator(body.aggregations ?? {}, options.at);
  const aggregator = body.aggregations === undefined ? undefined : aggregate();
  const failures: ShardFailure[] = [];
  const lower = sharedLowering(options.at);
  const turn = makeTurn(options);
  const plans: Plan[] = [];
  for (const index of indices) {
    // Years of days are a thousand indices, whose mappings may have to be read first.
    if (turn.over()) await turn.pass();
    const plan = (): Plan[] => [watched(makePlan(body, index, options.at, lower), aggregator, options.at)];
    plans.push(...attempt(index, failures, plan));
  }
  const collector = makeCollector(body, aggregator, aggregate);
  scan: for (const plan of plans) {
    if (attempt(plan.index, failures, () => [collector.enter(plan)]).length === 0) continue;
    for await (const batch of plan.index.candidates({ ...plan.wanted, stretches: collector.stretches() })) {
      const enough =
        'rows' in batch ? await takeRows(collector, batch, turn) : await takeEach(collector, plan, batch, turn);
      if (enough) break scan;
    }
  }
  options.signal?.throwIfAborted();
  const [first] = failures;
  if (first && failures.length === indices.length) throw first.error;
  for (const _ of aggregator?.finish() ?? []) if (turn.over()) await turn.pass();
  const { answer, hits } = collector.found();
  return { ...answer, hits: await showAll(hits, turn), ...(first ? { failures } : {}) };
}

/** Documents lie in blocks: read in order of arrival, each is unpacked once. */
async function showAll(hits: readonly Shower[], turn: Turn): Promise<readonly FoundHit[]> {
  const shown: FoundHit[] = [];
  const places = hits.map((_, place) => place).sort((a, b) => (hits[a]?.order ?? 0) - (hits[b]?.order ?? 0));
  for (const place of places) {
    shown[place] = (hits[place] as Shower).show();
    if (turn.over()) await turn.pass();
  }
  return shown;
}

/** When a search has worked long enough for others to have their turn. */
interface Turn {
  over(): boolean;
  /** Throws when the search was given up. */
  pass(): Promise<void>;
}

function makeTurn({ signal, pass = yieldToLoop }: SearchOptions): Turn {
  let elapsed = elapsedMs();
  return {
    over: () => elapsed() > limits.sliceMs,
    async pass() {
      await pass();
      signal?.throwIfAborted();
      elapsed = elapsedMs();
    },
  };
}

async function takeEach(
  collector: Collector,
  plan: Plan,
  candidates: readonly Candidate[],
  turn: Turn,
): Promise<boolean> {
  for (const candidate of candidates) {
    if (turn.over()) await turn.pass();
    if ((candidate.sure || plan.wanted.matches(candidate)) && collector.take(candidate)) return true;
  }
  return false;
}

/** Rows taken at a time: as many as take a few milliseconds, be they told by the store or read one by one. */
const rowsAtLeast = 16;
const rowsAtMost = 2048;

async function takeRows(collector: Collector, found: FoundRows, turn: Turn): Promise<boolean> {
  const { columns, rows } = found;
  if (!collector.takesRows()) {
    for (const row of rows) {
      if (turn.over()) await turn.pass();
      if (collector.take(columns.candidate(row))) return true;
    }
    return false;
  }
  const topsTaken = collector.takeTops(found);
  if (topsTaken && !collector.looksAtRows) return collector.takeRows(found, true);
  let most = rowsAtLeast * 8;
  for (let from = 0; from < rows.length; ) {
    if (turn.over()) await turn.pass();
    const taken = elapsedMs();
    const part = rows.subarray(from, from + most);
    if (collector.takeRows({ columns, rows: part }, topsTaken)) return true;
    from += part.length;
    const tookMs = taken();
    if (tookMs > limits.sliceMs) most = Math.max(rowsAtLeast, most >> 2);
    else if (tookMs < limits.sliceMs / 4) most = Math.min(rowsAtMost, most * 2);
  }
  return false;
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
