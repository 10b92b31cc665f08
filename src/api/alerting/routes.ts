import { alertRoutes } from './alert-routes.ts';
import { commentRoutes } from './comment-routes.ts';
import { destinationRoutes } from './destination-routes.ts';
import { executeRoutes } from './execute-routes.ts';
import { findingRoutes } from './finding-routes.ts';
import { monitorRoutes } from './monitor-routes.ts';
import type { AlertingRoute } from './prefix.ts';
import { statsRoutes } from './stats-routes.ts';
import { workflowRoutes } from './workflow-routes.ts';

/** The routes of OpenSearch's Alerting plugin that this version answers. */
export const alertingRoutes: readonly AlertingRoute[] = [
  ...monitorRoutes,
  ...executeRoutes,
  ...alertRoutes,
  ...findingRoutes,
  ...commentRoutes,
  ...destinationRoutes,
  ...statsRoutes,
  ...workflowRoutes,
];
