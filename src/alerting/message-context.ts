import type { Document } from '../base/document.ts';
import type { SearchHit } from '../store/store.ts';
import { actionJson } from './action.ts';
import type { Alert } from './alert.ts';
import type { RunContext } from './condition-context.ts';
import { documentQueryJson } from './document-input.ts';
import type { Monitor } from './monitor.ts';
import { scheduleJson } from './schedule.ts';
import type { Trigger } from './trigger.ts';

/** What all kinds of runs tell their messages. */
export type MessageRun = Omit<RunContext, 'alert'>;

/** `{ctx: …}` as a message of a query-level trigger sees it (specs/alerting.md §3, "Mustache context"; §0.5 for its spellings). */
export function messageContext(context: RunContext): Document {
  return { ctx: { ...runWords(context), alert: context.alert ? alertWords(context.alert) : null } };
}

/** The same for a bucket-level trigger: the alerts by what they are to this run. */
export function bucketMessageContext(
  run: MessageRun,
  alerts: { readonly [category in 'newAlerts' | 'dedupedAlerts' | 'completedAlerts']: readonly Alert[] },
  samples: ReadonlyMap<string, readonly SearchHit[]>,
): Document {
  const words = (alert: Alert): Document => {
    const documents = samples.get(alert.id);
    return { ...alertWords(alert), ...(documents ? { sample_documents: documents.map(sampleWords) } : {}) };
  };
  return {
    ctx: {
      ...runWords(run),
      dedupedAlerts: alerts.dedupedAlerts.map(words),
      newAlerts: alerts.newAlerts.map(words),
      completedAlerts: alerts.completedAlerts.map(words),
    },
  };
}

export function runWords(run: MessageRun): Document {
  return {
    monitor: monitorWords(run.monitorId, run.monitorVersion, run.monitor),
    trigger: triggerWords(run.trigger),
    results: run.results,
    periodStart: new Date(run.period.start).toISOString(),
    periodEnd: new Date(run.period.end).toISOString(),
    error: run.error,
  };
}

function monitorWords(id: string, version: number, monitor: Monitor): Document {
  return {
    _id: id,
    _version: version,
    name: monitor.name,
    enabled: monitor.enabled,
    monitor_type: monitor.type,
    enabled_time: monitor.enabledTime,
    last_update_time: monitor.lastUpdateTime,
    schedule: scheduleWords(scheduleJson(monitor.schedule)),
    inputs: inputWords(monitor),
  };
}

function inputWords({ input, documents }: Monitor): readonly Document[] {
  if (documents) {
    const { description, indices, queries } = documents;
    return [{ doc_level_input: { description, indices, queries: queries.map(documentQueryJson) } }];
  }
  return input ? [{ search: { indices: input.indices, query: JSON.stringify(input.query) } }] : [];
}

function triggerWords(trigger: Trigger): Document {
  return {
    id: trigger.id,
    name: trigger.name,
    severity: trigger.severity,
    actions: trigger.actions.map((action) => {
      const { id, name, destination_id, throttle_enabled } = actionJson(action);
      return { id, name, destination_id, throttle_enabled };
    }),
    ...(trigger.bucket
      ? { parentBucketPath: trigger.bucket.parentPath }
      : { condition: { script: { source: trigger.condition, lang: 'painless' } } }),
  };
}

/** The original prints a unit as Java names it: `Minutes`. */
function scheduleWords(json: Document): Document {
  const period = json.period as { interval: number; unit: string } | undefined;
  if (!period) return json;
  return { period: { interval: period.interval, unit: `${period.unit[0]}${period.unit.slice(1).toLowerCase()}` } };
}

/** In the order that the original's map prints; the version it shows is always -1. */
export function alertWords(alert: Alert): Document {
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
    bucket_keys: alert.bucket ? alert.bucket.keys.join(',') : null,
    parent_bucket_path: alert.bucket?.parentPath ?? null,
    finding_ids: alert.findingIds.join(','),
    related_doc_ids: alert.relatedDocIds.join(','),
    clusters: null,
  };
}

export function sampleWords({ index, id, score, source }: SearchHit): Document {
  return { _index: index, _id: id, _score: score, _source: source };
}
