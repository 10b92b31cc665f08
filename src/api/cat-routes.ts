import { asNumber, asText } from '../base/document.ts';
import type { IndexInfo } from '../store/store.ts';
import { byteSize } from './byte-size.ts';
import { catClusterRoutes, catClusterTables } from './cat-cluster.ts';
import { type Column, catAnswer, catParameters } from './cat-table.ts';
import { healthBody } from './cluster-routes.ts';
import { globMatches } from './glob.ts';
import { aliasesOf, health, replicas } from './index-facts.ts';
import { indexOptions, indexParameters } from './parameters.ts';
import { nodeAddress, nodeName } from './root-routes.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'store' | 'clock' | 'identity'>;
type Handle = (call: Call, needs: Needs) => Promise<Answer>;

const tables: readonly { readonly paths: readonly string[]; readonly handle: Handle }[] = [
  { paths: ['/_cat/indices', '/_cat/indices/:index'], handle: catIndices },
  { paths: ['/_cat/count', '/_cat/count/:index'], handle: catCount },
  { paths: ['/_cat/aliases', '/_cat/aliases/:name'], handle: catAliases },
  { paths: ['/_cat/templates', '/_cat/templates/:name'], handle: catTemplates },
  { paths: ['/_cat/health'], handle: catHealth },
  { paths: ['/_cat/nodes'], handle: catNodes },
  { paths: ['/_cat/plugins'], handle: catPlugins },
];

const query = [...catParameters, ...indexParameters, 'health', 'include_unloaded_segments', 'ts'];

export const catRoutes: readonly Route<Needs>[] = [
  { methods: ['GET'], path: '/_cat', query, handle: catList },
  ...tables.flatMap(({ paths, handle }) =>
    paths.map((path): Route<Needs> => ({ methods: ['GET'], path, query, handle })),
  ),
  ...catClusterRoutes,
];

async function catList(): Promise<Answer> {
  const paths = [...tables.flatMap((table) => table.paths), ...catClusterTables.map(({ path }) => path)];
  const lines = paths.map((path) => path.replace(/:(\w+)/, '{$1}'));
  const body = `=^.^=\n${lines.join('\n')}\n`;
  return { status: 200, body, headers: { 'content-type': 'text/plain; charset=UTF-8' } };
}

const indexColumns: readonly Column<IndexInfo>[] = [
  { name: 'health', aliases: ['h'], about: 'current health status', value: health },
  { name: 'status', aliases: ['s'], about: 'open/close status', value: (info) => (info.closed ? 'close' : 'open') },
  { name: 'index', aliases: ['i', 'idx'], about: 'index name', value: (info) => info.name },
  { name: 'uuid', aliases: ['id'], about: 'index uuid', value: (info) => info.uuid },
  {
    name: 'pri',
    aliases: ['p', 'shards.primary', 'shardsPrimary'],
    about: 'number of primary shards',
    right: true,
    value: () => 1,
  },
  {
    name: 'rep',
    aliases: ['r', 'shards.replica', 'shardsReplica'],
    about: 'number of replica shards',
    right: true,
    value: replicas,
  },
  {
    name: 'docs.count',
    aliases: ['dc', 'docsCount'],
    about: 'available docs',
    right: true,
    value: (info) => info.documents,
  },
  { name: 'docs.deleted', aliases: ['dd', 'docsDeleted'], about: 'deleted docs', right: true, value: () => 0 },
  {
    name: 'creation.date',
    aliases: ['cd'],
    about: 'index creation date (millisecond value)',
    right: true,
    extra: true,
    value: (info) => info.createdAt,
  },
  {
    name: 'creation.date.string',
    aliases: ['cds'],
    about: 'index creation date (as string)',
    extra: true,
    value: (info) => new Date(info.createdAt).toISOString(),
  },
  {
    name: 'store.size',
    aliases: ['ss', 'storeSize'],
    about: 'store size of primaries & replicas',
    right: true,
    value: (info) => info.bytes,
  },
  { name: 'pri.store.size', aliases: [], about: 'store size of primaries', right: true, value: (info) => info.bytes },
];

async function catIndices({ params, query, headers }: Call, { store }: Needs): Promise<Answer> {
  const infos = await store.indices(params.index ?? '*', indexOptions(query, 'open,closed'));
  const wanted = query.health === undefined ? infos : infos.filter((info) => health(info) === query.health);
  return catAnswer(withSizes(indexColumns, query.bytes), wanted, query, headers);
}

/** Sizes as people read them (`3.4kb`), or as numbers of the unit that `bytes` names. */
function withSizes(columns: readonly Column<IndexInfo>[], unit: string | undefined): readonly Column<IndexInfo>[] {
  return columns.map((column) =>
    column.name.endsWith('store.size') ? { ...column, value: (info) => byteSize(info.bytes, unit) } : column,
  );
}

interface Moment {
  readonly at: number;
}

const momentColumns: readonly Column<Moment>[] = [
  {
    name: 'epoch',
    aliases: ['t', 'time'],
    about: 'seconds since 1970-01-01 00:00:00',
    value: ({ at }) => Math.floor(at / 1000),
  },
  {
    name: 'timestamp',
    aliases: ['ts', 'hms', 'hhmmss'],
    about: 'time in HH:MM:SS',
    value: ({ at }) => new Date(at).toISOString().slice(11, 19),
  },
];

async function catCount({ params, query, headers }: Call, { store, clock }: Needs): Promise<Answer> {
  const infos = await store.indices(params.index ?? '*', indexOptions(query));
  const count = infos.reduce((sum, info) => sum + info.documents, 0);
  const columns: readonly Column<Moment>[] = [
    ...momentColumns,
    { name: 'count', aliases: ['dc', 'docs.count', 'docsCount'], about: 'the document count', value: () => count },
  ];
  return catAnswer(columns, [{ at: clock.now() }], query, headers);
}

async function catHealth({ query, headers }: Call, { store, clock }: Needs): Promise<Answer> {
  const body = healthBody(await store.indices('*,.*', { ignoreUnavailable: true }));
  const column = (name: string, aliases: string, about: string, value: unknown, right = true): Column<Moment> => ({
    name,
    aliases: aliases.split(','),
    about,
    right,
    value: () => asText(value),
  });
  const percent = asNumber(body.active_shards_percent_as_number).toFixed(1);
  const columns: readonly Column<Moment>[] = [
    ...(query.ts === 'false' ? [] : momentColumns),
    column('cluster', 'cl', 'cluster name', body.cluster_name, false),
    column('status', 'st', 'health status', body.status, false),
    column('node.total', 'nt,nodeTotal', 'total number of nodes', 1),
    column('node.data', 'nd,nodeData', 'number of nodes that can store data', 1),
    column('discovered_cluster_manager', 'dcm', 'discovered cluster manager', true, false),
    column('shards', 't,sh,shards.total,shardsTotal', 'total number of shards', body.active_shards),
    column('pri', 'p,shards.primary,shardsPrimary', 'number of primary shards', body.active_primary_shards),
    column('relo', 'r,shards.relocating', 'number of relocating nodes', 0),
    column('init', 'i,shards.initializing', 'number of initializing nodes', 0),
    column('unassign', 'u,shards.unassigned', 'number of unassigned shards', body.unassigned_shards),
    column('pending_tasks', 'pt,pendingTasks', 'number of pending tasks', 0),
    column('max_task_wait_time', 'mtwt', 'wait time of longest task pending', '-'),
    column('active_shards_percent', 'asp', 'active number of shards in percent', `${percent}%`),
  ];
  return catAnswer(columns, [{ at: clock.now() }], query, headers);
}

interface AliasRow {
  readonly alias: string;
  readonly index: string;
  readonly body: { readonly [field: string]: unknown };
}

const aliasColumns: readonly Column<AliasRow>[] = [
  { name: 'alias', aliases: ['a'], about: 'alias name', value: (row) => row.alias },
  { name: 'index', aliases: ['i', 'idx'], about: 'index alias points to', value: (row) => row.index },
  {
    name: 'filter',
    aliases: ['f', 'fi'],
    about: 'filter',
    value: (row) => (row.body.filter === undefined ? '-' : '*'),
  },
  {
    name: 'routing.index',
    aliases: ['ri', 'routingIndex'],
    about: 'index routing',
    value: (row) => asText(row.body.index_routing ?? row.body.routing ?? '-'),
  },
  {
    name: 'routing.search',
    aliases: ['rs', 'routingSearch'],
    about: 'search routing',
    value: (row) => asText(row.body.search_routing ?? row.body.routing ?? '-'),
  },
  {
    name: 'is_write_index',
    aliases: ['w', 'isWriteIndex'],
    about: 'write index',
    value: (row) => asText(row.body.is_write_index ?? '-'),
  },
];

async function catAliases({ params, query, headers }: Call, { store }: Needs): Promise<Answer> {
  const infos = await store.indices('_all', indexOptions(query, 'all'));
  const patterns = params.name?.split(',');
  const rows = infos.flatMap((info) =>
    Object.entries(aliasesOf(info))
      .filter(([alias]) => patterns === undefined || patterns.some((pattern) => globMatches(pattern, alias)))
      .map(([alias, body]): AliasRow => ({ alias, index: info.name, body: (body ?? {}) as AliasRow['body'] })),
  );
  return catAnswer(aliasColumns, rows, query, headers);
}

interface TemplateRow {
  readonly name: string;
  readonly legacy: boolean;
  readonly body: { readonly [field: string]: unknown };
}

const templateColumns: readonly Column<TemplateRow>[] = [
  { name: 'name', aliases: ['n'], about: 'template name', value: (row) => row.name },
  {
    name: 'index_patterns',
    aliases: ['t'],
    about: 'template index patterns',
    value: (row) => `[${[row.body.index_patterns].flat().join(', ')}]`,
  },
  {
    name: 'order',
    aliases: ['o', 'p'],
    about: 'template application order/priority number',
    value: (row) => asText((row.legacy ? row.body.order : row.body.priority) ?? 0),
  },
  {
    name: 'version',
    aliases: ['v'],
    about: 'version',
    value: (row) => (row.body.version === undefined ? null : asText(row.body.version)),
  },
  {
    name: 'composed_of',
    aliases: ['c'],
    about: 'component templates comprising index template',
    value: (row) => (row.legacy ? '' : `[${[row.body.composed_of ?? []].flat().join(', ')}]`),
  },
];

async function catTemplates({ params, query, headers }: Call, { store }: Needs): Promise<Answer> {
  const templates = await store.templates();
  const rows = templates.filter(
    ({ name, component }) => !component && (params.name === undefined || globMatches(params.name, name)),
  );
  return catAnswer(templateColumns, rows, query, headers);
}

async function catNodes({ query, headers }: Call): Promise<Answer> {
  const columns: readonly Column<null>[] = [
    { name: 'ip', aliases: ['i'], about: 'ip address', value: () => nodeAddress },
    {
      name: 'node.role',
      aliases: ['r', 'role', 'nodeRole'],
      about: 'm:cluster eligible node, d:data node',
      value: () => 'dm',
    },
    {
      name: 'node.roles',
      aliases: ['rs', 'all roles'],
      about: 'all roles of the node',
      value: () => 'cluster_manager,data',
    },
    { name: 'cluster_manager', aliases: ['m', 'master'], about: '*:current cluster manager', value: () => '*' },
    { name: 'name', aliases: ['n'], about: 'node name', value: () => nodeName },
  ];
  return catAnswer(columns, [null], query, headers);
}

async function catPlugins({ query, headers }: Call): Promise<Answer> {
  const columns: readonly Column<{ readonly component: string }>[] = [
    { name: 'name', aliases: ['n'], about: 'node name', value: () => nodeName },
    { name: 'component', aliases: ['c'], about: 'component', value: (row) => row.component },
    { name: 'version', aliases: ['v'], about: 'component version', value: () => '2.19.4.0' },
  ];
  return catAnswer(columns, [{ component: 'opensearch-alerting' }], query, headers);
}
