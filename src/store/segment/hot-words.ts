import type { TextField } from '../../query/field.ts';
import { scalarText } from '../../query/field-value.ts';
import { addOdd, type Grams } from './grams.ts';
import { push16, push32, type Words16, type Words32, words16, words32 } from './growing.ts';
import { type HashKey, textHash } from './hash.ts';
import { type HashPlaces, hashPlaces, placeOf, setPlace } from './hash-places.ts';
import { type KeptTexts, makeKeptTexts } from './kept-texts.ts';
import { addListed, addPostingOnce, newList, type Postings } from './postings.ts';
import { addRow, noRows, type Rows } from './rows.ts';
import type { Hits, Leaf } from './segment-index.ts';
import { isWord, makeScanner, type Scanner, scanned, scanWords } from './word-scan.ts';

/** The words of one text field while documents are added. A word is kept as its hash, until it came often. */
export interface HotWords {
  readonly field: string;
  /** By hash (signed): a place in `frequent`, or `expected`. */
  readonly byHash: HashPlaces;
  readonly frequent: FrequentWord[];
  /** Hash and list of a listed value that holds the word. */
  readonly valueHashes: Words32;
  readonly valueLists: Words32;
  /** Hash and row of a word in a value that is not listed. */
  readonly hashes: Words32;
  readonly rows: Words16;
  /** Of values that are neither listed nor kept (short-words.ts). */
  short: KeptTexts | 'many';
}

export interface FrequentWord {
  readonly text: string;
  /** Its rows in values that are not listed. */
  readonly list: number;
  /** Lists of values that hold it. */
  readonly values: number[];
  /** It came before it was known to be frequent: then hashes name it too. */
  readonly partial: boolean;
}

/** What all columns and fields of a growing segment share. */
export interface WordWorld {
  readonly key: HashKey;
  readonly postings: Postings;
  readonly rows: number;
  /** By list of the postings: the value that it is of. */
  readonly leaves: readonly (Leaf | undefined)[];
  /** How often a hash was seen, up to 255; a word that shares its place with others is taken for frequent sooner. */
  readonly counts: Uint8Array;
  /** Of values that are not listed. */
  readonly grams: Grams;
}

/** A text field that values of a column go into. */
export interface WordTarget {
  readonly words: HotWords;
  readonly field: TextField;
  readonly scanner: Scanner | undefined;
}

/** A word that came this often has its own list. */
export const wordRepeats = 16;
/** Was frequent in the segment before: it has its own list as soon as it comes. */
export const expected = -1;
export const countBits = 20;
const countMask = (1 << countBits) - 1;

export function makeHotWords(field: string, frequent: ReadonlySet<number> = new Set()): HotWords {
  const byHash = hashPlaces(1024);
  for (const hash of frequent) setPlace(byHash, hash, expected);
  return {
    field,
    byHash,
    frequent: [],
    valueHashes: words32(),
    valueLists: words32(),
    hashes: words32(),
    rows: words16(),
    short: makeKeptTexts(),
  };
}

export function wordTarget(world: WordWorld, words: HotWords, field: TextField): WordTarget {
  const { split } = field.analyzer;
  return { words, field, scanner: split && makeScanner(world.key, split) };
}

/** The words of a listed value point to its list. */
export function addValueWords(world: WordWorld, target: WordTarget, value: string, list: number): void {
  const { words, scanner } = target;
  const count = scanner ? scanWords(scanner, value) : -1;
  if (scanner && count >= 0) {
    for (let at = 0; at < count; at++) {
      const hash = scanned.words[at] as number;
      const word = frequentAt(world, target, hash, value, scanned.starts[at] as number, scanned.ends[at] as number);
      if (word) addValue(word, list);
      else addValueHash(words, hash, list);
    }
    return;
  }
  for (const { term } of target.field.analyzer.analyze(value)) {
    const hash = textHash(world.key, term) | 0;
    const word = frequentTerm(world, words, hash, term);
    if (word) addValue(word, list);
    else addValueHash(words, hash, list);
  }
}

/** The words of a value that is not listed point to its row. */
export function addRowWords(world: WordWorld, target: WordTarget, value: string, row: number): void {
  const count = target.scanner ? scanWords(target.scanner, value) : -1;
  if (count >= 0) {
    addScannedWords(world, target, value, row, count);
    return;
  }
  const { words, field } = target;
  if (target.scanner) addOdd(world.grams, row);
  for (const { term } of field.analyzer.analyze(value)) {
    const hash = textHash(world.key, term) | 0;
    const word = frequentTerm(world, words, hash, term);
    if (word) addPostingOnce(world.postings, word.list, row);
    else addRowHash(words, hash, row);
  }
}

/** The same where the value was scanned just now. */
export function addScannedWords(world: WordWorld, target: WordTarget, value: string, row: number, count: number): void {
  const { words } = target;
  for (let at = 0; at < count; at++) {
    const hash = scanned.words[at] as number;
    const word = frequentAt(world, target, hash, value, scanned.starts[at] as number, scanned.ends[at] as number);
    if (word) addPostingOnce(world.postings, word.list, row);
    else addRowHash(words, hash, row);
  }
}

/** Rows with a word: sure where its list or a listed value says so, else those whose hash is the same. */
export function hotWordHits(
  words: HotWords | undefined,
  { key, postings, leaves }: WordWorld,
  field: TextField,
  term: string,
): Hits {
  const sure = noRows();
  if (!words) return { sure, maybe: sure };
  const hash = textHash(key, term);
  const word = words.frequent[placeOf(words.byHash, hash | 0)];
  if (word?.text === term) {
    addListed(postings, word.list, sure);
    for (const list of word.values) addListed(postings, list, sure);
    if (!word.partial) return { sure, maybe: sure };
  }
  const { data, count } = words.valueHashes;
  for (let at = 0; at < count; at++) {
    if (data[at] !== hash) continue;
    const list = words.valueLists.data[at] as number;
    if (holdsWord(field, leaves[list], term)) addListed(postings, list, sure);
  }
  const maybe = sure.slice();
  addHashed(words.hashes, words.rows, hash, maybe);
  return { sure, maybe };
}

export function holdsWord(field: TextField, leaf: Leaf | undefined, term: string): boolean {
  return leaf !== undefined && field.analyzer.analyze(scalarText(leaf)).some((token) => token.term === term);
}

/** Adds the rows that stand beside a hash. */
export function addHashed(hashes: Words32, rows: Words16, hash: number, into: Rows): void {
  const { data, count } = hashes;
  for (let at = 0; at < count; at++) if (data[at] === hash) addRow(into, rows.data[at] as number);
}

/** Counts a hash; true when it came often enough to be listed. */
export function repeats(counts: Uint8Array, hash: number, often: number): boolean {
  const at = hash & countMask;
  const seen = counts[at] as number;
  if (seen < 255) counts[at] = seen + 1;
  return seen + 1 >= often;
}

function addValue({ values }: FrequentWord, list: number): void {
  if (values[values.length - 1] !== list) values.push(list);
}

function addValueHash({ valueHashes, valueLists }: HotWords, hash: number, list: number): void {
  push32(valueHashes, hash >>> 0);
  push32(valueLists, list);
}

function addRowHash({ hashes, rows }: HotWords, hash: number, row: number): void {
  push32(hashes, hash >>> 0);
  push16(rows, row);
}

/** The word at a place of a scanned value, where it is frequent or becomes so now. */
function frequentAt(
  world: WordWorld,
  { words, scanner }: WordTarget,
  hash: number,
  value: string,
  start: number,
  end: number,
): FrequentWord | undefined {
  const often = repeats(world.counts, hash, wordRepeats);
  // Most words come once: those that are expected have been counted as often beforehand.
  if (!often) return undefined;
  const place = placeOf(words.byHash, hash);
  if (place >= 0) {
    const word = words.frequent[place] as FrequentWord;
    return isWord(scanner as Scanner, word.text, value, start, end) ? word : undefined;
  }
  return newWord(world, words, hash, value.slice(start, end).toLowerCase(), place !== expected);
}

function frequentTerm(world: WordWorld, words: HotWords, hash: number, term: string): FrequentWord | undefined {
  if (!repeats(world.counts, hash, wordRepeats)) return undefined;
  const place = placeOf(words.byHash, hash);
  if (place >= 0) {
    const word = words.frequent[place] as FrequentWord;
    return word.text === term ? word : undefined;
  }
  return newWord(world, words, hash, term, place !== expected);
}

function newWord(world: WordWorld, words: HotWords, hash: number, text: string, partial: boolean): FrequentWord {
  const word = { text, list: newList(world.postings), values: [], partial };
  setPlace(words.byHash, hash, words.frequent.length);
  words.frequent.push(word);
  return word;
}
