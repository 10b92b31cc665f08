import type { Instant } from '../base/clock.ts';
import { asText, at, type Document, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { type DocumentInput, documentInputJson, parseDocumentInput } from './document-input.ts';
import { plainJson } from './plain-json.ts';
import { refusal } from './refusal.ts';
import { parseSchedule, refinedSchedule, type Schedule, scheduleJson } from './schedule.ts';
import { type MonitorType, parseTrigger, type Trigger, triggerJson } from './trigger.ts';

/** A saved question, when to ask it and what to make of the answer. */
export interface Monitor {
  readonly name: string;
  readonly type: MonitorType;
  readonly enabled: boolean;
  /** The phase of the schedule; null while disabled. */
  readonly enabledTime: Instant | null;
  readonly schedule: Schedule;
  /** The search of a query-level or bucket-level monitor. */
  readonly input: SearchInput | undefined;
  /** The queries of a document-level monitor. */
  readonly documents: DocumentInput | undefined;
  readonly triggers: readonly Trigger[];
  readonly lastUpdateTime: Instant;
  readonly schemaVersion: number;
  /** As it came, always given back. Our own settings stand in it under `trailhound`. */
  readonly uiMetadata: Document | undefined;
  readonly evaluate: Evaluate;
  /** Whether a document that matches wakes the monitor at once (`ui_metadata.trailhound.live`, true unless false). */
  readonly live: boolean;
}

/** 'opensearch': each run counts all that the query finds. 'arrived': what arrived since the last count. */
export type Evaluate = 'opensearch' | 'arrived';

export interface SearchInput {
  readonly indices: readonly string[];
  /** The search body, letter for letter. */
  readonly query: Document;
}

const kinds: readonly MonitorType[] = ['query_level_monitor', 'bucket_level_monitor', 'doc_level_monitor'];

/** Kinds that the original runs and we do not. */
const laterKinds = new Set(['cluster_metrics_monitor', 'ppl_monitor']);

/** The index expression that a monitor reads; empty where it has no input. */
export function indicesOf(monitor: Monitor): readonly string[] {
  return (monitor.documents ?? monitor.input)?.indices ?? [];
}

/** What the original writes for a monitor that leaves them out: constants of the wire. */
const dataSources: Document = {
  query_index: '.opensearch-alerting-queries',
  findings_index: '.opensearch-alerting-finding-history-write',
  findings_index_pattern: '<.opensearch-alerting-finding-history-{now/d}-1>',
  alerts_index: '.opendistro-alerting-alerts',
  alerts_history_index: '.opendistro-alerting-alert-history-write',
  alerts_history_index_pattern: '<.opendistro-alerting-alert-history-{now/d}-1>',
  comments_index: '.opensearch-alerting-comments-history-write',
  comments_index_pattern: '<.opensearch-alerting-comments-history-{now/d}-1>',
  query_index_mappings_by_type: {},
  findings_enabled: false,
};

/**
 * Reads a monitor as the original's API does: its defaults, its words for what is wrong (status 400; where it answers 500
 * to bad input, also 400). Unknown fields are ignored, scripts and query strings are not compiled. `now` fills the times.
 */
export function parseMonitor(input: unknown, now: Instant): Monitor {
  const json = plainJson(input);
  if (!isDocument(json)) throw refusal('Monitor name is null');
  const type = parseType(own(json, 'monitor_type'));
  const schedule = own(json, 'schedule') ?? null;
  const parsedSchedule = schedule === null ? undefined : parseSchedule(schedule);
  const inputs = parseInputs(own(json, 'inputs'), type);
  const triggers = parseTriggers(own(json, 'triggers'), type);
  const name = own(json, 'name') ?? null;
  if (name === null) throw refusal('Monitor name is null');
  if (!parsedSchedule) throw refusal('Monitor schedule is null');
  if (type === 'bucket_level_monitor') requireAggregation(inputs.input);
  checkDataSources(own(json, 'data_sources'));
  const enabled = parseFlag(own(json, 'enabled') ?? true);
  // A time to come would keep the monitor from running until then.
  const enabledTime = Math.min(instant(own(json, 'enabled_time')) ?? now, now);
  const uiMetadata = own(json, 'ui_metadata');
  return {
    name: asText(name),
    type,
    enabled,
    enabledTime: enabled ? enabledTime : null,
    ...inputs,
    triggers,
    lastUpdateTime: instant(own(json, 'last_update_time')) ?? now,
    schemaVersion: 0,
    ...settingsOf(
      isDocument(uiMetadata) && Object.keys(uiMetadata).length > 0 ? uiMetadata : undefined,
      parsedSchedule,
    ),
  };
}

/** Alerts and findings lie where they lie: other plugins' own monitors alone may say otherwise. */
function checkDataSources(json: unknown): void {
  if (!isDocument(json)) return;
  for (const key of ['query_index', 'findings_index', 'alerts_index'] as const) {
    const given = own(json, key);
    if (given !== undefined && given !== dataSources[key]) throw refusal('Custom Data Sources are not allowed.');
  }
}

/** The monitor with another `ui_metadata` and the settings that stand in it. */
export function withUiMetadata(monitor: Monitor, uiMetadata: Document): Monitor {
  return { ...monitor, ...settingsOf(uiMetadata, monitor.schedule) };
}

/** As the original answers it, in its order of keys; the query letter for letter, where the original rewrites it. */
export function monitorJson(monitor: Monitor): Document {
  return {
    type: 'monitor',
    schema_version: monitor.schemaVersion,
    name: monitor.name,
    monitor_type: monitor.type,
    enabled: monitor.enabled,
    enabled_time: monitor.enabledTime,
    schedule: scheduleJson(monitor.schedule),
    inputs: inputsJson(monitor),
    triggers: monitor.triggers.map((trigger) => triggerJson(trigger, monitor.type)),
    last_update_time: monitor.lastUpdateTime,
    ...(monitor.uiMetadata ? { ui_metadata: monitor.uiMetadata } : {}),
    data_sources: dataSources,
    delete_query_index_in_every_run: false,
    should_create_single_alert_for_findings: false,
    owner: 'alerting',
  };
}

/** Reads back what `monitorJson` wrote. */
export function storedMonitor(json: unknown, now: Instant): Monitor {
  const version = own(json, 'schema_version');
  return { ...parseMonitor(json, now), schemaVersion: typeof version === 'number' ? version : 0 };
}

function settingsOf(
  uiMetadata: Document | undefined,
  schedule: Schedule,
): Pick<Monitor, 'uiMetadata' | 'evaluate' | 'live' | 'schedule'> {
  const evaluate = at(uiMetadata, 'trailhound.evaluate') ?? 'opensearch';
  if (evaluate !== 'opensearch' && evaluate !== 'arrived') {
    throw refusal(`ui_metadata.trailhound.evaluate: [${asText(evaluate)}] is neither [opensearch] nor [arrived]`);
  }
  return {
    uiMetadata,
    evaluate,
    live: at(uiMetadata, 'trailhound.live') !== false,
    schedule: refinedSchedule(schedule, at(uiMetadata, 'trailhound.interval_seconds')),
  };
}

function inputsJson({ input, documents }: Monitor): readonly Document[] {
  if (documents) return [{ doc_level_input: documentInputJson(documents) }];
  return input ? [{ search: { indices: input.indices, query: input.query } }] : [];
}

function parseType(json: unknown): MonitorType {
  const type = json === undefined || json === null ? 'query_level_monitor' : asText(json);
  const found = kinds.find((kind) => kind === type);
  if (found) return found;
  if (laterKinds.has(type)) {
    throw new TrailhoundError(
      'not-supported',
      `Monitors of type [${type}] do not run here: ask the question with a query-level monitor, or run this one on OpenSearch`,
    );
  }
  // The original saves any word and then never runs it: a hole that nobody sees.
  throw refusal(`Unknown monitor type [${type}]: use one of [${kinds.join(', ')}]`);
}

function parseInputs(json: unknown, type: MonitorType): Pick<Monitor, 'input' | 'documents'> {
  const none = { input: undefined, documents: undefined };
  if (json === undefined || json === null) return none;
  if (!Array.isArray(json)) throw refusal('Monitor inputs are not a list');
  if (json.length > 1) throw refusal('Monitors can only have 1 search input.');
  if (json.length === 0) return none;
  if (type === 'doc_level_monitor') return { ...none, documents: parseDocumentInput(own(json[0], 'doc_level_input')) };
  return { ...none, input: parseSearchInput(own(json[0], 'search'), type) };
}

/** A bucket-level monitor without buckets could never say anything. */
function requireAggregation(input: SearchInput | undefined): void {
  if (!input) return;
  const aggregations = own(input.query, 'aggregations') ?? own(input.query, 'aggs');
  if (isDocument(aggregations) && Object.keys(aggregations).length > 0) return;
  const shown = `SearchInput(indices=[${input.indices.join(', ')}], query=${JSON.stringify(input.query)})`;
  throw refusal(`At least one aggregation is required for the input [${shown}]`);
}

function parseSearchInput(search: unknown, type: MonitorType): SearchInput {
  if (!isDocument(search)) throw refusal(`inputs[0]: a monitor of type [${type}] takes one [search] input`);
  const indices = own(search, 'indices') ?? [];
  const names = typeof indices === 'string' ? [indices] : indices;
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw refusal('inputs[0].search.indices: a list of index names and patterns is expected');
  }
  const query = own(search, 'query') ?? {};
  if (!isDocument(query)) throw refusal('inputs[0].search.query: a search body is expected');
  refuseBadQuery(query);
  return { indices: names, query };
}

/** The original answers HTTP 500 to a query it cannot parse, and its words are right: we keep the words. */
function refuseBadQuery(query: Document): void {
  try {
    parseSearchBody(query);
  } catch (thrown) {
    if (!(thrown instanceof TrailhoundError) || thrown.status >= 500) throw thrown;
    throw refusal(thrown.message, 400, `org.opensearch.core.common.ParsingException: ${thrown.message}`);
  }
}

function parseTriggers(json: unknown, monitorType: MonitorType): readonly Trigger[] {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) throw refusal('Monitor triggers are not a list');
  if (json.length > limits.triggersPerMonitorMax) {
    throw refusal(`Monitors can only support up to ${limits.triggersPerMonitorMax} triggers.`);
  }
  const triggers = json.map((trigger) => parseTrigger(trigger, monitorType));
  const seen = new Set<string>();
  for (const { id } of triggers) {
    if (seen.has(id)) throw refusal(`Duplicate trigger id: ${id}. Trigger ids must be unique.`);
    seen.add(id);
  }
  return triggers;
}

function parseFlag(json: unknown): boolean {
  if (json === true || json === 'true') return true;
  if (json === false || json === 'false') return false;
  throw refusal(`Failed to parse value [${asText(json)}] as only [true] or [false] are allowed.`);
}

function instant(json: unknown): Instant | undefined {
  return typeof json === 'number' && Number.isSafeInteger(json) && json >= 0 && json < 8.64e15 ? json : undefined;
}
