import { ValueRefusal } from './lucene.ts';

/**
 * How many of `optional` clauses must match: `2`, `-1`, `75%`, `-25%`, `2<75%`, `2<-25% 9<-3`. Percentages are cut to
 * whole clauses; a negative number is taken from the total. Not capped: more than there are matches nothing. Throws
 * ValueRefusal for what is no number.
 */
export function minimumShouldMatch(spec: string, optional: number): number {
  let result = optional;
  const text = spec.trim();
  if (text.includes('<')) {
    for (const part of text.replace(/\s*<\s*/g, '<').split(/\s+/)) {
      const [bound = '', rest = ''] = part.split('<');
      if (optional <= whole(bound)) return result;
      result = minimumShouldMatch(rest, optional);
    }
    return result;
  }
  const percent = text.endsWith('%');
  const number = whole(percent ? text.slice(0, -1) : text);
  const count = percent ? Math.trunc((optional * number) / 100) : number;
  return Math.max(0, number < 0 ? optional + count : count);
}

function whole(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new ValueRefusal('number_format_exception', `For input string: "${text}"`);
}
