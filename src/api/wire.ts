/**
 * The JSON that goes over the wire, as the console reads it (it does `import type` from this file only).
 * Shapes are OpenSearch 2.19's; what is ours stands under `trailhound` and is always optional for a reader.
 * Times are milliseconds since 1970 unless a name says otherwise.
 */

/** Every error, but for the few that OpenSearch answers as plain text (`error: 'alias [x] missing'`). */
export interface WireError {
  readonly error: WireCause | string;
  readonly status: number;
}

export interface WireCause {
  readonly root_cause?: readonly WireCause[];
  readonly type: string;
  readonly reason: string | null;
  readonly caused_by?: WireCause;
  readonly [field: string]: unknown;
}

/** `GET /` for a client that does not ask for HTML. */
export interface RootAnswer {
  readonly name: string;
  readonly cluster_name: string;
  readonly cluster_uuid: string;
  readonly version: {
    readonly distribution: 'opensearch';
    readonly number: string;
    readonly build_type: string;
    readonly build_hash: string;
    readonly build_date: string;
    readonly build_snapshot: boolean;
    readonly lucene_version: string;
    readonly minimum_wire_compatibility_version: string;
    readonly minimum_index_compatibility_version: string;
  };
  readonly tagline: string;
  readonly trailhound: { readonly version: string };
}

export interface ShardCounts {
  readonly total: number;
  readonly successful: number;
  readonly skipped: number;
  readonly failed: number;
}

/** `POST /{index}/_search`. */
export interface SearchAnswer<Source = Record<string, unknown>> {
  readonly took: number;
  readonly timed_out: boolean;
  readonly _shards: ShardCounts;
  readonly hits: {
    /** Absent with `track_total_hits: false`. `gte`: at least so many. */
    readonly total?: { readonly value: number; readonly relation: 'eq' | 'gte' };
    readonly max_score: number | null;
    readonly hits: readonly SearchHitAnswer<Source>[];
  };
  readonly aggregations?: Readonly<Record<string, unknown>>;
}

export interface SearchHitAnswer<Source = Record<string, unknown>> {
  readonly _index: string;
  readonly _id: string;
  readonly _version?: number;
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly _score: number | null;
  readonly _source?: Source;
  readonly fields?: Readonly<Record<string, readonly unknown[]>>;
  readonly sort?: readonly unknown[];
}

/** `GET /{index}/_count`. */
export interface CountAnswer {
  readonly count: number;
  readonly _shards: ShardCounts;
}

/** `GET /{index}/_doc/{id}` and the entries of `_mget`. */
export interface DocumentAnswer<Source = Record<string, unknown>> {
  readonly _index: string;
  readonly _id: string;
  readonly _version?: number;
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly found: boolean;
  readonly _source?: Source;
}

// Alerting: /_plugins/_alerting

export type MonitorType = 'query_level_monitor' | 'bucket_level_monitor' | 'doc_level_monitor';

export type Schedule =
  | { readonly period: { readonly interval: number; readonly unit: 'MINUTES' | 'HOURS' | 'DAYS' } }
  | { readonly cron: { readonly expression: string; readonly timezone: string } };

/** What a client sends (create, update, execute unsaved). */
export interface MonitorInput {
  readonly type: 'monitor';
  readonly name: string;
  readonly monitor_type: MonitorType;
  readonly enabled: boolean;
  readonly schedule: Schedule;
  readonly inputs: readonly (SearchInput | DocumentInput)[];
  readonly triggers: readonly Trigger[];
  readonly ui_metadata?: UiMetadata;
}

/** A monitor as it comes back. The query is OpenSearch's spelling of what was sent (`term: {f: {value, boost}}`). */
export interface Monitor extends MonitorInput {
  readonly schema_version: number;
  readonly enabled_time: number | null;
  readonly last_update_time: number;
  readonly owner?: string;
  readonly delete_query_index_in_every_run?: boolean;
  readonly should_create_single_alert_for_findings?: boolean;
  readonly data_sources?: Readonly<Record<string, unknown>>;
}

export interface SearchInput {
  readonly search: { readonly indices: readonly string[]; readonly query: Readonly<Record<string, unknown>> };
}

/** The input of a document-level monitor. */
export interface DocumentInput {
  readonly doc_level_input: {
    readonly description: string;
    readonly indices: readonly string[];
    readonly queries: readonly DocumentQuery[];
  };
}

export interface DocumentQuery {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly tags: readonly string[];
}

/** Named by the monitor's kind. */
export type Trigger =
  | { readonly query_level_trigger: TriggerBody }
  | { readonly bucket_level_trigger: TriggerBody }
  | { readonly document_level_trigger: TriggerBody };

/** A bucket-level condition says more: `buckets_path`, `parent_bucket_path`, `gap_policy` and a filter. */
export interface TriggerBody {
  /** Made by the server where a client leaves it out. */
  readonly id?: string;
  readonly name: string;
  /** '1' (highest) to '5'; the API takes any string. */
  readonly severity: string;
  readonly condition: { readonly script: { readonly source: string; readonly lang: 'painless' } };
  readonly actions: readonly Action[];
}

export interface Action {
  readonly id?: string;
  readonly name: string;
  readonly destination_id: string;
  readonly message_template: MustacheTemplate;
  readonly subject_template?: MustacheTemplate;
  readonly throttle_enabled?: boolean;
  readonly throttle?: { readonly value: number; readonly unit: 'MINUTES' } | null;
}

export interface MustacheTemplate {
  readonly source: string;
  readonly lang: 'mustache';
}

/** Our settings of a monitor travel here: OpenSearch stores the map and never reads it. */
export interface UiMetadata {
  readonly trailhound?: {
    /** 'opensearch' (the default): each run counts all that the query finds. 'arrived': what arrived since the last run. */
    readonly evaluate?: 'opensearch' | 'arrived';
  };
  readonly [field: string]: unknown;
}

/** `GET|POST|PUT /_plugins/_alerting/monitors[/{id}]`. Send `_seq_no` and `_primary_term` back with an update: 409 when stale. */
export interface MonitorAnswer {
  readonly _id: string;
  readonly _version: number;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly monitor: Monitor;
}

/** `POST /_plugins/_alerting/monitors/_search`: hits whose `_source` is the bare monitor. */
export type MonitorSearchAnswer = SearchAnswer<Monitor>;

export type AlertState = 'ACTIVE' | 'ACKNOWLEDGED' | 'COMPLETED' | 'ERROR' | 'DELETED';

/** An entry of `GET /_plugins/_alerting/monitors/alerts`. */
export interface Alert {
  readonly id: string;
  readonly version: number;
  readonly monitor_id: string;
  readonly workflow_id: string;
  readonly workflow_name: string;
  readonly associated_alert_ids: readonly string[];
  readonly schema_version: number;
  readonly monitor_version: number;
  readonly monitor_name: string;
  readonly execution_id: string;
  readonly trigger_id: string;
  readonly trigger_name: string;
  readonly finding_ids: readonly string[];
  readonly related_doc_ids: readonly string[];
  readonly state: AlertState;
  readonly error_message: string | null;
  readonly alert_history: readonly { readonly timestamp: number; readonly message: string }[];
  readonly severity: string;
  readonly action_execution_results: readonly Readonly<Record<string, unknown>>[];
  readonly start_time: number;
  readonly last_notification_time: number | null;
  readonly end_time: number | null;
  readonly acknowledged_time: number | null;
  /** Of a bucket-level alert. */
  readonly agg_alert_content?: {
    readonly parent_bucket_path: string;
    readonly bucket_keys: readonly string[];
    readonly bucket: Readonly<Record<string, unknown>>;
  };
  readonly trailhound?: AlertExtra;
}

/** What we add to an alert: the events that caused it. */
export interface AlertExtra {
  /** The newest 100 events that joined the alert, newest first. */
  readonly events: readonly AlertEvent[];
  /** All events that joined it. */
  readonly total: number;
  /** True when every event was older than 24 h at ingest: history read in, not an attack going on. */
  readonly historic?: boolean;
  /** The way of the event that opened it, each in milliseconds since 1970. */
  readonly clocks?: {
    readonly event: number | null;
    readonly delivered: number | null;
    readonly ingested: number | null;
    readonly alerted: number;
  };
}

export interface AlertEvent {
  readonly _index: string;
  readonly _id: string;
  /** ISO 8601, as in the record. */
  readonly eventTime: string | null;
  readonly eventName: string | null;
  readonly sourceIPAddress: string | null;
  /** Bucket (and key), API or resource that the event is about, as one line of text. */
  readonly resource: string | null;
}

export interface AlertsAnswer {
  readonly alerts: readonly Alert[];
  readonly totalAlerts: number;
}

/** `POST /_plugins/_alerting/monitors/{id}/_acknowledge/alerts` with `{alerts: [id]}`; 200 even when all failed. */
export interface AcknowledgeAnswer {
  readonly success: readonly string[];
  readonly failed: readonly Readonly<Record<string, { readonly failed_reason: string }>>[];
}

/** `POST /_plugins/_alerting/monitors[/{id}]/_execute?dryrun=…`. */
export interface ExecuteAnswer {
  readonly monitor_name: string;
  readonly period_start: number;
  readonly period_end: number;
  readonly error: string | null;
  readonly input_results: { readonly results: readonly SearchAnswer[]; readonly error: string | null };
  readonly trigger_results: Readonly<
    Record<
      string,
      {
        readonly name: string;
        /** Of query-level triggers. */
        readonly triggered?: boolean;
        /** Of bucket-level triggers: the buckets that were marked, by their keys. */
        readonly agg_result_buckets?: Readonly<Record<string, unknown>>;
        /** Of document-level triggers: `id|index`. */
        readonly triggeredDocs?: readonly string[];
        readonly error: string | null;
        readonly action_results: Readonly<Record<string, unknown>>;
      }
    >
  >;
}

// Our own: /_trailhound

/** `GET /_trailhound/status`. app.ts fills it; a reader treats what is missing as unknown. */
export interface StatusAnswer {
  readonly version: string;
  /** The data folder's path. */
  readonly data: string;
  /** Where documents live in a cluster: its address, and which of the processes that share it runs the monitors. */
  readonly cluster?: { readonly url: string; readonly monitors: string };
  /** The address of the server, such as http://127.0.0.1:9400. */
  readonly url?: string;
  /** Milliseconds since 1970. */
  readonly started?: number;
  /** Present when the built-in lab runs: the console shows it as a banner. */
  readonly lab?: { readonly buckets: string; readonly api: string; readonly state: string } | null;
  readonly sources: readonly SourceStatus[];
  readonly problems: number;
}

export interface SourceStatus {
  /** As the user wrote it: a folder, s3://bucket/prefix, - */
  readonly name: string;
  readonly state: 'reading' | 'watching' | 'done' | 'failing';
  readonly files: number;
  readonly events: number;
  readonly duplicates: number;
  readonly problems: number;
  /** Files, entries and messages that are no events, by why: `digest`, `other-name`, `foreign-message`, … */
  readonly skipped?: Readonly<Record<string, number>>;
  /** Events a second over the last seconds, while reading. */
  readonly eventsPerSecond?: number;
  /** Why it is failing, and what is being done. */
  readonly message?: string;
}

/** `GET /_trailhound/problems`: newest first, the oldest were dropped beyond the bound; `total` counts all. */
export interface ProblemsAnswer {
  readonly total: number;
  readonly problems: readonly {
    readonly place: string;
    readonly line?: number;
    readonly path?: string;
    readonly message: string;
    /** Milliseconds since 1970, where it is known. */
    readonly at?: number;
  }[];
}
