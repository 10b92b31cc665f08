import { randomBytes } from 'node:crypto';
import type { Clock, Instant } from '../base/clock.ts';
import { asText, at, type Document, isDocument, own } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { OperationResult, Store, StoredDocument } from '../store/store.ts';
import type { NotificationConfig } from './config-body.ts';
import { type ConfigQuery, configSearch } from './config-filter.ts';
import { joinSecrets, resolveMasks, type SplitSettings, splitSecrets } from './config-secrets.ts';
import { type ConfigType, configType } from './config-type.ts';
import { invalid, statusError } from './refusal.ts';
import { configsIndex } from './system-index.ts';
import { isNeverAllowed } from './target.ts';
import type { Vault } from './vault.ts';

/** A config as it is kept: with its secrets beside it. */
export interface StoredConfig {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: ConfigType;
  readonly enabled: boolean;
  readonly settings: SplitSettings;
  /** The secrets cannot be read: the key is another one. Nothing can be sent until they are set again. */
  readonly sealed: boolean;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface ConfigList {
  readonly configs: readonly StoredConfig[];
  readonly total: number;
  readonly relation: 'eq' | 'gte';
}

/** The notification configs. The store holds them; refusals have the words and statuses of the original. */
export interface ConfigBook {
  create(config: NotificationConfig, id: string | undefined): Promise<string>;
  update(id: string, config: NotificationConfig): Promise<void>;
  /** Deletes all or, when one is missing, none. */
  remove(ids: readonly string[]): Promise<void>;
  /** By ids (404 when one is missing), or by filters. */
  list(query: ConfigQuery): Promise<ConfigList>;
  find(id: string): StoredConfig | undefined;
}

export interface ConfigBookParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly vault: Vault;
  /** Types that may be made and sent to (`opensearch.notifications.core.allowed_config_types`). */
  readonly allowedTypes: readonly string[];
}

/** Reads the configs there are. */
export async function openConfigBook({ store, clock, vault, allowedTypes }: ConfigBookParts): Promise<ConfigBook> {
  const configs = new Map<string, StoredConfig>();
  const everything = parseSearchBody({ size: limits.resultWindowMax });
  for (const hit of (await store.search(configsIndex, everything)).hits) {
    const config = storedConfig(hit, vault);
    if (config) configs.set(hit.id, config);
  }
  const find = (id: string): StoredConfig | undefined => configs.get(id);
  const known = (id: string): StoredConfig => {
    const config = find(id);
    if (!config) throw statusError(404, `NotificationConfig ${id} not found`);
    return config;
  };
  const all = (ids: readonly string[]): readonly StoredConfig[] => {
    if (ids.length === 1) return [known(ids[0] ?? '')];
    const missing = ids.filter((id) => !find(id));
    if (missing.length > 0) throw statusError(404, `NotificationConfig ${asText(missing)} not found`);
    return ids.map(known);
  };
  const check = (config: NotificationConfig): void => {
    if (!allowedTypes.includes(config.type.name)) {
      throw statusError(403, `Config type ${config.type.name} is not among the allowed config types`);
    }
    checkSettings(config, find);
  };
  const write = async (action: 'create' | 'index', id: string, config: NotificationConfig, before?: StoredConfig) => {
    const settings = splitSecrets(config.type, resolveMasks(config.type, config.settings, before?.settings));
    const updatedAt = clock.now();
    const kept = { ...config, id, settings, sealed: false, createdAt: before?.createdAt ?? updatedAt, updatedAt };
    written((await store.write([{ action, index: configsIndex, id, document: configDocument(kept, vault) }]))[0]);
    configs.set(id, kept);
  };
  return {
    async create(config, id = randomBytes(15).toString('base64url')) {
      check(config);
      if (configs.size >= limits.notificationConfigsMax) {
        throw invalid(`there are ${configs.size} notification configs already: delete some`);
      }
      await write('create', id, config);
      return id;
    },
    async update(id, config) {
      check(config);
      const before = known(id);
      if (before.type !== config.type) throw statusError(409, 'Config type cannot be changed after creation');
      await write('index', id, config, before);
    },
    async remove(ids) {
      all(ids);
      await store.write(ids.map((id) => ({ action: 'delete', index: configsIndex, id })));
      for (const id of ids) configs.delete(id);
    },
    async list(query) {
      if (query.ids.length > 0) {
        const named = all(query.ids);
        return { configs: named, total: named.length, relation: 'eq' };
      }
      const { hits, total, relation } = await store.search(configsIndex, parseSearchBody(configSearch(query)));
      return { configs: hits.flatMap(({ id }) => find(id) ?? []), total, relation };
    },
    find,
  };
}

/** As the API shows a config. */
export function configJson(config: StoredConfig): Document {
  return {
    config_id: config.id,
    last_updated_time_ms: config.updatedAt,
    created_time_ms: config.createdAt,
    config: shownConfig(config),
  };
}

function shownConfig({ name, description, type, enabled, settings }: StoredConfig): Document {
  return {
    name,
    description,
    config_type: type.name,
    is_enabled: enabled,
    [type.name]: settings.shown,
  };
}

function configDocument(config: StoredConfig, vault: Vault): Document {
  const { secrets } = config.settings;
  const sealed =
    Object.keys(secrets).length > 0 ? { trailhound: { secrets: vault.seal(JSON.stringify(secrets)) } } : {};
  return {
    metadata: { last_updated_time_ms: config.updatedAt, created_time_ms: config.createdAt, access: [] },
    config: shownConfig(config),
    ...sealed,
  };
}

/** undefined for a document of another hand that is no config. */
function storedConfig({ id, source }: Pick<StoredDocument, 'id' | 'source'>, vault: Vault): StoredConfig | undefined {
  const config = own(source, 'config');
  const type = configType(asText(own(config, 'config_type') ?? ''));
  const shown = type && own(config, type.name);
  if (!type || !isDocument(shown)) return undefined;
  const sealed = at(source, 'trailhound.secrets');
  const opened = typeof sealed === 'string' ? vault.open(sealed) : '{}';
  const time = (path: string): Instant => {
    const value = at(source, path);
    return typeof value === 'number' ? value : 0;
  };
  return {
    id,
    name: asText(own(config, 'name') ?? ''),
    description: asText(own(config, 'description') ?? ''),
    type,
    enabled: own(config, 'is_enabled') !== false,
    settings: { shown, secrets: opened === undefined ? {} : (JSON.parse(opened) as Record<string, string>) },
    sealed: opened === undefined,
    createdAt: time('metadata.created_time_ms'),
    updatedAt: time('metadata.last_updated_time_ms'),
  };
}

/** The settings with their secrets in them: for the wire only. */
export function wholeSettings(config: StoredConfig): Document {
  return joinSecrets(config.settings);
}

/** What the settings of one config say of others. */
function checkSettings({ type, settings }: NotificationConfig, find: (id: string) => StoredConfig | undefined): void {
  if (type.name === 'microsoft_teams' && !/https:\/\/.*\.webhook\.office\.com/.test(asText(settings.url))) {
    throw invalid('Wrong Microsoft Teams url. Should contain "webhook.office.com"');
  }
  if (typeof settings.url === 'string' && isNeverAllowed(new URL(settings.url).hostname)) {
    throw invalid('Host of url is denied: link-local addresses and those that serve cloud credentials get no messages');
  }
  if (typeof settings.host === 'string' && isNeverAllowed(settings.host)) {
    throw invalid('host is denied: link-local addresses and those that serve cloud credentials get no messages');
  }
  if (type.name !== 'email') return;
  const account = asText(settings.email_account_id);
  const groups = Array.isArray(settings.email_group_id_list) ? settings.email_group_id_list.map(asText) : [];
  if (groups.includes(account)) {
    throw statusError(400, `Config IDs ${account} is in both emailAccountID and emailGroupIds`);
  }
  const ids = [...new Set([account, ...groups])];
  const found = new Map(ids.map((id) => [id, find(id)]));
  const missing = ids.filter((id) => !found.get(id));
  if (missing.length > 0) throw statusError(404, `Config IDs not found:${asText(missing)}`);
  for (const [id, config] of found) {
    const kind = config?.type.name ?? '';
    if (kind === 'email_group') {
      if (id === account) throw statusError(406, `configId ${id} is not a valid email account ID`);
    } else if (kind !== 'smtp_account' && kind !== 'ses_account') {
      throw statusError(406, `configId ${id} is not a valid email group ID or email account ID`);
    } else if (id !== account) {
      throw statusError(406, `configId ${id} is not a valid email group ID`);
    }
  }
}

function written(result: OperationResult | undefined): void {
  if (!result || !('error' in result)) return;
  if (result.error === 'conflict') {
    throw statusError(409, result.reason);
  }
  throw statusError(500, 'NotificationConfig Creation failed');
}
