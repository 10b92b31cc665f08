import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { systemClock } from '../base/clock.ts';
import { openDirectory, openFile } from './directory.ts';
import { follow, keptOptions, readAll, type Shelf, sourceSuite } from './source.suite.ts';

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

describe('a folder', { timeout: 60_000 }, () => {
  const withFolder = async (run: (root: string) => Promise<void>): Promise<void> => {
    const root = await mkdtemp(join(tmpdir(), 'trailhound-folder-'));
    try {
      await run(root);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  };
  const clock = systemClock;

  test('only the names of logs count; links lead nowhere, pipes do not block', () =>
    withFolder(async (root) => {
      const outside = await mkdtemp(join(tmpdir(), 'trailhound-outside-'));
      await writeFile(join(outside, 'secret.json'), 'secret');
      await mkdir(join(root, 'in', '.git'), { recursive: true });
      const names = ['a.json', 'b.json.gz', 'c.jsonl', 'in/d.jsonl.gz', 'in/E.JSON'];
      const others = [
        'f.txt',
        'g.json.tmp',
        '.h.json',
        'in/.git/i.json',
        'json',
        'j.json.gz.part',
        'k.csv',
        'l.gz',
        'm.json~',
      ];
      for (const name of [...names, ...others]) await writeFile(join(root, name), name);
      await symlink(root, join(root, 'in', 'round'));
      await symlink(outside, join(root, 'out'));
      await symlink(join(outside, 'secret.json'), join(root, 'link.json'));
      execFileSync('mkfifo', [join(root, 'pipe.json')]);
      await mkdir(join(root, 'folder.json'));
      const options = keptOptions(true);
      const read = await readAll(openDirectory(root, { ...options, clock }));
      assert.deepEqual(read.map(([key]) => key).sort(), names.toSorted());
      assert.deepEqual(
        options.told.map((line) => line.slice(root.length + 1)).sort(),
        ['in/round', 'link.json', 'out'].map((link) => `${link}: is a symbolic link: not followed`),
      );
      await rm(outside, { recursive: true });
    }));

  test('a file that is swapped for a link after it was found is not read through it', () =>
    withFolder(async (root) => {
      await writeFile(join(root, 'a.json'), '1');
      for await (const delivery of openDirectory(root, { ...keptOptions(true), clock }).deliveries(
        AbortSignal.timeout(9000),
      )) {
        await rm(join(root, 'a.json'));
        await symlink('/etc/passwd', join(root, 'a.json'));
        await assert.rejects(delivery.read(), { code: 'source-failed', message: /symbolic link/ });
        await delivery.nack('malformed');
      }
    }));

  for (const notices of [true, false]) {
    test(`a file being written is read once, when it stands still (notices: ${notices})`, () =>
      withFolder(async (root) => {
        const reader = follow(openDirectory(root, { ...keptOptions(false), clock, notices }));
        const path = join(root, 'slow.json');
        for (let part = 0; part < 8; part++) {
          await appendFile(path, String(part));
          await clock.sleep(200);
        }
        const delivery = await reader.next();
        assert.equal(Buffer.from(await delivery.read()).toString(), '01234567');
        await delivery.ack();
        await reader.none(1200);
        await reader.stop();
      }));

    test(`a folder that goes is a problem; when it comes back it is read (notices: ${notices})`, () =>
      withFolder(async (root) => {
        const lake = join(root, 'lake');
        await mkdir(join(lake, 'deep'), { recursive: true });
        const options = keptOptions(false);
        const reader = follow(openDirectory(lake, { ...options, clock, notices }));
        await writeFile(join(lake, 'deep', 'a.json'), '1');
        await (await reader.next()).ack();
        await rm(lake, { recursive: true });
        await reader.none(1200);
        assert.match(options.told.join('\n'), /lake: the folder is gone/);
        await mkdir(join(lake, 'deep'), { recursive: true });
        await writeFile(join(lake, 'deep', 'b.json'), '22');
        assert.equal((await reader.next()).key, 'deep/b.json');
        await reader.stop();
        assert.equal(options.told.length, 1);
      }));
  }

  test('a file moved in, a folder moved in and a changed file are seen at once; from sight to delivery under 1.2 s', () =>
    withFolder(async (root) => {
      const lake = join(root, 'lake');
      await mkdir(join(lake, '2026', '11'), { recursive: true });
      await mkdir(join(root, 'staged', 'deep'), { recursive: true });
      await writeFile(join(root, 'one.json'), '1');
      await writeFile(join(root, 'staged', 'deep', 'two.json'), '2');
      const reader = follow(openDirectory(lake, { ...keptOptions(false), clock }));
      await reader.none(300);
      for (const [key, act] of [
        ['2026/11/one.json', () => rename(join(root, 'one.json'), join(lake, '2026', '11', 'one.json'))],
        ['staged/deep/two.json', () => rename(join(root, 'staged'), join(lake, 'staged'))],
        ['2026/11/one.json', () => appendFile(join(lake, '2026', '11', 'one.json'), 'more')],
        [
          '2026/11/24/three.json',
          async () => {
            await mkdir(join(lake, '2026', '11', '24'));
            await writeFile(join(lake, '2026', '11', '24', 'three.json'), '3');
          },
        ],
      ] as const) {
        await act();
        const delivery = await reader.next(1200);
        assert.equal(delivery.key, key);
        await delivery.ack();
      }
      await reader.stop();
    }));

  test('a root that is not there: once throws', () =>
    withFolder(async (root) => {
      await assert.rejects(readAll(openDirectory(join(root, 'no'), { ...keptOptions(true), clock })), {
        code: 'source-failed',
        message: /not there: create it/,
      });
    }));

  test('one file, whatever its name, once and watched', () =>
    withFolder(async (root) => {
      const path = join(root, 'events.log');
      await writeFile(path, '1');
      assert.deepEqual(await readAll(openFile(path, { ...keptOptions(true), clock })), [['events.log', '1']]);
      const reader = follow(openFile(path, { ...keptOptions(false), clock }));
      await (await reader.next()).ack();
      await appendFile(path, '2');
      const delivery = await reader.next();
      assert.equal(Buffer.from(await delivery.read()).toString(), '12');
      await delivery.ack();
      await reader.none(1200);
      await reader.stop();
    }));
});
