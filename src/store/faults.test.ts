import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { openEmbedded } from './embedded.ts';
import { fillDisk, mountTmpfs } from './small-disk.suite.ts';
import { openDatabase } from './sqlite.ts';
import type { Operation, Store } from './store.ts';

const root = mkdtempSync(join(tmpdir(), 'trailhound-faults-'));

const at = Date.UTC(2026, 0, 2);
const open = (dir: string, log = keptLog()): Promise<Store> => openEmbedded({ dir, clock: virtualClock(at), log });
const all = parseSearchBody({ size: 0, track_total_hits: true });

test('a folder that one process holds is refused to another, with the pid', async () => {
  const dir = join(root, 'held');
  const store = await open(dir);
  await assert.rejects(open(dir), (error) => {
    assert.ok(error instanceof TrailhoundError);
    assert.equal(error.code, 'data-folder-in-use');
    assert.match(error.message, new RegExp(`\\bpid ${process.pid}\\b.*--data`));
    return true;
  });
  // Without the lock file the database's own lock still refuses.
  rmSync(join(dir, 'lock'));
  await assert.rejects(open(dir), { code: 'data-folder-in-use' });
  await store.close();
  await (await open(dir)).close();
});

test('a lock of a dead process that nobody asked after is taken over', {
  skip: existsSync('/proc/self/stat') ? false : 'needs /proc, to see that a process is a zombie',
}, async (context) => {
  const dir = join(root, 'zombie');
  await (await open(dir)).close();
  // The shell turns into a sleep, which never asks for the exit code of the child that the shell had.
  const child = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  context.after(() => child.kill('SIGKILL'));
  const pid = Number(String((await once(child.stdout, 'data'))[0]));
  const stat = (): string[] =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  writeFileSync(join(dir, 'lock'), JSON.stringify({ pid, boot, started: stat()[19] }));
  await assert.rejects(open(dir), /in use by the process/);
  while (stat()[0] !== 'Z') await systemClock.sleep(20);
  await (await open(dir)).close();
});

test('a lock that a dead process left behind is taken over, also when its pid was given to another process', async () => {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const left: [string, string][] = [
    ['pid of nobody', JSON.stringify({ pid: 4_194_300, boot, started: '1' })],
    ['a reused pid', JSON.stringify({ pid: process.pid, boot, started: '1' })],
    ['before the last boot', JSON.stringify({ pid: 1, boot: 'earlier', started: '1' })],
    ['cut off', '{"pid":'],
    ['empty', ''],
    ['not a pid', '{"pid":-1}'],
  ];
  for (const [name, lock] of left) {
    const dir = join(root, 'left');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'lock'), lock);
    const store = await open(dir);
    assert.equal(JSON.parse(readFileSync(join(dir, 'lock'), 'utf8')).pid, process.pid, name);
    await store.close();
    assert.ok(!readdirSync(dir).includes('lock'), name);
  }
});

test('what is there after closing is there after opening', async () => {
  const dir = join(root, 'again');
  const store = await open(dir);
  await store.putTemplate({ name: 't', legacy: false, body: { index_patterns: ['a-*'] } });
  await store.write(documents(0, 200));
  await store.write([{ action: 'delete', index: 'a-0', id: 'id-0' }]);
  await store.createIndex('gone', {});
  await store.write([{ action: 'create', index: 'gone', id: '1', document: {} }]);
  await store.deleteIndex('gone');
  const before = await describe(store);
  await store.close();
  const again = await open(dir);
  assert.deepEqual(await describe(again), before);
  assert.equal((await again.write([document(0)]))[0]?.id, 'id-0');
  assert.deepEqual(await again.write([document(0)]), await again.write([document(0)]));
  assert.equal((await again.get('a-0', 'id-0'))?.version, 3);
  await again.close();
});

test('a position is never given twice, not even after everything was deleted', async () => {
  const dir = join(root, 'positions');
  let last = 0;
  for (let round = 0; round < 3; round++) {
    const store = await open(dir);
    assert.ok((await store.position()) >= last);
    await store.write(documents(0, 10));
    assert.ok((await store.position()) > last);
    last = await store.position();
    await store.deleteIndex('*');
    await store.close();
  }
});

test('a folder of a newer program, or of another one, is refused with words', async () => {
  const cases: [string, string, RegExp][] = [
    ['newer', 'PRAGMA user_version = 7', /newer Trailhound \(format 7, this one knows 4\)/],
    ['unknown', 'PRAGMA user_version = 0', /its format 0 is unknown/],
    ['foreign', 'PRAGMA application_id = 1', /not a database of Trailhound/],
  ];
  for (const [name, sql, message] of cases) {
    const dir = join(root, name);
    await (await open(dir)).close();
    const db = openDatabase(join(dir, 'documents.sqlite'));
    db.exec(sql);
    db.release();
    await assert.rejects(open(dir), (error) => {
      assert.ok(error instanceof TrailhoundError);
      assert.equal(error.code, 'data-folder-broken');
      assert.match(error.message, message);
      assert.ok(error.message.includes(join(dir, 'documents.sqlite')));
      return true;
    });
  }
});

test('a missing or emptied database is not taken for a new folder', async () => {
  for (const damage of ['missing', 'empty', 'text']) {
    const dir = join(root, `lost-${damage}`);
    const store = await open(dir);
    await store.write(documents(0, 10));
    await store.close();
    const file = join(dir, 'documents.sqlite');
    if (damage === 'missing') rmSync(file);
    else writeFileSync(file, damage === 'empty' ? '' : 'These are not the bytes you are looking for. '.repeat(200));
    await assert.rejects(open(dir), { code: 'data-folder-broken' }, damage);
  }
});

/** Numerical Recipes' generator: the seed stands in the message of a failure. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
}

const written = 700;
/** Replaced in a later write, and deleted in another. */
const updated = new Set([3, 70, 71, 72, 650]);
const deleted = new Set([5, 100, 699]);

/** Two copies of one folder: as a kill leaves it (the last writes in the WAL), and as closing leaves it. */
async function sampleFolders(): Promise<{ killed: string; closed: string }> {
  const dir = join(root, 'sample');
  const store = await open(dir);
  await store.putTemplate({ name: 't', legacy: false, body: { index_patterns: ['a-*'] } });
  for (let n = 0; n < written; n += 100) await store.write(documents(n, 100));
  await store.write([...updated].map((n) => ({ ...document(n, 'new'), action: 'index' })));
  await store.write([...deleted].map((n) => ({ action: 'delete', index: indexOf(n), id: `id-${n}` })));
  const killed = copyFolder(dir, join(root, 'sample-killed'));
  rmSync(join(killed, 'lock'));
  await store.close();
  return { killed, closed: copyFolder(dir, join(root, 'sample-closed')) };
}

test('a cut or flipped file is either refused by name, or every answer is right or refused', async () => {
  const samples = await sampleFolders();
  const outcomes = { whole: 0, refusedAtOpen: 0, refusedLater: 0 };
  for (let seed = 1; seed <= 160; seed++) {
    const pick = random(seed);
    const from = pick(3) === 0 ? samples.closed : samples.killed;
    const files = readdirSync(from).filter(
      (file) => file !== 'segments' && file !== 'ids' && (file !== 'acknowledged' || pick(4) === 0),
    );
    const file = files[pick(files.length)] ?? '';
    const dir = copyFolder(from, join(root, `damaged-${seed}`));
    const bytes = readFileSync(join(dir, file));
    const place = pick(bytes.length);
    const cut = pick(4) === 0;
    if (!cut) bytes[place] = (bytes[place] ?? 0) ^ (1 << pick(8));
    writeFileSync(join(dir, file), cut ? bytes.subarray(0, place) : bytes);
    const told = `seed ${seed}: ${file} ${cut ? 'cut' : 'flipped'} at ${place} of ${bytes.length}`;
    outcomes[await outcome(dir, told)]++;
    rmSync(dir, { recursive: true });
  }
  // The damage must have been noticed, or it was no test.
  assert.ok(outcomes.refusedAtOpen >= 20, JSON.stringify(outcomes));
  assert.ok(outcomes.refusedLater >= 5, JSON.stringify(outcomes));
});

async function outcome(dir: string, told: string): Promise<'whole' | 'refusedAtOpen' | 'refusedLater'> {
  let refused = false;
  const guarded = async <T>(work: () => Promise<T>, check: (answer: T) => void): Promise<void> => {
    let answer: T;
    try {
      answer = await work();
    } catch (error) {
      assert.ok(error instanceof TrailhoundError && error.code === 'data-folder-broken', `${told}: ${error}`);
      assert.ok(error.message.includes('documents.sqlite') || error.message.includes('index'), `${told}: ${error}`);
      refused = true;
      return;
    }
    check(answer);
  };
  let store: Store | undefined;
  await guarded(
    () => open(dir),
    (opened) => {
      store = opened;
    },
  );
  if (!store) return 'refusedAtOpen';
  const opened = store;
  for (let n = 0; n < written; n++) {
    await guarded(
      () => opened.get(indexOf(n), `id-${n}`),
      (found) => assert.deepEqual(found?.source, expected(n), `${told}: ${n}`),
    );
  }
  await guarded(
    () => opened.search('*', all),
    ({ total }) => assert.equal(total, written - deleted.size, told),
  );
  await guarded(
    () => opened.write(documents(0, written).filter((_, n) => !deleted.has(n))),
    (results) =>
      assert.ok(
        results.every((result) => 'error' in result && result.error === 'conflict'),
        told,
      ),
  );
  await opened.close();
  return refused ? 'refusedLater' : 'whole';
}

const disks = ['full', 'new', 'still'].map((name) => mountTmpfs(join(root, 'disk', name), '3m'));
after(() => {
  for (const disk of disks) disk.end();
  rmSync(root, { recursive: true, force: true });
});
const skip = disks.find((disk) => disk.skip !== false)?.skip ?? false;

test('on a full disk writing is refused, reading goes on, and space that returns heals', {
  skip,
}, async () => {
  const disk = join(root, 'disk', 'full');
  const filler = join(disk, 'filler');
  writeFileSync(filler, Buffer.alloc(1024 * 1024));
  const dir = join(disk, 'data');
  const store = await open(dir);
  let n = 0;
  const batch = (): readonly Operation[] => documents(n, 20, incompressible(n));
  let refusal: unknown;
  while (refusal === undefined && n < 100_000) {
    try {
      await store.write(batch());
      n += 20;
    } catch (error) {
      refusal = error;
    }
  }
  assert.ok(refusal instanceof TrailhoundError && refusal.code === 'read-only', `${refusal}`);
  assert.match(refusal.message, /disk is full.*Reading goes on/);
  assert.ok(n >= 40, 'some writes fitted');
  for (let round = 0; round < 3; round++) {
    await assert.rejects(store.write(batch()), { code: 'read-only' });
    assert.equal((await store.search('a-*', all)).total, n);
    assert.deepEqual((await store.get(indexOf(7), 'id-7'))?.source.n, 7);
  }
  rmSync(filler);
  const results = await store.write(batch());
  assert.ok(results.every((result) => 'result' in result));
  n += 20;
  await store.close();
  const again = await open(dir);
  assert.equal((await again.search('a-*', all)).total, n);
  for (let id = 0; id < n; id++) assert.equal((await again.get(indexOf(id), `id-${id}`))?.source.n, id);
  await again.close();
});

test('a disk that is full when a folder is new is told, and nothing is left half made', { skip }, () => {
  const disk = join(root, 'disk', 'new');
  const filler = join(disk, 'filler');
  fillDisk(filler);
  assert.match(openInChild(join(disk, 'data')), /^read-only .*disk.new/);
  rmSync(filler);
  assert.equal(openInChild(join(disk, 'data')), 'opened');
});

test('a folder that cannot be made is refused with words, and at once', { timeout: 60_000 }, () => {
  const file = join(mkdtempSync(join(tmpdir(), 'trailhound-')), 'file');
  writeFileSync(file, '');
  // Below /proc Node's recursive mkdir spins for ever.
  for (const dir of ['/proc/trailhound/data', file, join(file, 'data')]) {
    assert.match(openInChild(dir), /^read-only the data folder cannot be written: .*--data/, dir);
  }
});

test('a read-only disk is refused with words', { skip }, () => {
  const disk = join(root, 'disk', 'still');
  const dir = join(disk, 'data');
  assert.equal(openInChild(dir), 'opened');
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  assert.match(openInChild(dir), /^read-only the data folder cannot be written: .*disk.still.*--data/);
  assert.match(openInChild(join(disk, 'other')), /^read-only the data folder cannot be written: .*disk.still.*--data/);
});

/** Opens and closes the folder in a process of its own: a refused opening holds its files until its process ends. */
function openInChild(dir: string): string {
  const files = ['./embedded.ts', '../base/virtual-clock.ts', '../base/log.ts'].map((file) =>
    JSON.stringify(new URL(file, import.meta.url).href),
  );
  const script = `Promise.all([${files}].map((file) => import(file)))
    .then(async ([{ openEmbedded }, { virtualClock }, { keptLog }]) =>
      (await openEmbedded({ dir: ${JSON.stringify(dir)}, clock: virtualClock(0), log: keptLog() })).close())
    .then(() => console.log('opened'), (error) => console.log(error.code, error.message))`;
  return execFileSync(process.execPath, ['--import', 'tsx', '-e', script], { encoding: 'utf8' }).trim();
}

function indexOf(n: number): string {
  return `a-${n % 3}`;
}

function document(n: number, state = 'old', more = ''): Operation {
  const source = { n, state, name: `name ${n % 10}`, padding: 'CloudTrail '.repeat(n % 40), ...(more ? { more } : {}) };
  return { action: 'create', index: indexOf(n), id: `id-${n}`, document: source };
}

function documents(from: number, count: number, more = ''): Operation[] {
  return Array.from({ length: count }, (_, n) => document(from + n, 'old', more));
}

function expected(n: number): unknown {
  return deleted.has(n) ? undefined : document(n, updated.has(n) ? 'new' : 'old').document;
}

function incompressible(seed: number): string {
  const pick = random(seed);
  return Array.from({ length: 2000 }, () => pick(36).toString(36)).join('');
}

async function describe(store: Store): Promise<unknown> {
  const infos = await store.indices('*');
  return {
    infos: infos.map(({ name, uuid, settings, aliases, documents, bytes, createdAt }) => ({
      name,
      uuid,
      settings,
      aliases,
      documents,
      bytes,
      createdAt,
    })),
    templates: await store.templates(),
    position: await store.position(),
    found: await Promise.all([0, 1, 2, 199].map((n) => store.get(indexOf(n), `id-${n}`))),
    total: (await store.search('*', all)).total,
  };
}

function copyFolder(from: string, to: string): string {
  mkdirSync(to, { recursive: true });
  cpSync(from, to, { recursive: true });
  return to;
}
