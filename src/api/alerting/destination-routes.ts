import { TrailhoundError } from '../../base/errors.ts';
import { illegal } from '../error.ts';
import { integer, type Parameters } from '../parameters.ts';
import { type AlertingRoute, underBoth } from './prefix.ts';

/**
 * What Dashboards still reads of the destinations of old: there are none, channels of Notifications took their place. The
 * original's 2.x has the reads alone too, so writing is 405.
 */
export const destinationRoutes: readonly AlertingRoute[] = [
  ...['/destinations', '/destinations/:id'].flatMap((path) =>
    underBoth({
      methods: ['GET'],
      path,
      query: ['sortString', 'sortOrder', 'missing', 'size', 'startIndex', 'searchString', 'destinationType', 'version'],
      async handle({ query }) {
        checkPage(query);
        return { status: 200, body: { totalDestinations: 0, destinations: [] } };
      },
    }),
  ),
  ...mailRoutes('email_accounts', 'Email Account not found.'),
  ...mailRoutes('email_groups', 'Email Group not found.'),
];

function mailRoutes(kind: string, missing: string): readonly AlertingRoute[] {
  const search = underBoth({
    methods: ['GET', 'POST'],
    path: `/destinations/${kind}/_search`,
    body: 'json',
    async handle() {
      const hits = { total: { value: 0, relation: 'eq' }, max_score: 0, hits: [] };
      const shards = { total: 0, successful: 0, skipped: 0, failed: 0 };
      return { status: 200, body: { took: 0, timed_out: false, _shards: shards, hits } };
    },
  });
  const one = underBoth({
    methods: ['GET', 'HEAD'],
    path: `/destinations/${kind}/:id`,
    query: ['version'],
    async handle() {
      throw new TrailhoundError('not-found', missing, { wire: 'alerting_exception', status: 404 });
    },
  });
  return [...search, ...one];
}

function checkPage(query: Parameters): void {
  for (const [name, shown] of [
    ['size', 'size'],
    ['startIndex', 'from'],
  ] as const) {
    const value = integer(query, name);
    if (value !== undefined && value < 0) throw illegal(`[${shown}] parameter cannot be negative, found [${value}]`);
  }
}
