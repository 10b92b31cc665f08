import { TrailhoundError } from '../base/errors.ts';
import { dateFormat } from './dates/date-format.ts';
import { readDate } from './dates/date-math.ts';
import { nameTest } from './dynamic-template.ts';

/** An index as expressions see it. `hidden`: wildcards skip it unless the pattern starts with a dot as its name does. */
export interface NamedIndex {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly hidden: boolean;
  readonly closed: boolean;
  /** The program's own: only patterns that begin with `.trailhound` reach it, whatever is asked of hidden ones. */
  readonly own?: boolean;
  /** Those of its aliases that wildcards skip. */
  readonly hiddenAliases: readonly string[];
}

export interface ExpressionOptions {
  readonly ignoreUnavailable?: boolean;
  readonly allowNoIndices?: boolean;
  /** What wildcards reach; open indices that are not hidden where it is missing. */
  readonly wildcards?: { readonly open: boolean; readonly closed: boolean; readonly hidden: boolean };
  /** Closed indices that are named are refused, or passed over where unavailable ones are. */
  readonly openOnly?: boolean;
  /** What `now` means in `<logs-{now/d}>`; without it date math is taken as a plain name. */
  readonly at?: number;
}

/**
 * Names of the indices that an expression means, in name order: a comma list of names, aliases, `*` patterns and, after a
 * pattern, `-exclusions`; '', `_all` and `*` mean all. Throws index_not_found_exception for a plain name that is missing.
 */
export function resolveExpression(
  expression: string,
  indices: readonly NamedIndex[],
  options: ExpressionOptions = {},
): string[] {
  const { ignoreUnavailable = false, allowNoIndices = true, at, wildcards = openIndices } = options;
  const parts = expression === '' || expression === '_all' ? ['*'] : splitList(expression);
  const found = new Set<string>();
  let wildcard = false;
  for (const raw of parts) {
    const part = at === undefined ? raw : dateMath(raw, at);
    if (part.startsWith('-') && wildcard) {
      for (const { name } of matching(part.slice(1), indices, everything)) found.delete(name);
      continue;
    }
    if (isPattern(part)) {
      wildcard = true;
      const names = matching(part === '_all' ? '*' : part, indices, wildcards);
      if (names.length === 0 && !allowNoIndices) throw missing(part);
      for (const index of names) if (!options.openOnly || isOpen(index, ignoreUnavailable)) found.add(index.name);
      continue;
    }
    const named = indices.filter(({ name, aliases }) => name === part || aliases.includes(part));
    if (named.length === 0 && !ignoreUnavailable) {
      checkExpressionName(part);
      throw missing(part);
    }
    for (const index of named) if (!options.openOnly || isOpen(index, ignoreUnavailable)) found.add(index.name);
  }
  if (found.size === 0 && !allowNoIndices) throw missing(expression);
  return [...found].sort((a, b) => (a < b ? -1 : 1));
}

/** Throws invalid_index_name_exception, with OpenSearch's reasons. */
export function checkIndexName(name: string): void {
  const refuse = (why: string): never => {
    throw new TrailhoundError('bad-request', `Invalid index name [${name}], ${why}`, {
      wire: 'invalid_index_name_exception',
      fields: { index: name, index_uuid: '_na_' },
    });
  };
  if (name === '') refuse('must not be empty');
  if (/[\s"*\\<|,>/?]/.test(name)) {
    refuse('must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?]');
  }
  if (name.includes('#')) refuse("must not contain '#'");
  if (name.includes(':')) refuse("must not contain ':'");
  if (/^[_\-+]/.test(name)) refuse("must not start with '_', '-', or '+'");
  if (name !== name.toLowerCase()) refuse('must be lowercase');
  if (name === '.' || name === '..') refuse("must not be '.' or '..'");
  const bytes = Buffer.byteLength(name);
  if (bytes > 255) refuse(`index name is too long, (${bytes} > 255)`);
}

function checkExpressionName(name: string): void {
  if (!name.startsWith('_')) return;
  throw new TrailhoundError('bad-request', `Invalid index name [${name}], must not start with '_'.`, {
    wire: 'invalid_index_name_exception',
    fields: { index: name, index_uuid: '_na_' },
  });
}

type Wildcards = NonNullable<ExpressionOptions['wildcards']>;

const openIndices: Wildcards = { open: true, closed: false, hidden: false };
const everything: Wildcards = { open: true, closed: true, hidden: true };

function isPattern(part: string): boolean {
  return part === '_all' || part.includes('*');
}

function isOpen({ name, closed }: NamedIndex, ignoreUnavailable: boolean): boolean {
  if (!closed || ignoreUnavailable) return !closed;
  throw new TrailhoundError('bad-request', 'closed', {
    wire: 'index_closed_exception',
    fields: { index: name, index_uuid: '_na_' },
  });
}

/** A pattern that starts with a dot reaches hidden names that do; a visible alias leads to a hidden index. */
function matching(pattern: string, indices: readonly NamedIndex[], wildcards: Wildcards): NamedIndex[] {
  const test = nameTest(pattern);
  const shown = (name: string): boolean => pattern.startsWith('.') && name.startsWith('.');
  const toOwn = pattern.startsWith('.trailhound');
  return indices.filter(({ name, aliases, hidden, closed, own = false, hiddenAliases }) => {
    if (own && !toOwn) return false;
    if (closed ? !wildcards.closed : !wildcards.open) return false;
    if (test(name) && (!hidden || wildcards.hidden || shown(name))) return true;
    return aliases.some((alias) => test(alias) && (!hiddenAliases.includes(alias) || wildcards.hidden || shown(alias)));
  });
}

function missing(name: string): TrailhoundError {
  return new TrailhoundError('index-not-found', `no such index [${name}]`, {
    fields: { index: name, 'resource.id': name, 'resource.type': 'index_or_alias', index_uuid: '_na_' },
  });
}

/** A comma inside `<…>` belongs to the date format. */
function splitList(expression: string): string[] {
  return expression.split(/,(?![^<]*>)/).filter((part) => part !== '');
}

/** `<logs-{now/d{yyyy.MM.dd}}>`: only whole days and months back and forth, in UTC. */
function dateMath(part: string, at: number): string {
  if (!part.startsWith('<') || !part.endsWith('>')) return part;
  return part
    .slice(1, -1)
    .replace(/\{now([^{}]*)(?:\{([^{}|]*)(?:\|[^{}]*)?\})?\}/g, (_all, math: string, format = 'yyyy.MM.dd') => {
      const instant = calculate(at, math);
      return instant === undefined ? _all : dateFormat(format).print(instant);
    });
}

function calculate(at: number, math: string): number | undefined {
  const read = readDate(`now${math}`, { format: dateFormat(), now: at, roundUp: false });
  return typeof read === 'number' ? read : undefined;
}
