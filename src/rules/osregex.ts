import { limits } from '../base/limits.ts';
import { asciiLower, byteText } from './byte-text.ts';
import { lowerByte, type OsRegexAlternative, type OsRegexItem, parseOsRegex } from './osregex-pattern.ts';

/** Whether the text matches; 'too-hard' when the answer would take more than limits.regexStepsMax steps. */
export type TextTest = (text: string) => boolean | 'too-hard';

/**
 * Compiles Wazuh's own expression language: not a backtracking regex but an automaton with four retries and no look-ahead
 * (specs/wazuh.md §7.2). Answers what is wrong with the pattern as text. Alternatives of plain letters, which is what nearly
 * all rules have, are searched as text: the same answers, held by a property test.
 */
export function compileOsRegex(pattern: string): TextTest | string {
  const alternatives = parseOsRegex(pattern);
  if (typeof alternatives === 'string') return alternatives;
  const tests = alternatives.map((alternative) => plainTest(alternative) ?? automatonTest(alternative));
  const [only] = tests;
  if (only && tests.length === 1) return only;
  return (text) => {
    let hard = false;
    for (const test of tests) {
      const answer = test(text);
      if (answer === true) return true;
      if (answer === 'too-hard') hard = true;
    }
    return hard ? 'too-hard' : false;
  };
}

/** The automaton alone, without the fast ways: what the property test compares with. */
export function compileOsRegexSlowly(pattern: string): TextTest | string {
  const alternatives = parseOsRegex(pattern);
  if (typeof alternatives === 'string') return alternatives;
  return (text) => alternatives.some((alternative) => automatonTest(alternative)(text) === true);
}

function plainTest({ items, begin, end }: OsRegexAlternative): TextTest | undefined {
  if (items.some((item) => item.kind !== 'literal')) return undefined;
  const bytes = items.map((item) => (item.kind === 'literal' ? item.byte : 0));
  const literal = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(literal, 'utf8').equals(Buffer.from(bytes))) return undefined;
  // Nothing but anchors: `$` and `^$` match only the empty text, `^` and the empty pattern everything.
  if (literal === '') return end ? (text) => text === '' : () => true;
  if (begin && end) return (text) => text.length === literal.length && asciiLower(text) === literal;
  if (begin) return (text) => asciiLower(text).startsWith(literal);
  if (end) return (text) => asciiLower(text).endsWith(literal);
  return (text) => asciiLower(text).includes(literal);
}

function automatonTest(alternative: OsRegexAlternative): TextTest {
  return (text) => runAutomaton(alternative, byteText(text));
}

/**
 * One alternative over a text of bytes. Lettered comments name the steps of specs/wazuh.md §7.2.
 * `p` is the cursor in the pattern, `rep` tells that the class under it has matched before, `ret` that an end was seen.
 */
function runAutomaton({ items, begin, end }: OsRegexAlternative, text: string): boolean | 'too-hard' {
  let p = 0;
  let rep = false;
  let ret = true;
  let restart = -1;
  const savedItem = [0, 0, 0, 0];
  const savedAt = [0, 0, 0, 0];
  let saved = 0;
  let steps = 0;
  for (let i = 0; i < text.length; i++) {
    if (++steps > limits.regexStepsMax) return 'too-hard';
    // a
    if (p === items.length && !end) return ret;
    if (items[p]?.kind === 'marker') {
      p++;
      if (p === items.length && !end) return ret;
    }
    const item = items[p];
    const byte = text.charCodeAt(i);
    if (item?.kind === 'class') {
      // b
      if (item.members[byte] === 1) {
        if (item.quantifier === '') {
          p++;
          if (restart < 0) restart = i;
          ret = true;
          continue;
        }
        if (item.quantifier === '*') rep = true;
        if (rep) {
          const after = items[p + 1]?.kind === 'marker' ? p + 2 : p + 1;
          const next = items[after];
          if (!next) continue;
          const target = jumpTarget(next, after, byte);
          if (target >= 0) {
            if (next.kind !== 'class') rep = false;
            if (saved < 4) {
              savedItem[saved] = p;
              savedAt[saved++] = i;
            }
            p = target;
          }
        } else rep = true;
        ret = true;
        continue;
      }
      if (p === items.length - 1 && rep && ret) {
        if (!end) return true;
      } else if ((item.quantifier === '+' && rep) || item.quantifier === '*') {
        if (item.quantifier === '*') ret = true;
        p++;
        rep = false;
        i--;
        continue;
      }
      rep = false;
    } else if (item && literalOf(item) === lowerByte(byte)) {
      p++;
      if (restart < 0) restart = i;
      ret = true;
      continue;
    }
    // c
    if (saved > 0) {
      saved--;
      p = savedItem[saved] as number;
      i = savedAt[saved] as number;
      continue;
    }
    if (begin) return false;
    if (restart >= 0) {
      i = restart;
      restart = -1;
    }
    p = 0;
    ret = false;
  }
  return ret && endsWell(items, p, rep);
}

/** Where a repeated class may jump when the item after it takes the byte, or -1: past a single item, onto a quantified one. */
function jumpTarget(next: OsRegexItem, at: number, byte: number): number {
  if (next.kind !== 'class') return literalOf(next) === lowerByte(byte) ? at + 1 : -1;
  if (next.members[byte] !== 1) return -1;
  return next.quantifier === '' ? at + 1 : at;
}

/** What of a pattern may be left over at the end of the text. */
function endsWell(items: readonly OsRegexItem[], p: number, rep: boolean): boolean {
  const done = (at: number): boolean =>
    at === items.length || (at === items.length - 1 && items[at]?.kind === 'marker');
  const starred = (at: number): boolean => {
    const item = items[at];
    return item?.kind === 'class' && item.quantifier === '*' && done(at + 1);
  };
  if (done(p) || starred(p)) return true;
  const item = items[p];
  return rep && item?.kind === 'class' && item.quantifier !== '' && (done(p + 1) || starred(p + 1));
}

/** A second marker in a row is compared like the byte `(`: adjacent groups therefore never match. */
function literalOf(item: OsRegexItem): number {
  return item.kind === 'literal' ? item.byte : 0x28;
}
