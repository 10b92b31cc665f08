import type { Instant } from '../base/clock.ts';
import { at, type Document, isDocument, own } from '../base/document.ts';
import type { Attempt } from '../notify/notifier.ts';
import type { StoredDocument } from '../store/store.ts';
import { type AlertClocks, clocksJson, storedClocks } from './alert-clock.ts';
import { type AlertEvent, eventJson, storedEvent } from './alert-event.ts';
import type { BucketContent } from './bucket-select.ts';
import type { Evaluate } from './monitor.ts';

/**
 * What a trigger opened. ACTIVE, ACKNOWLEDGED and ERROR alerts are open: at most one for each query-level trigger, one a
 * bucket, one a document.
 */
export interface Alert {
  readonly id: string;
  /** Counts the writes of the stored document; 1 for a new one. */
  readonly version: number;
  readonly monitorId: string;
  readonly monitorVersion: number;
  readonly monitorName: string;
  readonly executionId: string;
  readonly triggerId: string;
  readonly triggerName: string;
  readonly severity: string;
  readonly state: AlertState;
  readonly errorMessage: string | null;
  /** Newest first, at most limits.alertHistoryMax. */
  readonly history: readonly AlertMessage[];
  readonly actionResults: readonly ActionMemory[];
  readonly startTime: Instant;
  readonly lastNotificationTime: Instant | null;
  readonly endTime: Instant | null;
  readonly acknowledgedTime: Instant | null;
  /** The bucket that a bucket-level trigger marked. */
  readonly bucket: BucketContent | undefined;
  /** Of a document-level alert: its finding and the document (`id|index`). */
  readonly findingIds: readonly string[];
  readonly relatedDocIds: readonly string[];
  readonly evidence: Evidence;
}

export type AlertState = 'ACTIVE' | 'ACKNOWLEDGED' | 'COMPLETED' | 'ERROR' | 'DELETED';

export interface AlertMessage {
  readonly timestamp: Instant;
  readonly message: string;
}

/** What throttling remembers of an action. */
export interface ActionMemory {
  readonly actionId: string;
  readonly lastExecutionTime: Instant | null;
  readonly throttledCount: number;
  /** The newest tries to send, newest first, at most limits.attemptsPerActionMax. */
  readonly attempts: readonly Attempt[];
}

/** The events that caused an alert: our addition, under `trailhound`. */
export interface Evidence {
  /** Newest first, at most limits.eventsPerAlertMax. */
  readonly events: readonly AlertEvent[];
  readonly total: number;
  /** Every event was older than a day when it was read in: history, not an attack going on. */
  readonly historic: boolean;
  readonly evaluate: Evaluate;
  /** When an event joined last; what being quiet is measured from. */
  readonly lastMatch: Instant | null;
  /** The way of the event that opened it. */
  readonly clocks?: AlertClocks | undefined;
}

/** As the original answers it, in its order of keys, with ours behind. */
export function alertJson(alert: Alert): Document {
  return {
    id: alert.id,
    version: alert.version,
    monitor_id: alert.monitorId,
    workflow_id: '',
    workflow_name: '',
    associated_alert_ids: [],
    schema_version: 5,
    monitor_version: alert.monitorVersion,
    monitor_name: alert.monitorName,
    execution_id: alert.executionId,
    trigger_id: alert.triggerId,
    trigger_name: alert.triggerName,
    finding_ids: alert.findingIds,
    related_doc_ids: alert.relatedDocIds,
    state: alert.state,
    error_message: alert.errorMessage,
    alert_history: alert.history,
    severity: alert.severity,
    action_execution_results: alert.actionResults.map((result) => ({
      action_id: result.actionId,
      last_execution_time: result.lastExecutionTime,
      throttled_count: result.throttledCount,
      ...(result.attempts.length > 0 ? { trailhound: { attempts: result.attempts } } : {}),
    })),
    start_time: alert.startTime,
    last_notification_time: alert.lastNotificationTime,
    end_time: alert.endTime,
    acknowledged_time: alert.acknowledgedTime,
    ...(alert.bucket ? { agg_alert_content: bucketContentJson(alert.bucket) } : {}),
    trailhound: {
      events: alert.evidence.events.map(eventJson),
      total: alert.evidence.total,
      historic: alert.evidence.historic,
      evaluate: alert.evidence.evaluate,
      last_match: alert.evidence.lastMatch,
      ...(alert.evidence.clocks ? { clocks: clocksJson(alert.evidence.clocks) } : {}),
    },
  };
}

/** `agg_alert_content`, in an alert and in a run's result. */
export function bucketContentJson({ parentPath, keys, bucket }: BucketContent): Document {
  return { parent_bucket_path: parentPath, bucket_keys: keys, bucket };
}

/** Reads back what `alertJson` wrote; a document of another hand loses what it has in wrong shapes, never the program. */
export function storedAlert({ id, version, source }: Pick<StoredDocument, 'id' | 'version' | 'source'>): Alert {
  return {
    id,
    version,
    monitorId: word(own(source, 'monitor_id')),
    monitorVersion: time(own(source, 'monitor_version')) ?? 1,
    monitorName: word(own(source, 'monitor_name')),
    executionId: word(own(source, 'execution_id')),
    triggerId: word(own(source, 'trigger_id')),
    triggerName: word(own(source, 'trigger_name')),
    severity: word(own(source, 'severity')),
    state: word(own(source, 'state')) as AlertState,
    errorMessage: typeof source.error_message === 'string' ? source.error_message : null,
    history: list(own(source, 'alert_history')).map((entry) => ({
      timestamp: time(own(entry, 'timestamp')) ?? 0,
      message: word(own(entry, 'message')),
    })),
    actionResults: list(own(source, 'action_execution_results')).map((entry) => ({
      actionId: word(own(entry, 'action_id')),
      lastExecutionTime: time(own(entry, 'last_execution_time')),
      throttledCount: time(own(entry, 'throttled_count')) ?? 0,
      attempts: list(at(entry, 'trailhound.attempts')).map((attempt) => ({
        at: time(own(attempt, 'at')) ?? 0,
        sent: own(attempt, 'sent') === true,
        status: time(own(attempt, 'status')) ?? 0,
        text: word(own(attempt, 'text')),
      })),
    })),
    startTime: time(own(source, 'start_time')) ?? 0,
    lastNotificationTime: time(own(source, 'last_notification_time')),
    endTime: time(own(source, 'end_time')),
    acknowledgedTime: time(own(source, 'acknowledged_time')),
    bucket: storedBucket(own(source, 'agg_alert_content')),
    findingIds: words(own(source, 'finding_ids')),
    relatedDocIds: words(own(source, 'related_doc_ids')),
    evidence: {
      events: list(at(source, 'trailhound.events')).map(storedEvent),
      total: time(at(source, 'trailhound.total')) ?? 0,
      historic: at(source, 'trailhound.historic') === true,
      evaluate: at(source, 'trailhound.evaluate') === 'arrived' ? 'arrived' : 'opensearch',
      lastMatch: time(at(source, 'trailhound.last_match')),
      clocks: storedClocks(at(source, 'trailhound.clocks')),
    },
  };
}

function storedBucket(json: unknown): BucketContent | undefined {
  if (!isDocument(json)) return undefined;
  const bucket = own(json, 'bucket');
  return {
    parentPath: word(own(json, 'parent_bucket_path')),
    keys: words(own(json, 'bucket_keys')),
    bucket: isDocument(bucket) ? bucket : {},
  };
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function time(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function list(value: unknown): readonly Document[] {
  return Array.isArray(value) ? value.filter(isDocument) : [];
}
