import { type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { mappingJson } from '../query/mapping.ts';
import type { IndexInfo } from '../store/store.ts';
import { aliasBodies } from './alias-write.ts';
import { deletable } from './client-target.ts';
import { illegal } from './error.ts';
import { globMatches } from './glob.ts';
import { aliasesOf, broadcastShards } from './index-facts.ts';
import { flag, indexOptions, indexParameters, waitParameters } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';
import { checkSettings, defaultSettings, shownSettings } from './settings.ts';

type Needs = Pick<Services, 'store'>;

const shownParameters = [
  ...indexParameters,
  ...waitParameters,
  'include_defaults',
  'flat_settings',
  'local',
  'include_type_name',
];

export const indexRoutes: readonly Route<Needs>[] = [
  { methods: ['PUT'], path: '/:index', query: [...waitParameters], body: 'json', handle: createIndex },
  { methods: ['DELETE'], path: '/:index', query: [...indexParameters, ...waitParameters], handle: deleteIndex },
  { methods: ['GET'], path: '/:index', query: [...shownParameters, 'features'], handle: getIndex },
  { methods: ['HEAD'], path: '/:index', query: shownParameters, handle: indexExists },
  ...['/:index/_settings', '/:index/_settings/:name', '/_settings', '/_settings/:name'].map(
    (path): Route<Needs> => ({ methods: ['GET'], path, query: shownParameters, handle: getSettings }),
  ),
  ...['_refresh', '_flush', '_forcemerge', '_cache/clear']
    .flatMap((name) => [`/${name}`, `/:index/${name}`])
    .map(
      (path): Route<Needs> => ({ methods: ['GET', 'POST'], path, query: maintenanceParameters(path), handle: refresh }),
    ),
];

async function createIndex({ params, body }: Call, { store }: Needs): Promise<Answer> {
  const index = params.index ?? '';
  await store.createIndex(index, checkedIndexBody(body));
  return { status: 200, body: { acknowledged: true, shards_acknowledged: true, index } };
}

/** Refuses what OpenSearch refuses before it looks at mappings: unknown keys and settings, a mapping type. */
export function checkedIndexBody(body: unknown): Document {
  if (body === undefined) return {};
  if (!isDocument(body))
    throw new TrailhoundError('parse-failed', 'Expected [START_OBJECT]', { wire: 'parse_exception' });
  for (const key of Object.keys(body)) {
    if (key !== 'settings' && key !== 'mappings' && key !== 'aliases') {
      throw new TrailhoundError('parse-failed', `unknown key [${key}] for create index`, { wire: 'parse_exception' });
    }
  }
  checkSettings(body.settings);
  checkUntyped(body.mappings);
  return body.aliases === undefined ? body : { ...body, aliases: aliasBodies(body.aliases) };
}

/** Mapping types are gone: `{_doc: {properties: …}}` is refused, not guessed. */
export function checkUntyped(mappings: unknown, reason = 'The mapping definition cannot be nested under a type'): void {
  if (!isDocument(mappings)) return;
  const keys = Object.keys(mappings);
  if (keys.length === 1 && keys[0] === '_doc' && isDocument(mappings._doc)) {
    throw illegal(reason);
  }
}

async function deleteIndex({ params, query }: Call, { store }: Needs): Promise<Answer> {
  const expression = params.index ?? '';
  await store.deleteIndex(deletable(expression), indexOptions(query, 'open,closed'));
  return { status: 200, body: { acknowledged: true } };
}

async function getIndex({ params, query }: Call, { store }: Needs): Promise<Answer> {
  const infos = await store.indices(params.index ?? '', indexOptions(query));
  const flat = flag(query, 'flat_settings');
  const entries = infos.map((info) => [
    info.name,
    {
      aliases: aliasesOf(info),
      mappings: mappingJson(info.mapping),
      settings: shownSettings(info, flat, flag(query, 'human')),
    },
  ]);
  return { status: 200, body: Object.fromEntries(entries) };
}

async function indexExists({ params, query }: Call, { store }: Needs): Promise<Answer> {
  const expression = params.index ?? '';
  try {
    const found = await store.indices(expression, indexOptions(query));
    // Only a pattern may find nothing and yet be there.
    const there = found.length > 0 || (expression.includes('*') && flag(query, 'allow_no_indices', true));
    return { status: there ? 200 : 404, body: undefined };
  } catch (error) {
    if (error instanceof TrailhoundError && error.status === 404) return { status: 404, body: undefined };
    throw error;
  }
}

async function getSettings({ params, query }: Call, { store }: Needs): Promise<Answer> {
  const infos = await store.indices(params.index ?? '_all', indexOptions(query));
  const flat = flag(query, 'flat_settings');
  const withDefaults = flag(query, 'include_defaults');
  const shown = infos.map((info) => [
    info.name,
    {
      settings: namedSettings(info, flat, params.name),
      ...(withDefaults ? { defaults: defaultSettings(info, flat) } : {}),
    },
  ]);
  return {
    status: 200,
    body: Object.fromEntries(shown),
  };
}

/** `GET /i/_settings/index.number_of_*` shows only what is named. */
function namedSettings(info: IndexInfo, flat: boolean, name: string | undefined): Document {
  const all = shownSettings(info, flat);
  if (name === undefined || name === '_all' || name === '*') return all;
  const names = name.split(',');
  const keep = (value: unknown, path: string): unknown => {
    if (!isDocument(value)) return names.some((pattern) => globMatches(pattern, path)) ? value : undefined;
    const kept = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
      const part = keep(member, path === '' ? key : `${path}.${key}`);
      return part === undefined ? [] : [[key, part]];
    });
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  };
  const kept = keep(all, '');
  return isDocument(kept) ? kept : {};
}

/** Writes are visible at once here; what a refresh, flush or merge promises is already so. */
async function refresh({ params, path, query }: Call, { store }: Needs): Promise<Answer> {
  const expression = params.index ?? '_all';
  const infos = await store.indices(expression, indexOptions(query));
  if (path.endsWith('_refresh')) await Promise.all(infos.map((info) => store.refresh(info.name)));
  return { status: 200, body: { _shards: broadcastShards(infos) } };
}

function maintenanceParameters(path: string): readonly string[] {
  if (path.endsWith('_flush')) return [...indexParameters, 'force', 'wait_if_ongoing'];
  if (path.endsWith('_forcemerge')) return [...indexParameters, 'flush', 'max_num_segments', 'only_expunge_deletes'];
  if (path.endsWith('clear')) return [...indexParameters, 'fielddata', 'fields', 'query', 'request', 'file', 'index'];
  return [...indexParameters];
}
