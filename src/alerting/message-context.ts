import type { Document } from '../base/document.ts';
import { actionJson } from './action.ts';
import type { Alert } from './alert.ts';
import type { RunContext } from './condition-context.ts';
import { scheduleJson } from './schedule.ts';

/** `{ctx: …}` as a message template sees it (specs/alerting.md §3, "Mustache context"; §0.5 for its spellings). */
export function messageContext(context: RunContext): Document {
  const { monitor, trigger } = context;
  return {
    ctx: {
      monitor: {
        _id: context.monitorId,
        _version: context.monitorVersion,
        name: monitor.name,
        enabled: monitor.enabled,
        monitor_type: monitor.type,
        enabled_time: monitor.enabledTime,
        last_update_time: monitor.lastUpdateTime,
        schedule: scheduleWords(scheduleJson(monitor.schedule)),
        inputs: monitor.input
          ? [{ search: { indices: monitor.input.indices, query: JSON.stringify(monitor.input.query) } }]
          : [],
      },
      trigger: {
        id: trigger.id,
        name: trigger.name,
        severity: trigger.severity,
        actions: trigger.actions.map((action) => {
          const { id, name, destination_id, throttle_enabled } = actionJson(action);
          return { id, name, destination_id, throttle_enabled };
        }),
        condition: { script: { source: trigger.condition, lang: 'painless' } },
      },
      results: context.results,
      periodStart: new Date(context.period.start).toISOString(),
      periodEnd: new Date(context.period.end).toISOString(),
      error: context.error,
      alert: context.alert ? alertWords(context.alert) : null,
    },
  };
}

/** The original prints a unit as Java names it: `Minutes`. */
function scheduleWords(json: Document): Document {
  const period = json.period as { interval: number; unit: string } | undefined;
  if (!period) return json;
  return { period: { interval: period.interval, unit: `${period.unit[0]}${period.unit.slice(1).toLowerCase()}` } };
}

/** In the order that the original's map prints; the version it shows is always -1. */
function alertWords(alert: Alert): Document {
  return {
    acknowledged_time: alert.acknowledgedTime,
    id: alert.id,
    version: -1,
    end_time: alert.endTime,
    error_message: alert.errorMessage,
    execution_id: alert.executionId,
    workflow_id: '',
    workflow_name: '',
    associated_alert_ids: [],
    last_notification_time: alert.lastNotificationTime,
    severity: alert.severity,
    start_time: alert.startTime,
    state: alert.state,
    bucket_keys: null,
    parent_bucket_path: null,
    finding_ids: '',
    related_doc_ids: '',
    clusters: null,
  };
}
