import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Problem } from '../base/problem.ts';
import type { Notifications } from '../notify/notify.ts';
import type { Position, Store, StoredDocument } from '../store/store.ts';
import { type Alerting, openAlerting } from './alerting.ts';
import type { MonitorFile } from './install.ts';

/** Monitors at work: alerting, the channels it sends to, and what keeps both going. */
export interface Watching {
  readonly alerting: Alerting;
  readonly notifications: Notifications;
  /** Told by the spine of documents that are durable. */
  stored(documents: readonly StoredDocument[]): Promise<void>;
  /** Runs monitors, and sends what waits to be sent, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Which process of a shared store runs the monitors, for people. */
  holder?(): string;
  close(): Promise<void>;
}

export interface WatchingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Monitors that come with the program or the configuration. */
  readonly files: readonly MonitorFile[];
  readonly problem: (problem: Problem) => void;
  /** How long a marked run waits for further documents; limits.markDelayMs unless told. */
  readonly markDelayMs?: number;
  /** See AlertingParts. */
  readonly markRestFactor?: number;
  readonly reached?: () => Position;
  openNotifications(store: Store): Promise<Notifications>;
}

/** For a store that is this process's alone: it always runs the monitors. */
export async function openWatching(parts: WatchingParts): Promise<Watching> {
  const { store, files, problem, openNotifications } = parts;
  const notifications = await openNotifications(store);
  const alerting = await openAlerting({ ...parts, notifier: notifications });
  await alerting.install(files, problem);
  return {
    alerting,
    notifications,
    stored: alerting.observe,
    async run(signal) {
      await Promise.all([alerting.run(signal), notifications.run(alerting.noteDelivery, signal)]);
    },
    close: () => alerting.close(),
  };
}
