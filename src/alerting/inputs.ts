import { type Clock, elapsedMs } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { SearchBody } from '../query/search-body.ts';
import type { ArrivalWindow, SearchResult, Store } from '../store/store.ts';
import { lastClocks } from './alert-clock.ts';
import { alertEvent, isHistoric } from './alert-event.ts';
import type { Found } from './alert-state.ts';
import type { Compiled, Period } from './compiled.ts';
import { indicesOf, type Monitor } from './monitor.ts';

/** What a run needs of the world to ask its question. */
export interface InputPorts {
  readonly search: Store['search'];
  readonly indices: Store['indices'];
  readonly clock: Clock;
}

/** The answer to a monitor's search, or why there is none. */
export interface Inputs {
  /** One search response as it stands on the wire; empty when there is no input or it failed. */
  readonly results: readonly Document[];
  readonly total: number;
  /** As the run's result tells it. */
  readonly error: string | null;
  /** As the alert tells it: with the exception's name. */
  readonly cause: string | null;
}

/** Runs the monitor's search, within limits.monitorInputTimeoutMs. Never throws: a failed search is an answer. */
export async function fetchInputs(
  monitor: Monitor,
  compiled: Compiled,
  period: Period,
  window: ArrivalWindow | undefined,
  ports: InputPorts,
): Promise<Inputs> {
  if (!monitor.input) return { results: [], total: 0, error: null, cause: null };
  try {
    const found = await ask(monitor, compiled.search(period), window, ports);
    return { results: [searchJson(found)], total: found.total, error: null, cause: null };
  } catch (error) {
    return { results: [], total: 0, error: reasonOf(error), cause: causeOf(error) };
  }
}

/** The newest events behind a result. undefined when they cannot be found: an alert without events is better than none. */
export async function fetchEvents(
  monitor: Monitor,
  compiled: Compiled,
  period: Period,
  window: ArrivalWindow | undefined,
  ports: InputPorts,
): Promise<Found | undefined> {
  if (!monitor.input) return undefined;
  for (const sorted of [true, false]) {
    try {
      const { hits, total } = await ask(monitor, compiled.events(period, sorted), window, ports);
      const historic = hits.length > 0 && hits.every((hit) => isHistoric(hit.source));
      return { events: hits.map(alertEvent), total, historic, clocks: lastClocks(hits.map(({ source }) => source)) };
    } catch (error) {
      if (!(error instanceof TrailhoundError)) throw error;
    }
  }
  return undefined;
}

/** Any search over the monitor's indices; throws what the store throws, and when it takes too long. */
export async function ask(
  monitor: Monitor,
  body: SearchBody,
  window: ArrivalWindow | undefined,
  { search, clock }: InputPorts,
): Promise<SearchResult> {
  const indices = indicesOf(monitor).join(',');
  return within(clock, limits.monitorInputTimeoutMs, (signal) =>
    search(indices, body, { signal, ...(window ? { window } : {}) }),
  );
}

/**
 * Gives up after so many milliseconds that really passed: a virtual clock that jumps a day ahead must not cut off a search
 * that has just begun.
 */
async function within<T>(clock: Clock, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const passed = elapsedMs();
  const search = new AbortController();
  const done = new AbortController();
  const late = (async (): Promise<never> => {
    while (!done.signal.aborted && passed() < ms) await clock.sleep(ms, done.signal);
    if (!done.signal.aborted) search.abort();
    throw new TrailhoundError('internal', `the search took longer than ${ms / 1000} s`);
  })();
  late.catch(() => undefined);
  try {
    return await Promise.race([work(search.signal), late]);
  } finally {
    done.abort();
  }
}

/** A search's answer as conditions, messages and the run's result see it. */
export function searchJson(found: SearchResult): Document {
  return {
    _shards: { total: found.shards, failed: 0, successful: found.shards, skipped: 0 },
    hits: {
      hits: found.hits.map((hit) => ({
        _index: hit.index,
        _id: hit.id,
        _score: hit.score,
        _source: hit.source,
        ...(hit.sort ? { sort: hit.sort } : {}),
      })),
      total: { value: found.total, relation: found.relation },
      max_score: found.maxScore,
    },
    took: Math.round(found.tookMs),
    timed_out: false,
    ...(found.aggregations ? { aggregations: found.aggregations } : {}),
  };
}

/** `[index] IndexNotFoundException[no such index [index]]`, else the reason alone. */
export function causeOf(error: unknown): string {
  const reason = reasonOf(error);
  const index = error instanceof TrailhoundError && error.code === 'index-not-found' ? error.fields.index : undefined;
  return typeof index === 'string' ? `[${index}] IndexNotFoundException[${reason}]` : reason;
}
