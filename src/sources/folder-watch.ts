import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Instant } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { openBell } from './bell.ts';
import { type ChangeNotices, openChangeNotices } from './change-notices.ts';
import { countsAsLog, listFolder, lookAt, lookAtEach } from './folder.ts';
import { folderProblem, type Tree } from './tree.ts';

/** A folder of the tree as it was last listed. */
interface Folder {
  readonly path: string;
  /** Another folder under the same name has another one: it is watched anew. */
  inode: number;
  /** NaN: list it again at the next look whatever its mtime says. */
  mtimeMs: number;
  /** When a change was last seen: such folders are looked at each round. */
  changedAt: Instant;
  /** Names of files it held, so that a new one is found without looking at all the old ones. */
  names: ReadonlySet<string>;
}

interface Watch {
  readonly tree: Tree;
  readonly notices: ChangeNotices;
  readonly folders: Map<string, Folder>;
  readonly signal: AbortSignal;
}

const roundMs = 500;
const activeMs = 60_000;
const activeFoldersMax = 64;

/**
 * Watches a tree until the signal aborts. Two tasks feed one outbox: one attends to the system's notices and to files
 * that are to stand still, the other looks round, because notices may be missing: each round at the folders that changed
 * lately, and with a fixed number of look-ups at everything in turn. `notices: false` does without the system's help.
 */
export async function watchTree(tree: Tree, signal: AbortSignal, useNotices: boolean): Promise<void> {
  const bell = openBell();
  const notices = openChangeNotices(bell, (reason) =>
    tree.complain(
      tree.root,
      `the system gives no more watches on folders (${reason}): files are found by looking round`,
    ),
  );
  const watch: Watch = {
    tree,
    notices: useNotices ? notices : { ...notices, follow: () => undefined },
    folders: new Map(),
    signal,
  };
  signal.addEventListener('abort', bell.ring);
  const attend = async (): Promise<void> => {
    while (!signal.aborted) {
      const changed = notices.taken();
      for (const path of changed.paths) await lookAtPath(watch, path);
      for (const folder of changed.folders) await listOne(watch, folder, 'every-file', false);
      await tree.settle();
      if (!signal.aborted) await bell.wait(tree.options.clock, tree.unsettled() > 0 ? 50 : roundMs);
    }
  };
  const lookRound = async (): Promise<void> => {
    await enter(watch, tree.root, true);
    await keepLookingRound(watch);
  };
  try {
    await Promise.all([attend(), lookRound()]);
  } finally {
    notices.close();
  }
}

/** Lists a folder and everything below it. */
async function enter(watch: Watch, path: string, first: boolean): Promise<void> {
  const open = [path];
  for (let next = open.pop(); next !== undefined && !watch.signal.aborted; next = open.pop()) {
    open.push(...(await listOne(watch, next, 'every-file', first)).toReversed());
  }
}

async function keepLookingRound(watch: Watch): Promise<void> {
  const { tree, folders, signal } = watch;
  const { clock } = tree.options;
  const share = limits.folderLooksPerRound / 2;
  const inTurn = takeTurns(folders);
  const wholeInTurn = takeTurns(folders);
  let budget = 0;
  while (!signal.aborted) {
    if (!folders.has(tree.root)) await enter(watch, tree.root, false);
    const glances = new Set(recentlyChanged(watch));
    for (let left = Math.min(share, folders.size); left > 0; left--) {
      const folder = inTurn();
      if (folder) glances.add(folder);
    }
    for (const folder of glances) if (!signal.aborted) await lookAtFolder(watch, folder);
    // Looking at every file, which alone tells of one changed in place, is paid for afterwards where a folder is large.
    budget = Math.min(share, budget + share);
    for (let left = folders.size; left > 0 && budget > 0 && !signal.aborted; left--) {
      const next = wholeInTurn();
      if (!next) break;
      budget -= 1 + next.names.size;
      await enterAll(watch, await listOne(watch, next.path, 'every-file', false));
    }
    await clock.sleep(roundMs, signal);
  }
}

/** Each call gives the next folder, round and round; undefined while there is none. */
function takeTurns(folders: ReadonlyMap<string, Folder>): () => Folder | undefined {
  let turn = folders.values();
  return () => {
    const next = turn.next();
    if (!next.done) return next.value;
    turn = folders.values();
    return turn.next().value;
  };
}

function recentlyChanged({ tree, folders }: Watch): readonly Folder[] {
  const since = tree.options.clock.now() - activeMs;
  return [...folders.values()]
    .filter((folder) => folder.changedAt >= since)
    .sort((a, b) => b.changedAt - a.changedAt)
    .slice(0, activeFoldersMax);
}

async function enterAll(watch: Watch, folders: readonly string[]): Promise<void> {
  for (const folder of folders) await enter(watch, folder, false);
}

/** A path that the system named: a file to look at, a folder to enter, or something that went. */
async function lookAtPath(watch: Watch, path: string): Promise<void> {
  const { tree, folders } = watch;
  const name = basename(path);
  if (name.startsWith('.') && path !== tree.root) return;
  const stat = await lookAt(path);
  if (typeof stat === 'string') {
    if (folders.has(path)) await listOne(watch, path, 'new-files', false);
  } else if (stat.isDirectory()) {
    if (folders.get(path)?.inode !== stat.ino) await enter(watch, path, false);
  } else if (stat.isFile() && countsAsLog(name)) {
    const parent = folders.get(dirname(path));
    if (parent) parent.changedAt = tree.options.clock.now();
    await tree.seen(path, stat, false);
  }
}

/** Lists a folder again if its mtime says that names came or went. */
async function lookAtFolder(watch: Watch, folder: Folder): Promise<void> {
  const stat = await lookAt(folder.path);
  if (typeof stat !== 'string' && stat.mtimeMs === folder.mtimeMs && stat.ino === folder.inode) return;
  await enterAll(watch, await listOne(watch, folder.path, 'new-files', false));
}

/** Lists one folder and looks at its files; returns the folders below that are new. A folder that went is forgotten. */
async function listOne(
  watch: Watch,
  path: string,
  which: 'every-file' | 'new-files',
  first: boolean,
): Promise<readonly string[]> {
  const { tree, folders, notices } = watch;
  const stat = await lookAt(path);
  if (typeof stat === 'string' || !stat.isDirectory()) return lost(watch, path, stat === 'unreadable');
  const known = folders.get(path);
  if (known && known.inode !== stat.ino) notices.leave(path);
  // Watched before it is listed: what comes in between is noticed.
  notices.follow(path, stat.mtimeMs);
  const listing = await listFolder(path);
  if (typeof listing === 'string') return lost(watch, path, listing === 'unreadable');
  tree.recovered(path);
  const folder = known ?? { path, inode: 0, mtimeMs: Number.NaN, changedAt: 0, names: new Set() };
  const names = which === 'every-file' ? listing.files : listing.files.filter((name) => !folder.names.has(name));
  remember(watch, folder, stat, listing.files);
  for (const link of listing.links) tree.complain(join(path, link), 'is a symbolic link: not followed');
  for await (const file of lookAtEach(path, names)) {
    if (watch.signal.aborted) return [];
    if (typeof file.stat !== 'string' && file.stat.isFile()) await tree.seen(file.path, file.stat, first);
    else if (file.stat === 'unreadable' || file.name.includes('\ufffd'))
      tree.complain(file.path, 'cannot be looked at');
  }
  return listing.folders.map((name) => join(path, name)).filter((child) => !folders.has(child));
}

function remember({ tree, folders }: Watch, folder: Folder, stat: Stats, names: readonly string[]): void {
  const now = tree.options.clock.now();
  const changed = stat.mtimeMs !== folder.mtimeMs || stat.ino !== folder.inode;
  if (changed && !Number.isNaN(folder.mtimeMs)) folder.changedAt = now;
  // A name may come within the same tick of the file system's clock, after the listing: such an mtime proves nothing.
  folder.mtimeMs = Math.abs(now - stat.mtimeMs) < 2 * roundMs ? Number.NaN : stat.mtimeMs;
  if (Number.isNaN(folder.mtimeMs)) folder.changedAt = now;
  folder.inode = stat.ino;
  folder.names = new Set(names);
  folders.set(folder.path, folder);
}

function lost({ tree, folders, notices }: Watch, path: string, unreadable: boolean): readonly string[] {
  folders.delete(path);
  notices.leave(path);
  if (path === tree.root || unreadable) tree.complain(path, folderProblem(unreadable ? 'unreadable' : 'gone'));
  return [];
}
