import type { Instant } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Candidate, Matcher, RequiredTerm } from '../query/candidate.ts';
import { compileQuery, requiredTerms } from '../query/compile.ts';
import { resolveExpression } from '../query/index-expression.ts';
import type { Mapping } from '../query/mapping.ts';
import type { Query } from '../query/query.ts';
import { eachTerm } from '../query/terms.ts';

/** A question that documents are put to as they arrive. */
export interface Standing {
  readonly id: string;
  readonly indices: readonly string[];
  /** The query as it is at this time; throws what the query room throws. */
  query(at: Instant): Query;
  /** It means something else at another time: compiled anew for each batch. */
  readonly timed: boolean;
}

/** The index that documents came into. */
export interface PercolatedIndex {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly mapping: Mapping;
}

/** Finds the standing queries that documents match, without asking each query about each document. */
export interface Percolator {
  put(standing: Standing): void;
  remove(id: string): void;
  /**
   * Ids of the queries that at least one of the documents matches. A query is asked only about documents that hold its
   * rarest required term, and no more once it has matched.
   */
  percolate(index: PercolatedIndex, documents: readonly Candidate[], at: Instant): ReadonlySet<string>;
}

interface Entry {
  readonly standing: Standing;
  /** Compiled when first needed; null when the query cannot be asked of this index. */
  matcher: Matcher | null | undefined;
  /** What a matching document must hold, by this mapping. */
  readonly required: readonly RequiredTerm[] | 'never';
}

/** The queries of one index, registered by a term that a matching document must hold. */
interface Register {
  readonly mapping: Mapping;
  readonly revision: number;
  /** Documents that had been counted when it was built. */
  readonly samples: number;
  readonly entries: Map<Standing, Entry>;
  readonly byTerm: ReadonlyMap<string, ReadonlyMap<string, readonly Entry[]>>;
  readonly always: readonly Entry[];
  readonly fields: ReadonlySet<string>;
  /** All fields that some query requires a term of: counted in samples, to know which terms are rare. */
  readonly sampled: ReadonlySet<string>;
}

export function createPercolator(): Percolator {
  const standings = new Map<string, Standing>();
  /** The least used first. */
  const registers = new Map<string, Register>();
  const counts = new Map<string, number>();
  let revision = 0;
  let samples = 0;
  let seen = 0;

  const registerOf = (index: PercolatedIndex, at: Instant): Register => {
    const known = registers.get(index.name);
    registers.delete(index.name);
    // Which terms are rare is seen only after some documents: built anew when eight times as many were seen, and rarely then.
    const isCurrent = known?.mapping === index.mapping && known.revision === revision;
    const register =
      isCurrent && samples < 8 * known.samples + 8 && (known.samples >= samplesEager || samples < samplesEager)
        ? known
        : buildRegister(
            [...standings.values()],
            index,
            { revision, samples, entries: isCurrent ? known.entries : new Map() },
            counts,
            at,
          );
    registers.set(index.name, register);
    const oldest = registers.keys().next().value;
    if (registers.size > limits.percolatedIndicesMax && oldest !== undefined) registers.delete(oldest);
    return register;
  };

  /** Counts the terms of some documents first: of many when few were counted yet, later of one in a while. */
  const sampledRegister = (index: PercolatedIndex, documents: readonly Candidate[], at: Instant): Register => {
    const register = registerOf(index, at);
    const every = samples < samplesEager ? 1 : sampleEvery;
    let counted = 0;
    for (const document of documents) {
      if (seen++ % every !== 0 || counted >= samplesEager) continue;
      sample(register, index.mapping, document, counts);
      counted++;
    }
    samples += counted;
    return registerOf(index, at);
  };

  return {
    put(standing) {
      standings.set(standing.id, standing);
      revision++;
    },
    remove(id) {
      if (standings.delete(id)) revision++;
    },
    percolate(index, documents, at) {
      const register = sampledRegister(index, documents, at);
      const found = new Set<string>();
      const fresh = new Map<Entry, Matcher | null>();
      const ask = (entry: Entry, document: Candidate): void => {
        const { standing } = entry;
        if (found.has(standing.id)) return;
        if (matcherOf(entry, index.mapping, at, fresh)?.(document)) found.add(standing.id);
      };
      for (const document of documents) askAbout(document, register, ask);
      return found;
    },
  };
}

/** Puts a document to every query that requires nothing, or a term that it has. */
function askAbout(
  document: Candidate,
  { always, byTerm, fields, mapping }: Register,
  ask: (entry: Entry, document: Candidate) => void,
): void {
  for (const entry of always) ask(entry, document);
  if (fields.size === 0) return;
  const visit = (field: string, term: string): void => {
    for (const entry of byTerm.get(field)?.get(term) ?? []) ask(entry, document);
  };
  eachTerm(mapping, document.source, visit, fields);
}

function buildRegister(
  standings: readonly Standing[],
  index: PercolatedIndex,
  begun: Pick<Register, 'revision' | 'samples' | 'entries'>,
  counts: ReadonlyMap<string, number>,
  at: Instant,
): Register {
  const byTerm = new Map<string, Map<string, Entry[]>>();
  const always: Entry[] = [];
  const sampled = new Set<string>();
  for (const standing of standings) {
    if (!covers(standing, index, at)) continue;
    const entry: Entry = begun.entries.get(standing) ?? {
      standing,
      matcher: undefined,
      required: requiredOf(standing, index.mapping, at),
    };
    begun.entries.set(standing, entry);
    const { required } = entry;
    if (required === 'never') continue;
    for (const { field } of required) sampled.add(field);
    const rarest = rarestOf(required, counts);
    if (!rarest) {
      always.push(entry);
      continue;
    }
    const terms = byTerm.get(rarest.field) ?? new Map<string, Entry[]>();
    byTerm.set(rarest.field, terms);
    for (const term of new Set(rarest.anyOf)) terms.set(term, [...(terms.get(term) ?? []), entry]);
  }
  return { mapping: index.mapping, ...begun, byTerm, always, fields: new Set(byTerm.keys()), sampled };
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

/** 'never' for a query that cannot even be read: its runs tell why. A timed query's terms may differ at another time. */
function requiredOf(standing: Standing, mapping: Mapping, at: Instant): readonly RequiredTerm[] | 'never' {
  try {
    const required = standing.timed ? 'none-known' : requiredTerms(standing.query(at), mapping);
    return required === 'none-known' ? [] : required;
  } catch (error) {
    if (error instanceof TrailhoundError) return 'never';
    throw error;
  }
}

/** The entry whose terms were seen least, then the one with the fewest. undefined: every document must be asked about. */
function rarestOf(required: readonly RequiredTerm[], counts: ReadonlyMap<string, number>): RequiredTerm | undefined {
  const seen = ({ field, anyOf }: RequiredTerm): number =>
    anyOf.reduce((sum, term) => sum + (counts.get(termKey(field, term)) ?? 0), 0);
  return [...required].sort((a, b) => seen(a) - seen(b) || a.anyOf.length - b.anyOf.length)[0];
}

/** So many documents are counted at once in the beginning; then one of so many, since counting analyses every text. */
const samplesEager = 32;
const sampleEvery = 256;

/** Terms counted for choosing; when there are too many, counting starts anew. */
const countsMax = 10_000;

function sample(register: Register, mapping: Mapping, document: Candidate, counts: Map<string, number>): void {
  if (register.sampled.size === 0) return;
  if (counts.size > countsMax) counts.clear();
  const visit = (field: string, term: string): void => {
    const key = termKey(field, term);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  eachTerm(mapping, document.source, visit, register.sampled);
}

function termKey(field: string, term: string): string {
  return `${field}\u0000${term}`;
}

function matcherOf(entry: Entry, mapping: Mapping, at: Instant, fresh: Map<Entry, Matcher | null>): Matcher | null {
  const { standing } = entry;
  const known = standing.timed ? fresh.get(entry) : entry.matcher;
  if (known !== undefined) return known;
  let matcher: Matcher | null = null;
  try {
    matcher = compileQuery(standing.query(at), mapping, at);
  } catch (error) {
    if (!(error instanceof TrailhoundError)) throw error;
  }
  if (standing.timed) fresh.set(entry, matcher);
  else entry.matcher = matcher;
  return matcher;
}
