import { asciiLower, byteText } from './byte-text.ts';
import { runAutomaton } from './osregex-automaton.ts';
import { type OsRegexAlternative, parseOsRegex } from './osregex-pattern.ts';

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
