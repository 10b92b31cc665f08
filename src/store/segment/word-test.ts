import { type EditAutomaton, far } from '../../base/edit-automaton.ts';
import type { WordSplit } from '../../query/analysis/token.ts';
import type { TextField } from '../../query/field.ts';
import { scalarText } from '../../query/field-value.ts';
import type { Pattern } from '../../query/lucene.ts';
import type { Leaf, Likeness } from './segment-index.ts';
import { foldOf } from './word-fold.ts';

/**
 * Whether a value holds a word that passes. To take a value apart is dear: where the analyzer only splits and lowercases, most
 * values are dismissed because they lack what such a word must hold.
 */
export function wordTest(
  { analyzer }: TextField,
  { test, literals, automaton }: AskedOfWords,
): { readonly passes: (leaf: Leaf) => boolean; readonly like: Likeness | undefined } {
  const whole = (text: string): boolean => analyzer.analyze(text).some(({ term }) => test(term));
  const { split } = analyzer;
  if (split && automaton) {
    const near = nearWord(automaton, split);
    const like = literals && literals.texts.length > 0 ? { texts: literals.texts } : undefined;
    return {
      passes(leaf) {
        const text = scalarText(leaf);
        return near(text) ?? whole(text);
      },
      like,
    };
  }
  if (!split || !literals || literals.texts.length === 0) {
    return { passes: (leaf) => whole(scalarText(leaf)), like: undefined };
  }
  const lists = literals.texts.map((list) => list.map((text) => text.toLowerCase()));
  const maybe = (text: string): boolean => {
    if (notAscii.test(text)) return true;
    const lower = text.toLowerCase();
    return (
      lists.every((list) => list.some((one) => lower.includes(one))) ||
      split.altered.some((word) => lower.includes(word))
    );
  };
  return {
    passes(leaf) {
      const text = scalarText(leaf);
      return maybe(text) && whole(text);
    },
    like: { texts: literals.texts },
  };
}

export type AskedOfWords = Pick<Pattern, 'test' | 'literals' | 'automaton'>;

/** Whether a word of a text is near; undefined where only the analyzer can tell what the words are. */
function nearWord({ start, step, accepts }: EditAutomaton, split: WordSplit): (text: string) => boolean | undefined {
  const fold = foldOf(split);
  const altered = new Set(split.altered);
  const lengths = new Set(split.altered.map(({ length }) => length));
  return (text) => {
    let state = start;
    let from = 0;
    let found = false;
    for (let at = 0; at <= text.length; at++) {
      const code = at < text.length ? text.charCodeAt(at) : between;
      if (code > 127 || code === 0) return undefined;
      const folded = at < text.length ? (fold[code] as number) : 0;
      if (folded !== 0) {
        if (state !== far) state = step(state, folded);
        continue;
      }
      const length = at - from;
      if (length > split.longest) return undefined;
      if (lengths.has(length) && altered.has(text.slice(from, at).toLowerCase())) return undefined;
      if (length > 0 && accepts(state)) found = true;
      state = start;
      from = at + 1;
    }
    return found;
  };
}

/** Behind the end of a text. */
const between = 1;

/** Only of ASCII letters is it known what becomes of them. */
const notAscii = /[^\x00-\x7f]/;
