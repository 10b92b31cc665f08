import type { Instant } from '../base/clock.ts';
import { own } from '../base/document.ts';
import type { ActionMemory, Alert } from './alert.ts';
import type { AlertCategory } from './alert-category.ts';
import { mergeEvents } from './alert-event.ts';
import { completed, isQuiet, pushed, type Reason } from './alert-state.ts';
import type { BucketEvents } from './bucket-fetch.ts';
import { type BucketContent, bucketName } from './bucket-select.ts';

/** An alert of a bucket in one run: what it is to the run, and what it becomes. */
export interface BucketAlert {
  readonly category: AlertCategory;
  readonly reason: Reason;
  /** As it was; undefined for a new one. */
  readonly before: Alert | undefined;
  readonly alert: Alert;
}

/** What a run knows of the buckets that a trigger marked. */
export interface BucketOutcome {
  readonly marked: readonly BucketContent[];
  readonly events: ReadonlyMap<string, BucketEvents>;
  readonly at: Instant;
}

/**
 * The state machine of bucket-level alerts as the original runs it: a bucket that is marked has an alert while it is marked,
 * which completes when it no longer is. An acknowledged one stays so; an ERROR is ACTIVE again once the trigger works.
 */
export function nextBuckets(
  open: readonly Alert[],
  { marked, events, at }: BucketOutcome,
  fresh: () => Alert,
): readonly BucketAlert[] {
  const left = byName(open);
  const known: BucketAlert[] = [];
  for (const bucket of marked) {
    const name = bucketName(bucket);
    const before = left.get(name);
    left.delete(name);
    const joined = (alert: Alert): Alert => withEvidence({ ...alert, bucket }, events.get(name), countOf(bucket), at);
    if (!before) known.push({ category: 'NEW', reason: 'opened', before, alert: joined(fresh()) });
    else known.push({ category: 'DEDUPED', reason: 'held', before, alert: joined(recovered(before)) });
  }
  const gone = [...left.values()].map(
    (before): BucketAlert => ({ category: 'COMPLETED', reason: 'cleared', before, alert: completed(before, at) }),
  );
  return [...known, ...gone];
}

/**
 * The same for a monitor that counts what arrived (DESIGN.md §3): a bucket's alert grows with what arrives for it, stays until
 * it is acknowledged, closed or quiet for a day, and what arrives after an acknowledge opens a new one. `counted` says how many
 * of the bucket's documents are in an alert already. Alerts that nothing happened to are left out.
 */
export function nextArrivedBuckets(
  open: readonly Alert[],
  { marked, events, at }: BucketOutcome,
  counted: ReadonlyMap<string, number>,
  fresh: () => Alert,
): readonly BucketAlert[] {
  const known = byName(open);
  const next: BucketAlert[] = [];
  for (const bucket of marked) {
    const name = bucketName(bucket);
    const more = countOf(bucket) - (counted.get(name) ?? 0);
    if (more <= 0) continue;
    const before = known.get(name);
    known.delete(name);
    const found = events.get(name);
    if (!before || before.state === 'ACKNOWLEDGED') {
      if (before)
        next.push({ category: 'COMPLETED', reason: 'opened-after-acknowledge', before, alert: completed(before, at) });
      const later = before && found ? withoutKnown(found, before) : found;
      const alert = withEvidence({ ...fresh(), bucket }, later, more, at);
      next.push({ category: 'NEW', reason: before ? 'opened-after-acknowledge' : 'opened', before: undefined, alert });
    } else {
      const total = before.evidence.total + more;
      next.push({
        category: 'DEDUPED',
        reason: 'grew',
        before,
        alert: withEvidence({ ...recovered(before), bucket }, found, total, at),
      });
    }
  }
  for (const before of known.values()) {
    if (isQuiet(before, at))
      next.push({ category: 'COMPLETED', reason: 'quiet', before, alert: completed(before, at) });
    else if (before.state === 'ERROR')
      next.push({ category: 'DEDUPED', reason: 'recovered', before, alert: recovered(before) });
  }
  return next;
}

/** How many documents of each marked bucket are in an alert now. */
export function countedBuckets(marked: readonly BucketContent[]): ReadonlyMap<string, number> {
  return new Map(marked.map((bucket) => [bucketName(bucket), countOf(bucket)]));
}

/** The alert after an action ran for it; with an error it is one that tells so. */
export function acted(alert: Alert, actionResults: readonly ActionMemory[], error: string | null, at: Instant): Alert {
  const told: Alert = { ...alert, actionResults, lastNotificationTime: at };
  if (error === null) return told;
  return {
    ...told,
    state: 'ERROR',
    errorMessage: error,
    history: pushed(alert.history, { timestamp: at, message: error }),
  };
}

function byName(alerts: readonly Alert[]): Map<string, Alert> {
  return new Map(alerts.flatMap((alert) => (alert.bucket ? [[bucketName(alert.bucket), alert] as const] : [])));
}

function recovered(alert: Alert): Alert {
  return alert.state === 'ERROR' ? { ...alert, state: 'ACTIVE', errorMessage: null } : alert;
}

function countOf({ bucket }: BucketContent): number {
  const count = own(bucket, 'doc_count');
  return typeof count === 'number' ? count : 0;
}

function withEvidence(alert: Alert, found: BucketEvents | undefined, total: number, at: Instant): Alert {
  const { evidence } = alert;
  if (!found || found.events.length === 0) return { ...alert, evidence: { ...evidence, total } };
  const first = evidence.total === 0;
  return {
    ...alert,
    evidence: {
      ...evidence,
      events: mergeEvents(evidence.events, found.events),
      total,
      historic: (first || evidence.historic) && found.historic,
      lastMatch: at,
      clocks: evidence.clocks ?? (found.clocks && first ? { ...found.clocks, alerted: at } : undefined),
    },
  };
}

/** Events that an older alert of the bucket holds belong to that one. */
function withoutKnown(found: BucketEvents, older: Alert): BucketEvents {
  const held = new Set(older.evidence.events.map(({ index, id }) => `${index}/${id}`));
  return { ...found, events: found.events.filter(({ index, id }) => !held.has(`${index}/${id}`)) };
}
