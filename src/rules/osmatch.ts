import { asciiLower } from './byte-text.ts';

/**
 * Compiles Wazuh's simple matching: alternatives at every `|`, `^` and `$` at their ends, a leading `!` turns the whole round;
 * nothing else is special, case is ignored for A–Z. An empty alternative matches everything (specs/wazuh.md §7.1).
 */
export function compileOsMatch(pattern: string): (text: string) => boolean {
  const negated = pattern.startsWith('!');
  const tests = asciiLower(negated ? pattern.slice(1) : pattern)
    .split('|')
    .map(alternativeTest);
  const [only] = tests;
  const any =
    only && tests.length === 1
      ? (text: string): boolean => only(asciiLower(text))
      : (text: string): boolean => {
          const lower = asciiLower(text);
          return tests.some((test) => test(lower));
        };
  return negated ? (text) => !any(text) : any;
}

function alternativeTest(alternative: string): (lower: string) => boolean {
  if (alternative === '' || alternative === '^' || alternative === '$') return () => true;
  const begin = alternative.startsWith('^');
  const end = alternative.endsWith('$');
  const literal = alternative.slice(begin ? 1 : 0, end ? -1 : undefined);
  if (begin && end) return (lower) => lower === literal;
  if (begin) return (lower) => lower.startsWith(literal);
  if (end) return (lower) => lower.endsWith(literal);
  return (lower) => lower.includes(literal);
}
