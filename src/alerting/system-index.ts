import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { Store } from '../store/store.ts';

/** The indices that alerting keeps its own state in. Names and the fields that can be searched are the original's. */
export const configIndex = '.opendistro-alerting-config';
export const alertsIndex = '.opendistro-alerting-alerts';
export const alertsPattern = '.opendistro-alerting-alert*';
export const cursorsIndex = '.trailhound-cursors';
export const leaseIndex = '.trailhound-lease';
const historyPrefix = '.opendistro-alerting-alert-history-';
const findingsPrefix = '.opensearch-alerting-finding-history-';
export const findingsPattern = `${findingsPrefix}*`;
const commentsPrefix = '.opensearch-alerting-comments-history-';
export const commentsPattern = `${commentsPrefix}*`;

/** The history index of a day, as the original's rollover names the first of the day. */
export function historyIndex(at: Instant): string {
  return `${historyPrefix}${dayOf(at)}-1`;
}

/** Findings of a day, under the alias that the original's clients know. */
export function findingsIndex(at: Instant): string {
  return `${findingsPrefix}${dayOf(at)}-1`;
}

/** Comments of a day. */
export function commentsIndex(at: Instant): string {
  return `${commentsPrefix}${dayOf(at)}-1`;
}

function dayOf(at: Instant): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '.');
}

/** Creates the index with its mapping if it is not there: written to first, it would get a mapping that user text can break. */
export async function ensureIndex(store: Store, name: string): Promise<void> {
  const there = await store.indices(name, { ignoreUnavailable: true, counts: false });
  if (there.length > 0) return;
  const mappings = mappingOf(name);
  try {
    await store.createIndex(name, {
      settings: { index: { number_of_shards: 1, auto_expand_replicas: '0-1', hidden: true } },
      mappings,
    });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if ((await store.indices(name, { ignoreUnavailable: true })).length === 0) throw error;
  }
}

function mappingOf(name: string): Document {
  if (name === configIndex) return configMapping;
  if (name === cursorsIndex) return cursorMapping;
  if (name === leaseIndex) return { dynamic: false };
  if (name.startsWith(findingsPrefix)) return findingMapping;
  return name.startsWith(commentsPrefix) ? commentMapping : alertMapping;
}

const keyword: Document = { type: 'keyword' };
const date: Document = { type: 'date', format: 'strict_date_time||epoch_millis' };
/** Names are what users search for: whole and by word. */
const name: Document = { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } };

const configMapping: Document = {
  dynamic: false,
  _meta: { schema_version: 8 },
  properties: {
    monitor: {
      dynamic: false,
      properties: {
        name,
        type: keyword,
        monitor_type: keyword,
        enabled: { type: 'boolean' },
        enabled_time: date,
        last_update_time: date,
        owner: keyword,
      },
    },
  },
};

/** Text that is also found whole. */
const wholeText: Document = { type: 'text', fields: { keyword: { type: 'keyword' } } };

const alertMapping: Document = {
  dynamic: false,
  _meta: { schema_version: 5 },
  properties: {
    id: keyword,
    version: { type: 'long' },
    schema_version: { type: 'integer' },
    monitor_id: keyword,
    monitor_version: { type: 'long' },
    monitor_name: name,
    monitor_user: {
      properties: { name, backend_roles: wholeText, roles: wholeText, custom_attribute_names: wholeText },
    },
    trigger_id: keyword,
    // The original has it as text alone, which lists cannot be sorted by.
    trigger_name: name,
    execution_id: keyword,
    workflow_id: keyword,
    workflow_name: keyword,
    associated_alert_ids: wholeText,
    clusters: wholeText,
    severity: keyword,
    state: keyword,
    finding_ids: wholeText,
    related_doc_ids: wholeText,
    error_message: { type: 'text' },
    alert_history: { type: 'nested', properties: { message: { type: 'text' }, timestamp: date } },
    action_execution_results: {
      type: 'nested',
      properties: { action_id: keyword, last_execution_time: date, throttled_count: { type: 'integer' } },
    },
    start_time: date,
    last_notification_time: date,
    end_time: date,
    acknowledged_time: date,
    agg_alert_content: {
      dynamic: false,
      properties: { parent_bucket_path: { type: 'text' }, bucket_key: { type: 'text' }, bucket_keys: name },
    },
    trailhound: {
      dynamic: false,
      properties: { historic: { type: 'boolean' }, total: { type: 'long' }, evaluate: keyword, last_match: date },
    },
  },
};

const cursorMapping: Document = { dynamic: false, properties: { monitor_id: keyword } };

const findingMapping: Document = {
  dynamic: false,
  properties: {
    id: keyword,
    related_doc_ids: keyword,
    correlated_doc_ids: keyword,
    monitor_id: keyword,
    monitor_name: keyword,
    index: keyword,
    execution_id: keyword,
    timestamp: date,
    queries: {
      type: 'nested',
      properties: { id: keyword, name: keyword, query: keyword, tags: keyword, fields: keyword },
    },
  },
};

const commentMapping: Document = {
  dynamic: false,
  properties: {
    entity_id: keyword,
    entity_type: keyword,
    content: { type: 'text' },
    created_time: date,
    last_updated_time: date,
    user: keyword,
  },
};
