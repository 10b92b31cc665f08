import type { Instant } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { ActionMemory, Alert, AlertMessage, Evidence } from './alert.ts';
import type { EventClocks } from './alert-clock.ts';
import { mergeEvents } from './alert-event.ts';

/** What one run says about one trigger. */
export interface Outcome {
  readonly triggered: boolean;
  /** With its prefix (`Failed evaluating trigger:\n…`); null when all went well. */
  readonly error: string | null;
  readonly at: Instant;
  /** The events that this run found; undefined when it did not look for them. */
  readonly found: Found | undefined;
  readonly actionResults: readonly ActionMemory[];
}

export interface Found {
  readonly events: Evidence['events'];
  readonly total: number;
  readonly historic: boolean;
  /** Of the event among them that came in last. */
  readonly clocks?: EventClocks | undefined;
}

/** What becomes of the open alert: `open` stays or becomes the open one, `closed` goes to the history. */
export interface Next {
  readonly reason: Reason;
  readonly open: Alert | undefined;
  readonly closed: Alert | undefined;
}

export type Reason =
  | 'nothing'
  | 'opened'
  | 'held'
  | 'grew'
  | 'recovered'
  | 'failed'
  | 'cleared'
  | 'quiet'
  | 'acknowledged'
  | 'opened-after-acknowledge';

/** Makes a new alert, ACTIVE or ERROR; called at most once. */
export type Open = (state: 'ACTIVE' | 'ERROR') => Alert;

/**
 * The state machine of query-level alerts as the original runs it (the table of specs/alerting.md §3). The alert follows the
 * condition: it completes when the condition no longer holds.
 */
export function nextAlert(current: Alert | undefined, outcome: Outcome, open: Open): Next {
  const { triggered, error, at } = outcome;
  if (!current) {
    if (error !== null) return opened('failed', withError(open('ERROR'), error, at, outcome));
    return triggered ? opened('opened', shown(open('ACTIVE'), outcome)) : nothing(undefined);
  }
  if (error !== null) return opened('failed', withError(current, error, at, outcome));
  if (!triggered) return { reason: 'cleared', open: undefined, closed: completed(current, at) };
  if (current.state === 'ACKNOWLEDGED') return { reason: 'acknowledged', open: current, closed: undefined };
  return opened(current.state === 'ERROR' ? 'recovered' : 'held', shown(active(current, at), outcome));
}

/**
 * The state machine of an `arrived` monitor (DESIGN.md §3): what arrived opens an alert or grows the open one, which stays
 * until it is acknowledged, closed or quiet for a day. What arrives after an acknowledge opens a new one.
 */
export function nextArrived(current: Alert | undefined, outcome: Outcome, open: Open): Next {
  const { triggered, error, at } = outcome;
  if (!current) return nextAlert(current, outcome, open);
  if (current.state === 'ACKNOWLEDGED') {
    if (error !== null || triggered) {
      const fresh = nextAlert(undefined, outcome, open).open;
      return { reason: 'opened-after-acknowledge', open: fresh, closed: completed(current, at) };
    }
    return isQuiet(current, at) ? closedAs('quiet', current, at) : nothing(current);
  }
  if (error !== null) return opened('failed', withError(current, error, at, outcome));
  if (triggered) return opened('grew', grown(active(current, at), outcome));
  if (isQuiet(current, at)) return closedAs('quiet', current, at);
  if (current.state !== 'ERROR') return nothing(current);
  // An error that no event ever joined has nothing to keep open; one with events goes on waiting for somebody to look.
  if (current.evidence.total === 0) return closedAs('cleared', current, at);
  return opened('recovered', { ...current, state: 'ACTIVE', errorMessage: null });
}

/** How the message of an alert begins whose action failed. */
export const actionErrorPrefix = 'Failed running action:\n';

/** Addresses are hidden in what an alert keeps, as in the original. */
export function masked(message: string): string {
  return message.replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, 'x.x.x.x');
}

/** Ended: goes to the history. */
export function completed(alert: Alert, at: Instant): Alert {
  return { ...alert, state: 'COMPLETED', endTime: at, errorMessage: null };
}

/** Its monitor or trigger is gone; the original leaves the end time open. */
export function deleted(alert: Alert): Alert {
  return { ...alert, state: 'DELETED' };
}

function nothing(current: Alert | undefined): Next {
  return { reason: 'nothing', open: current, closed: undefined };
}

function opened(reason: Reason, alert: Alert): Next {
  return { reason, open: alert, closed: undefined };
}

function closedAs(reason: Reason, current: Alert, at: Instant): Next {
  return { reason, open: undefined, closed: completed(current, at) };
}

/** Nothing joined it for a day. */
export function isQuiet(alert: Alert, at: Instant): boolean {
  return at - (alert.evidence.lastMatch ?? alert.startTime) >= limits.alertQuietMs;
}

function active(alert: Alert, at: Instant): Alert {
  return { ...alert, state: 'ACTIVE', errorMessage: null, lastNotificationTime: at };
}

function withError(alert: Alert, error: string, at: Instant, outcome: Outcome): Alert {
  const failed: Alert = {
    ...alert,
    state: 'ERROR',
    errorMessage: error,
    history: pushed(alert.history, { timestamp: at, message: error }),
    lastNotificationTime: at,
  };
  return grown(failed, outcome);
}

export function pushed(history: readonly AlertMessage[], message: AlertMessage): readonly AlertMessage[] {
  return [message, ...history].slice(0, limits.alertHistoryMax);
}

/** Replaces the count by what the run found (`opensearch`: each run counts all), keeping older events in the list. */
function shown(alert: Alert, outcome: Outcome): Alert {
  return joined(alert, outcome, (found) => found.total);
}

/** Adds what the run found to the count (`arrived`: each run counts what is new). */
function grown(alert: Alert, outcome: Outcome): Alert {
  const { evaluate, total } = alert.evidence;
  return joined(alert, outcome, (found) => (evaluate === 'arrived' ? total + found.total : found.total));
}

function joined(alert: Alert, { found, at, actionResults }: Outcome, count: (found: Found) => number): Alert {
  const remembered = actionResults.length > 0 ? actionResults : alert.actionResults;
  if (!found || found.total === 0) return { ...alert, actionResults: remembered };
  const { evidence } = alert;
  const first = evidence.total === 0;
  const isNew = found.events.length > 0 || first;
  return {
    ...alert,
    actionResults: remembered,
    evidence: {
      ...evidence,
      events: mergeEvents(evidence.events, found.events),
      total: count(found),
      historic: isNew ? (first || evidence.historic) && found.historic : evidence.historic,
      lastMatch: isNew ? at : evidence.lastMatch,
      clocks: evidence.clocks ?? (found.clocks && first ? { ...found.clocks, alerted: at } : undefined),
    },
  };
}
