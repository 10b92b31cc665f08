import { isAscii } from 'node:buffer';
import { acceptsAny, type EditAutomaton, far } from '../base/edit-automaton.ts';
import type { WordSplit } from '../query/analysis/token.ts';
import type { Field } from '../query/field.ts';
import type { Pattern } from '../query/lucene.ts';
import { foldOf } from './segment/word-fold.ts';

/**
 * Says of a document's JSON text, as bytes, whether a string in it may hold a term that is near: five microseconds where taking
 * the document apart takes a hundred times as many. undefined where numbers or constants may be near, and of fields that make
 * other terms of their values.
 */
export function nearFilter({ field, automaton, of }: Pattern): ((text: Buffer) => boolean) | undefined {
  if (!automaton || of || !onlyInStrings(automaton)) return undefined;
  if (field.kind === 'text') return field.analyzer.split && stringScan(automaton, field.analyzer.split);
  if (field.kind === 'flat_object') return stringScan(automaton, undefined);
  return isUnchangedKeyword(field) ? stringScan(automaton, undefined) : undefined;
}

/** Whose terms are its values as they stand. */
export function isUnchangedKeyword(field: Field): boolean {
  return field.kind === 'keyword' && !field.normalizer && field.nullValue === undefined;
}

/** No number, however it is written, and no constant is near. */
function onlyInStrings(automaton: EditAutomaton): boolean {
  if (acceptsAny(automaton, '0123456789eE+-.')) return false;
  return !constants.some((constant) => automaton.test(constant) || automaton.test(constant.toLowerCase()));
}

/** What JSON and numbers beyond all bounds are as terms. */
const constants = ['true', 'false', 'null', 'NaN', 'Infinity', '-Infinity', 'Infinity.0E', '-Infinity.0E'];

/** With `split` the words of the strings are asked, else each as a whole. */
function stringScan(automaton: EditAutomaton, split: WordSplit | undefined): (text: Buffer) => boolean {
  const fold = split ? foldOf(split) : Uint8Array.from({ length: 128 }, (_, code) => code);
  const stops = Uint8Array.from(fold, (folded, code) => (folded === 0 || code === quote || code === backslash ? 1 : 0));
  const passes = termTest(automaton, fold, split);
  // Most terms are too short or too long.
  const others = new Set(split?.altered.map(({ length }) => length));
  const asked = Uint8Array.from({ length: lengthsMax }, (_, length) =>
    (length >= automaton.shortest && length <= automaton.longest) || others.has(length) ? 1 : 0,
  );
  /** Of the string that begins there: where it ends; less than 0 where a term of it may be near, or cannot be told. */
  const scan = (text: Buffer, begin: number): number => {
    let found = false;
    let escapes = 0;
    let from = begin;
    for (let at = begin; at < text.length; at++) {
      const code = text[at] as number;
      if (stops[code] === 0) continue;
      const end = at;
      if (code === backslash) {
        const letter = text[++at] as number;
        if (letter === anyLetter) return -1;
        if (fold[unescaped[letter] as number] !== 0) {
          escapes++;
          continue;
        }
      }
      if (asked[end - from - escapes] !== 0 && passes(text, from, end, escapes)) found = true;
      // What stands before a colon is a name.
      if (code === quote) return found && text[at + 1] !== colon ? -1 : at;
      escapes = 0;
      from = at + 1;
    }
    return -1;
  };
  return (text) => {
    if (!isAscii(text)) return true;
    for (let at = 0; at < text.length; at++) {
      if (text[at] !== quote) continue;
      at = scan(text, at + 1);
      if (at < 0) return true;
    }
    return false;
  };
}

/** Whether a term may be near, by its bytes, of which `escapes` characters have two. */
function termTest(
  { start, step, accepts, ...near }: EditAutomaton,
  fold: Uint8Array,
  split: WordSplit | undefined,
): (text: Buffer, from: number, to: number, escapes: number) => boolean {
  const altered = new Set(split?.altered);
  const lengths = new Set(split?.altered.map(({ length }) => length));
  const longest = split?.longest ?? Number.POSITIVE_INFINITY;
  return (text, from, to, escapes) => {
    const length = to - from - escapes;
    if (split && (length === 0 || length > longest)) return length > 0;
    if (lengths.has(length) && (escapes > 0 || altered.has(text.toString('latin1', from, to).toLowerCase())))
      return true;
    if (length < near.shortest || length > near.longest) return false;
    if (escapes > 0) return true;
    let state = start;
    for (let at = from; at < to && state !== far; at++) state = step(state, fold[text[at] as number] as number);
    return accepts(state);
  };
}

/** Of longer terms it is asked one by one whether they may be near. */
const lengthsMax = 256;

/** Behind a backslash: four digits name a character. */
const anyLetter = 0x75;
const quote = 0x22;
const colon = 0x3a;
const backslash = 0x5c;

/** What stands behind a backslash, by character. */
const unescaped = Uint8Array.from({ length: 256 }, (_, code) => {
  const at = 'bfnrt'.indexOf(String.fromCharCode(code));
  return at < 0 ? code & 127 : ([8, 12, 10, 13, 9][at] as number);
});
