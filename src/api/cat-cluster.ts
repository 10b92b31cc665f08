import type { IndexInfo } from '../store/store.ts';
import { byteSize } from './byte-size.ts';
import { type Column, catAnswer, catParameters } from './cat-table.ts';
import { replicas } from './index-facts.ts';
import { indexOptions, indexParameters } from './parameters.ts';
import { nodeAddress, nodeName } from './root-routes.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'store' | 'identity'>;

/** A shard of an index, or a copy of it that cannot be: there is one node. */
interface ShardRow {
  readonly info: IndexInfo;
  readonly primary: boolean;
}

const shardColumns = (unit: string | undefined): readonly Column<ShardRow>[] => [
  { name: 'index', aliases: ['i', 'idx'], about: 'index name', value: ({ info }) => info.name },
  { name: 'shard', aliases: ['s', 'sh'], about: 'shard name', value: () => 0 },
  {
    name: 'prirep',
    aliases: ['p', 'pr', 'primaryOrReplica'],
    about: 'primary or replica',
    value: ({ primary }) => (primary ? 'p' : 'r'),
  },
  {
    name: 'state',
    aliases: ['st'],
    about: 'shard state',
    value: ({ primary }) => (primary ? 'STARTED' : 'UNASSIGNED'),
  },
  {
    name: 'docs',
    aliases: ['d', 'dc'],
    about: 'number of docs in shard',
    right: true,
    value: ({ info, primary }) => (primary ? info.documents : null),
  },
  {
    name: 'store',
    aliases: ['sto'],
    about: 'store size of shard (how much disk it uses)',
    right: true,
    value: ({ info, primary }) => (primary ? byteSize(info.bytes, unit) : null),
  },
  {
    name: 'ip',
    aliases: [],
    about: 'ip of node where it lives',
    value: ({ primary }) => (primary ? nodeAddress : null),
  },
  {
    name: 'node',
    aliases: ['n'],
    about: 'name of node where it lives',
    value: ({ primary }) => (primary ? nodeName : null),
  },
];

async function shards({ params, query, headers }: Call, { store }: Needs): Promise<Answer> {
  const infos = await store.indices(params.index ?? '*,.*', { ...indexOptions(query), allowNoIndices: true });
  const rows = infos.flatMap((info): ShardRow[] => [
    { info, primary: true },
    ...Array.from({ length: replicas(info) }, () => ({ info, primary: false })),
  ]);
  return catAnswer(shardColumns(query.bytes), rows, query, headers);
}

async function manager({ query, headers }: Call, { identity }: Needs): Promise<Answer> {
  const columns: readonly Column<null>[] = [
    { name: 'id', aliases: [], about: 'node id', value: () => identity.nodeId },
    { name: 'host', aliases: ['h'], about: 'host name', value: () => nodeAddress },
    { name: 'ip', aliases: [], about: 'ip address', value: () => nodeAddress },
    { name: 'node', aliases: ['n'], about: 'node name', value: () => nodeName },
  ];
  return catAnswer(columns, [null], query, headers);
}

/** Disks are not looked at: their columns are empty, as the original shows what it does not know. */
async function allocation({ query, headers }: Call, { store }: Needs): Promise<Answer> {
  const infos = await store.indices('*,.*', { allowNoIndices: true });
  const bytes = infos.reduce((sum, info) => sum + info.bytes, 0);
  const unknown = (name: string, aliases: string, about: string): Column<null> => ({
    name,
    aliases: aliases.split(','),
    about,
    right: true,
    value: () => null,
  });
  const columns: readonly Column<null>[] = [
    { name: 'shards', aliases: ['s'], about: 'number of shards on node', right: true, value: () => infos.length },
    {
      name: 'disk.indices',
      aliases: ['di', 'diskIndices'],
      about: 'disk used by OpenSearch indices',
      right: true,
      value: () => byteSize(bytes, query.bytes),
    },
    unknown('disk.used', 'du,diskUsed', 'disk used (total, not just OpenSearch)'),
    unknown('disk.avail', 'da,diskAvail', 'disk available'),
    unknown('disk.total', 'dt,diskTotal', 'total capacity of all volumes'),
    unknown('disk.percent', 'dp,diskPercent', 'percent disk used'),
    { name: 'host', aliases: ['h'], about: 'host of node', value: () => nodeAddress },
    { name: 'ip', aliases: [], about: 'ip of node', value: () => nodeAddress },
    { name: 'node', aliases: ['n'], about: 'name of node', value: () => nodeName },
  ];
  return catAnswer(columns, [null], query, headers);
}

/** What is never there, or is of Lucene, and what would be told of it. */
const emptyTables: Readonly<Record<string, string>> = {
  pending_tasks: 'insertOrder timeInQueue priority source',
  repositories: 'id type',
  fielddata: 'id host ip node field size',
  tasks: 'action task_id parent_task_id type start_time timestamp running_time ip node',
  nodeattrs: 'node host ip attr value',
  recovery:
    'index shard time type stage source_host source_node target_host target_node repository snapshot files bytes',
  segments:
    'index shard prirep ip segment generation docs.count docs.deleted size size.memory committed searchable version compound',
  thread_pool: 'node_name name active queue rejected',
};

function empty(names: string): Route<Needs>['handle'] {
  const columns = names.split(' ').map((name): Column<null> => ({ name, aliases: [], about: name, value: () => null }));
  return async ({ query, headers }) => catAnswer(columns, [], query, headers);
}

/** Tables about shards and the one node. */
export const catClusterTables: readonly { readonly path: string; readonly handle: Route<Needs>['handle'] }[] = [
  { path: '/_cat/shards', handle: shards },
  { path: '/_cat/shards/:index', handle: shards },
  { path: '/_cat/cluster_manager', handle: manager },
  { path: '/_cat/master', handle: manager },
  { path: '/_cat/allocation', handle: allocation },
  ...Object.entries(emptyTables).map(([name, columns]) => ({ path: `/_cat/${name}`, handle: empty(columns) })),
];

export const catClusterRoutes: readonly Route<Needs>[] = catClusterTables.map(({ path, handle }) => ({
  methods: ['GET'],
  path,
  query: [...catParameters, ...indexParameters, 'detailed', 'fields', 'nodes', 'actions', 'parent_task_id'],
  handle,
}));
