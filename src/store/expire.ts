import type { IndexState } from './catalog.ts';
import { makeSlices } from './slices.ts';
import type { Operation, Position } from './store.ts';
import { type WriteWorld, writeOperations } from './write.ts';

/** Blocks of one step, which go in one write: some thousand documents, so that what waits behind it waits some 50 ms. */
const blocksAStep = 8;

/**
 * Deletes the documents of an index that arrived up to a position, some blocks a step, and answers how many went and where to
 * go on: undefined when that was all. A step must not overlap with another write: which document an id means would change.
 */
export async function expireStep(
  world: WriteWorld,
  { stored }: IndexState,
  { after, upTo }: { readonly after: Position; readonly upTo: Position },
): Promise<{ readonly documents: number; readonly next: Position | undefined }> {
  const { shelf, catalog } = world;
  if (catalog.byName.get(stored.name)?.stored.number !== stored.number) return { documents: 0, next: undefined };
  const firsts = shelf.blocks(stored.number, after, upTo).slice(0, blocksAStep);
  let next: Position | undefined;
  const operations: Operation[] = [];
  for (const first of firsts) {
    const rows = shelf.block(first)?.rows ?? [];
    const dead = new Set(shelf.dead(first, first + rows.length - 1).map(({ position }) => position));
    for (const [row, { id }] of rows.entries()) {
      const position = first + row;
      if (position <= upTo && !dead.has(position)) operations.push({ action: 'delete', index: stored.name, id });
    }
    next = first + rows.length - 1;
  }
  if (operations.length > 0) await writeOperations(world, operations, makeSlices());
  return { documents: operations.length, next: firsts.length < blocksAStep ? undefined : next };
}

/** The position up to which the oldest blocks of some indices take so many bytes: everything, where they are fewer. */
export function positionOfOldest({ shelf }: WriteWorld, indices: readonly IndexState[], bytes: number): Position {
  const numbers = new Set(indices.map(({ stored }) => stored.number));
  let position = 0;
  let left = bytes;
  while (left > 0) {
    const places = shelf.blocksAfter(position, 256);
    if (places.length === 0) return position;
    for (const { index, first, count } of places) {
      if (left <= 0) return position;
      position = first + count - 1;
      if (numbers.has(index)) left -= shelf.blockAt(first)?.bytes ?? 0;
    }
  }
  return position;
}
