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
