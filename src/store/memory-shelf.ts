import type { Block } from './block.ts';
import type { BlockPlace, Change, DeadRow, IdRow, Shelf } from './shelf.ts';
import type { Position } from './store.ts';

/** The rows of a store in maps: nothing survives the process. */
export function memoryShelf(): Shelf {
  const rows: Rows = {
    ids: new Map(),
    deleted: new Map(),
    blocks: new Map(),
    firsts: new Map(),
    all: [],
    dead: new Map(),
  };
  return {
    load: () => ({ position: 0, nextIndex: 1, indices: [], templates: [] }),
    find: (index, id) => rows.ids.get(index)?.get(id),
    mend: async () => {},
    blocks(index, after, upTo) {
      const list = rows.firsts.get(index) ?? [];
      const start = from(list, after + 1);
      const earlier = list[start - 1];
      const reaches = earlier !== undefined && earlier + (rows.blocks.get(earlier)?.block.rows.length ?? 0) - 1 > after;
      return list.slice(reaches ? start - 1 : start, from(list, upTo + 1));
    },
    rowsOfBlocks(index, after, upTo) {
      const list = rows.firsts.get(index) ?? [];
      const inside = list.slice(from(list, after + 1), from(list, upTo + 1));
      return inside.reduce((sum, first) => sum + (rows.blocks.get(first)?.block.rows.length ?? 0), 0);
    },
    block: (first) => rows.blocks.get(first)?.block,
    head: (first) => rows.blocks.get(first)?.block,
    blockAt(position) {
      const first = rows.all[from(rows.all, position + 1) - 1];
      const found = first === undefined ? undefined : rows.blocks.get(first);
      if (!found || found.block.first + found.block.rows.length <= position) return undefined;
      const { block, bytes } = found;
      return { index: block.index, first: block.first, count: block.rows.length, bytes };
    },
    blocksAfter(after, most) {
      const start = from(rows.all, after + 1);
      return rows.all.slice(start, start + most).flatMap((first) => {
        const block = rows.blocks.get(first)?.block;
        return block ? [{ index: block.index, first, count: block.rows.length }] : [];
      });
    },
    dead(first, last) {
      const found: DeadRow[] = [];
      for (let position = first; position <= last; position++) {
        const row = rows.dead.get(position);
        if (row) found.push(row);
      }
      return found;
    },
    commit: (change) => apply(rows, change),
    sweep: () => false,
    shrink: () => false,
    close: () => {},
  };
}

interface Rows {
  readonly ids: Map<number, Map<string, IdRow>>;
  /** Deleted ids in the order of their deletion. */
  readonly deleted: Map<IdRow, { readonly index: number; readonly id: string }>;
  readonly blocks: Map<Position, { readonly block: Block; readonly bytes: number }>;
  /** First positions per index, ascending. */
  readonly firsts: Map<number, Position[]>;
  /** All first positions, ascending. */
  readonly all: Position[];
  readonly dead: Map<Position, DeadRow>;
}

function apply(rows: Rows, change: Change): void {
  for (const { block, encoded } of change.blocks ?? []) {
    rows.blocks.set(block.first, { block, bytes: encoded.length });
    const list = rows.firsts.get(block.index) ?? [];
    list.push(block.first);
    rows.firsts.set(block.index, list);
    rows.all.push(block.first);
  }
  for (const { index, id, after } of change.ids ?? []) {
    const ids = rows.ids.get(index) ?? new Map<string, IdRow>();
    rows.ids.set(index, ids.set(id, after));
    if (after.place <= 0) rows.deleted.set(after, { index, id });
  }
  for (const { position, at } of change.dead ?? []) rows.dead.set(position, { position, at });
  for (const place of change.purged ?? []) purge(rows, place);
  for (const number of change.dropped ?? []) drop(rows, number);
  if (change.forgetBefore !== undefined) forget(rows, change.forgetBefore);
}

function purge(rows: Rows, { index, first, count }: BlockPlace): void {
  rows.blocks.delete(first);
  const list = rows.firsts.get(index) ?? [];
  list.splice(from(list, first), 1);
  rows.all.splice(from(rows.all, first), 1);
  for (let position = first; position < first + count; position++) rows.dead.delete(position);
}

function drop(rows: Rows, number: number): void {
  rows.ids.delete(number);
  for (const first of [...(rows.firsts.get(number) ?? [])]) {
    const count = rows.blocks.get(first)?.block.rows.length ?? 0;
    purge(rows, { index: number, first, count, bytes: 0 });
  }
  rows.firsts.delete(number);
}

function forget(rows: Rows, before: number): void {
  for (const [row, { index, id }] of rows.deleted) {
    if (-row.place >= before) break;
    rows.deleted.delete(row);
    const ids = rows.ids.get(index);
    if (ids?.get(id) === row) ids.delete(id);
  }
}

/** Where the first element that is not below `value` stands (binary search). */
function from(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
