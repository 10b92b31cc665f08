import type { Instant } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Matcher, RequiredTerm } from '../query/candidate.ts';
import { resolveExpression } from '../query/index-expression.ts';
import { type Lowered, lowerWatched } from '../query/lowered.ts';
import { requiredOf } from '../query/lucene-required.ts';
import type { Mapping } from '../query/mapping.ts';
import { type SharedMatchers, shareMatchers } from '../query/shared-match.ts';
import { type TermVisitor, termVisitor } from '../query/terms.ts';
import type { PercolatedIndex, Standing } from './standing.ts';

/** The queries of one index, registered by a term that a matching document must hold. */
export interface Register {
  readonly index: PercolatedIndex;
  readonly revision: number;
  /** Documents that had been counted when it was built. */
  readonly samples: number;
  /** Every query that was ever lowered for it; null for one that is not about this index. */
  readonly known: Map<Standing, Entry | null>;
  /** Those of this revision, that can be asked. */
  readonly entries: readonly Entry[];
  readonly byField: ReadonlyMap<string, TermEntries>;
  readonly always: readonly Entry[];
  /** All fields that some query requires a term of. */
  readonly required: ReadonlySet<string>;
  /** Made for the index's mapping of now. */
  readonly shared: SharedMatchers;
  readonly byTerm: readonly { readonly terms: TermVisitor; readonly entries: TermEntries }[];
  /** The required fields: counted in samples, to know which terms are rare. */
  readonly sampled: readonly { readonly path: string; readonly terms: TermVisitor }[];
}

export interface Entry {
  readonly standing: Standing;
  /** undefined for a timed query. */
  readonly lowered: Lowered | undefined;
  /** What a matching document must hold, by this mapping. 'never': it cannot be asked, and its own runs tell why. */
  readonly required: readonly RequiredTerm[] | 'never';
  /** Compiled when first needed, with the shared clauses of a register. */
  matcher: { readonly shared: SharedMatchers; readonly matches: Matcher } | undefined;
}

export type TermEntries = ReadonlyMap<string, readonly Entry[]>;

/**
 * Registers queries anew. `before` is an older register of the same index: what it knows of queries that its mapping's new
 * fields do not touch is kept. `seen` tells how often a term was met in documents that were counted.
 */
export function buildRegister(
  standings: readonly Standing[],
  index: PercolatedIndex,
  begun: Pick<Register, 'revision' | 'samples'>,
  before: Register | undefined,
  seen: (field: string, term: string) => number,
  at: Instant,
): Register {
  const known = before && keeps(before, index, standings.length) ? before.known : new Map<Standing, Entry | null>();
  const entries: Entry[] = [];
  const byField = new Map<string, Map<string, Entry[]>>();
  const always: Entry[] = [];
  for (const standing of standings) {
    const entry = entryOf(standing, known.get(standing), index, at);
    known.set(standing, entry);
    if (!entry) continue;
    entries.push(entry);
    if (entry.required !== 'never') enlist(entry, entry.required, byField, always, seen);
  }
  const required = new Set(
    entries.flatMap((entry) => (entry.required === 'never' ? [] : entry.required.map(({ field }) => field))),
  );
  return { ...begun, known, entries, byField, always, required, ...withVisitors(required, byField, index) };
}

/** The register for the index of now, where its change touches none of the queries; undefined where it must be built anew. */
export function regrown(register: Register, index: PercolatedIndex): Register | undefined {
  const sameNames = register.index.aliases.join() === index.aliases.join();
  if (sameNames && register.index.mapping === index.mapping) return register;
  if (!keeps(register, index, register.entries.length)) return undefined;
  for (const { lowered } of register.entries) if (lowered && !lowered.holdsFor(index.mapping)) return undefined;
  return { ...register, ...withVisitors(register.required, register.byField, index) };
}

/** What a register knows is of use: unless the index has other names, or most queries are gone. */
function keeps(register: Register, { aliases }: PercolatedIndex, standings: number): boolean {
  return register.index.aliases.join() === aliases.join() && register.known.size <= 2 * standings + 1000;
}

function withVisitors(
  required: ReadonlySet<string>,
  byField: ReadonlyMap<string, TermEntries>,
  index: PercolatedIndex,
): Pick<Register, 'index' | 'shared' | 'byTerm' | 'sampled'> {
  const { mapping } = index;
  const visitor = (path: string): TermVisitor[] => {
    const field = mapping.fields.get(path);
    const terms = field && termVisitor(mapping, field);
    return terms ? [terms] : [];
  };
  return {
    index,
    shared: shareMatchers(mapping),
    byTerm: [...byField].flatMap(([path, terms]) => visitor(path).map((visit) => ({ terms: visit, entries: terms }))),
    sampled: [...required].flatMap((path) => visitor(path).map((terms) => ({ path, terms }))),
  };
}

/** null for a query that is not about this index. */
function entryOf(
  standing: Standing,
  before: Entry | null | undefined,
  index: PercolatedIndex,
  at: Instant,
): Entry | null {
  if (before === null) return null;
  if (before === undefined) return covers(standing, index, at) ? newEntry(standing, index.mapping) : null;
  return !before.lowered || before.lowered.holdsFor(index.mapping) ? before : newEntry(standing, index.mapping);
}

function covers(standing: Standing, { name, aliases }: PercolatedIndex, at: Instant): boolean {
  try {
    const named = { name, aliases, hidden: name.startsWith('.'), closed: false, hiddenAliases: [] };
    return resolveExpression(standing.indices.join(','), [named], { ignoreUnavailable: true, at }).length > 0;
  } catch {
    // An expression that cannot be read: the monitor's own run says so, in an error alert.
    return false;
  }
}

/** A timed query's terms may differ at another time: every document is put to it. */
function newEntry(standing: Standing, mapping: Mapping): Entry {
  if (standing.timed) return { standing, lowered: undefined, matcher: undefined, required: [] };
  try {
    const lowered = lowerWatched(standing.query(0), mapping, 0);
    const required = lowered.query ? requiredOf(lowered.query) : 'never';
    return { standing, lowered, matcher: undefined, required: required === 'none-known' ? [] : required };
  } catch (error) {
    if (!(error instanceof TrailhoundError)) throw error;
    // It does not even read, whatever the mapping.
    return {
      standing,
      lowered: { query: undefined, error, holdsFor: () => true },
      matcher: undefined,
      required: 'never',
    };
  }
}

function enlist(
  entry: Entry,
  required: readonly RequiredTerm[],
  byField: Map<string, Map<string, Entry[]>>,
  always: Entry[],
  seen: (field: string, term: string) => number,
): void {
  const rarest = rarestOf(required, seen);
  if (!rarest) {
    always.push(entry);
    return;
  }
  const terms = byField.get(rarest.field) ?? new Map<string, Entry[]>();
  byField.set(rarest.field, terms);
  for (const term of new Set(rarest.anyOf)) {
    const entries = terms.get(term);
    if (entries) entries.push(entry);
    else terms.set(term, [entry]);
  }
}

/** The entry whose terms were seen least, then the one with the fewest. undefined: every document must be asked about. */
function rarestOf(
  required: readonly RequiredTerm[],
  seen: (field: string, term: string) => number,
): RequiredTerm | undefined {
  let best: RequiredTerm | undefined;
  let least = 0;
  for (const term of required) {
    const count = term.anyOf.reduce((sum, each) => sum + seen(term.field, each), 0);
    if (best && (count > least || (count === least && term.anyOf.length >= best.anyOf.length))) continue;
    best = term;
    least = count;
  }
  return best;
}
