import type { Alert, Monitor, MonitorSearchAnswer } from '../../../src/api/wire.ts';

/** A line of the Monitors table: the monitor and what its alerts say. */
export interface MonitorRow {
  readonly id: string;
  readonly monitor: Monitor;
  readonly latestAlert: string | undefined;
  readonly lastNotification: number | undefined;
  readonly active: number;
  readonly acknowledged: number;
  readonly errors: number;
  /** Ended without anybody having acknowledged them. */
  readonly ignored: number;
}

/** Joins monitors and alerts, in the order of names. `alerts`: newest first. */
export function monitorRows(answer: MonitorSearchAnswer, alerts: readonly Alert[]): readonly MonitorRow[] {
  const byMonitor = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const known = byMonitor.get(alert.monitor_id);
    if (known) known.push(alert);
    else byMonitor.set(alert.monitor_id, [alert]);
  }
  return answer.hits.hits
    .flatMap(({ _id, _source }) => (_source ? [rowOf(_id, _source, byMonitor.get(_id) ?? [])] : []))
    .sort((a, b) => a.monitor.name.localeCompare(b.monitor.name) || a.id.localeCompare(b.id));
}

function rowOf(id: string, monitor: Monitor, alerts: readonly Alert[]): MonitorRow {
  const inState = (state: Alert['state']) => alerts.filter((alert) => alert.state === state).length;
  const notified = alerts.flatMap((alert) => alert.last_notification_time ?? []);
  return {
    id,
    monitor,
    latestAlert: alerts[0]?.trigger_name,
    lastNotification: notified.length > 0 ? Math.max(...notified) : undefined,
    active: inState('ACTIVE'),
    acknowledged: inState('ACKNOWLEDGED'),
    errors: inState('ERROR'),
    ignored: alerts.filter((alert) => alert.state === 'COMPLETED' && alert.acknowledged_time === null).length,
  };
}

/** Monitors whose name holds all words, in the wanted state. */
export function matchingRows(rows: readonly MonitorRow[], search: string, state: string): readonly MonitorRow[] {
  const words = search.toLowerCase().split(/\s+/);
  return rows.filter(({ monitor }) => {
    const name = monitor.name.toLowerCase();
    const wanted = state === 'ALL' || monitor.enabled === (state === 'ENABLED');
    return wanted && words.every((word) => name.includes(word));
  });
}
