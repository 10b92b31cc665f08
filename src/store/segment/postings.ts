import { addRow, type Rows } from './rows.ts';

/**
 * Lists of rows, all in the same arrays: each posting names the one before it in its list (Lucene keeps its postings alike while
 * a segment grows). Adding one writes four numbers and makes no object.
 */
export interface Postings {
  rows: Uint16Array;
  before: Uint32Array;
  /** The list of each posting: to sort them all at once, which is much quicker than to follow each list through memory. */
  listOf: Uint32Array;
  /** Of postings; number 0 is none. */
  count: number;
  /** By list: its newest posting, and how many it has. */
  newest: Uint32Array;
  sizes: Uint32Array;
  lists: number;
}

export function makePostings(): Postings {
  const room = 4096;
  return {
    rows: new Uint16Array(room),
    before: new Uint32Array(room),
    listOf: new Uint32Array(room),
    count: 0,
    newest: new Uint32Array(room),
    sizes: new Uint32Array(room),
    lists: 0,
  };
}

/** Answers the number of a new list. */
export function newList(postings: Postings): number {
  if (postings.lists === postings.newest.length) {
    const newest = new Uint32Array(postings.lists * 2);
    const sizes = new Uint32Array(postings.lists * 2);
    newest.set(postings.newest);
    sizes.set(postings.sizes);
    postings.newest = newest;
    postings.sizes = sizes;
  }
  return postings.lists++;
}

/** Rows ascend. The same row may be added again. */
export function addPosting(postings: Postings, list: number, row: number): void {
  const before = postings.newest[list] as number;
  const posting = ++postings.count;
  if (posting === postings.rows.length) growPostings(postings);
  postings.rows[posting] = row;
  postings.before[posting] = before;
  postings.listOf[posting] = list;
  postings.newest[list] = posting;
  postings.sizes[list] = (postings.sizes[list] as number) + 1;
}

/** Nothing where the row is the list's newest already. */
export function addPostingOnce(postings: Postings, list: number, row: number): void {
  const newest = postings.newest[list] as number;
  if (newest === 0 || postings.rows[newest] !== row) addPosting(postings, list, row);
}

function growPostings(postings: Postings): void {
  const room = Math.ceil(postings.rows.length * 1.5);
  const rows = new Uint16Array(room);
  const before = new Uint32Array(room);
  const listOf = new Uint32Array(room);
  rows.set(postings.rows);
  before.set(postings.before);
  listOf.set(postings.listOf);
  postings.rows = rows;
  postings.before = before;
  postings.listOf = listOf;
}

export function addListed({ rows, before, newest }: Postings, list: number, into: Rows): void {
  for (let at = newest[list] as number; at !== 0; at = before[at] as number) addRow(into, rows[at] as number);
}

/** Calls with each row of a list, the newest first. */
export function eachListed({ rows, before, newest }: Postings, list: number, visit: (row: number) => void): void {
  for (let at = newest[list] as number; at !== 0; at = before[at] as number) visit(rows[at] as number);
}

/** The list's rows, ascending, each as often as it was added. */
export function rowsOfList({ rows, before, newest, sizes }: Postings, list: number): Uint16Array {
  let left = sizes[list] as number;
  const sorted = new Uint16Array(left);
  for (let at = newest[list] as number; at !== 0; at = before[at] as number) sorted[--left] = rows[at] as number;
  return sorted;
}

/** All lists, each in one piece: of a list the rows from its start to that of the next one, ascending, as often as they were added. */
export interface SortedPostings {
  readonly rows: Uint16Array;
  readonly starts: Uint32Array;
}

/** Postings a step. */
const step = 200_000;

export function* sortPostings({ rows, listOf, sizes, lists, count }: Postings): Generator<void, SortedPostings> {
  const starts = new Uint32Array(lists + 1);
  for (let list = 0; list < lists; list++) starts[list + 1] = (starts[list] as number) + (sizes[list] as number);
  const ends = starts.slice();
  const sorted = new Uint16Array(count);
  for (let posting = 1; posting <= count; posting++) {
    const list = listOf[posting] as number;
    const at = ends[list] as number;
    sorted[at] = rows[posting] as number;
    ends[list] = at + 1;
    if (posting % step === 0) yield;
  }
  return { rows: sorted, starts };
}

export function sortedRows({ rows, starts }: SortedPostings, list: number): Uint16Array {
  return rows.subarray(starts[list], starts[list + 1]);
}
