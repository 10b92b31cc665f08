import { type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { IndexInfo } from '../store/store.ts';
import { illegal } from './error.ts';
import { globMatches } from './glob.ts';
import { aliasesOf, broadcastShards } from './index-facts.ts';
import { flag, indexOptions, indexParameters, waitParameters } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';
import { checkSettings, flatSettings } from './settings.ts';

type Needs = Pick<Services, 'store'>;

/** What is changed of an index that exists, and what it says of itself: open or closed, settings, figures, names. */
export const indexStateRoutes: readonly Route<Needs>[] = [
  { methods: ['POST'], path: '/:index/_close', query: [...indexParameters, ...waitParameters], handle: close },
  { methods: ['POST'], path: '/:index/_open', query: [...indexParameters, ...waitParameters], handle: open },
  ...['/_settings', '/:index/_settings'].map(
    (path): Route<Needs> => ({
      methods: ['PUT'],
      path,
      query: [...indexParameters, ...waitParameters, 'preserve_existing', 'flat_settings'],
      body: 'json',
      handle: putSettings,
    }),
  ),
  ...['/_stats', '/_stats/:metric', '/:index/_stats', '/:index/_stats/:metric'].map(
    (path): Route<Needs> => ({
      methods: ['GET'],
      path,
      query: [...indexParameters, 'level', 'fields', 'groups', 'include_segment_file_sizes', 'forbid_closed_indices'],
      handle: stats,
    }),
  ),
  { methods: ['GET'], path: '/_resolve/index/:name', query: [...indexParameters], handle: resolveIndex },
  // There are no search pipelines either; this is how none are told.
  { methods: ['GET'], path: '/_search/pipeline', handle: async () => ({ status: 404, body: {} }) },
  ...['/_data_stream', '/_data_stream/:name'].map(
    (path): Route<Needs> => ({ methods: ['GET'], path, handle: dataStreams }),
  ),
];

async function close({ params, query }: Call, { store }: Needs): Promise<Answer> {
  const infos = await store.indices(params.index ?? '', indexOptions(query));
  await store.updateIndices(infos.map(({ name }) => ({ index: name, closed: true })));
  const indices = Object.fromEntries(infos.map(({ name }) => [name, { closed: true }]));
  return { status: 200, body: { acknowledged: true, shards_acknowledged: infos.length > 0, indices } };
}

async function open({ params, query }: Call, { store }: Needs): Promise<Answer> {
  const infos = await store.indices(params.index ?? '', indexOptions(query, 'closed'));
  await store.updateIndices(infos.map(({ name }) => ({ index: name, closed: false })));
  return { status: 200, body: { acknowledged: true, shards_acknowledged: true } };
}

/** Settings that an index is made with cannot change later; analysis only while it is closed. */
const final = /^(?:number_of_shards|number_of_routing_shards|routing_partition_size|sort\..*|codec|soft_deletes\..*)$/;

async function putSettings({ params, query, body }: Call, { store }: Needs): Promise<Answer> {
  if (!isDocument(body))
    throw new TrailhoundError('parse-failed', 'request body is required', { wire: 'parse_exception' });
  const wanted = isDocument(body.settings) && Object.keys(body).length === 1 ? body.settings : body;
  checkSettings(wanted);
  const infos = await store.indices(params.index ?? '_all', indexOptions(query));
  const named = flatSettings(wanted);
  const preserve = flag(query, 'preserve_existing');
  const changes = infos.map((info) => {
    const fixed = [...named.keys()].filter(
      (name) => final.test(name) || (name.startsWith('analysis.') && !info.closed),
    );
    if (fixed.length > 0) throw notUpdatable(info, fixed);
    const known = flatSettings(info.settings);
    const settings = Object.fromEntries([...named].filter(([name]) => !preserve || !known.has(name)));
    return { index: info.name, settings };
  });
  await store.updateIndices(changes);
  return { status: 200, body: { acknowledged: true } };
}

function notUpdatable(info: IndexInfo, names: readonly string[]): TrailhoundError {
  const settings = names.map((name) => `index.${name}`).join(', ');
  if (info.closed) return illegal(`final ${info.name} setting [${settings}], not updateable`);
  return illegal(`Can't update non dynamic settings [[${settings}]] for open indices [[${info.name}/${info.uuid}]]`);
}

async function stats({ params, query }: Call, { store }: Needs): Promise<Answer> {
  const infos = await store.indices(params.index ?? '_all', indexOptions(query));
  const wanted = params.metric === undefined || params.metric === '_all' ? undefined : params.metric.split(',');
  for (const name of wanted ?? []) {
    if (!metrics.includes(name)) {
      throw illegal(`request [/_stats/${params.metric}] contains unrecognized metric: [${name}]`);
    }
  }
  const shown = (part: readonly IndexInfo[]): Document => {
    const sum = (of: (info: IndexInfo) => number): number => part.reduce((total, info) => total + of(info), 0);
    const bytes = sum((info) => info.bytes);
    const all: Document = {
      docs: { count: sum((info) => info.documents), deleted: 0 },
      store: { size_in_bytes: bytes, reserved_in_bytes: 0 },
    };
    return Object.fromEntries(Object.entries(all).filter(([name]) => wanted === undefined || wanted.includes(name)));
  };
  const both = (part: readonly IndexInfo[]): Document => ({ primaries: shown(part), total: shown(part) });
  const indices = Object.fromEntries(infos.map((info) => [info.name, { uuid: info.uuid, ...both([info]) }]));
  return { status: 200, body: { _shards: broadcastShards(infos), _all: both(infos), indices } };
}

const metrics =
  'docs store indexing get search merge refresh flush warmer query_cache fielddata completion segments translog request_cache recovery'.split(
    ' ',
  );

async function resolveIndex({ params, query }: Call, { store }: Needs): Promise<Answer> {
  const name = params.name ?? '';
  const infos = await store.indices(name, { ...indexOptions(query), ignoreUnavailable: true });
  const everywhere = await store.indices('*', { wildcards: { open: true, closed: true, hidden: true } });
  const named = infos.filter((info) => isMeant(name, info.name));
  const aliases = new Map<string, string[]>();
  for (const info of everywhere) {
    for (const alias of Object.keys(aliasesOf(info))) {
      if (isMeant(name, alias)) aliases.set(alias, [...(aliases.get(alias) ?? []), info.name]);
    }
  }
  return {
    status: 200,
    body: {
      indices: named.map((info) => ({
        name: info.name,
        ...(Object.keys(aliasesOf(info)).length > 0 ? { aliases: Object.keys(aliasesOf(info)).sort() } : {}),
        attributes: [info.closed ? 'closed' : 'open', ...(info.hidden ? ['hidden'] : [])],
      })),
      aliases: [...aliases].sort(([a], [b]) => (a < b ? -1 : 1)).map(([alias, indices]) => ({ name: alias, indices })),
      data_streams: [],
    },
  };
}

function isMeant(expression: string, name: string): boolean {
  return expression.split(',').some((part) => part === '_all' || globMatches(part, name));
}

/** There are none: indices of events are named by day. */
async function dataStreams({ params }: Call): Promise<Answer> {
  const name = params.name;
  if (name === undefined || /[*]/.test(name)) return { status: 200, body: { data_streams: [] } };
  throw new TrailhoundError('index-not-found', `no such index [${name}]`, {
    fields: { index: name, 'resource.id': name, 'resource.type': 'index_or_alias', index_uuid: '_na_' },
  });
}
