import type { AlertQuery } from '../../alerting/alert-list.ts';
import type { Alerting } from '../../alerting/alerting.ts';
import { isDocument, own } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { integer, list } from '../parameters.ts';
import type { Answer, Call } from '../route.ts';
import { type AlertingRoute, checkRefresh, requireBody, underBoth } from './prefix.ts';

const texts = [
  'sortString',
  'sortOrder',
  'missing',
  'searchString',
  'severityLevel',
  'alertState',
  'monitorId',
] as const;

/** Alerts: list, acknowledge, and (ours) close. */
export const alertRoutes: readonly AlertingRoute[] = [
  ...underBoth({
    methods: ['GET'],
    path: '/monitors/alerts',
    query: [...texts, 'size', 'startIndex', 'workflowIds'],
    handle: listed,
  }),
  ...underBoth({
    methods: ['POST'],
    path: '/monitors/:id/_acknowledge/alerts',
    query: ['refresh'],
    body: 'json',
    handle: async (call, { alerting }) => {
      const ids = alertIds(call);
      return { status: 200, body: await alerting.acknowledge(call.params.id ?? '', ids) };
    },
  }),
  ...underBoth({
    methods: ['POST'],
    path: '/monitors/:id/_close/alerts',
    query: ['refresh'],
    body: 'json',
    handle: async (call, { alerting }) => {
      const ids = alertIds(call);
      return { status: 200, body: await alerting.closeAlerts(call.params.id ?? '', ids) };
    },
  }),
];

async function listed({ query }: Call, { alerting }: { readonly alerting: Alerting }): Promise<Answer> {
  const size = integer(query, 'size');
  const startIndex = integer(query, 'startIndex');
  const asked: AlertQuery = {
    ...Object.fromEntries(texts.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]]))),
    ...(size === undefined ? {} : { size }),
    ...(startIndex === undefined ? {} : { startIndex }),
    workflowIds: list(query, 'workflowIds') ?? [],
  };
  return { status: 200, body: await alerting.listAlerts(asked) };
}

function alertIds({ body, query }: Call): readonly string[] {
  checkRefresh(query);
  requireBody(body);
  const ids = isDocument(body) ? own(body, 'alerts') : undefined;
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
    throw new TrailhoundError('bad-request', 'alerts: a list of alert ids is expected');
  }
  if (ids.length === 0) throw new TrailhoundError('bad-request', 'You must provide at least one alert id.');
  return ids;
}
