import type { Literals } from '../../base/regex-literals.ts';
import type { ColumnEntry, Span } from './directory.ts';
import { type HashKey, textHash } from './hash.ts';
import { addHashRows, readPairs } from './hash-list.ts';
import { hashedRows } from './hashed-rows.ts';
import { instantsWithin, readInstants } from './instant-code.ts';
import { eachStored } from './kept-texts.ts';
import { rowsBetween, withUnlisted } from './likeness.ts';
import { makeOrdinals, type SegmentOrdinals } from './ordinals.ts';
import type { PagedFile } from './paged-file.ts';
import { takeRows } from './row-code.ts';
import { addRow, and, andNot, noRows, or, type Rows, rowNumbers } from './rows.ts';
import type { ColumnIndex, Hits, Leaf, Likeness } from './segment-index.ts';
import { finish, type Steps } from './steps.ts';
import {
  addValueRows,
  eachRowOfValues,
  eachValue,
  findValue,
  textReader,
  type ValueTable,
  valuesInSteps,
} from './value-table.ts';

/** A segment file of so many rows. */
export interface ColumnFile {
  readonly file: PagedFile;
  readonly key: HashKey;
  readonly rows: number;
  /** Rows in which a value that is not listed may hold one text of each list; undefined where that is not known. */
  readonly threes: (texts: Literals) => Rows | undefined;
  /** Rows whose values may become other words than stand in them. */
  readonly odd: () => Rows;
}

/** A column of a segment file. It holds its entry of the directory and nothing else: what is asked is read. */
export function sealedColumn(columnFile: ColumnFile, entry: ColumnEntry, number: number): ColumnIndex {
  const { file, key, rows } = columnFile;
  const listed = !entry.instants && entry.searchable;
  const { values, others, hashes } = entry;
  return {
    number,
    path: entry.path,
    signature: entry.signature,
    hasText: entry.hasText,
    indices: new Set(entry.indices),
    present: () => rowsAt(file, entry.presence),
    exact(text) {
      if (!listed) return undefined;
      const sure = noRows();
      const found = values && findValue(file, values, text);
      if (found) addValueRows(file, found.entry, sure);
      if (!hashes) return { sure, maybe: sure };
      const maybe = sure.slice();
      addHashRows(file, hashes, textHash(key, text), maybe);
      return { sure, maybe };
    },
    others(test) {
      if (!listed || entry.othersLost) return undefined;
      const rows = noRows();
      if (others) finish(addPassing(file, others, (text) => test(otherLeaf(text)), rows));
      return rows;
    },
    *matching(test, like) {
      if (!listed) return undefined;
      const sure = noRows();
      if (values) yield* addPassing(file, values, test, sure);
      if (others) yield* addPassing(file, others, (text) => test(otherLeaf(text)), sure);
      const { texts, streamed } = entry;
      if (texts) {
        const rows = (): Rows => andNot(rowsAt(file, streamed), rowsAt(file, texts.unkept));
        yield* eachStored(file, texts, rows, (text, row) => void (test(text) && addRow(sure, row)));
      }
      return withUnlisted(sure, unlisted(columnFile, entry, like));
    },
    ordinals: () => (listed ? ordinalsOf(columnFile, entry, number) : undefined),
    ...(entry.instants ? instantReads(file, entry.instants, rows) : {}),
  };
}

export function rowsAt(file: PagedFile, [at, length]: Span): Rows {
  const rows = noRows();
  takeRows({ bytes: file.bytes(at, length), at: 0 }, rows);
  return rows;
}

/** A value that is no text, as the writer wrote it. */
export function otherLeaf(text: string): Leaf {
  return text.startsWith('i') ? BigInt(text.slice(1)) : JSON.parse(text.slice(1));
}

function addPassing(file: PagedFile, table: ValueTable, test: (text: string) => boolean, into: Rows): Steps<void> {
  return valuesInSteps(file, table, (entry) => {
    if (test(entry.text)) addValueRows(file, entry, into);
  });
}

/** Rows with a value that is neither listed nor kept and may be like that. */
function unlisted({ file, threes, odd }: ColumnFile, entry: ColumnEntry, like?: Likeness): Hits {
  const { othersLost, presence, hashes, texts } = entry;
  const unkept = rowsAt(file, texts?.unkept ?? entry.streamed);
  if (like?.odd) return { sure: noRows(), maybe: and(unkept, odd()) };
  if (!like || !hashes?.orders) {
    return { sure: noRows(), maybe: othersLost && !texts ? rowsAt(file, presence) : unkept };
  }
  const among = threes(like.texts);
  const possible = among ? and(unkept, among) : unkept;
  if (like.from === undefined && like.to === undefined) return { sure: noRows(), maybe: possible };
  const { rows, places, count } = readPairs(file, hashes, 0, 256, true);
  const orders = { codes: places.subarray(0, count), prefix: hashes.orders.prefix };
  const { sure, maybe } = rowsBetween(rows, orders, like);
  return { sure, maybe: or(sure, and(maybe, possible)) };
}

function instantReads(
  file: PagedFile,
  instants: NonNullable<ColumnEntry['instants']>,
  rows: number,
): Pick<ColumnIndex, 'within' | 'rowInstants'> {
  return {
    within(test) {
      const sure = instantsWithin(file, instants, rowsAt(file, instants.valued), test);
      return { sure, maybe: or(sure, rowsAt(file, instants.several)) };
    },
    rowInstants() {
      const of = readInstants(file, instants, rowsAt(file, instants.valued), rows);
      const several = rowNumbers(rowsAt(file, instants.several));
      for (const row of several) of[row] = Number.POSITIVE_INFINITY;
      return of;
    },
  };
}

const noTexts: ValueTable = { count: 0, groups: 0, data: 0, bytes: 0 };

/** Values by row: texts first, then the others. */
function ordinalsOf(
  { file, key, rows }: ColumnFile,
  { values, others, othersLost, presence, streamed, hashes }: ColumnEntry,
  number: number,
): SegmentOrdinals {
  const texts = values?.count ?? 0;
  const textAt = textReader(file, values ?? noTexts);
  const otherAt = textReader(file, others ?? noTexts);
  const ordinals = makeOrdinals(
    rows,
    texts + (others?.count ?? 0),
    (add) => {
      if (values) eachRowOfValues(file, values, add);
      if (others) eachRowOfValues(file, others, (ordinal, row) => add(texts + ordinal, row));
    },
    () => rowsAt(file, othersLost ? presence : streamed),
    (ordinal) => (ordinal < texts ? textAt(ordinal) : otherLeaf(otherAt(ordinal - texts))),
    hashes &&
      (() =>
        hashedRows({
          number,
          size: rows,
          key,
          prefix: hashes.orders?.prefix,
          pairs: (from, to, places) => readPairs(file, hashes, from, to, places),
        })),
  );
  ordinals.leaves = () => {
    const leaves: Leaf[] = [];
    if (values) eachValue(file, values, ({ text }) => void leaves.push(text));
    if (others) eachValue(file, others, ({ text }) => void leaves.push(otherLeaf(text)));
    return leaves;
  };
  return ordinals;
}
