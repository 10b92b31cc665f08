import { listPlaces } from './hash-places.ts';
import { type HotColumn, valueRepeats } from './hot-column.ts';
import { expected, type HotWords, wordRepeats } from './hot-words.ts';
import type { Postings } from './postings.ts';

/** What one segment learned of its documents, so that the next one need not. Only hashes: nothing of it decides an answer. */
export interface SegmentHints {
  /** Columns whose values hardly repeat (path and signature), each with the values that do. */
  readonly columns: ReadonlyMap<string, ReadonlySet<number>>;
  /** Frequent words by field. */
  readonly words: ReadonlyMap<string, ReadonlySet<number>>;
}

export const noHints: SegmentHints = { columns: new Map(), words: new Map() };

/** A column, whichever segment it is of. */
export function hintKey({ path, signature }: Pick<HotColumn, 'path' | 'signature'>): string {
  return `${path}\n${signature}`;
}

export function hintsOf(
  columns: readonly HotColumn[],
  words: ReadonlyMap<string, HotWords>,
  postings: Postings,
): SegmentHints {
  const streams = columns.filter((column) => column.streams && column.hashes.count > column.count / 8);
  return {
    columns: new Map(
      streams.map((column) => [
        hintKey(column),
        new Set(
          listPlaces(column.repeated)
            .filter(([, list]) => list !== expected && (postings.sizes[list] as number) >= valueRepeats)
            .map(([hash]) => hash),
        ),
      ]),
    ),
    words: new Map(
      [...words].map(([field, { byHash, frequent }]) => [
        field,
        new Set(
          listPlaces(byHash)
            .filter(([, place]) => {
              const word = frequent[place];
              return word && word.values.length + (postings.sizes[word.list] as number) >= wordRepeats;
            })
            .map(([hash]) => hash),
        ),
      ]),
    ),
  };
}
