import type { BlockHead } from '../block.ts';
import type { Position } from '../store.ts';
import type { GrowingIds } from './growing-ids.ts';
import { type IdKey, idHash } from './id-hash.ts';
import type { BlockIds, IdWorld } from './id-world.ts';

/** What the blocks say of ids: all lists are derived from it. */
export interface LivingIds {
  readonly head: BlockHead;
  readonly dead?: ReadonlySet<Position> | undefined;
}

/** The blocks of a range of positions, some at a time. */
export function* blocksOf(
  world: Pick<IdWorld, 'blocksAfter'>,
  after: Position,
  upTo: Position,
): Generator<readonly BlockIds[]> {
  let reached = after;
  while (reached < upTo) {
    const blocks = world.blocksAfter(reached, 64);
    const inside = blocks.filter(({ last }) => last <= upTo);
    if (inside.length > 0) yield inside;
    if (blocks.length === 0 || inside.length < blocks.length) return;
    reached = blocks.at(-1)?.last ?? upTo;
  }
}

/** Adds the living rows of a block. */
export function addRows(growing: GrowingIds, { head, dead }: LivingIds, key: IdKey): void {
  const { index, first, rows } = head;
  for (let row = 0; row < rows.length; row++) {
    if (!dead?.has(first + row)) growing.add(idHash(key, index, rows[row]?.id ?? ''), first + row);
  }
  growing.reach(first + rows.length - 1);
}
