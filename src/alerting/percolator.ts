import type { Instant } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Candidate, Matcher } from '../query/candidate.ts';
import { lowerQuery } from '../query/compile.ts';
import { type SharedMatchers, shareMatchers } from '../query/shared-match.ts';
import { buildRegister, type Entry, type Register, regrown } from './percolator-register.ts';
import type { PercolatedIndex, Standing } from './standing.ts';

/** Finds the standing queries that documents match, without asking each query about each document. */
export interface Percolator {
  put(standing: Standing): void;
  remove(id: string): void;
  /**
   * Ids of the queries that at least one of the documents matches. A query is asked only about documents that hold its
   * rarest required term, and no more once it has matched; a clause that several queries share is asked once a document.
   * A query that fails while it is asked (a pattern that grows too large) counts as matching: its run tells why.
   */
  percolate(index: PercolatedIndex, documents: readonly Candidate[], at: Instant): ReadonlySet<string>;
}

export function createPercolator(): Percolator {
  const standings = new Map<string, Standing>();
  /** The least used first. */
  const registers = new Map<string, Register>();
  const counts = new Map<string, number>();
  const count = (field: string, term: string): number => counts.get(termKey(field, term)) ?? 0;
  let revision = 0;
  let samples = 0;
  let seen = 0;

  const registerOf = (index: PercolatedIndex, at: Instant): Register => {
    const known = registers.get(index.name);
    registers.delete(index.name);
    const standing = known?.revision === revision && isRipe(known.samples, samples) ? known : undefined;
    const register =
      (standing && regrown(standing, index)) ??
      buildRegister([...standings.values()], index, { revision, samples }, known, count, at);
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
      sample(register, document, counts);
      counted++;
    }
    samples += counted;
    return counted > 0 ? registerOf(index, at) : register;
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
      const batch: Batch = { at, register, timed: undefined };
      const ask = (entry: Entry, document: Candidate): void => {
        const { id } = entry.standing;
        if (!found.has(id) && matches(entry, document, batch)) found.add(id);
      };
      for (const document of documents) askAbout(document, register, ask);
      return found;
    },
  };
}

/** Which terms are rare is seen only after some documents: built anew when eight times as many were seen, and rarely then. */
function isRipe(counted: number, samples: number): boolean {
  return samples < 8 * counted + 8 && (counted >= samplesEager || samples < samplesEager);
}

/** Puts a document to every query that requires nothing, or a term that it has. */
function askAbout(
  document: Candidate,
  { always, byTerm }: Register,
  ask: (entry: Entry, document: Candidate) => void,
): void {
  for (const entry of always) ask(entry, document);
  for (const { terms, entries } of byTerm) {
    terms(document.source, (term) => {
      const asked = entries.get(term);
      if (asked) for (const entry of asked) ask(entry, document);
    });
  }
}

/** One call of percolate: what timed queries mean in it. */
interface Batch {
  readonly at: Instant;
  readonly register: Register;
  timed: { readonly shared: SharedMatchers; readonly matchers: Map<Entry, Matcher | null> } | undefined;
}

function matches(entry: Entry, document: Candidate, batch: Batch): boolean {
  try {
    return (entry.standing.timed ? timedMatcher(entry, batch) : matcherOf(entry, batch.register))?.(document) ?? false;
  } catch (error) {
    if (error instanceof TrailhoundError) return true;
    throw error;
  }
}

function matcherOf(entry: Entry, { shared }: Register): Matcher | undefined {
  if (entry.matcher?.shared !== shared) {
    const query = entry.lowered?.query;
    if (!query) return undefined;
    entry.matcher = { shared, matches: shared.compile(query) };
  }
  return entry.matcher?.matches;
}

/** null where it cannot be asked of this index. */
function timedMatcher(entry: Entry, batch: Batch): Matcher | null {
  const { mapping } = batch.register.index;
  batch.timed ??= { shared: shareMatchers(mapping), matchers: new Map() };
  const { shared, matchers } = batch.timed;
  let matcher = matchers.get(entry);
  if (matcher !== undefined) return matcher;
  try {
    matcher = shared.compile(lowerQuery(entry.standing.query(batch.at), mapping, batch.at));
  } catch (error) {
    if (!(error instanceof TrailhoundError)) throw error;
    matcher = null;
  }
  matchers.set(entry, matcher);
  return matcher;
}

/** So many documents are counted at once in the beginning; then one of so many, since counting analyses every text. */
const samplesEager = 32;
const sampleEvery = 256;

/** Terms counted for choosing; when there are too many, counting starts anew. */
const countsMax = 10_000;

function sample(register: Register, document: Candidate, counts: Map<string, number>): void {
  if (register.sampled.length === 0) return;
  if (counts.size > countsMax) counts.clear();
  for (const { path, terms } of register.sampled) {
    terms(document.source, (term) => {
      const key = termKey(path, term);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    });
  }
}

function termKey(field: string, term: string): string {
  return `${field}\u0000${term}`;
}
