import type { Clock, Instant } from '../base/clock.ts';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Core } from './core.ts';
import type { Position } from './store.ts';

/** How long, and how much of, the documents of some indices are kept. Both may be given: whatever says "delete" first counts. */
export interface RetentionPolicy {
  /** An index name, pattern or comma list, as in a search. */
  readonly index: string;
  /** Since the document was stored, in ms: late deliveries count from their arrival, not from the time of the event. */
  readonly maxAgeMs?: number | undefined;
  /** Of the stored documents, in bytes, as `_cat/indices` tells them; the oldest to arrive go first. */
  readonly maxBytes?: number | undefined;
}

export interface Retention {
  /** Deletes what is due, and gives its space back, until the signal aborts. Answers how many documents went. */
  apply(signal?: AbortSignal): Promise<number>;
  /**
   * Applies the policies now and every `limits.retentionEveryMs` (more often where an age is short), until the signal aborts.
   * A failure is told and tried again.
   */
  run(signal: AbortSignal): Promise<void>;
}

export interface RetentionParts {
  readonly store: Core;
  readonly clock: Clock;
  readonly log: Log;
  readonly policies: readonly RetentionPolicy[];
}

/** What was stored when: everything up to `position` was there at `at`. */
interface Mark {
  readonly position: Position;
  readonly at: Instant;
}

export const marksIndex = '.trailhound-retention';

/**
 * Deletes old documents. Documents know their own times, but those are the sender's; the store knows only the order of arrival.
 * So it is noted now and then how far the store had come. The notes are taken without policies too: who asks for 90 days later
 * gets them from the first day on.
 */
export function openRetention({ store, clock, log, policies }: RetentionParts): Retention {
  const everyMs = tick(policies);
  const apply = async (signal?: AbortSignal): Promise<number> => {
    const marks = await mark(store, clock.now(), everyMs);
    let documents = 0;
    for (const policy of policies) {
      const upTo = Math.max(expired(policy, marks, clock.now()), await overflowing(store, policy));
      if (upTo > 0) documents += await store.expire(policy.index, upTo, signal);
    }
    if (documents > 0) log.info(`retention: ${documents} documents were deleted`);
    await store.reclaim(signal);
    return documents;
  };
  return {
    apply,
    async run(signal) {
      while (!signal.aborted) {
        try {
          await apply(signal);
        } catch (error) {
          if (signal.aborted) return;
          log.warn(`retention could not delete what is due, and tries again: ${reasonOf(error)}`);
        }
        await clock.sleep(everyMs, signal);
      }
    },
  };
}

/** A short age is looked after more often: a tenth of it. */
function tick(policies: readonly RetentionPolicy[]): number {
  const shortest = Math.min(...policies.map(({ maxAgeMs }) => maxAgeMs ?? Number.POSITIVE_INFINITY));
  return Math.min(limits.retentionEveryMs, Math.max(1000, shortest / 10));
}

/** Notes where the store stands, where the last note is old enough, and answers the notes in order. */
async function mark(store: Core, now: Instant, everyMs: number): Promise<readonly Mark[]> {
  if ((await store.indices(marksIndex, { ignoreUnavailable: true })).length === 0) {
    await store.createIndex(marksIndex, {
      settings: { hidden: true },
      mappings: { dynamic: false, properties: { at: { type: 'date' } } },
    });
  }
  const page = await store.search(
    marksIndex,
    parseSearchBody({ size: limits.arrivalMarksMax, sort: [{ at: 'asc' }], query: { match_all: {} } }),
  );
  const marks = page.hits.map(({ source }) => ({ position: Number(source.position), at: Number(source.at) }));
  const last = marks.at(-1);
  const position = await store.position();
  if (last && now - last.at < everyMs) return marks;
  const next = { position, at: now };
  const thinned = thin([...marks, next], now);
  await store.write([
    { action: 'index', index: marksIndex, id: String(now), document: { ...next } },
    ...marks
      .filter((one) => !thinned.includes(one))
      .map(({ at }) => ({ action: 'delete' as const, index: marksIndex, id: String(at) })),
  ]);
  return thinned;
}

/** Notes are as close together as a hundredth of their age: some thousand tell of ten years. */
function thin(marks: readonly Mark[], now: Instant): readonly Mark[] {
  let kept = Number.NEGATIVE_INFINITY;
  return marks.filter(({ at }, number) => {
    if (number < marks.length - 1 && at - kept < (now - at) / 100) return false;
    kept = at;
    return true;
  });
}

/** The position up to which everything is older than the policy allows; 0 where nothing is. */
function expired({ maxAgeMs }: RetentionPolicy, marks: readonly Mark[], now: Instant): Position {
  if (maxAgeMs === undefined) return 0;
  return marks.findLast(({ at }) => at <= now - maxAgeMs)?.position ?? 0;
}

/** The position up to which documents must go so that the rest is as large as allowed; 0 where nothing must. */
async function overflowing(store: Core, { index, maxBytes }: RetentionPolicy): Promise<Position> {
  if (maxBytes === undefined) return 0;
  const indices = await store.indices(index, { ignoreUnavailable: true, allowNoIndices: true });
  const bytes = indices.reduce((sum, one) => sum + one.bytes, 0);
  return bytes <= maxBytes ? 0 : store.oldest(index, bytes - maxBytes);
}
