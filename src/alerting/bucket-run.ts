import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { ArrivalWindow, Position } from '../store/store.ts';
import { type Alert, bucketContentJson } from './alert.ts';
import { masked } from './alert-state.ts';
import { runBucketActions } from './bucket-action.ts';
import {
  type BucketEvents,
  type BucketInputs,
  type BucketQuestion,
  fetchBucketEvents,
  fetchBuckets,
} from './bucket-fetch.ts';
import { type BucketContent, bucketName } from './bucket-select.ts';
import { type BucketAlert, countedBuckets, nextArrivedBuckets, nextBuckets } from './bucket-state.ts';
import { executionId } from './identity.ts';
import {
  alertId,
  type Change,
  type Judged,
  newAlert,
  type OpenAlerts,
  type Order,
  type Prepared,
  type RunPorts,
  resultJson,
  type Subject,
} from './run.ts';
import type { Trigger } from './trigger.ts';

/**
 * The run of a bucket-level monitor: one search with aggregations, each trigger marks buckets of it, and each marked bucket has
 * an alert of its own.
 */
export async function prepareBucketRun(
  subject: Subject,
  order: Order,
  upTo: Position,
  ports: RunPorts,
): Promise<Prepared> {
  const { monitor } = subject;
  const answers = new Map<Position | undefined, BucketInputs>();
  for (const trigger of monitor.triggers) {
    const from = countsFrom(subject, trigger);
    if (answers.has(from)) continue;
    const triggers = monitor.triggers.filter((other) => countsFrom(subject, other) === from);
    answers.set(from, await fetchBuckets(questionOf(subject, order, windowOf(from, upTo)), triggers, ports));
  }
  if (answers.size === 0) answers.set(undefined, await fetchBuckets(questionOf(subject, order, undefined), [], ports));
  const run: Run = { subject, order, upTo, answers, at: ports.clock.now(), ports };
  return { at: run.at, judge: (openAlerts) => judge(run, openAlerts) };
}

interface Run {
  readonly subject: Subject;
  readonly order: Order;
  readonly upTo: Position;
  readonly answers: ReadonlyMap<Position | undefined, BucketInputs>;
  readonly at: Instant;
  readonly ports: RunPorts;
}

async function judge(run: Run, openAlerts: OpenAlerts): Promise<Judged> {
  const { subject, order, answers, at } = run;
  const { monitor, cursor } = subject;
  const execution = executionId(subject.id, at);
  let opened = cursor?.opened ?? 0;
  const results: [string, Document][] = [];
  const changes: Change[] = [];
  const positions = new Map<string, Position>();
  const counted = new Map<string, ReadonlyMap<string, number>>();
  for (const trigger of monitor.triggers) {
    const fresh = (): Alert =>
      newAlert(subject, trigger, 'ACTIVE', at, execution, alertId(subject, trigger.id, opened++));
    const judged = await judgeTrigger(run, trigger, await openAlerts(trigger.id), fresh);
    results.push([trigger.id, judged.json]);
    changes.push(...judged.changes);
    const before = cursor?.positions.get(trigger.id) ?? run.upTo;
    const inputs = answerOf(run, trigger);
    const stays = inputs.error !== null || (monitor.evaluate === 'arrived' && order.kind !== 'scheduled');
    positions.set(trigger.id, stays ? before : Math.max(before, run.upTo));
    // A count that goes on remembers what it had; one that begins anew has nothing yet.
    if (stays && monitor.evaluate === 'arrived')
      counted.set(trigger.id, new Map([...countedOf(run, trigger), ...judged.counted]));
  }
  const [first] = answers.values();
  return {
    result: resultJson(subject, order, { results: first?.results ?? [], error: first?.error ?? null }, results, null),
    changes,
    operations: [],
    cursor: cursor && { ...cursor, positions, opened, counted },
  };
}

interface JudgedTrigger {
  readonly json: Document;
  readonly changes: readonly Change[];
  readonly counted: ReadonlyMap<string, number>;
}

async function judgeTrigger(
  run: Run,
  trigger: Trigger,
  open: readonly Alert[],
  fresh: () => Alert,
): Promise<JudgedTrigger> {
  const { monitor } = run.subject;
  const inputs = answerOf(run, trigger);
  if (inputs.error !== null) return judgeFailed(run, trigger, inputs, open);
  const marked = inputs.marked.get(trigger.id) ?? [];
  const events = await eventsOf(run, trigger, marked, open);
  const outcome = { marked, events, at: run.at };
  const next =
    monitor.evaluate === 'arrived'
      ? nextArrivedBuckets(open, outcome, countedOf(run, trigger), fresh)
      : nextBuckets(open, outcome, fresh);
  const samples = new Map(
    next.flatMap(({ alert }) => {
      const hits = alert.bucket && events.get(bucketName(alert.bucket))?.hits;
      return hits ? [[alert.id, hits.slice(0, samplesMax)] as const] : [];
    }),
  );
  const actions = await runBucketActions({ ...run, trigger, results: inputs.results, alerts: next, samples });
  return {
    json: {
      name: trigger.name,
      agg_result_buckets: Object.fromEntries(
        marked.map((content) => [bucketName(content), { agg_alert_content: bucketContentJson(content) }]),
      ),
      action_results: actions.json,
      error: null,
    },
    changes: next.map((one) => changeOf(one, actions.of(one.alert, null))),
    counted: countedBuckets(marked),
  };
}

/** Documents shown to a message of a new alert, as in the original. */
const samplesMax = 10;

/**
 * The search or the script failed: nothing is known of the buckets, so no alert opens or ends. As in the original the actions
 * run once with the error, and the alerts they ran for tell it.
 */
async function judgeFailed(
  run: Run,
  trigger: Trigger,
  inputs: BucketInputs,
  open: readonly Alert[],
): Promise<JudgedTrigger> {
  const failure = "Empty list doesn't contain element at index 0.";
  const held = open.map((before): BucketAlert => ({ category: 'DEDUPED', reason: 'failed', before, alert: before }));
  const error = inputs.error === '' ? failure : (inputs.error ?? failure);
  const actions = await runBucketActions({ ...run, trigger, results: [], alerts: held, samples: new Map(), error });
  const prefix = inputs.error === '' ? 'Failed evaluating trigger' : 'Failed fetching inputs';
  const message = masked(`${prefix}:\n${inputs.cause ?? ''}`);
  return {
    json: {
      name: trigger.name,
      agg_result_buckets: {},
      action_results: actions.json,
      error: failure,
      trailhound: { error: inputs.reason },
    },
    changes: held.flatMap((one) => {
      const after = actions.of(one.alert, message);
      return after === one.alert ? [] : [changeOf(one, after)];
    }),
    counted: new Map(),
  };
}

function changeOf({ category, reason, before, alert }: BucketAlert, after: Alert): Change {
  const touched = after !== alert;
  if (category === 'COMPLETED') return { next: { reason, open: undefined, closed: after }, current: before };
  return { next: { reason, open: after, closed: undefined }, current: before, writes: touched ? 2 : 1 };
}

/** The events of the marked buckets: all at first, then what is new since the last run. */
async function eventsOf(
  run: Run,
  trigger: Trigger,
  marked: readonly BucketContent[],
  open: readonly Alert[],
): Promise<ReadonlyMap<string, BucketEvents>> {
  const { subject, order, upTo, ports } = run;
  const { cursor, monitor } = subject;
  if (marked.length === 0 || order.dryRun || !cursor || !trigger.bucket) return new Map();
  const known = new Set(
    open.flatMap(({ bucket, evidence }) => (bucket && evidence.total > 0 ? [bucketName(bucket)] : [])),
  );
  const since = cursor.positions.get(trigger.id);
  const onlyNew = monitor.evaluate === 'arrived' || marked.every((content) => known.has(bucketName(content)));
  if (onlyNew && since === upTo) return new Map();
  const window = onlyNew ? windowOf(since, upTo) : undefined;
  return fetchBucketEvents(questionOf(subject, order, window), trigger.bucket.parentPath, ports);
}

function questionOf(
  { monitor, compiled }: Subject,
  { period }: Order,
  window: ArrivalWindow | undefined,
): BucketQuestion {
  return { monitor, compiled, period, window };
}

function countsFrom({ monitor, cursor }: Subject, trigger: Trigger): Position | undefined {
  return monitor.evaluate === 'arrived' ? cursor?.positions.get(trigger.id) : undefined;
}

function windowOf(from: Position | undefined, upTo: Position): ArrivalWindow | undefined {
  return from === undefined ? undefined : { after: Math.min(from, upTo), upTo };
}

function answerOf({ subject, answers }: Run, trigger: Trigger): BucketInputs {
  const inputs = answers.get(countsFrom(subject, trigger));
  if (!inputs) throw new Error(`no answer for trigger ${trigger.id}`);
  return inputs;
}

function countedOf({ subject }: Run, trigger: Trigger): ReadonlyMap<string, number> {
  return subject.cursor?.counted.get(trigger.id) ?? new Map();
}
