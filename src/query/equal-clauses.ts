import type { Bool, BoolClause, Lucene, PointRange } from './lucene.ts';
import { everything, nothing } from './lucene.ts';

/**
 * Clauses that ask the same, as one object (hash-consing). Only what a query matches counts: boosts, constant scores and the
 * order of clauses are dropped. What comes back holds `all`, `none`, leaves, `nested` and `bool`; of a bool `#`, `-` and, where
 * some but not all of several are needed, `''`.
 */
export interface EqualClauses {
  /** Asked twice with queries that are equal in this sense, it answers the same object. All fields must be of one mapping. */
  of(query: Lucene): Lucene;
  /** How many different clauses it knows. */
  readonly size: number;
}

export function createEqualClauses(): EqualClauses {
  const known = new Map<string, Lucene>();
  const numbers = new Map<Lucene, number>();
  const none = nothing();
  const intern = (key: string, query: Lucene): Lucene => {
    const before = known.get(key);
    if (before) return before;
    known.set(key, query);
    numbers.set(query, numbers.size);
    return query;
  };
  intern('all', everything);
  intern('none', none);
  const numberOf = (query: Lucene): number => numbers.get(query) as number;
  const made = (parts: Parts): Lucene => {
    const plain = simplified(parts, none);
    if (!('required' in plain)) return plain;
    const clauses: BoolClause[] = [];
    const add = (occur: BoolClause['occur'], queries: readonly Lucene[]): void => {
      for (const query of queries.toSorted((a, b) => numberOf(a) - numberOf(b))) clauses.push({ occur, query });
    };
    add('#', plain.required);
    add('', plain.optional);
    add('-', plain.excluded);
    const key = clauses.map(({ occur, query }) => `${occur}${numberOf(query)}`).join(',');
    return intern(`bool ${plain.minimum} ${key}`, { kind: 'bool', clauses, minimum: plain.minimum });
  };
  const of = (query: Lucene): Lucene => {
    switch (query.kind) {
      case 'all':
        return everything;
      case 'none':
        return none;
      case 'constant':
      case 'boost':
        return of(query.query);
      case 'dismax':
        return made({ required: [], optional: query.queries.map(of), excluded: [], minimum: 1 });
      case 'bool':
        return made(partsOf(query, of));
      case 'nested': {
        const inner = of(query.query);
        if (inner === none) return none;
        return intern(`nested ${query.path} ${numberOf(inner)}`, { ...query, query: inner });
      }
      case 'terms': {
        const [term = '', second] = query.terms;
        const alone = query.terms.size > 0 && second === undefined;
        const leaf: Leaf = alone ? { kind: 'term', field: query.field, term } : query;
        return intern(leafKey(leaf), leaf);
      }
      default:
        return intern(leafKey(query), query);
    }
  };
  return {
    of,
    get size() {
      return known.size;
    },
  };
}

interface Parts {
  readonly required: readonly Lucene[];
  readonly optional: readonly Lucene[];
  readonly excluded: readonly Lucene[];
  /** How many of the optional ones must match. */
  readonly minimum: number;
}

/** A bool of nothing but `must_not` matches nothing, to Lucene. */
function partsOf({ clauses, minimum }: Bool, of: (query: Lucene) => Lucene): Parts {
  const those = (...occurs: readonly string[]): Lucene[] =>
    clauses.filter(({ occur }) => occurs.includes(occur)).map(({ query }) => of(query));
  const positive = clauses.some(({ occur }) => occur !== '-');
  return {
    required: positive ? those('+', '#') : [nothing()],
    optional: those(''),
    excluded: those('-'),
    minimum,
  };
}

/** The parts without what changes nothing, or the one clause that they come down to. */
function simplified(parts: Parts, none: Lucene): Parts | Lucene {
  let { minimum } = parts;
  let optional: readonly Lucene[] = [];
  if (minimum > 0) {
    if (minimum > parts.optional.length) return none;
    // Each of equal clauses counts, so that only without counting one may stand for all.
    const living = parts.optional.filter(({ kind }) => kind !== 'none' && kind !== 'all');
    minimum -= parts.optional.filter(({ kind }) => kind === 'all').length;
    if (minimum > living.length) return none;
    if (minimum > 0) optional = minimum === 1 ? alternatives(living) : living;
  }
  const all = minimum > 0 && minimum === optional.length;
  const required = distinct([...parts.required, ...(all ? optional : [])].flatMap(conjuncts));
  if (all) optional = [];
  const excluded = distinct(parts.excluded.flatMap((query) => alternatives([query]))).filter(
    ({ kind }) => kind !== 'none',
  );
  if (required.some(({ kind }) => kind === 'none') || excluded.some(({ kind }) => kind === 'all')) return none;
  const needed = required.filter(({ kind }) => kind !== 'all');
  const [first, second] = needed;
  if (optional.length === 0 && excluded.length === 0 && !second) return first ?? everything;
  const keepsPositive = needed.length > 0 || optional.length > 0 ? needed : [everything];
  return { required: keepsPositive, optional, excluded, minimum: optional.length > 0 ? minimum : 0 };
}

/** What must hold for a clause to hold: a bool of required clauses only is these. */
function conjuncts(query: Lucene): readonly Lucene[] {
  if (query.kind !== 'bool' || query.clauses.some(({ occur }) => occur !== '#')) return [query];
  return query.clauses.map((clause) => clause.query);
}

/** A bool that needs any one of its clauses is these. */
function alternatives(queries: readonly Lucene[]): readonly Lucene[] {
  return distinct(
    queries.flatMap((query) =>
      query.kind === 'bool' && query.minimum === 1 && query.clauses.every(({ occur }) => occur === '')
        ? query.clauses.map((clause) => clause.query)
        : [query],
    ),
  );
}

function distinct(queries: readonly Lucene[]): readonly Lucene[] {
  return [...new Set(queries)];
}

type Leaf = Exclude<Lucene, { readonly kind: 'all' | 'none' | 'constant' | 'boost' | 'bool' | 'dismax' | 'nested' }>;

function leafKey(query: Leaf): string {
  switch (query.kind) {
    case 'ids':
      return `ids ${JSON.stringify([...query.ids].sort())}`;
    case 'index':
      return `index ${query.patterns}`;
    case 'percolate':
      return `percolate ${JSON.stringify(query.percolation.field)} ${query.percolation.shown}`;
    default:
      // A name may be asked as of no kind, where the index does not have its values.
      return `${query.kind} ${query.field.kind} ${JSON.stringify(query.field.path)} ${fieldKey(query)}`;
  }
}

function fieldKey(query: Extract<Leaf, { readonly field: unknown }>): string {
  switch (query.kind) {
    case 'term':
      return query.term;
    case 'terms':
      return JSON.stringify([...query.terms].sort());
    case 'pattern':
      return `${query.syntax} ${query.of ?? ''} ${query.text}`;
    case 'term-range':
      return JSON.stringify([query.from ?? null, query.to ?? null, query.includeFrom, query.includeTo]);
    case 'points':
      return query.ranges.map(rangeKey).sort().join(',');
    case 'exists':
      return '';
    case 'phrase': {
      const start = query.slots[0]?.position ?? 0;
      const slots = query.slots.map(({ terms, position }) => [position - start, [...terms].sort()]);
      return JSON.stringify([slots, query.slop, query.prefix]);
    }
  }
}

/** A number, a bigint and the key of an address are told apart; -0 is 0 to every comparison. */
function rangeKey({ from, to }: PointRange): string {
  return `${typeof from} ${from} ${typeof to} ${to}`;
}
