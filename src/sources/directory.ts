import { hostname } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { limits } from '../base/limits.ts';
import { readFileBounded } from './file-content.ts';
import { lookAt, versionOf } from './folder.ts';
import { rootError, walkOnce } from './folder-walk.ts';
import { watchTree } from './folder-watch.ts';
import { deliverFound, type Outbox } from './outbox.ts';
import type { Source } from './source.ts';
import { openStillness } from './stillness.ts';
import { openTree, type TreeOptions } from './tree.ts';

export interface DirectoryOptions extends TreeOptions {
  /** As the user wrote it; the path unless told. */
  readonly name?: string;
  /** False: do without the system's change notices, as on a network file system. */
  readonly notices?: boolean;
}

/**
 * A folder tree as S3 holds it, plain or gzipped. Only `*.json`, `*.json.gz`, `*.jsonl`, `*.jsonl.gz` count; dot files
 * and symbolic links inside the tree are left alone. A file is delivered once its size and mtime stood still for
 * limits.fileStillMs, and again when either changes. What cannot be listed is a problem and is looked at again.
 */
export function openDirectory(path: string, options: DirectoryOptions): Source {
  const root = resolve(path);
  const { once, clock, notices = true } = options;
  return {
    name: options.name ?? path,
    deliveries: (signal) =>
      // A folder is shared out on its machine only: elsewhere the same path may be another folder.
      deliverFound({ ...options, lake: `${hostname()}:${root}` }, signal, (outbox, stopped) => {
        const stillness = openStillness(clock, once ? limits.fileStillOnceMaxMs : undefined);
        const tree = openTree(root, options, outbox, stillness);
        return once ? walkOnce(tree, stopped) : watchTree(tree, stopped, notices);
      }),
  };
}

/** One file that the user named, so its name need not count and it may be a link. Watched for changes unless `once`. */
export function openFile(path: string, options: DirectoryOptions): Source {
  const file = resolve(path);
  return {
    name: options.name ?? path,
    deliveries: (signal) =>
      deliverFound(options, signal, (outbox, stopped) => followFile(file, options, outbox, stopped)),
  };
}

async function followFile(path: string, options: DirectoryOptions, outbox: Outbox, signal: AbortSignal): Promise<void> {
  const { clock, once, problem } = options;
  const started = clock.now();
  let last = '';
  let since = started;
  let told = false;
  while (!signal.aborted) {
    const stat = await lookAt(path, 'follow-link');
    if (typeof stat === 'string') {
      if (once) throw rootError(path, stat);
      if (!told) problem({ place: path, message: 'the file is gone or cannot be read: waiting for it' });
      told = true;
    } else {
      told = false;
      const version = versionOf(stat);
      const changed = version !== last;
      const firstLook = last === '' && clock.now() - stat.mtimeMs >= limits.fileStillMs;
      if (changed) since = clock.now();
      last = version;
      const impatient = once && clock.now() - started >= limits.fileStillOnceMaxMs;
      if (firstLook || impatient || (!changed && clock.now() - since >= limits.fileStillMs)) {
        await outbox.offer({
          origin: path,
          key: basename(path),
          bucket: basename(dirname(path)),
          version,
          deliveredAt: Math.floor(stat.mtimeMs),
          read: () => readFileBounded(path, true),
        });
        if (once) return;
      }
    }
    await clock.sleep(100, signal);
  }
}
