import type { Alerting } from '../../alerting/alerting.ts';
import type { Clock } from '../../base/clock.ts';
import { TrailhoundError } from '../../base/errors.ts';
import type { Route } from '../route.ts';

export type AlertingRoute = Route<{ readonly alerting: Alerting; readonly clock: Clock }>;

const prefixes = ['/_plugins/_alerting', '/_opendistro/_alerting'];

/** The same route under the plugin's name of today and under the one it had. */
export function underBoth(route: AlertingRoute): readonly AlertingRoute[] {
  return prefixes.map((prefix) => ({ ...route, path: `${prefix}${route.path}` }));
}

/** Writes are seen by the next search whatever `refresh` says; only its words are checked, as the original does. */
export function checkRefresh(query: Readonly<Record<string, string>>): void {
  const { refresh } = query;
  if (refresh === undefined || ['', 'true', 'false', 'wait_for'].includes(refresh)) return;
  throw new TrailhoundError('bad-request', `Unknown value for refresh: [${refresh}].`);
}

export function requireBody(body: unknown): void {
  if (body !== undefined) return;
  throw new TrailhoundError('bad-request', 'request body is required', { wire: 'parse_exception' });
}
