import { asciiLower } from './byte-text.ts';
import type { Expression } from './expression.ts';
import { alternatives } from './implication.ts';

/** Finds, of many expressions, those that may match a text: every other one needs a word that the text does not hold. */
export interface LiteralIndex {
  /** Places of the expressions, in no order. None is left out that matches. */
  candidates(text: string): ReadonlySet<number>;
}

/** Fewer expressions are asked one by one: that costs less than going through the text. */
const indexedFrom = 32;
const gramLength = 4;

/**
 * One piece of four characters of each word that an expression needs, in a table; a text is gone through once. undefined
 * when too few of the expressions need a word that long.
 */
export function createLiteralIndex(expressions: readonly Expression[]): LiteralIndex | undefined {
  const words = expressions.map(wordsOf);
  if (words.filter((one) => one !== undefined).length < indexedFrom) return undefined;
  const counts = new Map<string, number>();
  for (const word of words.flatMap((one) => one ?? []))
    for (const gram of new Set(gramsOf(word))) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  const always: number[] = [];
  const table = new Map<string, number[]>();
  const marks = new Uint8Array(markCount);
  for (const [place, needed] of words.entries()) {
    if (!needed) always.push(place);
    for (const word of needed ?? []) {
      const gram = rarest(gramsOf(word), counts);
      const places = table.get(gram) ?? [];
      places.push(place);
      table.set(gram, places);
      marks[markOf(gram, 0)] = 1;
    }
  }
  return { candidates: (text) => search(asciiLower(text), always, table, marks) };
}

/** The words of which a text must hold one, in lower case; undefined when that is not known or a word is too short. */
function wordsOf(expression: Expression): readonly string[] | undefined {
  if (expression.negate) return undefined;
  const words = alternatives(expression)?.map(({ text }) => asciiLower(text));
  return words?.every((word) => word.length >= gramLength) ? words : undefined;
}

function search(
  lower: string,
  always: readonly number[],
  table: ReadonlyMap<string, readonly number[]>,
  marks: Uint8Array,
): ReadonlySet<number> {
  const found = new Set(always);
  for (let at = 0; at + gramLength <= lower.length; at++) {
    if (marks[markOf(lower, at)] === 0) continue;
    for (const place of table.get(lower.slice(at, at + gramLength)) ?? []) found.add(place);
  }
  return found;
}

const markCount = 1 << 16;

function markOf(text: string, at: number): number {
  const mixed =
    text.charCodeAt(at) * 0x1b +
    text.charCodeAt(at + 1) * 0x3a5 +
    text.charCodeAt(at + 2) * 0x1f07 +
    text.charCodeAt(at + 3) * 0x95;
  return mixed & (markCount - 1);
}

function gramsOf(word: string): readonly string[] {
  return Array.from({ length: word.length - gramLength + 1 }, (_, at) => word.slice(at, at + gramLength));
}

/** The piece that the fewest words share: `.com` would be found in every event. */
function rarest(grams: readonly string[], counts: ReadonlyMap<string, number>): string {
  return grams.reduce((best, gram) => ((counts.get(gram) ?? 0) < (counts.get(best) ?? 0) ? gram : best));
}
