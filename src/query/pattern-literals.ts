import type { Literals } from '../base/regex-literals.ts';

/** What a term must hold to pass a pattern: an index looks for it before it asks the pattern itself. */
export interface PatternLiterals {
  /** Of each list at least one; upper and lower case of ASCII letters may differ. */
  readonly texts: Literals;
  /** What it begins with, letter for letter; empty where that is not known. */
  readonly start: string;
}

/** Of a pattern of `*`, `?` and `\`. */
export function wildcardLiterals(pattern: string, ignoreCase: boolean): PatternLiterals {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    if (char === '*' || char === '?') {
      parts.push(part);
      part = '';
    } else {
      if (char === '\\' && at + 1 < pattern.length) at++;
      part += pattern[at];
    }
  }
  parts.push(part);
  const texts = parts.filter((part) => part !== '').map((part) => [part]);
  return { texts, start: ignoreCase ? '' : (parts[0] ?? '') };
}

export function prefixLiterals(prefix: string, ignoreCase: boolean): PatternLiterals {
  return { texts: prefix === '' ? [] : [[prefix]], start: ignoreCase ? '' : prefix };
}

/** Characters of the part that must be equal that an index looks for: longer ones tell no more. */
const startMax = 64;

/**
 * Of a word that may be changed in so many places. Cut into one piece more, it keeps one of them whatever is changed; with a
 * character between the pieces also where two neighbours are swapped.
 */
export function nearLiterals(
  word: readonly number[],
  edits: number,
  prefixLength: number,
  swaps: boolean,
): PatternLiterals {
  const start = String.fromCodePoint(...word.slice(0, Math.min(prefixLength, startMax)));
  const pieces = piecesOf(word, Math.max(0, edits) + 1, swaps ? 1 : 0);
  return { texts: [...(start === '' ? [] : [[start]]), ...(pieces.length === 0 ? [] : [pieces])], start };
}

/** Equal pieces; none where they would be too short to tell anything. */
function piecesOf(word: readonly number[], count: number, gap: number): string[] {
  const length = Math.floor((word.length - (count - 1) * gap) / count);
  if (length < pieceMin) return [];
  return Array.from({ length: count }, (_, at) => {
    const from = at * (length + gap);
    return String.fromCodePoint(...word.slice(from, from + Math.min(length, startMax)));
  });
}

const pieceMin = 3;
