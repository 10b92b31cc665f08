import { type Document, isDocument } from '../base/document.ts';
import { Num } from '../base/painless/num.ts';
import { Bean, Moment, type Value } from '../base/painless/value.ts';
import type { Alert } from './alert.ts';
import type { Period } from './compiled.ts';
import type { Monitor } from './monitor.ts';
import type { Trigger } from './trigger.ts';

/** All that a condition and a message may read of a run. */
export interface RunContext {
  readonly monitorId: string;
  readonly monitorVersion: number;
  readonly monitor: Monitor;
  readonly trigger: Trigger;
  readonly results: readonly Document[];
  readonly period: Period;
  readonly error: string | null;
  readonly alert: Alert | undefined;
}

/** `ctx` as a condition sees it (specs/alerting.md §3). */
export function conditionContext(context: RunContext): Value {
  const { monitor, trigger, alert, period } = context;
  return new Bean(
    'Context',
    members({
      results: context.results.map(withDoubles),
      periodStart: new Moment(period.start),
      periodEnd: new Moment(period.end),
      error: context.error,
      alert: alert ? alertBean(alert) : null,
      trigger: new Bean(
        'Trigger',
        members({
          id: trigger.id,
          name: trigger.name,
          severity: trigger.severity,
          actions: trigger.actions.map(({ id, name }) => ({ id, name })),
        }),
      ),
      monitor: new Bean(
        'Monitor',
        members({
          id: context.monitorId,
          version: new Num('long', context.monitorVersion),
          name: monitor.name,
          enabled: monitor.enabled,
        }),
      ),
    }),
  );
}

/** Both spellings: `ctx.alert.isAcknowledged()` of older versions and `ctx.alert.alert.isAcknowledged()` of newer ones. */
function alertBean(alert: Alert): Bean {
  const shown = members({
    id: alert.id,
    state: alert.state,
    severity: alert.severity,
    acknowledged: alert.state === 'ACKNOWLEDGED',
  });
  return new Bean('AlertContext', new Map<string, Value>([...shown, ['alert', new Bean('Alert', shown)]]));
}

function members(values: { readonly [name: string]: Value }): ReadonlyMap<string, Value> {
  return new Map(Object.entries(values));
}

/** A search response with the numbers of its aggregations as Java has them: counts are whole, values are doubles. */
function withDoubles(result: Document): Document {
  if (!isDocument(result.aggregations)) return result;
  return { ...result, aggregations: doubles(result.aggregations) as Document };
}

const counts = new Set(['doc_count', 'doc_count_error_upper_bound', 'sum_other_doc_count', 'count', 'key', 'bg_count']);

function doubles(value: unknown, name = ''): unknown {
  if (typeof value === 'number') return counts.has(name) ? value : new Num('double', value);
  if (Array.isArray(value)) return value.map((item) => doubles(item, name));
  if (!isDocument(value)) return value;
  // Documents below top_hits are events, not values.
  if (name === 'hits') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, doubles(item, key)]));
}
