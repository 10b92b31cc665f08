import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { yieldToLoop } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import { makeSlices } from '../slices.ts';
import { addRows, blocksOf } from './block-ids.ts';
import { type GrowingIds, growingRowsMax, makeGrowingIds } from './growing-ids.ts';
import type { IdList } from './id-list.ts';
import { type IdRunRow, openIdRun } from './id-run.ts';
import { writeIdRun } from './id-run-writer.ts';
import type { IdWorld } from './id-world.ts';

/** A list in the place of a damaged one; with the row of its file where it has one, which is in no manifest yet. */
export interface MadeList {
  readonly list: IdList;
  readonly row?: IdRunRow;
}

/**
 * Makes the range of a list anew from the blocks, in slices: others run meanwhile. Each part is written as soon as it is full, so
 * that a run of millions needs the memory of one part. undefined when `stopped` says so.
 */
export async function makeAnew(
  world: IdWorld,
  { after, last }: IdList,
  stopped: () => boolean,
): Promise<readonly MadeList[] | undefined> {
  const made: MadeList[] = [];
  const slices = makeSlices();
  let growing = makeGrowingIds(after);
  for (const blocks of blocksOf(world, after, last)) {
    for (const { head, dead } of blocks) {
      if (head && growing.rows + head.rows.length > growingRowsMax) {
        made.push(await written(world, growing));
        growing = makeGrowingIds(growing.last);
      }
      if (head) addRows(growing, { head, dead }, world.key);
      if (slices.due()) await yieldToLoop();
      if (stopped()) return discarded(world, made);
    }
  }
  growing.reach(last);
  made.push(await written(world, growing));
  return stopped() ? discarded(world, made) : made;
}

/** Takes away the files of lists that nobody needs any more. */
export function discarded({ folder }: IdWorld, made: readonly MadeList[]): undefined {
  for (const { list, row } of made) {
    list.close();
    if (row) rmSync(join(folder, row.name), { force: true });
  }
  return undefined;
}

async function written({ folder, complain }: IdWorld, growing: GrowingIds): Promise<MadeList> {
  try {
    const row = await writeIdRun(folder, [growing]);
    return { list: openIdRun(join(folder, row.name), row), row };
  } catch (error) {
    complain(`a list of ids was not written: ${reasonOf(error)}. It stays in memory`);
    return { list: growing };
  }
}
