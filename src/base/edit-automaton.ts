import { codePoints } from './edit-distance.ts';

/**
 * Tells of texts, character by character, whether they are near a word: what is left to be read depends on a state alone, so that
 * words need not be cut out of a text to be asked. States are small numbers; they are made when they first come up.
 */
export interface EditAutomaton {
  readonly start: number;
  /** Code points of texts that may be near. */
  readonly shortest: number;
  readonly longest: number;
  /** After one more character (a code point); `far` for good where nothing that follows makes it near. */
  step(state: number, code: number): number;
  accepts(state: number): boolean;
  /** Of a whole text. */
  test(text: string): boolean;
}

export const far = 0;

/** Longer words have too many states. */
const wordMax = 64;

/** What `withinEdits` says of the word; undefined for words that are too long, and where no change is allowed. */
export function editAutomaton(
  text: string,
  edits: number,
  prefixLength: number,
  transpositions: boolean,
): EditAutomaton | undefined {
  const word = codePoints(text);
  if (edits < 1 || word.length === 0 || word.length > wordMax) return undefined;
  const states = makeStates({ word, edits, prefix: Math.min(prefixLength, word.length), transpositions });
  const { classOf, others, width } = characterClasses(word);
  let next = new Int32Array(width * 64).fill(unknown);
  const derive = (state: number, code: number, place: number): number => {
    const made = states.after(state, code);
    if ((made + 1) * width > next.length) {
      const longer = new Int32Array(next.length * 2).fill(unknown);
      longer.set(next);
      next = longer;
    }
    next[place] = made;
    return made;
  };
  const step = (state: number, code: number): number => {
    const place = state * width + (code < 128 ? (classOf[code] as number) : (others.get(code) ?? 0));
    const known = next[place] as number;
    return known === unknown ? derive(state, code, place) : known;
  };
  const { start, accepts } = states;
  return {
    start,
    shortest: Math.max(0, word.length - edits),
    longest: word.length + edits,
    step,
    accepts,
    test(text) {
      let state = start;
      for (let at = 0; at < text.length && state !== far; at++) {
        let code = text.charCodeAt(at);
        if (code >= 0xd800) {
          code = text.codePointAt(at) as number;
          if (code > 0xffff) at++;
        }
        state = step(state, code);
      }
      return accepts(state);
    },
  };
}

/** Whether any text of nothing but these characters (ASCII) is near. */
export function acceptsAny({ start, step, accepts }: EditAutomaton, characters: string): boolean {
  const seen = new Set([start]);
  for (const state of seen) {
    if (accepts(state)) return true;
    for (let at = 0; at < characters.length; at++) seen.add(step(state, characters.charCodeAt(at)));
  }
  return false;
}

const unknown = -1;

/** Characters that the word has, by number; all others are 0. */
function characterClasses(word: readonly number[]): {
  readonly classOf: Uint8Array;
  readonly others: ReadonlyMap<number, number>;
  readonly width: number;
} {
  const classOf = new Uint8Array(128);
  const others = new Map<number, number>();
  const distinct = [...new Set(word)];
  for (const [at, code] of distinct.entries()) {
    if (code < 128) classOf[code] = at + 1;
    else others.set(code, at + 1);
  }
  return { classOf, others, width: distinct.length + 1 };
}

interface Near {
  readonly word: readonly number[];
  readonly edits: number;
  /** Characters that must be equal. */
  readonly prefix: number;
  readonly transpositions: boolean;
}

/**
 * A row of the table of distances, after `read` characters: place b of a list is the word's first read - edits + b characters. What is farther
 * than allowed is edits + 1. `swaps`: what the next row has there if its character is the one before in the word.
 */
interface State {
  readonly read: number;
  readonly costs: readonly number[];
  readonly swaps: readonly number[];
}

function makeStates(near: Near): {
  readonly start: number;
  after(state: number, code: number): number;
  accepts(state: number): boolean;
} {
  const { word, edits, prefix } = near;
  const width = 2 * edits + 1;
  const none = new Array<number>(width).fill(edits + 1);
  const states: State[] = [];
  const accepting: boolean[] = [];
  const known = new Map<string, number>();
  const numberOf = (state: State): number => {
    const { read, costs, swaps } = state;
    const hopeless = costs.every((cost) => cost > edits) && swaps.every((cost) => cost > edits);
    const key = hopeless ? 'far' : `${read} ${costs} ${swaps}`;
    let number = known.get(key);
    if (number === undefined) {
      number = states.push(state) - 1;
      known.set(key, number);
      accepting.push(read >= prefix && (costs[word.length - read + edits] ?? edits + 1) <= edits);
    }
    return number;
  };
  numberOf({ read: 0, costs: none, swaps: none });
  const start = numberOf({ read: 0, costs: none.map((cost, at) => (at < edits ? cost : at - edits)), swaps: none });
  return {
    start,
    after: (state, code) => numberOf(rowAfter(states[state] as State, code, near)),
    accepts: (state) => accepting[state] as boolean,
  };
}

function rowAfter({ read, costs, swaps }: State, code: number, { word, edits, prefix, transpositions }: Near): State {
  const most = edits + 1;
  const none = costs.map(() => most);
  if (read < prefix && word[read] !== code) return { read: read + 1, costs: none, swaps: none };
  const row = [...none];
  const swapped = [...none];
  for (let at = 0; at < row.length; at++) {
    const length = read + 1 - edits + at;
    if (length < 0 || length > word.length) continue;
    const before = costs[at] as number;
    let cost = length === 0 ? read + 1 : before + (word[length - 1] === code ? 0 : 1);
    cost = Math.min(cost, (row[at - 1] ?? most) + 1, (costs[at + 1] ?? most) + 1);
    if (length > 1 && word[length - 2] === code) cost = Math.min(cost, swaps[at] as number);
    row[at] = Math.min(cost, most);
    if (transpositions && length > 0 && length < word.length && word[length] === code) {
      swapped[at] = Math.min(before + 1, most);
    }
  }
  return { read: read + 1, costs: row, swaps: swapped };
}
