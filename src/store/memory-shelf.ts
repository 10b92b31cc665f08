import type { Block } from './block.ts';
import type { BlockPlace, Change, DeadRow, IdRow, Shelf } from './shelf.ts';
import type { Position } from './store.ts';

/** The rows of a store in maps: nothing survives the process. */
export function memoryShelf(): Shelf {
  const ids = new Map<number, Map<string, IdRow>>();
  const blocks = new Map<Position, { block: Block; bytes: number }>();
  /** First positions per index, ascending. */
  const firsts = new Map<number, Position[]>();
  /** All first positions, ascending; those of blocks that are gone are skipped. */
  const all: Position[] = [];
  const dead = new Map<Position, DeadRow>();

  const addBlocks = (change: Change): void => {
    for (const { block, encoded } of change.blocks ?? []) {
      blocks.set(block.first, { block, bytes: encoded.length });
      const list = firsts.get(block.index) ?? [];
      list.push(block.first);
      firsts.set(block.index, list);
      all.push(block.first);
    }
  };
  const purge = ({ index, first, count }: BlockPlace): void => {
    blocks.delete(first);
    const list = firsts.get(index) ?? [];
    list.splice(from(list, first), 1);
    all.splice(from(all, first), 1);
    for (let position = first; position < first + count; position++) dead.delete(position);
  };

  const drop = (number: number): void => {
    ids.delete(number);
    for (const first of firsts.get(number) ?? []) {
      const place = blocks.get(first)?.block;
      if (place) for (let row = 0; row < place.rows.length; row++) dead.delete(first + row);
      blocks.delete(first);
      all.splice(from(all, first), 1);
    }
    firsts.delete(number);
  };

  return {
    load: () => ({ position: 0, nextIndex: 1, indices: [], templates: [] }),
    find: (index, id) => ids.get(index)?.get(id),
    blocks(index, after, upTo) {
      const list = firsts.get(index) ?? [];
      const start = from(list, after + 1);
      const earlier = list[start - 1];
      const reaches = earlier !== undefined && earlier + (blocks.get(earlier)?.block.rows.length ?? 0) - 1 > after;
      return list.slice(reaches ? start - 1 : start, from(list, upTo + 1));
    },
    block: (first) => blocks.get(first)?.block,
    blockAt(position) {
      const first = all[from(all, position + 1) - 1];
      const found = first === undefined ? undefined : blocks.get(first);
      if (!found || found.block.first + found.block.rows.length <= position) return undefined;
      const { block, bytes } = found;
      return { index: block.index, first: block.first, count: block.rows.length, bytes };
    },
    dead(first, last) {
      const found: DeadRow[] = [];
      for (let position = first; position <= last; position++) {
        const row = dead.get(position);
        if (row) found.push(row);
      }
      return found;
    },
    commit(change) {
      addBlocks(change);
      for (const { index, id, after } of change.ids ?? []) {
        const rows = ids.get(index) ?? new Map<string, IdRow>();
        ids.set(index, rows.set(id, after));
      }
      for (const { position, at } of change.dead ?? []) dead.set(position, { position, at });
      for (const place of change.purged ?? []) purge(place);
      for (const number of change.dropped ?? []) drop(number);
    },
    sweep: () => false,
    close: () => {},
  };
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
