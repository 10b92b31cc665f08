import { addRow, type Rows } from './rows.ts';

/**
 * Lists of rows, all in the same arrays: each posting names the one before it in its list (Lucene keeps its postings alike while
 * a segment grows). Adding one writes three numbers and makes no object.
 */
export interface Postings {
  rows: Uint16Array;
  before: Uint32Array;
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
  postings.newest[list] = posting;
  postings.sizes[list] = (postings.sizes[list] as number) + 1;
}

/** Nothing where the row is the list's newest already. */
export function addPostingOnce(postings: Postings, list: number, row: number): void {
  const newest = postings.newest[list] as number;
  if (newest === 0 || postings.rows[newest] !== row) addPosting(postings, list, row);
}

function growPostings(postings: Postings): void {
  const rows = new Uint16Array(postings.rows.length * 2);
  const before = new Uint32Array(postings.rows.length * 2);
  rows.set(postings.rows);
  before.set(postings.before);
  postings.rows = rows;
  postings.before = before;
}

export function addListed({ rows, before, newest }: Postings, list: number, into: Rows): void {
  for (let at = newest[list] as number; at !== 0; at = before[at] as number) addRow(into, rows[at] as number);
}

/** Calls with each row of a list, the newest first. */
export function eachListed({ rows, before, newest }: Postings, list: number, visit: (row: number) => void): void {
  for (let at = newest[list] as number; at !== 0; at = before[at] as number) visit(rows[at] as number);
}

/** The list's rows, ascending, each as often as it was added. */
export function listOf({ rows, before, newest, sizes }: Postings, list: number): Uint16Array {
  let left = sizes[list] as number;
  const sorted = new Uint16Array(left);
  for (let at = newest[list] as number; at !== 0; at = before[at] as number) sorted[--left] = rows[at] as number;
  return sorted;
}
