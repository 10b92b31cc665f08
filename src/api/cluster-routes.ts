import { asNumber } from '../base/document.ts';
import type { IndexInfo } from '../store/store.ts';
import { health, replicas } from './index-facts.ts';
import { indexOptions, indexParameters, waitParameters } from './parameters.ts';
import { clusterName, nodeAddress, nodeName, openSearchVersion } from './root-routes.ts';
import type { Call, Route } from './route.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'store' | 'identity' | 'clock'>;

const healthParameters = [
  ...indexParameters,
  ...waitParameters,
  'level',
  'local',
  'wait_for_status',
  'wait_for_nodes',
  'wait_for_events',
  'wait_for_no_relocating_shards',
  'wait_for_no_initializing_shards',
  'awareness_attribute',
];

/** What clients ask a cluster about itself: one node, always there. */
export const clusterRoutes: readonly Route<Needs>[] = [
  { methods: ['GET'], path: '/_cluster/health', query: healthParameters, handle: clusterHealth },
  { methods: ['GET'], path: '/_cluster/health/:index', query: healthParameters, handle: clusterHealth },
  {
    methods: ['GET'],
    path: '/_cluster/settings',
    query: ['include_defaults', 'flat_settings', ...waitParameters],
    async handle(call) {
      const defaults = call.query.include_defaults === undefined ? {} : { defaults: {} };
      return { status: 200, body: { persistent: {}, transient: {}, ...defaults } };
    },
  },
  {
    methods: ['GET'],
    path: '/_cluster/state',
    query: ['local', 'flat_settings', ...waitParameters],
    handle: async (_, { identity }) => ({
      status: 200,
      body: { cluster_name: clusterName, cluster_uuid: identity.clusterUuid, cluster_manager_node: identity.nodeId },
    }),
  },
  {
    methods: ['GET'],
    path: '/_cluster/stats',
    query: ['flat_settings', 'timeout'],
    handle: async (_, { store, identity, clock }) => ({
      status: 200,
      body: statsBody(await store.indices('*,.*', { allowNoIndices: true }), identity.clusterUuid, clock.now()),
    }),
  },
  ...['/_nodes', '/_nodes/:filter', '/_nodes/:filter/:metric'].map(
    (path): Route<Needs> => ({
      methods: ['GET'],
      path,
      query: ['flat_settings', 'timeout'],
      handle: async (_, { identity }) => ({ status: 200, body: nodes(identity.nodeId) }),
    }),
  ),
];

async function clusterHealth(call: Call, { store }: Needs) {
  const expression = call.params.index ?? '*,.*';
  const options = indexOptions(call.query);
  const infos = await store.indices(expression, { ...options, ignoreUnavailable: true, allowNoIndices: true });
  const level = call.query.level;
  const facts = healthBody(infos);
  // The original waits for an index that it is asked about by name.
  const missing = !(await areThere(expression, store));
  const late = missing || !isReached(facts, call.query);
  const body = { ...facts, ...(missing ? { status: 'red' } : {}), timed_out: late };
  const status = late ? 408 : 200;
  if (level !== 'indices' && level !== 'shards') return { status, body };
  const indices = Object.fromEntries(infos.map((info) => [info.name, indexHealth(info)]));
  return { status, body: { ...body, indices } };
}

async function areThere(expression: string, store: Needs['store']): Promise<boolean> {
  for (const name of expression.split(',')) {
    if (name.includes('*') || name === '_all' || name.startsWith('-')) continue;
    const found = await store.indices(name, { ignoreUnavailable: true, allowNoIndices: true });
    if (found.length === 0) return false;
  }
  return true;
}

/** Whether what a client waits for is so. It will not change by waiting: the one node is all there is. */
function isReached(facts: ReturnType<typeof healthBody>, query: Call['query']): boolean {
  const [, sign = '', count = ''] = /^(>=|<=|>|<)?(\d{1,6})$/.exec(query.wait_for_nodes ?? '') ?? [];
  const nodes = Number(count);
  const enough = { '': nodes === 1, '>=': nodes <= 1, '<=': nodes >= 1, '>': nodes < 1, '<': nodes > 1 }[sign];
  const shards = Number(query.wait_for_active_shards ?? 0);
  const green = query.wait_for_status !== 'green' || facts.status === 'green';
  return (count === '' || enough === true) && !(shards > asNumber(facts.active_shards)) && green;
}

/** The 17 keys of `_cluster/health`, in OpenSearch's order. */
export function healthBody(infos: readonly IndexInfo[]): { readonly [key: string]: unknown } {
  const unassigned = infos.reduce((sum, info) => sum + replicas(info), 0);
  const active = infos.length;
  return {
    cluster_name: clusterName,
    status: unassigned > 0 ? 'yellow' : 'green',
    timed_out: false,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    discovered_master: true,
    discovered_cluster_manager: true,
    active_primary_shards: active,
    active_shards: active,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: unassigned,
    delayed_unassigned_shards: 0,
    number_of_pending_tasks: 0,
    number_of_in_flight_fetch: 0,
    task_max_waiting_in_queue_millis: 0,
    active_shards_percent_as_number: active + unassigned === 0 ? 100 : (100 * active) / (active + unassigned),
  };
}

/** Of `_cluster/stats` what is known here: counts, not caches. */
function statsBody(infos: readonly IndexInfo[], clusterUuid: string, at: number): { readonly [key: string]: unknown } {
  const count = infos.length;
  const each = { min: Math.min(count, 1), max: Math.min(count, 1), avg: Math.min(count, 1) };
  const none = { min: 0, max: 0, avg: 0 };
  const sum = (of: (info: IndexInfo) => number): number => infos.reduce((total, info) => total + of(info), 0);
  return {
    _nodes: { total: 1, successful: 1, failed: 0 },
    cluster_name: clusterName,
    cluster_uuid: clusterUuid,
    timestamp: at,
    status: sum(replicas) > 0 ? 'yellow' : 'green',
    indices: {
      count,
      shards: {
        total: count,
        primaries: count,
        replication: 0,
        index: { shards: each, primaries: each, replication: none },
      },
      docs: { count: sum((info) => info.documents), deleted: 0 },
      store: { size_in_bytes: sum((info) => info.bytes), reserved_in_bytes: 0 },
    },
    nodes: {
      count: { total: 1, cluster_manager: 1, coordinating_only: 0, data: 1, ingest: 0, master: 1 },
      versions: [openSearchVersion],
    },
  };
}

function indexHealth(info: IndexInfo): { readonly [key: string]: unknown } {
  return {
    status: health(info),
    number_of_shards: 1,
    number_of_replicas: replicas(info),
    active_primary_shards: 1,
    active_shards: 1,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: replicas(info),
  };
}

function nodes(nodeId: string): { readonly [key: string]: unknown } {
  const address = '127.0.0.1:9400';
  return {
    _nodes: { total: 1, successful: 1, failed: 0 },
    cluster_name: clusterName,
    nodes: {
      [nodeId]: {
        name: nodeName,
        transport_address: address,
        host: nodeAddress,
        ip: nodeAddress,
        version: openSearchVersion,
        build_type: 'tar',
        build_hash: 'unknown',
        roles: ['cluster_manager', 'data'],
        attributes: {},
        plugins: [{ name: 'opensearch-alerting', version: `${openSearchVersion}.0` }],
      },
    },
  };
}
