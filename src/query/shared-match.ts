import type { Candidate, Matcher } from './candidate.ts';
import { createEqualClauses } from './equal-clauses.ts';
import type { Lucene } from './lucene.ts';
import { compileLucene, type ScopeMatcher, type Share } from './lucene-match.ts';
import type { Mapping } from './mapping.ts';

/** Matchers of many queries on one index that share their clauses: what is asked of a document is asked once. */
export interface SharedMatchers {
  /**
   * A matcher that answers as one compiled alone. Clauses that are equal (query/equal-clauses.ts) to some of a matcher made
   * before are the same test, which remembers its answer until a matcher is given another candidate.
   */
  compile(query: Lucene): Matcher;
  /** How many different clauses there are. They are kept as long as this object. */
  readonly size: number;
}

/** `asked` is told of each clause that is evaluated on a document or, by their path, on its nested objects; for tests. */
export function shareMatchers(
  mapping: Mapping,
  asked?: (clause: Lucene, nested: string | undefined) => void,
): SharedMatchers {
  const equal = createEqualClauses();
  const tests = new Map<Lucene, Map<string | undefined, ScopeMatcher>>();
  const turn: Turn = { candidate: undefined, number: 0 };
  const share: Share = (query, nested, make) => {
    if (query.kind === 'all' || query.kind === 'none') return make();
    const places = tests.get(query) ?? new Map<string | undefined, ScopeMatcher>();
    tests.set(query, places);
    let test = places.get(nested);
    if (!test) {
      const made = make();
      const told: ScopeMatcher = asked
        ? (scope, candidate) => {
            asked(query, nested);
            return made(scope, candidate);
          }
        : made;
      // Inside a nested path a clause is asked about many objects of one document: shared, but not remembered.
      test = nested === undefined ? remembered(told, turn) : told;
      places.set(nested, test);
    }
    return test;
  };
  return {
    compile(query) {
      const matches = compileLucene(equal.of(query), mapping, share);
      return (candidate) => {
        if (turn.candidate !== candidate) {
          turn.candidate = candidate;
          turn.number++;
        }
        return matches(candidate);
      };
    },
    get size() {
      return equal.size;
    },
  };
}

/** The document that is asked about: its number tells old answers from new ones. */
interface Turn {
  candidate: Candidate | undefined;
  number: number;
}

function remembered(test: ScopeMatcher, turn: Turn): ScopeMatcher {
  let asked = -1;
  let answer = false;
  return (scope, candidate) => {
    if (asked === turn.number) return answer;
    answer = test(scope, candidate);
    asked = turn.number;
    return answer;
  };
}
