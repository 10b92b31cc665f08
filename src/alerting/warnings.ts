import type { Instant } from '../base/clock.ts';
import { type Document, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { makeAggregator } from '../query/aggregate.ts';
import { compileQuery } from '../query/compile.ts';
import { parseMapping } from '../query/mapping.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { bareWordsOnWazuh } from '../query/wazuh-template-lint.ts';
import type { Compiled } from './compiled.ts';
import { compileMonitor } from './compiled.ts';
import { queryClause } from './document-input.ts';
import { fieldWarnings, type ReadIndex } from './field-warnings.ts';
import { bareLeaves } from './lint.ts';
import type { Monitor } from './monitor.ts';
import { type QueryLeaf, queryLeaves } from './query-leaf.ts';
import { refusal } from './refusal.ts';
import { type Trigger, triggerPath } from './trigger.ts';

/** What may be wrong with a monitor that can be saved all the same, as the original saves it. */
export interface Warning {
  /** JSON path into the monitor. */
  readonly path: string;
  readonly message: string;
  /** Of a script, both from 1. */
  readonly line?: number;
  readonly column?: number;
}

/** For those who want no monitor that is only half right. */
export function refuseWarnings(warnings: readonly Warning[]): void {
  if (warnings.length === 0) return;
  const told = warnings.map(({ path, message, line, column }) => {
    const place = line === undefined ? '' : ` (line ${line}, column ${column})`;
    return `${path}${place}: ${message}`;
  });
  throw refusal(told.join('; '));
}

const queryPath = 'inputs[0].search.query';

/** Everything that can be seen without running it. `indices`: those that it reads; none: nothing is said of fields. */
export function monitorWarnings(monitor: Monitor, indices: readonly ReadIndex[], at: Instant): readonly Warning[] {
  const compiled = compileMonitor(monitor);
  return [
    ...lintQueries(monitor, compiled, indices, at),
    ...lintAggregations(monitor, compiled, at),
    ...monitor.triggers.flatMap((trigger, number) =>
      lintTrigger(monitor, compiled, trigger, triggerPath(monitor.type, number)),
    ),
  ];
}

function lintQueries(
  monitor: Monitor,
  compiled: Compiled,
  indices: readonly ReadIndex[],
  at: Instant,
): readonly Warning[] {
  if (monitor.documents) {
    return monitor.documents.queries.flatMap((query, number) =>
      lintQuery(queryClause(query), indices, at, `inputs[0].doc_level_input.queries[${number}].query`),
    );
  }
  if (!monitor.input) return [];
  const query = own(compiled.json({ start: at - 60_000, end: at }), 'query');
  const warnings = query === undefined ? [] : lintQuery(query, indices, at, queryPath);
  return hasTimeRange(monitor, queryLeaves(query)) ? warnings : [endless(monitor), ...warnings];
}

function endless({ type }: Monitor): Warning {
  const alert =
    type === 'bucket_level_monitor' ? 'the alerts of its buckets will never end' : 'this alert will never end';
  return {
    path: queryPath,
    message:
      `no time range: each run counts all documents there ever were, so ${alert}. Add a range on the time field from ` +
      '{{period_start}} to {{period_end}}, or let it count what arrived: ui_metadata.trailhound.evaluate: "arrived"',
  };
}

/** A monitor that counts arrivals needs none. */
function hasTimeRange(monitor: Monitor, leaves: readonly QueryLeaf[]): boolean {
  if (monitor.evaluate === 'arrived') return true;
  if (/\{\{\{?&?\s*period_|\bnow\b/.test(JSON.stringify(monitor.input?.query ?? {}))) return true;
  return leaves.some(
    ({ clause, field = '', values }) => (clause === 'range' || values.length === 0) && /time|date/i.test(field),
  );
}

function lintQuery(query: unknown, indices: readonly ReadIndex[], at: Instant, path: string): readonly Warning[] {
  const leaves = queryLeaves(query);
  const warnings: Warning[] = [];
  const broken = whyBroken(query, indices, at);
  if (broken) warnings.push({ path, message: `each run will fail: ${broken}` });
  const words = bareLeaves(leaves).flatMap(({ values }) => values);
  const bare = bareWordsOnWazuh(words);
  if (bare) {
    const named = [...new Set(words)];
    const shown = `${named.slice(0, 5).join(', ')}${named.length > 5 ? ', …' : ''}`;
    warnings.push({ path, message: `words without a field (${shown}): ${bare.message}; use ${bare.fix}` });
  }
  return [...warnings, ...fieldWarnings(leaves, indices).map((message) => ({ path, message }))];
}

/** What each shard would refuse: a query_string that does not read, a date that is none. */
function whyBroken(query: unknown, indices: readonly ReadIndex[], at: Instant): string | undefined {
  try {
    compileQuery(parseSearchBody({ query }).query, indices[0]?.mapping ?? parseMapping({}), at);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof TrailhoundError)) throw thrown;
    const [cause] = Array.isArray(thrown.fields.root_cause) ? thrown.fields.root_cause : [];
    const reason = own(cause, 'reason');
    return typeof reason === 'string' ? reason : thrown.message;
  }
}

function lintAggregations(monitor: Monitor, compiled: Compiled, at: Instant): readonly Warning[] {
  if (!monitor.input) return [];
  const { aggregations } = compiled.search({ start: at - 60_000, end: at });
  if (!aggregations) return [];
  try {
    makeAggregator(aggregations, at);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof TrailhoundError)) throw thrown;
    return [{ path: `${queryPath}.aggregations`, message: `each run will fail: ${thrown.message}` }];
  }
}

function lintTrigger(monitor: Monitor, compiled: Compiled, trigger: Trigger, path: string): readonly Warning[] {
  const script = `${path}.condition.script.source`;
  const expression = compiled.expressions.get(trigger.id);
  if (expression) {
    if (expression.failure) return [{ path: script, message: `each run will fail: ${expression.failure}` }];
    return expression.unknown(monitor.documents?.queries ?? []).map((asked) => ({
      path: script,
      message: `no query of this monitor has the ${asked}, so it selects nothing`,
    }));
  }
  const failure = compiled.conditions.get(trigger.id)?.failure;
  if (failure) {
    const { line, column } = failure;
    return [
      { path: script, message: `the script does not compile, so each run will fail: ${failure.reason}`, line, column },
    ];
  }
  return [...lintBucketTrigger(monitor, trigger, path), ...lintHits(monitor, trigger, script)];
}

function lintBucketTrigger({ input }: Monitor, { bucket, condition }: Trigger, path: string): readonly Warning[] {
  if (!bucket) return [];
  const warnings: Warning[] = [];
  const aggregation = bucket.parentPath.split('>').reduce<unknown>((inside, step) => {
    return own(own(inside, 'aggregations') ?? own(inside, 'aggs'), step.trim());
  }, input?.query);
  if (!isDocument(aggregation)) {
    const message = `the query has no aggregation at [${bucket.parentPath}], so each run will fail`;
    warnings.push({ path: `${path}.condition.parent_bucket_path`, message });
  }
  const asked = new Set([...condition.matchAll(/\bparams\.([A-Za-z_]\w*)/g)].map(([, name = '']) => name));
  for (const name of asked) {
    if (bucket.bucketsPath.has(name)) continue;
    const message = `params.${name} is not in buckets_path, so it is null and a comparison with it fails`;
    warnings.push({ path: `${path}.condition.script.source`, message });
  }
  return warnings;
}

function lintHits({ input }: Monitor, { condition }: Trigger, path: string): readonly Warning[] {
  const size = input && own(input.query as Document, 'size');
  if (size !== 0 || !/\.hits\.hits\b/.test(condition)) return [];
  return [{ path, message: 'hits.hits is always empty: the query says size 0' }];
}
