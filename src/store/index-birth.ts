import { randomBytes } from 'node:crypto';
import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { writeJson } from '../base/json.ts';
import { checkIndexName } from '../query/index-expression.ts';
import type { Mapping } from '../query/mapping.ts';
import { resolveTemplates } from '../query/templates.ts';
import type { MappingCache } from './mapping-cache.ts';
import { layeredMappings, normalSettings } from './settings.ts';
import type { StoredIndex } from './shelf.ts';
import type { StoredTemplate } from './store.ts';

/**
 * A new index: matching templates below, `body` ({settings?, mappings?, aliases?}) on top.
 * Throws invalid_index_name_exception, mapper_parsing_exception.
 */
export function bearIndex(
  name: string,
  body: Document,
  birth: {
    readonly number: number;
    readonly at: Instant;
    readonly templates: readonly StoredTemplate[];
    readonly mappings: MappingCache;
  },
): { stored: StoredIndex; mapping: Mapping } {
  checkIndexName(name);
  const components = birth.templates.filter(({ component }) => component);
  const whole = birth.templates.filter(({ component }) => !component);
  const template = resolveTemplates(whole, name, components);
  const settings = normalSettings(template.settings, part(body, 'settings'));
  const json = layeredMappings(template.mappings, part(body, 'mappings') ?? {});
  const mapping = birth.mappings.get(writeJson(json), settings, () => json);
  return {
    stored: {
      number: birth.number,
      name,
      uuid: randomBytes(16).toString('base64url'),
      createdAt: birth.at,
      settings,
      aliases: { ...template.aliases, ...part(body, 'aliases') },
    },
    mapping,
  };
}

function part(body: Document, key: 'settings' | 'mappings' | 'aliases'): Document | undefined {
  const value = own(body, key);
  if (value === undefined || value === null) return undefined;
  if (!isDocument(value)) {
    throw new TrailhoundError('bad-request', `[${key}] must be an object`, { wire: 'parse_exception' });
  }
  return value;
}
