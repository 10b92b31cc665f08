import type { Alerting, ExecuteOptions } from '../../alerting/alerting.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { flag } from '../parameters.ts';
import type { Answer, Call } from '../route.ts';
import { type AlertingRoute, requireBody, underBoth } from './prefix.ts';

const parameters = ['dryrun', 'period_end'];

/** Runs a monitor now: a saved one by its id, or the one in the body. */
export const executeRoutes: readonly AlertingRoute[] = [
  ...underBoth({ methods: ['POST'], path: '/monitors/:id/_execute', query: parameters, body: 'json', handle: saved }),
  ...underBoth({ methods: ['POST'], path: '/monitors/_execute', query: parameters, body: 'json', handle: unsaved }),
];

type Needs = { readonly alerting: Alerting };

async function saved({ params, query }: Call, { alerting }: Needs): Promise<Answer> {
  return { status: 200, body: await alerting.execute(params.id ?? '', optionsOf(query)) };
}

async function unsaved({ query, body }: Call, { alerting }: Needs): Promise<Answer> {
  requireBody(body);
  return { status: 200, body: await alerting.executeUnsaved(body, optionsOf(query)) };
}

function optionsOf(query: Readonly<Record<string, string>>): ExecuteOptions {
  const { period_end: periodEnd } = query;
  return {
    dryRun: flag(query, 'dryrun'),
    ...(periodEnd === undefined ? {} : { periodEnd: timeValue('period_end', periodEnd) }),
  };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time value as OpenSearch writes them: `1547161932322ms`. A bare number has no unit and is refused, as there. */
function timeValue(name: string, text: string): number {
  const found = /^(\d{1,16})(ms|s|m|h|d)$/.exec(text.trim().toLowerCase());
  const ms = found ? Number(found[1]) * (units[found[2] ?? ''] ?? Number.NaN) : Number.NaN;
  // Beyond this there are no dates.
  if (ms <= 8.64e15) return ms;
  const reason = `failed to parse setting [${name}] with value [${text}] as a time value: unit is missing or unrecognized`;
  throw new TrailhoundError('bad-request', reason);
}
