import type { WordSplit } from '../../query/analysis/token.ts';

/** By character of ASCII: 0 between words, else the character in lower case. Character 0 looks like what lies between words. */
export function foldOf({ separates }: WordSplit): Uint8Array {
  const fold = new Uint8Array(128);
  for (let code = 0; code < 128; code++) {
    const char = String.fromCharCode(code);
    if (!separates(char)) fold[code] = char.toLowerCase().charCodeAt(0);
  }
  return fold;
}
