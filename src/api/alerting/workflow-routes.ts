import { TrailhoundError } from '../../base/errors.ts';
import type { AlertingRoute } from './prefix.ts';

const paths = [
  '/workflows',
  '/workflows/alerts',
  '/workflows/:id',
  '/workflows/:id/_execute',
  '/workflows/:id/_acknowledge/alerts',
];

/** What the plugin has and this version does not: said in words, instead of "no such route". */
export const workflowRoutes: readonly AlertingRoute[] = paths.map((path) => ({
  methods: ['GET', 'POST', 'PUT', 'DELETE'],
  path: `/_plugins/_alerting${path}`,
  body: 'text',
  handle: async () => {
    const reason = 'Composite monitors (workflows) are not part of this version: use the monitors they are made of.';
    throw new TrailhoundError('not-supported', reason);
  },
}));
