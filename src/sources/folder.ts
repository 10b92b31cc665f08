import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './file-content.ts';

/** What one folder of a tree holds, as far as it counts: sorted as S3 sorts keys. */
export interface FolderListing {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Names that would count but are symbolic links: a link may lead out of the tree or round in a circle. */
  readonly links: readonly string[];
}

/** Why a file or folder could not be looked at. */
export type Missing = 'gone' | 'unreadable';

/** True for the names that are read: `*.json`, `*.jsonl`, each also with `.gz`. In folders dot files are other programs' scratch. */
export function countsAsLog(name: string): boolean {
  return /\.jsonl?(\.gz)?$/i.test(name);
}

/** The entries of a folder; what kind of failure when it cannot be listed. */
export async function listFolder(path: string): Promise<FolderListing | Missing> {
  let entries: Dirent[];
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    return missing(error);
  }
  const files: string[] = [];
  const folders: string[] = [];
  const links: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) folders.push(entry.name);
    else if (entry.isSymbolicLink()) links.push(entry.name);
    else if (entry.isFile() && countsAsLog(entry.name)) files.push(entry.name);
  }
  return { files: files.sort(), folders: folders.sort(), links: links.sort() };
}

/** The state of a path itself; of what a link points to only when asked. */
export async function lookAt(path: string, links?: 'follow-link'): Promise<Stats | Missing> {
  try {
    return await (links ? stat(path) : lstat(path));
  } catch (error) {
    return missing(error);
  }
}

/** Looks at many names of a folder, some at a time: one by one each would wait for the thread pool. */
export async function* lookAtEach(
  folder: string,
  names: readonly string[],
): AsyncGenerator<{ readonly name: string; readonly path: string; readonly stat: Stats | Missing }> {
  for (let from = 0; from < names.length; from += 64) {
    const some = names.slice(from, from + 64).map(async (name) => {
      const path = join(folder, name);
      return { name, path, stat: await lookAt(path) };
    });
    yield* await Promise.all(some);
  }
}

/** Which version of a file this is: changes whenever its content may have changed. */
export function versionOf(stat: Stats): string {
  return `${stat.size}-${stat.mtimeMs}`;
}

function missing(error: unknown): Missing {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR' ? 'gone' : 'unreadable';
}
