import { type Document, isDocument, own } from '../../base/document.ts';
import { reasonOf, TrailhoundError } from '../../base/errors.ts';
import type { Problem } from '../../base/problem.ts';
import { parseQueryString } from '../../query/query-string/grammar.ts';
import { QuerySyntaxError } from '../../query/query-string/lexer.ts';
import { parseSearchBody } from '../../query/search-body.ts';
import { parseAction } from '../action.ts';
import { compileMonitor } from '../compiled.ts';
import { type Monitor, parseMonitor } from '../monitor.ts';
import { type MonitorFile, readMonitorFile } from '../monitor-file.ts';
import { parseSchedule } from '../schedule.ts';
import { innerTrigger } from './canonical-monitor.ts';

/** What keeps a monitor's file from working, with its place; `column` counts from 1, as `line` does. */
export interface Fault extends Problem {
  readonly column: number;
}

type Path = readonly (string | number)[];

/**
 * Everything that a server would refuse of a monitor's file (JSON or YAML), and what it would take and then fail at in each run:
 * conditions and query strings that do not compile. Never throws.
 */
export function checkMonitorFile(file: { readonly path: string; readonly text: string }): readonly Fault[] {
  const read = readMonitorFile(file.text);
  const fault = (path: Path, message: string, offset?: number): Fault => ({
    place: file.path,
    ...read.placeOf(path, offset),
    ...(path.length === 0 ? {} : { path: pathText(path) }),
    message,
  });
  if (read.broken) {
    const { line, column = 1, message } = read.broken;
    return [{ place: file.path, line, column, message: `it is neither JSON nor YAML: ${message}` }];
  }
  if (!isDocument(read.json)) return [fault([], 'a monitor is an object')];
  const queries = queryStringFaults(read.json, fault);
  try {
    const monitor = parseMonitor(read.json, 0);
    return [...queries, ...scriptFaults(monitor, read, fault)];
  } catch (error) {
    return [refusedPart(read.json, reasonOf(error), fault), ...queries];
  }
}

type MakeFault = (path: Path, message: string, offset?: number) => Fault;

/** Conditions of triggers. */
function scriptFaults(monitor: Monitor, read: MonitorFile, fault: MakeFault): readonly Fault[] {
  const { conditions, expressions } = compileMonitor(monitor);
  return monitor.triggers.flatMap(({ id, condition: source }, at) => {
    const { form } = innerTrigger(listAt(read.json, 'triggers', at));
    const named = isDocument(own(listAt(read.json, 'triggers', at), form));
    const script: Path = ['triggers', at, ...(named ? [form] : []), 'condition', 'script', 'source'];
    const expression = expressions.get(id)?.failure;
    if (expression !== undefined) return [fault(script, `the expression does not compile: ${expression}`)];
    const failure = conditions.get(id)?.failure;
    if (!failure) return [];
    const where = `line ${failure.line}, column ${failure.column} of the script`;
    return [fault(script, `the script does not compile (${where}): ${failure.reason}`, offsetIn(source, failure))];
  });
}

function listAt(json: unknown, key: string, at: number): unknown {
  const list = own(json, key);
  return Array.isArray(list) ? list[at] : undefined;
}

function offsetIn(source: string, { line, column }: { readonly line: number; readonly column: number }): number {
  const before = source.split('\n').slice(0, line - 1);
  return before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
}

/** Query strings, wherever they stand in a query: a server takes any, and each run of a broken one fails. */
function queryStringFaults(json: Document, fault: MakeFault): readonly Fault[] {
  const faults: Fault[] = [];
  const visit = (node: unknown, path: Path): void => {
    if (Array.isArray(node)) for (const [at, item] of node.entries()) visit(item, [...path, at]);
    if (!isDocument(node)) return;
    for (const [key, value] of Object.entries(node)) {
      const text = own(value, 'query');
      if (key === 'query_string' && typeof text === 'string') check(text, [...path, key, 'query']);
      else visit(value, [...path, key]);
    }
  };
  const check = (text: string, path: Path): void => {
    if (text.includes('{{')) return;
    try {
      parseQueryString(text);
    } catch (error) {
      if (!(error instanceof QuerySyntaxError) && !(error instanceof TrailhoundError)) throw error;
      faults.push(fault(path, `the query string does not compile: ${reasonOf(error)}`));
    }
  };
  const inputs = own(json, 'inputs');
  for (const [at, input] of (Array.isArray(inputs) ? inputs : []).entries()) {
    visit(own(own(input, 'search'), 'query'), ['inputs', at, 'search', 'query']);
    const queries = own(own(input, 'doc_level_input'), 'queries');
    for (const [number, query] of (Array.isArray(queries) ? queries : []).entries()) {
      const text = own(query, 'query');
      if (typeof text === 'string') check(text, ['inputs', at, 'doc_level_input', 'queries', number, 'query']);
    }
  }
  return faults;
}

/** The smallest part that is refused by itself: the API's words name no place. */
function refusedPart(json: Document, reason: string, fault: MakeFault): Fault {
  for (const key of ['name', 'schedule', 'monitor_type'] as const) {
    if (own(json, key) === undefined && reason.toLowerCase().includes(`${key} is null`)) return fault([], reason);
  }
  if (throws(() => parseSchedule(own(json, 'schedule')))) return fault(['schedule'], reason);
  const body = own(own(listAt(json, 'inputs', 0), 'search'), 'query');
  if (isDocument(body) && throws(() => parseSearchBody(body))) {
    const path: Path = ['inputs', 0, 'search', 'query'];
    const query = own(body, 'query');
    const inQuery = isDocument(query) && throws(() => parseSearchBody({ query }));
    return inQuery ? fault(deepest(query, [...path, 'query']), reason) : fault(path, reason);
  }
  const withoutUi = { ...json, ui_metadata: {} };
  if (!throws(() => parseMonitor(withoutUi, 0))) return fault(['ui_metadata'], reason);
  const triggers = own(json, 'triggers');
  for (const [at, trigger] of (Array.isArray(triggers) ? triggers : []).entries()) {
    const refused = throws(() => parseMonitor({ ...withoutUi, triggers: [trigger] }, 0));
    if (!refused) continue;
    const { form, inner } = innerTrigger(trigger);
    const path: Path = ['triggers', at, ...(isDocument(own(trigger, form)) ? [form] : [])];
    const actions = own(inner, 'actions');
    const bad = (Array.isArray(actions) ? actions : []).findIndex((action) => throws(() => parseAction(action)));
    return fault(bad < 0 ? path : [...path, 'actions', bad], reason);
  }
  const withoutInputs = { ...withoutUi, inputs: [] };
  if (!throws(() => parseMonitor(withoutInputs, 0))) return fault(['inputs'], reason);
  return fault(Array.isArray(triggers) && triggers.length > 0 ? ['triggers'] : [], reason);
}

/** Follows the clause that is refused down to the one whose own words are wrong. */
function deepest(query: Document, path: Path): Path {
  for (const [name, body] of Object.entries(query)) {
    for (const [key, value] of Object.entries(isDocument(body) ? body : {})) {
      const items = Array.isArray(value) ? value : [value];
      for (const [at, item] of items.entries()) {
        if (!isDocument(item) || !holds(name, key) || !throws(() => parseSearchBody({ query: item }))) continue;
        return deepest(item, [...path, name, key, ...(Array.isArray(value) ? [at] : [])]);
      }
    }
  }
  return path;
}

function holds(clause: string, key: string): boolean {
  const inside: Readonly<Record<string, readonly string[]>> = {
    bool: ['must', 'filter', 'should', 'must_not'],
    constant_score: ['filter'],
    nested: ['query'],
    dis_max: ['queries'],
  };
  return inside[clause]?.includes(key) === true;
}

function throws(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (!(error instanceof TrailhoundError)) throw error;
    return true;
  }
}

function pathText(path: Path): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('');
}
