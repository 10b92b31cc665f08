import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import type { SearchHit } from '../store/store.ts';
import type { Action } from './action.ts';
import { type ActionRun, actionMemories, runAction, type Sending } from './action-run.ts';
import { actionableCategories, appliesToEach } from './action-scope.ts';
import type { Alert } from './alert.ts';
import type { AlertCategory } from './alert-category.ts';
import { bucketName } from './bucket-select.ts';
import { acted, type BucketAlert } from './bucket-state.ts';
import { bucketMessageContext } from './message-context.ts';
import type { Order, RunPorts, Subject } from './run.ts';
import type { Trigger } from './trigger.ts';

/** The alerts of one trigger in one run, whose actions are to run. */
export interface BucketActions {
  readonly subject: Subject;
  readonly order: Order;
  readonly at: Instant;
  readonly trigger: Trigger;
  readonly results: readonly Document[];
  readonly alerts: readonly BucketAlert[];
  readonly samples: ReadonlyMap<string, readonly SearchHit[]>;
  readonly ports: RunPorts;
  /** Why the trigger could not be judged: then each action runs once and tells it. */
  readonly error?: string;
}

export interface ActedBuckets {
  /** Bucket → action → what became of it, as it stands in the run's result. */
  readonly json: Document;
  /** The alert after its actions; the same object when none ran for it. */
  of(alert: Alert, error: string | null): Alert;
}

/**
 * Runs a bucket-level trigger's actions: once for each alert of the categories they name, or once for all. With too many alerts,
 * or with an error, once for all, as in the original; nothing throttles then.
 */
export async function runBucketActions(run: BucketActions): Promise<ActedBuckets> {
  const runs = new Map<Alert, ActionRun[]>();
  const note = (alerts: readonly Alert[], done: ActionRun): void => {
    for (const alert of alerts) runs.set(alert, [...(runs.get(alert) ?? []), done]);
  };
  const told = actionable(run);
  for (const action of run.trigger.actions) {
    const each = actionableCategories(action).flatMap((category) =>
      told[category].map((alert) => ({ category, alert })),
    );
    if (run.error === undefined && appliesToEach(action) && each.length <= limits.actionableAlertsMax) {
      for (const { category, alert } of each) {
        const only = { NEW: [], DEDUPED: [], COMPLETED: [], [category]: [alert] };
        note([alert], await act(run, action, only, alert));
      }
    } else if (run.error !== undefined || Object.values(told).some((alerts) => alerts.length > 0)) {
      const done = await act(run, action, run.error === undefined ? told : nobody, undefined);
      note(run.error === undefined ? [...told.DEDUPED, ...told.NEW] : run.alerts.map(({ alert }) => alert), done);
    }
  }
  return {
    json: Object.fromEntries(
      [...runs].map(([alert, done]) => [
        alert.bucket ? bucketName(alert.bucket) : alert.id,
        Object.fromEntries(done.map((result) => [result.id, result.json])),
      ]),
    ),
    of(alert, error) {
      const done = runs.get(alert);
      return done ? acted(alert, actionMemories(alert, done), error, run.at) : alert;
    },
  };
}

type ByCategory = Readonly<Record<AlertCategory, readonly Alert[]>>;

const nobody: ByCategory = { NEW: [], DEDUPED: [], COMPLETED: [] };

/** Nobody is told of what is acknowledged, nor woken for history that was read in. */
function actionable({ alerts, order }: BucketActions): ByCategory {
  const of = (category: AlertCategory): readonly Alert[] =>
    alerts
      .filter((one) => one.category === category)
      .map(({ alert }) => alert)
      .filter((alert) => alert.state !== 'ACKNOWLEDGED' && (order.dryRun || !alert.evidence.historic));
  return { NEW: of('NEW'), DEDUPED: of('DEDUPED'), COMPLETED: of('COMPLETED') };
}

function act(
  run: BucketActions,
  action: Action,
  about: ByCategory,
  throttledBy: Alert | undefined,
): Promise<ActionRun> {
  const { subject, order, trigger, results, samples, at, ports, error = null } = run;
  const values = bucketMessageContext(
    {
      monitorId: subject.id,
      monitorVersion: subject.version,
      monitor: subject.monitor,
      trigger,
      results,
      period: order.period,
      error,
    },
    { newAlerts: about.NEW, dedupedAlerts: about.DEDUPED, completedAlerts: about.COMPLETED },
    samples,
  );
  const sending: Sending = {
    notifier: ports.notifier,
    wait: order.kind === 'asked',
    // A message about many is noted with the first of them.
    about: { monitorId: subject.id, triggerId: trigger.id, alertId: Object.values(about).flat()[0]?.id ?? '' },
    occurrence: occurrenceOf(run, about),
  };
  return runAction(action, values, { throttledBy, dryRun: order.dryRun, at, sending });
}

/** The same when the run is repeated after a crash: it counts from the same position and finds the same alerts. */
function occurrenceOf({ subject, trigger, at }: BucketActions, about: ByCategory): string {
  const position = subject.cursor?.positions.get(trigger.id) ?? at;
  const alerts = Object.values(about).flat();
  return [trigger.id, position, ...alerts.map(({ id, evidence }) => `${id}:${evidence.total}`)].join(' ');
}
