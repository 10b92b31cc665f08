import type { Route } from './route.ts';
import type { Services } from './services.ts';
import type { RootAnswer } from './wire.ts';

export const clusterName = 'trailhound';
export const nodeName = 'trailhound-1';
/** Where the one node says it is. */
export const nodeAddress = '127.0.0.1';

/** The version whose answers ours are; clients choose their dialect by it. */
export const openSearchVersion = '2.19.4';

type Needs = Pick<Services, 'identity'>;

export const rootRoutes: readonly Route<Needs>[] = [
  {
    methods: ['GET'],
    path: '/',
    async handle(call, { identity }) {
      if (/\btext\/html\b/.test(call.headers.accept ?? '')) {
        return { status: 302, body: undefined, headers: { location: '/app' } };
      }
      return { status: 200, body: rootAnswer(identity) };
    },
  },
  { methods: ['HEAD'], path: '/', handle: async () => ({ status: 200, body: undefined }) },
];

function rootAnswer(identity: Needs['identity']): RootAnswer {
  return {
    name: nodeName,
    cluster_name: clusterName,
    cluster_uuid: identity.clusterUuid,
    version: {
      distribution: 'opensearch',
      number: openSearchVersion,
      build_type: 'tar',
      build_hash: 'unknown',
      build_date: '2025-11-01T02:35:07.862712745Z',
      build_snapshot: false,
      lucene_version: '9.12.3',
      minimum_wire_compatibility_version: '7.10.0',
      minimum_index_compatibility_version: '7.0.0',
    },
    tagline: 'The OpenSearch Project: https://opensearch.org/',
    trailhound: { version: identity.version },
  };
}
