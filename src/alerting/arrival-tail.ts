import type { Clock } from '../base/clock.ts';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { ArrivalWindow, Position, SearchHit, Store } from '../store/store.ts';
import type { Alerting } from './alerting.ts';

/**
 * Reads what all processes write, in order of arrival, so that monitors run soon after a matching document whoever wrote it. It
 * only wakes monitors: what they count is up to their cursors, so that reading twice or not at all costs time and no alert.
 */
export interface ArrivalTail {
  run(alerting: Alerting, signal: AbortSignal): Promise<void>;
  /** Resolves when what is in the store now was looked at. */
  caughtUp(alerting: Alerting): Promise<void>;
  /** Where the oldest window begins that it reads or will read. */
  position(): Position;
  /** What arrived up to here can be found, and was or is being looked at. */
  reached(): Position;
}

/** Begins at what arrives from now on. */
export async function openTail(store: Store, clock: Clock, log: Log): Promise<ArrivalTail> {
  let after = await store.position();
  const reading = new Set<Position>();
  const look = async (alerting: Alerting): Promise<void> => {
    const upTo = await store.position();
    if (upTo <= after) return;
    const window = { after, upTo };
    after = upTo;
    reading.add(window.after);
    try {
      await wakeFor(window, alerting, store);
    } catch (error) {
      // Rather a run too many than an alert too late.
      log.warn(`looking for monitors of new documents: ${reasonOf(error)}; all are run`);
      alerting.wake();
    } finally {
      reading.delete(window.after);
    }
  };
  return {
    caughtUp: look,
    position: () => Math.min(after, ...reading),
    reached: () => after,
    async run(alerting, signal) {
      while (!signal.aborted) {
        try {
          await look(alerting);
        } catch (error) {
          log.warn(`new documents cannot be seen: ${reasonOf(error)}`);
        }
        await clock.sleep(limits.arrivalPollMs, signal);
      }
    },
  };
}

async function wakeFor(window: ArrivalWindow, alerting: Alerting, store: Store): Promise<void> {
  const indices = alerting.watched().join(',');
  if (indices === '') return;
  let read = 0;
  let next: readonly unknown[] | undefined;
  do {
    const page = { size: pageSize, track_total_hits: false, sort: [{ _index: 'asc' }, { _seq_no: 'asc' }] };
    const body = parseSearchBody(next ? { ...page, search_after: next } : page);
    const { hits } = await store.search(indices, body, { window, ignoreUnavailable: true });
    read += hits.length;
    if (read > limits.arrivalReadMax) return alerting.wake();
    if (hits.length > 0) await alerting.observe(hits.map(document));
    next = hits.length < pageSize ? undefined : hits.at(-1)?.sort;
  } while (next);
}

function document({ index, id, version, seqNo, source }: SearchHit): SearchHit {
  return { index, id, version, seqNo, source, score: null };
}

const pageSize = 1000;
