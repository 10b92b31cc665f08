import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import type { Attempt, Notified, Notifier, Origin } from '../notify/notifier.ts';
import { isThrottled } from '../notify/throttle.ts';
import type { Action } from './action.ts';
import type { ActionMemory, Alert } from './alert.ts';
import { idOf } from './identity.ts';
import { renderTemplate } from './message-template.ts';

/** What became of one action in one run. */
export interface ActionRun {
  readonly id: string;
  readonly throttled: boolean;
  readonly error: string | null;
  readonly executionTime: Instant | null;
  /** The try to send, where one was made. */
  readonly attempt: Attempt | undefined;
  /** As it stands in the run's result. */
  readonly json: Document;
}

/** For whom and how the actions of one message run. */
export interface ActionOrder {
  /** The alert whose last messages throttle this one; undefined where nothing throttles. */
  readonly throttledBy: Alert | undefined;
  /** A dry run renders the messages and sends nothing. */
  readonly dryRun: boolean;
  readonly at: Instant;
  readonly sending: Sending;
}

/** Where messages go, and whose they are. */
export interface Sending {
  readonly notifier: Notifier;
  /** Somebody waits for the outcome: each message is tried before the run answers. */
  readonly wait: boolean;
  /** `alertId`: the alert that the messages are about, which may not be stored yet. */
  readonly about: Omit<Origin, 'actionId'>;
  /** The same when the same run is repeated after a crash, another one in the next run. */
  readonly occurrence: string | number;
  /** A condition that still holds: the message says anew what the one before said. */
  readonly repeats?: boolean;
}

/** Runs a trigger's actions one after the other; `values` is what the templates see. */
export async function runActions(
  actions: readonly Action[],
  values: () => Document,
  order: ActionOrder,
): Promise<readonly ActionRun[]> {
  if (actions.length === 0) return [];
  const seen = values();
  const runs: ActionRun[] = [];
  for (const action of actions) runs.push(await runAction(action, seen, order));
  return runs;
}

/**
 * Runs one action: a message that is not throttled is rendered and handed to the notifier. Never throws: what went wrong is in
 * the answer.
 */
export async function runAction(action: Action, values: Document, order: ActionOrder): Promise<ActionRun> {
  const { at, dryRun, throttledBy, sending } = order;
  const { notifier, wait, about, occurrence, repeats = false } = sending;
  const channelId = action.destinationId;
  const last = throttledBy?.actionResults.find(({ actionId }) => actionId === action.id)?.lastExecutionTime ?? null;
  const minutes = action.throttleEnabled ? action.throttleMinutes : undefined;
  if (minutes !== undefined && isThrottled({ minutes, last }, at))
    return outcome(action, {}, null, { throttled: true });
  const harmless = notifier.harmless(channelId);
  const message = renderTemplate(action.message.source, values, harmless);
  const subject = action.subject ? renderTemplate(action.subject.source, values, harmless) : '';
  if (message === '') {
    const reason = `Message content missing in the Destination with id: ${channelId}`;
    return outcome(action, {}, at, { error: reason });
  }
  const output = { subject, message };
  if (dryRun) return outcome(action, output, at);
  const notified = await notifier.notify({
    channelId,
    key: idOf('message', about.alertId, action.id, occurrence),
    subject,
    body: message,
    wait,
    repeats,
    origin: { ...about, actionId: action.id },
  });
  return notifiedRun(action, output, at, notified);
}

/** What the alert remembers afterwards: of each action when it last ran, how often it was throttled and what was tried. */
export function actionMemories(current: Alert | undefined, runs: readonly ActionRun[]): readonly ActionMemory[] {
  if (runs.length === 0) return current?.actionResults ?? [];
  const memories = new Map((current?.actionResults ?? []).map((memory) => [memory.actionId, memory]));
  for (const run of runs) {
    const before = memories.get(run.id);
    memories.set(run.id, {
      actionId: run.id,
      lastExecutionTime: run.throttled ? (before?.lastExecutionTime ?? null) : run.executionTime,
      throttledCount: (before?.throttledCount ?? 0) + (run.throttled ? 1 : 0),
      attempts: withAttempt(before?.attempts ?? [], run.attempt),
    });
  }
  return [...memories.values()];
}

export function withAttempt(before: readonly Attempt[], attempt: Attempt | undefined): readonly Attempt[] {
  return attempt ? [attempt, ...before].slice(0, limits.attemptsPerActionMax) : before;
}

/** The first error of the actions; undefined when none failed. */
export function failedActions(runs: readonly ActionRun[]): string | undefined {
  return runs.find((run) => run.error !== null)?.error ?? undefined;
}

function notifiedRun(action: Action, output: Document, at: Instant, notified: Notified): ActionRun {
  switch (notified.state) {
    case 'no-channel': {
      const reason = `Unable to find a Notification Channel or Destination config with id [${action.destinationId}]`;
      return outcome(action, {}, at, { error: reason });
    }
    case 'waiting':
      return outcome(action, output, at);
    case 'sent':
      return outcome(action, { ...output, messageId: notified.answer }, at, { attempt: notified.attempt });
    case 'failed':
      return outcome(action, {}, at, { error: notified.error, attempt: notified.attempt });
  }
}

function outcome(
  action: Action,
  output: Document,
  executionTime: Instant | null,
  { throttled = false, error = null, attempt }: { throttled?: boolean; error?: string | null; attempt?: Attempt } = {},
): ActionRun {
  const json = { id: action.id, name: action.name, output, throttled, executionTime, error };
  return { id: action.id, throttled, error, executionTime, attempt, json };
}
