import { TrailhoundError } from '../base/errors.ts';
import { waitParameters } from './parameters.ts';
import type { Answer, Route } from './route.ts';

/**
 * What clients and dashboards ask about that a store of events does not have: ingest pipelines, stored scripts, snapshots,
 * tasks, other clusters. They get the answer of a cluster that has none. Making any is refused elsewhere, by there being no route.
 */
export const absentRoutes: readonly Route<unknown>[] = [
  ...['/_ingest/pipeline', '/_ingest/pipeline/:id'].map((path) => asked(path, () => ({ status: 404, body: {} }))),
  asked('/_scripts/:id', ({ id = '' }) => ({ status: 404, body: { _id: id, found: false } })),
  ...['/_snapshot', '/_snapshot/_all'].map((path) => asked(path, () => ({ status: 200, body: {} }))),
  asked('/_snapshot/:repository', ({ repository = '' }) => {
    throw new TrailhoundError('not-found', `[${repository}] missing`, { wire: 'repository_missing_exception' });
  }),
  asked('/_tasks', () => ({ status: 200, body: { nodes: {} } })),
  asked('/_tasks/:id', ({ id = '' }) => {
    throw new TrailhoundError('not-found', `task [${id}] isn't running and hasn't stored its results`, {
      wire: 'resource_not_found_exception',
    });
  }),
  asked('/_remote/info', () => ({ status: 200, body: {} })),
  asked('/_cluster/pending_tasks', () => ({ status: 200, body: { tasks: [] } })),
];

function asked(path: string, answer: (params: Readonly<Record<string, string>>) => Answer): Route<unknown> {
  const query = [
    ...waitParameters,
    'local',
    'summary',
    'group_by',
    'detailed',
    'actions',
    'nodes',
    'verbose',
    'wait_for_completion',
  ];
  return { methods: ['GET'], path, query, handle: async ({ params }) => answer(params) };
}
