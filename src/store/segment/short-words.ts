import { acceptsAny, type EditAutomaton } from '../../base/edit-automaton.ts';
import type { FileParts } from './file-parts.ts';
import { tells } from './grams.ts';
import type { HotWords, WordTarget } from './hot-words.ts';
import { areLarge, eachKept, eachStored, keepText, type StoredTexts, writeTexts } from './kept-texts.ts';
import type { PagedFile } from './paged-file.ts';
import { addRow, noRows, type Rows } from './rows.ts';
import type { Steps } from './steps.ts';
import { scanned, scanWords } from './word-scan.ts';

/**
 * The short words of values that are neither listed nor kept, with their rows: of ids and tokens, which have few. What is near a short word
 * is short, so that it need not be looked for in the documents. Words of what only the analyzer can take apart are missing (such rows
 * are odd, grams.ts), and those of nothing but digits, a to f, `-`, `.` and `:`: most are numbers.
 */
const shortWordMax = 12;

/** Whether all that is near are words that are among them. */
export function areShort(near: EditAutomaton): boolean {
  return near.longest <= shortWordMax && !acceptsAny(near, '0123456789abcdef-.:');
}

/** A value of a column that goes into a text field. */
export function addShortWords({ words, scanner }: WordTarget, row: number, text: string): void {
  if (words.short === 'many' || !scanner) return;
  const count = scanWords(scanner, text);
  for (let at = 0; at < count; at++) {
    const from = scanned.starts[at] as number;
    const to = scanned.ends[at] as number;
    if (to - from > shortWordMax) continue;
    const word = text.slice(from, to);
    if (tells(word)) keepText(words.short, row, word.toLowerCase());
  }
  if (areLarge(words.short)) words.short = 'many';
}

/** Rows with a short word that passes; undefined where there were too many. */
export function* hotShortRows(words: HotWords | undefined, test: (word: string) => boolean): Steps<Rows | undefined> {
  const rows = noRows();
  if (!words) return rows;
  const { short } = words;
  if (short === 'many') return undefined;
  yield* eachKept(short, (word, row) => void (test(word) && addRow(rows, row)));
  return rows;
}

export function writeShortWords(out: FileParts, { short }: HotWords): { readonly short?: StoredTexts } {
  return short === 'many' ? {} : { short: writeTexts(out, short, noRows()) };
}

/** The same of a file. */
export function* storedShortRows(file: PagedFile, short: StoredTexts, test: (word: string) => boolean): Steps<Rows> {
  const rows = noRows();
  yield* eachStored(file, short, noRows, (word, row) => void (test(word) && addRow(rows, row)));
  return rows;
}
