import { absentRoutes } from './absent-routes.ts';
import { alertingRoutes } from './alerting/routes.ts';
import { aliasRoutes } from './alias-routes.ts';
import { aliasWriteRoutes } from './alias-write.ts';
import { analyzeRoutes } from './analyze-routes.ts';
import { bulkRoutes } from './bulk-routes.ts';
import { byQueryRoutes } from './by-query.ts';
import { catRoutes } from './cat-routes.ts';
import { clusterRoutes } from './cluster-routes.ts';
import { documentRoutes } from './document-routes.ts';
import { fieldCapsRoutes } from './field-caps-routes.ts';
import { indexRoutes } from './index-routes.ts';
import { indexStateRoutes } from './index-state-routes.ts';
import { logtestRoutes } from './logtest-routes.ts';
import { mappingRoutes } from './mapping-routes.ts';
import { mgetRoutes } from './mget.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { pitRoutes } from './pit-routes.ts';
import { reindexRoutes } from './reindex.ts';
import { rootRoutes } from './root-routes.ts';
import type { Route } from './route.ts';
import { rulesRoutes } from './rules-routes.ts';
import { scrollRoutes } from './scroll-routes.ts';
import { searchRoutes } from './search-routes.ts';
import type { Services } from './services.ts';
import { templateRoutes } from './template-routes.ts';
import { trailhoundRoutes } from './trailhound-routes.ts';
import { updateRoutes } from './update-routes.ts';
import { validateRoutes } from './validate-routes.ts';

/** What this program answers itself, wherever the documents are. */
const ownRoutes: readonly Route<Services>[] = [
  ...rootRoutes,
  ...trailhoundRoutes,
  ...logtestRoutes,
  ...rulesRoutes,
  ...alertingRoutes,
  ...notificationRoutes,
];

/** True for what a cluster answers where the documents are in one. */
export function isAboutDocuments(route: Route<Services>): boolean {
  return !ownRoutes.includes(route);
}

/** Every route there is. A path is matched literally before a parameter (`/_search` before `/:index`). */
export const routes: readonly Route<Services>[] = [
  ...clusterRoutes,
  ...catRoutes,
  ...absentRoutes,
  ...indexRoutes,
  ...mappingRoutes,
  ...aliasRoutes,
  ...aliasWriteRoutes,
  ...indexStateRoutes,
  ...templateRoutes,
  ...documentRoutes,
  ...updateRoutes,
  ...mgetRoutes,
  ...bulkRoutes,
  ...searchRoutes,
  ...scrollRoutes,
  ...pitRoutes,
  ...byQueryRoutes,
  ...reindexRoutes,
  ...validateRoutes,
  ...analyzeRoutes,
  ...fieldCapsRoutes,
  ...ownRoutes,
];

/**
 * The methods that some route answers at this path: what a 405 tells. Empty where no route has the path.
 * A path that is written out in the table (`/_search`) is itself and never the name of an index.
 */
export function allowedMethods(path: string): readonly string[] {
  const steps = split(path);
  const fitting = routes.filter((route) => fits(split(route.path), steps));
  const literal = fitting.filter((route) => !route.path.includes('/:index'));
  return [...new Set((literal.length > 0 ? literal : fitting).flatMap((route) => route.methods))].sort();
}

function fits(parts: readonly string[], steps: readonly string[]): boolean {
  return parts.length === steps.length && parts.every((part, at) => part.startsWith(':') || part === steps[at]);
}

function split(path: string): readonly string[] {
  return path.replace(/\/$/, '').split('/');
}
