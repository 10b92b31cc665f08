import type { Stats } from 'node:fs';
import { basename, relative, sep } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { readFileBounded } from './file-content.ts';
import { type Missing, versionOf } from './folder.ts';
import type { Outbox } from './outbox.ts';
import type { SourceOptions } from './source.ts';
import type { Sight, Stillness } from './stillness.ts';

export interface TreeOptions extends SourceOptions {
  readonly clock: Clock;
}

/** A folder tree while it is being read: where it stands, and where its files go. */
export interface Tree {
  /** Absolute path. */
  readonly root: string;
  readonly options: TreeOptions;
  /**
   * A file was seen. It is offered once it stood still; `first`: at the first look its age counts, so that an archive
   * need not wait. Later only what was observed counts: the file server's clock may differ from ours.
   */
  seen(path: string, stat: Stats, first: boolean): Promise<void>;
  /** Offers the files that stood still since they were seen. */
  settle(): Promise<void>;
  /** How many files are waited for. */
  unsettled(): number;
  /** Tells a problem with a path, once until `recovered` was called for it. */
  complain(path: string, message: string): void;
  recovered(path: string): void;
}

export function openTree(root: string, options: TreeOptions, outbox: Outbox, stillness: Stillness): Tree {
  const bucket = basename(root);
  const told = new Set<string>();
  const offer = (sight: Sight): Promise<void> =>
    outbox.offer({
      origin: sight.path,
      key: sight.key,
      bucket,
      version: sight.version,
      deliveredAt: Math.floor(sight.mtimeMs),
      read: () => readFileBounded(sight.path),
    });
  return {
    root,
    options,
    async seen(path, stat, first) {
      const version = versionOf(stat);
      if (outbox.knows(path, version)) return;
      const sight = { path, key: keyBelow(root, path), version, mtimeMs: stat.mtimeMs };
      if (first && options.clock.now() - stat.mtimeMs >= limits.fileStillMs) await offer(sight);
      else stillness.note(sight);
    },
    async settle() {
      for await (const sight of stillness.settled()) await offer(sight);
    },
    unsettled: () => stillness.size,
    complain(path, message) {
      if (told.has(path) || told.size >= limits.problemsKeptMax) return;
      told.add(path);
      options.problem({ place: path, message });
    },
    recovered: (path) => void told.delete(path),
  };
}

/** What to tell of a folder that could not be listed. */
export function folderProblem(why: Missing): string {
  return why === 'gone'
    ? 'the folder is gone: waiting for it to come back'
    : 'the folder cannot be listed: let the user that runs trailhound read it';
}

function keyBelow(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}
