import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { openDirectory } from './directory.ts';
import { type Shelf, sourceSuite } from './source.suite.ts';

/** Files that were there before: older than the half second that a new one is waited for. */
async function openShelf(notices: boolean): Promise<Shelf> {
  const root = await mkdtemp(join(tmpdir(), 'trailhound-lake-'));
  let puts = 0;
  return {
    async put(key, bytes) {
      const path = join(root, key);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
      puts += 1;
      const mtime = Date.now() / 1000 - 30 + puts / 1000;
      await utimes(path, mtime, mtime);
    },
    remove: (key) => rm(join(root, key)),
    open: (options) => openDirectory(root, { ...options, clock: systemClock, notices }),
    close: () => rm(root, { recursive: true }),
  };
}

sourceSuite('folder', () => openShelf(true));
sourceSuite('folder without change notices', () => openShelf(false));
