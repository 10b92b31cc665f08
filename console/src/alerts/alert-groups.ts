import type { Alert, AlertState } from '../../../src/api/wire.ts';

/** The alerts of one trigger: a row of "Alerts by triggers". */
export interface AlertGroup {
  readonly key: string;
  readonly triggerId: string;
  readonly triggerName: string;
  readonly monitorId: string;
  readonly monitorName: string;
  readonly severity: string;
  /** How many alerts are in which state; the one that asks for most attention first. Ended ones only where none is open. */
  readonly states: readonly { readonly state: AlertState; readonly alerts: number }[];
  /** Alerts that wait for somebody: active or in error. */
  readonly open: number;
  /** Start of the newest alert. */
  readonly start: number;
  /** The last time anything happened to one of the alerts. */
  readonly updated: number;
  /** Events that joined any of the alerts; undefined where no alert tells. */
  readonly events: number | undefined;
  /** Newest first. */
  readonly alerts: readonly Alert[];
}

const urgency: readonly AlertState[] = ['ERROR', 'ACTIVE', 'ACKNOWLEDGED', 'COMPLETED', 'DELETED'];

/** Joins alerts by monitor and trigger: what is open comes first, then the severest, then the newest. */
export function groupAlerts(alerts: readonly Alert[]): readonly AlertGroup[] {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const key = `${alert.monitor_id}/${alert.trigger_id}`;
    const group = groups.get(key);
    if (group) group.push(alert);
    else groups.set(key, [alert]);
  }
  return [...groups].map(([key, members]) => groupOf(key, members)).sort(byAttention);
}

/** When something last happened to an alert. */
export function lastChange(alert: Alert): number {
  return Math.max(
    alert.start_time,
    alert.last_notification_time ?? 0,
    alert.acknowledged_time ?? 0,
    alert.end_time ?? 0,
  );
}

/** Only these can be acknowledged; the server refuses the others with a reason. */
export function canAcknowledge(alert: Alert): boolean {
  return alert.state === 'ACTIVE';
}

function groupOf(key: string, members: readonly Alert[]): AlertGroup {
  const alerts = [...members].sort((a, b) => b.start_time - a.start_time);
  // A group is made of one alert at least; its newest has the names and the severity of today.
  const newest = alerts[0] as Alert;
  const states = urgency
    .map((state) => ({ state, alerts: alerts.filter((alert) => alert.state === state).length }))
    .filter(({ alerts }) => alerts > 0);
  const open = states.filter(({ state }) => isOpen(state));
  const told = alerts.filter((alert) => alert.trailhound);
  return {
    key,
    triggerId: newest.trigger_id,
    triggerName: newest.trigger_name,
    monitorId: newest.monitor_id,
    monitorName: newest.monitor_name,
    severity: newest.severity,
    states: open.length > 0 ? open : states.slice(0, 1),
    open: alerts.filter((alert) => alert.state === 'ACTIVE' || alert.state === 'ERROR').length,
    start: newest.start_time,
    updated: Math.max(...alerts.map(lastChange)),
    events: told.length === 0 ? undefined : told.reduce((total, alert) => total + (alert.trailhound?.total ?? 0), 0),
    alerts,
  };
}

function isOpen(state: AlertState): boolean {
  return state !== 'COMPLETED' && state !== 'DELETED';
}

function byAttention(a: AlertGroup, b: AlertGroup): number {
  const rank = ({ open, states: [first] }: AlertGroup) => (open > 0 ? 0 : first && isOpen(first.state) ? 1 : 2);
  return rank(a) - rank(b) || a.severity.localeCompare(b.severity) || b.start - a.start;
}
