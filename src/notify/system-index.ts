import type { Document } from '../base/document.ts';
import type { Store } from '../store/store.ts';

/** The original's index of configs, with its fields; what is secret in them is sealed beside them. */
export const configsIndex = '.opensearch-notifications-config';
/** Ours: messages that wait, and the newest that are done. */
export const recordsIndex = '.trailhound-notifications';

/** Creates the room's indices if they are not there: written to first, they would get mappings that user text can break. */
export async function ensureIndices(store: Store): Promise<void> {
  for (const [name, mappings] of Object.entries(mappingsOf)) {
    if ((await store.indices(name, { ignoreUnavailable: true })).length > 0) continue;
    await store.createIndex(name, { settings: { index: { number_of_shards: 1, hidden: true } }, mappings });
  }
}

const keyword: Document = { type: 'keyword' };
const text: Document = { type: 'text', fields: { keyword } };
const millis: Document = { type: 'date', format: 'epoch_millis' };
const url: Document = { properties: { url: text } };
const recipients: Document = { type: 'nested', properties: { recipient: text } };

const configMapping: Document = {
  dynamic: false,
  _meta: { schema_version: 2 },
  properties: {
    metadata: { properties: { last_updated_time_ms: millis, created_time_ms: millis, access: keyword } },
    config: {
      properties: {
        name: text,
        description: text,
        config_type: keyword,
        is_enabled: { type: 'boolean' },
        slack: url,
        chime: url,
        microsoft_teams: url,
        webhook: url,
        email: {
          properties: { email_account_id: keyword, recipient_list: recipients, email_group_id_list: keyword },
        },
        sns: { properties: { topic_arn: text, role_arn: text } },
        smtp_account: { properties: { host: text, port: { type: 'integer' }, method: keyword, from_address: text } },
        ses_account: { properties: { region: keyword, role_arn: text, from_address: text } },
        email_group: { properties: { recipient_list: recipients } },
      },
    },
  },
};

const recordMapping: Document = {
  dynamic: false,
  properties: {
    state: keyword,
    config_id: keyword,
    origin: {
      properties: { monitor_id: keyword, trigger_id: keyword, alert_id: keyword, action_id: keyword },
    },
    created_time_ms: millis,
    subject: text,
  },
};

const mappingsOf: Readonly<Record<string, Document>> = { [configsIndex]: configMapping, [recordsIndex]: recordMapping };
