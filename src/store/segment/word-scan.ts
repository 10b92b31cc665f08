import type { WordSplit } from '../../query/analysis/token.ts';
import { type HashKey, mixHash, textHash } from './hash.ts';
import { foldOf } from './word-fold.ts';

/** How the words of a field are found without its analyzer: `fold[char]` is 0 between words, else the character in lower case. */
export interface Scanner {
  readonly key: HashKey;
  readonly fold: Uint8Array;
  readonly longest: number;
  /** Hashes of words that the analyzer replaces by others. */
  readonly altered: Int32Array;
}

/** What a scan found: only good until the next one. One place for all, so that scanning makes no object. */
export const scanned = {
  /** Of the whole text as it stands. */
  hash: 0,
  /** By word: the hash of its lower case (signed), and where it stands. */
  words: new Int32Array(4096),
  starts: new Int32Array(4096),
  ends: new Int32Array(4096),
};

export function makeScanner(key: HashKey, split: WordSplit): Scanner {
  // Character 0 would look like a separator: texts that hold it are left to the analyzer.
  return {
    key,
    fold: foldOf(split),
    longest: split.longest,
    altered: Int32Array.from(split.altered, (word) => textHash(key, word)),
  };
}

/** The number of words in `scanned`; -1 where only the analyzer can tell: other characters than ASCII, words that it alters. */
export function scanWords({ key, fold, longest, altered }: Scanner, text: string): number {
  const { words, starts, ends } = scanned;
  const { seed, factor } = key;
  let whole = seed;
  let word = seed;
  let start = -1;
  let count = 0;
  const { length } = text;
  for (let at = 0; at <= length; at++) {
    let folded = 0;
    if (at < length) {
      const code = text.charCodeAt(at);
      if (code > 127 || code === 0) return -1;
      whole = Math.imul(whole ^ code, factor);
      folded = fold[code] as number;
    }
    if (folded !== 0) {
      if (start < 0) {
        start = at;
        word = seed;
      }
      word = Math.imul(word ^ folded, factor);
    } else if (start >= 0) {
      const hash = mixHash(word);
      if (at - start > longest || count === words.length || altered.includes(hash)) return -1;
      words[count] = hash;
      starts[count] = start;
      ends[count++] = at;
      start = -1;
    }
  }
  scanned.hash = mixHash(whole) >>> 0;
  return count;
}

/** Whether a word of the text is this one. */
export function isWord({ fold }: Scanner, word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let at = start; at < end; at++) {
    if (fold[text.charCodeAt(at)] !== word.charCodeAt(at - start)) return false;
  }
  return true;
}
