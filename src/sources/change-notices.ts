import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../base/limits.ts';
import type { Bell } from './bell.ts';

/**
 * The system's notices that something in a folder changed: they only say where to look, and may be missing (network file
 * systems, a system out of watches). One watch a folder, because recursive ones are not to be had everywhere.
 */
export interface ChangeNotices {
  /** Asks for notices of a folder; `mtimeMs` decides whose watch is given up when there are too many. */
  follow(folder: string, mtimeMs: number): void;
  leave(folder: string): void;
  /** What changed since the last call: paths that were named, and folders where the system did not say what. */
  taken(): { readonly paths: readonly string[]; readonly folders: readonly string[] };
  close(): void;
}

/** Rings `bell` at each notice. `refused` is told once when the system gives no watch. */
export function openChangeNotices(bell: Bell, refused: (reason: string) => void): ChangeNotices {
  const watches = new Map<string, { watcher: FSWatcher; mtimeMs: number }>();
  let paths = new Set<string>();
  let folders = new Set<string>();
  let mayWatch = true;

  const leave = (folder: string): void => {
    watches.get(folder)?.watcher.close();
    watches.delete(folder);
  };
  const noticed = (folder: string, name: string | null): void => {
    if (name !== null && paths.size < limits.changedPathsMax) paths.add(join(folder, name));
    else folders.add(folder);
    bell.ring();
  };
  const refuse = (error: unknown): void => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // The folder itself may have gone: that is no sign of a system out of watches.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || !mayWatch) return;
    mayWatch = false;
    refused(code);
  };
  return {
    follow(folder, mtimeMs) {
      const known = watches.get(folder);
      if (known) known.mtimeMs = mtimeMs;
      if (known || !mayWatch) return;
      if (watches.size >= limits.folderWatchesMax) {
        let oldest: string | undefined;
        let oldestMs = mtimeMs;
        for (const [other, { mtimeMs: otherMs }] of watches) {
          if (otherMs < oldestMs) [oldest, oldestMs] = [other, otherMs];
        }
        if (oldest === undefined) return;
        leave(oldest);
      }
      try {
        const watcher = watch(folder, { persistent: false }, (_event, name) => noticed(folder, name));
        watcher.on('error', (error) => {
          leave(folder);
          refuse(error);
        });
        watches.set(folder, { watcher, mtimeMs });
      } catch (error) {
        refuse(error);
      }
    },
    leave,
    taken() {
      const changed = { paths: [...paths], folders: [...folders] };
      paths = new Set();
      folders = new Set();
      return changed;
    },
    close() {
      for (const folder of [...watches.keys()]) leave(folder);
    },
  };
}
