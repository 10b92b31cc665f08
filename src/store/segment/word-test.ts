import type { TextField } from '../../query/field.ts';
import { scalarText } from '../../query/field-value.ts';
import type { Pattern } from '../../query/lucene.ts';
import type { Leaf, Likeness } from './segment-index.ts';

/**
 * Whether a value holds a word that passes. To take a value apart is dear: where the analyzer only splits and lowercases, most
 * values are dismissed because they lack what such a word must hold.
 */
export function wordTest(
  { analyzer }: TextField,
  { test, literals }: Pick<Pattern, 'test' | 'literals'>,
): { readonly passes: (leaf: Leaf) => boolean; readonly like: Likeness | undefined } {
  const whole = (text: string): boolean => analyzer.analyze(text).some(({ term }) => test(term));
  const { split } = analyzer;
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

/** Only of ASCII letters is it known what becomes of them. */
const notAscii = /[^\x00-\x7f]/;
