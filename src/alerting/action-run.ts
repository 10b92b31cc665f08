import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { Action } from './action.ts';
import type { ActionMemory, Alert } from './alert.ts';
import { renderTemplate } from './message-template.ts';

/** What became of one action in one run. */
export interface ActionRun {
  readonly id: string;
  readonly throttled: boolean;
  readonly error: string | null;
  readonly executionTime: Instant | null;
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
 * Runs one action. Channels are not part of this version: it answers what the original answers to an unknown channel, and its
 * alert shows it, so that nobody takes a message for sent. Never throws: what went wrong is in the answer.
 */
export async function runAction(action: Action, values: Document, order: ActionOrder): Promise<ActionRun> {
  const { at } = order;
  if (isThrottled(action, order.throttledBy, at)) return outcome(action, {}, null, true, null);
  const message = renderTemplate(action.message.source, values);
  const subject = action.subject ? renderTemplate(action.subject.source, values) : '';
  if (message === '') {
    const reason = `Message content missing in the Destination with id: ${action.destinationId}`;
    return outcome(action, {}, reason, false, at);
  }
  if (order.dryRun) return outcome(action, { subject, message }, null, false, at);
  const reason = `Unable to find a Notification Channel or Destination config with id [${action.destinationId}]`;
  return outcome(action, {}, reason, false, at);
}

/** What the alert remembers afterwards: of each action when it last ran, and how often it was throttled. */
export function actionMemories(current: Alert | undefined, runs: readonly ActionRun[]): readonly ActionMemory[] {
  if (runs.length === 0) return current?.actionResults ?? [];
  const memories = new Map((current?.actionResults ?? []).map((memory) => [memory.actionId, memory]));
  for (const run of runs) {
    const before = memories.get(run.id);
    memories.set(run.id, {
      actionId: run.id,
      lastExecutionTime: run.throttled ? (before?.lastExecutionTime ?? null) : run.executionTime,
      throttledCount: (before?.throttledCount ?? 0) + (run.throttled ? 1 : 0),
    });
  }
  return [...memories.values()];
}

/** The first error of the actions; undefined when none failed. */
export function failedActions(runs: readonly ActionRun[]): string | undefined {
  return runs.find((run) => run.error !== null)?.error ?? undefined;
}

function isThrottled(action: Action, current: Alert | undefined, at: Instant): boolean {
  if (!action.throttleEnabled || action.throttleMinutes === undefined) return false;
  const last = current?.actionResults.find(({ actionId }) => actionId === action.id)?.lastExecutionTime;
  return last !== undefined && last !== null && last > at - action.throttleMinutes * 60_000;
}

function outcome(
  action: Action,
  output: Document,
  error: string | null,
  throttled: boolean,
  executionTime: Instant | null,
): ActionRun {
  const json = { id: action.id, name: action.name, output, throttled, executionTime, error };
  return { id: action.id, throttled, error, executionTime, json };
}
