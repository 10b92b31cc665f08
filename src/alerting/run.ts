import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { ScriptFailure } from '../base/painless/script-error.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { ArrivalWindow, Operation, Position } from '../store/store.ts';
import { type ActionRun, actionMemories, failedActions, runActions, type Sending } from './action-run.ts';
import type { Alert } from './alert.ts';
import {
  actionErrorPrefix,
  type Found,
  masked,
  type Next,
  nextAlert,
  nextArrived,
  type Outcome,
} from './alert-state.ts';
import type { Compiled, Period } from './compiled.ts';
import { evaluateCondition } from './condition.ts';
import { conditionContext, type RunContext } from './condition-context.ts';
import type { Cursor } from './cursor.ts';
import { executionId, idOf, newId } from './identity.ts';
import { fetchEvents, fetchInputs, type InputPorts, type Inputs } from './inputs.ts';
import { messageContext } from './message-context.ts';
import type { Monitor } from './monitor.ts';
import type { Trigger } from './trigger.ts';

/** One monitor as a run sees it. */
export interface Subject {
  readonly id: string;
  readonly version: number;
  readonly monitor: Monitor;
  readonly compiled: Compiled;
  /** undefined for a monitor that is not saved: nothing is counted from anywhere, all is counted. */
  readonly cursor: Cursor | undefined;
}

/** Why and for which time a monitor runs. The code of a run is the same for all. */
export interface Order {
  readonly kind: 'scheduled' | 'marked' | 'asked';
  readonly period: Period;
  readonly dryRun: boolean;
}

/** The answers to the run's question: one for each position that its triggers have counted to. */
export interface Fetched {
  readonly upTo: Position;
  readonly at: Instant;
  readonly answers: ReadonlyMap<Position, Inputs>;
  /** They are those of the run before: nothing that matches came since. */
  readonly recalled: boolean;
}

/** The answers to a monitor's question, and how its indices stood before it was asked. */
export interface Memo {
  readonly version: number;
  readonly fetched: Fetched;
  readonly indices: IndexStates;
}

/** Index → how many documents it has, and how many of them alerting was told of. */
export type IndexStates = ReadonlyMap<
  string,
  { readonly uuid: string; readonly documents: number; readonly seen: number }
>;

/** What a run found out: what to answer, what to store. */
export interface Judged {
  /** The body of `_execute`. */
  readonly result: Document;
  /** What becomes of alerts. */
  readonly changes: readonly Change[];
  /** What else is stored in the same write: findings. */
  readonly operations: readonly Operation[];
  readonly cursor: Cursor | undefined;
}

/** What a run needs beyond its inputs. */
export interface RunPorts extends InputPorts {
  readonly notifier: Notifier;
}

export interface Change {
  readonly next: Next;
  readonly current: Alert | undefined;
  /** The original stores an alert of a bucket before its actions and after them: each counts as a version. */
  readonly writes?: number;
}

/** Stands for "no window": everything is counted. */
const everything: Position = -1;

/** A run whose questions are answered and not yet judged. */
export interface Prepared {
  readonly at: Instant;
  /** The answers of a query-level run, which may be right for the next one too. */
  readonly fetched?: Fetched;
  judge(openAlerts: OpenAlerts): Promise<Judged>;
}

/** The run of a query-level monitor. `known`: answers that are still right (memo.ts). */
export async function prepareQueryRun(
  subject: Subject,
  order: Order,
  upTo: Position,
  ports: RunPorts,
  known?: Fetched,
): Promise<Prepared> {
  const at = ports.clock.now();
  const fetched = known ? { ...known, upTo, at, recalled: true } : await fetchRun(subject, order, upTo, ports);
  return { at: fetched.at, fetched, judge: (openAlerts) => judgeRun(subject, order, fetched, openAlerts, ports) };
}

/** The open alerts of a trigger. */
export type OpenAlerts = (triggerId: string) => Promise<readonly Alert[]>;

/** Asks the monitor's question, once for each position its triggers have counted to (mostly one). Changes nothing. */
async function fetchRun(subject: Subject, order: Order, upTo: Position, ports: InputPorts): Promise<Fetched> {
  const { monitor, compiled } = subject;
  const starts = new Set(monitor.triggers.map((trigger) => countedTo(subject, trigger)));
  if (starts.size === 0) starts.add(everything);
  const answers = new Map<Position, Inputs>();
  for (const start of starts) {
    answers.set(start, await fetchInputs(monitor, compiled, order.period, windowOf(start, upTo), ports));
  }
  return { upTo, at: ports.clock.now(), answers, recalled: false };
}

/**
 * Judges the answers: condition → alert state → actions, for each trigger by itself. `openAlerts` gives a trigger's open
 * alerts as they are now: the caller holds the monitor's lock until what comes back is stored.
 */
async function judgeRun(
  subject: Subject,
  order: Order,
  fetched: Fetched,
  openAlerts: OpenAlerts,
  ports: RunPorts,
): Promise<Judged> {
  const { monitor } = subject;
  const triggerResults: [string, Document][] = [];
  const changes: Change[] = [];
  const positions = new Map<string, Position>();
  let opened = subject.cursor?.opened ?? 0;
  const execution = executionId(subject.id, fetched.at);
  for (const trigger of monitor.triggers) {
    const [current] = await openAlerts(trigger.id);
    const freshId = alertId(subject, trigger.id, opened);
    const judged = await judgeTrigger(subject, order, fetched, trigger, current, freshId, ports);
    triggerResults.push([trigger.id, judged.json]);
    const open = (state: 'ACTIVE' | 'ERROR'): Alert => {
      opened++;
      return newAlert(subject, trigger, state, fetched.at, execution, freshId);
    };
    const step = monitor.evaluate === 'arrived' ? nextArrived : nextAlert;
    const after = step(current, judged.outcome, open);
    changes.push({ next: after, current });
    positions.set(trigger.id, advanced(subject, order, fetched, trigger, judged.outcome));
  }
  const first = [...fetched.answers.values()][0];
  return {
    result: resultJson(
      subject,
      order,
      { results: first?.results ?? [], error: first?.error ?? null },
      triggerResults,
      null,
    ),
    changes,
    operations: [],
    cursor: subject.cursor && { ...subject.cursor, positions, opened },
  };
}

/** What a run answers, of monitors of every kind. */
export function resultJson(
  { monitor }: Subject,
  { period }: Order,
  inputs: Document,
  triggers: readonly [string, Document][],
  error: string | null,
): Document {
  return {
    monitor_name: monitor.name,
    period_start: period.start,
    period_end: period.end,
    error,
    input_results: inputs,
    trigger_results: Object.fromEntries(triggers),
  };
}

async function judgeTrigger(
  subject: Subject,
  order: Order,
  fetched: Fetched,
  trigger: Trigger,
  current: Alert | undefined,
  freshId: string,
  ports: RunPorts,
): Promise<{ json: Document; outcome: Outcome }> {
  const { monitor, compiled } = subject;
  const inputs = answerOf(subject, fetched, trigger);
  const condition = compiled.conditions.get(trigger.id);
  if (!condition) throw new Error(`trigger ${trigger.id} was not compiled`);
  const context: RunContext = {
    monitorId: subject.id,
    monitorVersion: subject.version,
    monitor,
    trigger,
    results: inputs.results,
    period: order.period,
    error: inputs.cause,
    alert: current,
  };
  const { triggered, failure } = evaluateCondition(condition, conditionContext(context));
  const broken = inputs.cause !== null || failure !== undefined;
  const found =
    triggered && !broken ? await events(subject, order, fetched, trigger, current, inputs, ports) : undefined;
  // Nobody is woken for history that was read in: a year of old files must not send a year of messages.
  const silent = (current?.state === 'ACKNOWLEDGED' && !broken && monitor.evaluate === 'opensearch') || found?.historic;
  const reopens = current?.state === 'ACKNOWLEDGED' && monitor.evaluate === 'arrived';
  const sending: Sending = {
    notifier: ports.notifier,
    wait: order.kind === 'asked',
    about: { monitorId: subject.id, triggerId: trigger.id, alertId: current && !reopens ? current.id : freshId },
    occurrence: subject.cursor?.positions.get(trigger.id) ?? freshId,
    repeats: monitor.evaluate === 'opensearch',
  };
  const actions =
    triggered && !silent
      ? await runActions(trigger.actions, () => messageContext(context), {
          throttledBy: current,
          dryRun: order.dryRun,
          at: fetched.at,
          sending,
        })
      : [];
  const error = errorOf(inputs, failure, actions);
  return {
    json: {
      name: trigger.name,
      triggered,
      action_results: Object.fromEntries(actions.map((action) => [action.id, action.json])),
      error: failure?.text ?? null,
    },
    outcome: { triggered, error, at: fetched.at, found, actionResults: actionMemories(current, actions) },
  };
}

/**
 * The events behind a result. `arrived`: those that were counted. `opensearch`: all at first, then those that are new since
 * the last run, with the total of the search itself.
 */
async function events(
  subject: Subject,
  order: Order,
  fetched: Fetched,
  trigger: Trigger,
  current: Alert | undefined,
  inputs: Inputs,
  ports: InputPorts,
): Promise<Found | undefined> {
  const { monitor, compiled, cursor } = subject;
  if (order.dryRun || !cursor) return undefined;
  if (fetched.recalled && current?.evidence.total) return { events: [], total: inputs.total, historic: false };
  const arrived = monitor.evaluate === 'arrived';
  const seen = arrived || current?.evidence.total ? cursor.positions.get(trigger.id) : undefined;
  const window = seen === undefined ? undefined : windowOf(seen, fetched.upTo);
  const found = await fetchEvents(monitor, compiled, order.period, window, ports);
  if (!found) return { events: [], total: inputs.total, historic: false };
  return arrived || window === undefined ? found : { ...found, total: inputs.total };
}

/** The first thing that went wrong, with the original's prefix. */
function errorOf(inputs: Inputs, failure: ScriptFailure | undefined, actions: readonly ActionRun[]): string | null {
  if (inputs.cause !== null) return masked(`Failed fetching inputs:\n${inputs.cause}`);
  if (failure) return masked(`Failed evaluating trigger:\n${failure.stack.join('\n')}`);
  const failed = failedActions(actions);
  return failed === undefined ? null : masked(`${actionErrorPrefix}${failed}`);
}

function countedTo(subject: Subject, trigger: Trigger): Position {
  if (subject.monitor.evaluate !== 'arrived' || !subject.cursor) return everything;
  return subject.cursor.positions.get(trigger.id) ?? 0;
}

function windowOf(after: Position, upTo: Position): ArrivalWindow | undefined {
  return after === everything ? undefined : { after: Math.min(after, upTo), upTo };
}

function answerOf(subject: Subject, fetched: Fetched, trigger: Trigger): Inputs {
  const inputs = fetched.answers.get(countedTo(subject, trigger));
  if (!inputs) throw new Error(`no answer for trigger ${trigger.id}`);
  return inputs;
}

/**
 * Where the trigger counts from next. A marked run that did not trigger leaves the count open, so that "more than five a
 * minute" is five in the schedule's minute and not in the second after a mark. What failed is counted again.
 */
function advanced(subject: Subject, order: Order, fetched: Fetched, trigger: Trigger, outcome: Outcome): Position {
  const before = subject.cursor?.positions.get(trigger.id) ?? fetched.upTo;
  if (answerOf(subject, fetched, trigger).cause !== null) return before;
  return order.kind === 'marked' && !outcome.triggered ? before : Math.max(before, fetched.upTo);
}

/** The id that the next alert of a trigger gets: the same when the run is repeated after a crash. */
export function alertId(subject: Subject, triggerId: string, number: number): string {
  return subject.cursor ? idOf('alert', subject.id, triggerId, number) : newId();
}

/** An alert that nothing has joined yet. */
export function newAlert(
  subject: Subject,
  trigger: Pick<Trigger, 'id' | 'name' | 'severity'>,
  state: 'ACTIVE' | 'ERROR',
  at: Instant,
  execution: string,
  id: string,
): Alert {
  return {
    id,
    version: 1,
    monitorId: subject.id,
    monitorVersion: subject.version,
    monitorName: subject.monitor.name,
    executionId: execution,
    triggerId: trigger.id,
    triggerName: trigger.name,
    severity: trigger.severity,
    state,
    errorMessage: null,
    history: [],
    actionResults: [],
    startTime: at,
    lastNotificationTime: at,
    endTime: null,
    acknowledgedTime: null,
    bucket: undefined,
    findingIds: [],
    relatedDocIds: [],
    evidence: { events: [], total: 0, historic: false, evaluate: subject.monitor.evaluate, lastMatch: null },
  };
}
