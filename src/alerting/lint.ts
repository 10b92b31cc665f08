import { isDocument, own } from '../base/document.ts';
import { reasonOf } from '../base/errors.ts';
import { knownDocumentField, similarDocumentField } from '../base/event-names.ts';
import type { Finding } from '../base/finding.ts';
import { bareWordsOnWazuh } from '../query/wazuh-template-lint.ts';
import { compileMonitor } from './compiled.ts';
import { indicesOf, type Monitor, parseMonitor } from './monitor.ts';
import { type MonitorFile, readMonitorFile } from './monitor-file.ts';
import { type QueryLeaf, queryLeaves } from './query-leaf.ts';

/**
 * What is wrong with a monitor's file (JSON or YAML): what the API would refuse, what can never match an event, what never ends,
 * and what an unmodified Wazuh would answer differently. `for: 'wazuh'` makes errors of the last. Never throws.
 */
export function lintMonitor(
  file: { readonly path: string; readonly text: string },
  options: { readonly for?: 'wazuh' | undefined } = {},
): readonly Finding[] {
  const read = readMonitorFile(file.text);
  if (read.broken) return [{ level: 'error', place: file.path, ...read.broken }];
  const scope: Scope = { place: file.path, read, wazuh: options.for === 'wazuh' };
  let monitor: Monitor;
  try {
    monitor = parseMonitor(read.json, 0);
  } catch (error) {
    return [{ level: 'error', place: file.path, line: 1, message: `the API refuses it: ${reasonOf(error)}` }];
  }
  return [...monitorFindings(monitor, scope), ...queryFindings(monitor, scope)].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0),
  );
}

interface Scope {
  readonly place: string;
  readonly read: MonitorFile;
  readonly wazuh: boolean;
}

type Path = readonly (string | number)[];

function finding(scope: Scope, level: Finding['level'], path: Path, message: string, fix?: string): Finding {
  const shown = path.join('.');
  return {
    level,
    place: scope.place,
    line: scope.read.lineOf(path),
    ...(shown === '' ? {} : { path: shown }),
    message,
    ...(fix === undefined ? {} : { fix }),
  };
}

function monitorFindings(monitor: Monitor, scope: Scope): Finding[] {
  const found: Finding[] = [];
  const compiled = compileMonitor(monitor);
  if (!monitor.enabled)
    found.push(finding(scope, 'warning', ['enabled'], 'it is disabled and never runs', '"enabled": true'));
  if (!monitor.input && !monitor.documents)
    found.push(finding(scope, 'error', ['inputs'], 'it has no input, so that it finds nothing'));
  if (monitor.triggers.length === 0)
    found.push(
      finding(scope, 'error', ['triggers'], 'it has no trigger and can never alert', 'add a query_level_trigger'),
    );
  for (const [index, trigger] of monitor.triggers.entries()) {
    const failure = compiled.expressions.get(trigger.id)?.failure ?? compiled.conditions.get(trigger.id)?.failure;
    if (failure !== undefined)
      found.push(
        finding(
          scope,
          'error',
          ['triggers', index],
          `the condition of "${trigger.name}" does not compile: ${reasonIn(failure)}`,
        ),
      );
  }
  const indices = indicesOf(monitor);
  if (indices.length > 0 && !indices.some(holdsEvents))
    found.push(
      finding(
        scope,
        'warning',
        ['inputs', 0, monitor.documents ? 'doc_level_input' : 'search', 'indices'],
        `events are in no index that ${JSON.stringify(indices)} names`,
        '"wazuh-alerts-4.x-*"',
      ),
    );
  return found;
}

function reasonIn(failure: unknown): string {
  if (typeof failure === 'string') return failure;
  const reason = own(failure, 'reason') ?? own(own(failure, 'caused_by'), 'reason');
  return typeof reason === 'string' ? reason : JSON.stringify(failure).slice(0, 200);
}

function holdsEvents(pattern: string): boolean {
  const [before = '', ...rest] = pattern.split('*');
  return ['wazuh-alerts-4.x-', 'wazuh-archives-4.x-'].some((name) =>
    rest.length === 0 ? before.startsWith(name) : name.startsWith(before) || before.startsWith(name),
  );
}

const queryPath: Path = ['inputs', 0, 'search', 'query', 'query'];

function queryFindings(monitor: Monitor, scope: Scope): Finding[] {
  const query = own(monitor.input?.query, 'query');
  if (!isDocument(query)) return [];
  const leaves = queryLeaves(query);
  const found = [
    ...leaves.flatMap((leaf) => leafFindings(leaf, leaves, scope)),
    ...bareWords(leaves, scope),
    ...endless(monitor, leaves, scope),
  ];
  // Two words of one query_string are one complaint.
  return [...new Map(found.map((one) => [`${one.path} ${one.message}`, one])).values()];
}

function leafFindings(leaf: QueryLeaf, leaves: readonly QueryLeaf[], scope: Scope): Finding[] {
  const path = [...queryPath, ...leaf.path];
  // What is one of several ways, or excludes, costs only itself.
  const level = leaf.role === 'must' ? 'error' : 'warning';
  const never = leaf.role === 'must' ? 'it can never match' : 'this part can never match';
  const { field } = leaf;
  if (field === undefined || field.includes('*') || field.includes('\\')) return [];
  const known = knownDocumentField(field.replace(/\.keyword$/, ''));
  if (field.endsWith('.keyword') && known !== 'unknown')
    return [
      finding(
        scope,
        level,
        path,
        `${never}: "${field}": events' strings are keywords themselves`,
        `"${field.slice(0, -8)}"`,
      ),
    ];
  if (known === 'unknown') {
    if (isForeign(leaves)) return [];
    const meant = similarDocumentField(field);
    return [
      finding(scope, level, path, `${never}: no event has the field "${field}"`, meant && `did you mean "${meant}"?`),
    ];
  }
  if (known === 'object' && leaf.clause !== 'exists')
    return [
      finding(
        scope,
        level,
        path,
        `${never}: "${field}" is an object and has no value of its own`,
        `name a field below it, such as "${insideOf(field)}"`,
      ),
    ];
  if (scope.wazuh && field.startsWith('trailhound.'))
    return [finding(scope, level, path, `${never}: only this program writes "${field}" into documents`)];
  return valueFindings(leaf, field, leaves, { path, scope, level, never });
}

function insideOf(field: string): string {
  return field === 'data.aws.userIdentity' ? `${field}.type` : `${field}.…`;
}

/** Names that no event has as its eventName, and what the events are called. */
const neverNames: ReadonlyMap<string, readonly [why: string, instead: string]> = new Map([
  [
    'UpdateRestApiPolicy',
    ['is a permission, not an operation', '"UpdateRestApi", "PutRestApi", "CreateRestApi", "ImportRestApi"'],
  ],
  ['ListBucket', ['is a permission; the event is called ListObjects', '"ListObjects"']],
  ['ListObjectsV2', ['is logged as ListObjects', '"ListObjects"']],
]);

/** The query asks for another source than CloudTrail: its fields are not ours to know. */
function isForeign(leaves: readonly QueryLeaf[]): boolean {
  return leaves.some(
    ({ field, values, role }) => role === 'must' && field === 'data.aws.source' && !values.includes('cloudtrail'),
  );
}

interface Place {
  readonly path: Path;
  readonly scope: Scope;
  readonly level: Finding['level'];
  readonly never: string;
}

function valueFindings(leaf: QueryLeaf, field: string, leaves: readonly QueryLeaf[], place: Place): Finding[] {
  const { values } = leaf;
  const { path, scope } = place;
  if (values.length === 0) return [];
  if (field === 'data.aws.eventName') return nameFindings(values, place);
  if (field === 'data.aws.eventSource') return sourceFindings(values, place);
  if (/^data\.aws\.userIdentity\.(type|principalId)$/.test(field) && values.includes('Anonymous')) {
    const real = leaves.some(
      (one) => one.field === 'data.aws.userIdentity.accountId' && one.values.some((value) => /^anonymous/i.test(value)),
    );
    if (real) return [];
    const message = 'AWS writes no "Anonymous" there: it is filled in here, and on Wazuh it never matches';
    return [
      finding(
        scope,
        scope.wazuh ? 'error' : 'warning',
        path,
        message,
        'data.aws.userIdentity.accountId:(anonymous OR ANONYMOUS_PRINCIPAL)',
      ),
    ];
  }
  return [];
}

function nameFindings(values: readonly string[], { path, scope, level, never }: Place): Finding[] {
  const wrong = values.filter((value) => neverNames.has(value));
  return wrong.flatMap((value) => {
    const [why, instead] = neverNames.get(value) ?? ['', ''];
    if (values.some((other) => !neverNames.has(other) && instead.startsWith(`"${other}"`))) return [];
    const all = wrong.length === values.length;
    return [
      finding(
        scope,
        all ? level : 'warning',
        path,
        `${all ? `${never}: ` : ''}the eventName "${value}" ${why}`,
        instead,
      ),
    ];
  });
}

function sourceFindings(values: readonly string[], { path, scope, level, never }: Place): Finding[] {
  const found: Finding[] = [];
  const odd = values.filter((value) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws|amazon)\.com$/.test(value));
  if (odd.length === values.length)
    found.push(finding(scope, level, path, `${never}: an eventSource reads like "s3.amazonaws.com", not "${odd[0]}"`));
  if (values.includes('execute-api.amazonaws.com'))
    found.push(
      finding(
        scope,
        scope.wazuh ? 'error' : 'warning',
        path,
        "CloudTrail logs no calls of an API: here they come from the stage's access log, on Wazuh they have other fields",
        'ingest the access log; for Wazuh, ask for data.aws.source:custom and its fields',
      ),
    );
  return found;
}

function bareWords(leaves: readonly QueryLeaf[], scope: Scope): Finding[] {
  const bare = bareLeaves(leaves);
  const [first] = bare;
  const found = bareWordsOnWazuh(bare.flatMap(({ values }) => values));
  if (!first || !found) return [];
  const level = scope.wazuh ? 'error' : 'warning';
  return [finding(scope, level, [...queryPath, ...first.path], found.message, found.fix)];
}

/** The words of a query_string that name no field. */
export function bareLeaves(leaves: readonly QueryLeaf[]): readonly QueryLeaf[] {
  return leaves.filter(
    ({ clause, field, values }) => clause === 'query_string' && field === undefined && values.length > 0,
  );
}

/** A query without a time range counts the same documents for ever: its alert never ends. */
function endless(monitor: Monitor, leaves: readonly QueryLeaf[], scope: Scope): Finding[] {
  const times = ['timestamp', '@timestamp', 'data.aws.eventTime'];
  if (leaves.some(({ clause, field }) => times.includes(field ?? '') && ['range', 'query_string'].includes(clause)))
    return [];
  if (monitor.evaluate === 'arrived' && !scope.wazuh) return [];
  const fix = scope.wazuh
    ? '{"range": {"timestamp": {"gte": "{{period_end}}||-5m", "lte": "{{period_end}}", "format": "epoch_millis"}}}'
    : 'add a range on "timestamp" with {{period_end}}, or "ui_metadata": {"trailhound": {"evaluate": "arrived"}}';
  return [
    finding(
      scope,
      scope.wazuh ? 'error' : 'warning',
      queryPath,
      'its alert never ends: the query has no range of time and finds the same documents again and again',
      fix,
    ),
  ];
}
