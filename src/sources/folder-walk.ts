import { join } from 'node:path';
import { TrailhoundError } from '../base/errors.ts';
import { listFolder, lookAtEach } from './folder.ts';
import { folderProblem, type Tree } from './tree.ts';

/** Goes through a tree once, depth first and sorted, and waits until its files stand still. Throws when the root cannot be listed. */
export async function walkOnce(tree: Tree, signal: AbortSignal): Promise<void> {
  const open = [tree.root];
  for (let folder = open.pop(); folder !== undefined && !signal.aborted; folder = open.pop()) {
    const listing = await listFolder(folder);
    if (typeof listing === 'string') {
      if (folder === tree.root) throw rootError(tree.root, listing);
      if (listing === 'unreadable') tree.complain(folder, folderProblem(listing));
      continue;
    }
    for (const link of listing.links) tree.complain(join(folder, link), 'is a symbolic link: not followed');
    for (const name of listing.folders.toReversed()) open.push(join(folder, name));
    for await (const { path, stat } of lookAtEach(folder, listing.files)) {
      if (signal.aborted) return;
      if (typeof stat === 'string') {
        if (stat === 'unreadable' || path.includes('\ufffd')) tree.complain(path, 'cannot be looked at');
      } else if (stat.isFile()) await tree.seen(path, stat, true);
    }
  }
  while (tree.unsettled() > 0 && !signal.aborted) {
    await tree.settle();
    if (tree.unsettled() > 0) await tree.options.clock.sleep(100, signal);
  }
}

/** 'source-failed' with what to do. */
export function rootError(root: string, why: 'gone' | 'unreadable'): TrailhoundError {
  const todo = why === 'gone' ? 'is not there: create it, or check the path' : 'cannot be listed: let the user read it';
  return new TrailhoundError('source-failed', `the source folder ${root} ${todo}`);
}
