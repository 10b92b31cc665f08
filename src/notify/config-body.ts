import { asText, type Document, isDocument, own } from '../base/document.ts';
import { type ConfigType, configType } from './config-type.ts';
import { invalid, statusError } from './refusal.ts';

/** A notification config: a channel, or a part of a mail channel. */
export interface NotificationConfig {
  readonly name: string;
  readonly description: string;
  readonly type: ConfigType;
  readonly enabled: boolean;
  /** The settings of its type, secrets and all: never shown as they stand. */
  readonly settings: Document;
}

/** `{config_id?, config}` as a client sends it. Throws with the original's words. */
export function parseConfigBody(json: unknown): {
  readonly id: string | undefined;
  readonly config: NotificationConfig;
} {
  if (!isDocument(json)) throw invalid('an object with [config] is expected', 'parsing_exception');
  const body = own(json, 'config');
  if (body === undefined) throw invalid('config field absent');
  const config = parseConfig(body);
  const id = own(json, 'config_id') ?? undefined;
  if (id === undefined) return { id: undefined, config };
  const text = asText(id);
  const strange = text.replace(/[A-Za-z0-9+/_-]/g, '');
  if (text === '' || strange !== '') throw invalid(`Invalid characters in id : ${strange}`);
  return { id: text, config };
}

function parseConfig(json: unknown): NotificationConfig {
  if (!isDocument(json)) throw invalid('config: an object is expected', 'parsing_exception');
  // Settings are read where they stand, before anything else is missed, as the original's parser does.
  const found = Object.keys(json).flatMap((key) => configType(key) ?? [])[0];
  const settings = found && parseSettings(found, own(json, found.name));
  const name = own(json, 'name');
  const kind = own(json, 'config_type');
  const enabled = own(json, 'is_enabled') ?? true;
  if (name === undefined || name === null) throw invalid('name field absent');
  if (kind === undefined || kind === null) throw invalid('config_type field absent');
  if (name === '') throw invalid('name is null or empty');
  if (!['true', 'false'].includes(asText(enabled))) {
    throw invalid(`Failed to parse value [${asText(enabled)}] as only [true] or [false] are allowed.`);
  }
  const type = configType(asText(kind));
  if (!type) throw statusError(406, 'NotificationConfig with type NONE is not acceptable');
  if (!settings || found !== type) throw invalid(`ConfigType: ${type.name} and data doesn't match`);
  return {
    name: asText(name),
    description: asText(own(json, 'description') ?? ''),
    type,
    enabled: asText(enabled) === 'true',
    settings,
  };
}

function parseSettings(type: ConfigType, json: unknown): Document {
  if (!isDocument(json)) throw invalid(`${type.name}: an object is expected`, 'parsing_exception');
  return type.parse(json);
}
