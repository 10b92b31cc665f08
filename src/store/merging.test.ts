import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { type EmbeddedStore, openEmbedded } from './embedded.ts';
import { madeAnswers, madeEvents } from './made-events.suite.ts';
import { fillDisk, mountTmpfs } from './small-disk.suite.ts';
import type { Store } from './store.ts';

const root = mkdtempSync(join(tmpdir(), 'trailhound-merging-'));
const disks = ['seal', 'merge'].map((name) => mountTmpfs(join(root, 'disk', name), '6m'));
after(() => {
  for (const disk of disks) disk.end();
  rmSync(root, { recursive: true, force: true });
});
const skip = disks.find((disk) => disk.skip !== false)?.skip ?? false;

const segmentRows = 400;
const open = (dir: string, log = keptLog()): Promise<EmbeddedStore> =>
  openEmbedded({ dir, clock: virtualClock(Date.UTC(2026, 0, 2)), log, segmentRows });

const answers = (store: Store): Promise<unknown> => madeAnswers(store, 5000);

/** What the blocks say: the same folder without its segments. */
async function truth(dir: string): Promise<unknown> {
  const copy = mkdtempSync(join(root, 'truth-'));
  cpSync(dir, copy, { recursive: true });
  rmSync(join(copy, 'segments'), { recursive: true });
  const store = await open(copy);
  const told = await answers(store);
  await store.close();
  return told;
}

const files = (dir: string): string[] => readdirSync(join(dir, 'segments')).sort();
const bytes = (dir: string): number =>
  files(dir).reduce((sum, name) => sum + statSync(join(dir, 'segments', name)).size, 0);

/** Opens, writes some, closes: as often as told. */
async function starts(dir: string, times: number, documents: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const store = await open(dir);
    await store.write(madeEvents(time * documents, documents));
    await store.settled();
    await store.close();
  }
}

test('what a growing segment holds is written when the store is closed, and not indexed anew', async () => {
  const dir = join(root, 'closed');
  await starts(dir, 1, 150);
  const [name] = files(dir);
  assert.match(String(name), /^0-150-/);
  const store = await open(dir);
  await store.settled();
  assert.deepEqual(files(dir), [name]);
  await store.close();
  assert.deepEqual(files(dir), [name]);
});

test('many starts leave few segments, with the same answers', async () => {
  const dir = join(root, 'starts');
  await starts(dir, 9, 110);
  const store = await open(dir);
  await store.settled();
  assert.ok(files(dir).length <= 5, files(dir).join());
  const told = await answers(store);
  await store.close();
  assert.deepEqual(told, await truth(dir));
});

test('segments that lost most of their documents get smaller while searches go on', async () => {
  const dir = join(root, 'dropped');
  const store = await open(dir);
  await store.write(madeEvents(0, 1500));
  await store.settled();
  const before = bytes(dir);
  const asked = Promise.all(Array.from({ length: 20 }, () => answers(store)));
  await store.deleteIndex('logs-0,logs-1');
  await asked;
  await store.settled();
  assert.ok(bytes(dir) < before * 0.6, `${bytes(dir)} of ${before} bytes`);
  const told = await answers(store);
  await store.close();
  assert.deepEqual(told, await truth(dir));
});

test('a disk that fills while a segment is written: told, and every answer is right', { skip }, async () => {
  const dir = join(root, 'disk', 'seal', 'data');
  const log = keptLog();
  const store = await open(dir, log);
  await store.write(madeEvents(0, 390));
  await store.settled();
  const filler = join(root, 'disk', 'seal', 'filler');
  // The last documents go into the space that SQLite's files have by then, their segment does not.
  let n = 390;
  fillDisk(filler);
  for (let refused = false; !refused; ) {
    refused = await store.write(madeEvents(n, 20)).then(
      () => {
        n += 20;
        return false;
      },
      () => true,
    );
  }
  rmSync(filler);
  await store.write(madeEvents(n, 60));
  n += 60;
  fillDisk(filler);
  await store.settled();
  const told = await answers(store);
  assert.equal((told as { total: number }[])[0]?.total, n);
  assert.ok(
    log.lines.some((line) => /a search index was not written: .*ENOSPC.*found all the same/.test(line)),
    log.lines.join(),
  );
  rmSync(filler);
  await store.close();
  assert.deepEqual(told, await truth(dir));
  const again = await open(dir);
  await again.settled();
  assert.deepEqual(await answers(again), told);
  await again.close();
  assert.ok(files(dir).length > 0);
});

test('a disk that fills while segments are merged: told, and the old ones stay', { skip }, async () => {
  const dir = join(root, 'disk', 'merge', 'data');
  await starts(dir, 2, 110);
  const before = files(dir);
  const filler = join(root, 'disk', 'merge', 'filler');
  const log = keptLog();
  const store = await open(dir, log);
  fillDisk(filler);
  await store.settled();
  const told = await answers(store);
  assert.deepEqual(files(dir), before);
  assert.ok(
    log.lines.some((line) => /were not merged: .*ENOSPC.*go on being used/.test(line)),
    log.lines.join(),
  );
  rmSync(filler);
  await store.close();
  assert.deepEqual(told, await truth(dir));
  const again = await open(dir);
  await again.settled();
  assert.ok(files(dir).length < before.length, files(dir).join());
  assert.deepEqual(await answers(again), told);
  await again.close();
});
