import type { IndexOptions } from '../store/store.ts';
import { illegal } from './error.ts';

export type Parameters = Readonly<Record<string, string>>;

/** Every route knows these. */
const everywhere = ['pretty', 'human', 'error_trace', 'format', 'filter_path', 'source', 'source_content_type'];

/** How index expressions resolve. */
export const indexParameters = ['ignore_unavailable', 'allow_no_indices', 'expand_wildcards'] as const;

/** Accepted where a cluster would wait for itself; there is nothing to wait for here. */
export const waitParameters = [
  'timeout',
  'master_timeout',
  'cluster_manager_timeout',
  'wait_for_active_shards',
] as const;

/** The parts of a query string, decoded: the last of a name wins, a flag without a value is ''. */
export function parseParameters(text: string): Parameters {
  const found: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) found[name] = value;
  return found;
}

/** Refuses parameters that a route does not know, as OpenSearch does: a misspelt one would silently do nothing. */
export function checkParameters(query: Parameters, known: readonly string[], path: string): void {
  const unknown = Object.keys(query).filter((name) => !known.includes(name) && !everywhere.includes(name));
  if (unknown.length === 0) return;
  const names = unknown.sort().map((name) => {
    const near = [...known, ...everywhere].filter((candidate) => isNear(name, candidate));
    return near[0] === undefined ? `[${name}]` : `[${name}] -> did you mean [${near[0]}]?`;
  });
  const noun = unknown.length === 1 ? 'parameter' : 'parameters';
  throw illegal(`request [${path}] contains unrecognized ${noun}: ${names.join(', ')}`);
}

/** '' counts as true: `?pretty`. */
export function flag(query: Parameters, name: string, otherwise = false): boolean {
  const value = query[name];
  if (value === undefined) return otherwise;
  if (value === '' || value === 'true') return true;
  if (value === 'false') return false;
  throw illegal(`Failed to parse value [${value}] as only [true] or [false] are allowed.`);
}

export function integer(query: Parameters, name: string): number | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (!/^[+-]?\d{1,18}$/.test(value)) throw illegal(`Failed to parse int parameter [${name}] with value [${value}]`);
  return Number(value);
}

/** A comma list; undefined where the parameter is missing. */
export function list(query: Parameters, name: string): readonly string[] | undefined {
  const value = query[name];
  return value === undefined ? undefined : value.split(',').filter((part) => part !== '');
}

/** `otherwise`: what wildcards reach where `expand_wildcards` says nothing. */
export function indexOptions(query: Parameters, otherwise = 'open'): IndexOptions {
  return {
    ignoreUnavailable: flag(query, 'ignore_unavailable', false),
    allowNoIndices: flag(query, 'allow_no_indices', true),
    wildcards: wildcardsOf(query.expand_wildcards ?? otherwise),
  };
}

/** `expand_wildcards`: a list of open, closed, hidden, all and none, where the last word of `none` wins. */
export function wildcardsOf(text: string): NonNullable<IndexOptions['wildcards']> {
  let found = { open: false, closed: false, hidden: false };
  for (const word of text.split(',')) {
    if (word === 'all') found = { open: true, closed: true, hidden: true };
    else if (word === 'none') found = { open: false, closed: false, hidden: false };
    else if (word === 'open' || word === 'closed' || word === 'hidden') found = { ...found, [word]: true };
    else throw illegal(`No valid expand wildcard value [${word}]`);
  }
  return found;
}

/** One letter away (changed, added, dropped or swapped): what `did you mean` may offer. */
function isNear(name: string, candidate: string): boolean {
  if (Math.abs(name.length - candidate.length) > 1 || name.length < 4) return false;
  let start = 0;
  while (start < name.length && name[start] === candidate[start]) start++;
  let end = 0;
  while (end < Math.min(name.length, candidate.length) - start && name.at(-1 - end) === candidate.at(-1 - end)) end++;
  const left = name.slice(start, name.length - end);
  const right = candidate.slice(start, candidate.length - end);
  return Math.max(left.length, right.length) <= 1 || (left.length === 2 && left === [...right].reverse().join(''));
}
