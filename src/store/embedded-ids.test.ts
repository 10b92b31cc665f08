import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { type EmbeddedStore, openEmbedded } from './embedded.ts';
import { openDatabase } from './sqlite.ts';
import type { Operation } from './store.ts';

const root = mkdtempSync(join(tmpdir(), 'trailhound-event-ids-'));
after(() => rmSync(root, { recursive: true }));

const start = Date.UTC(2026, 0, 2);
const open = (dir: string, log = keptLog(), at = start): Promise<EmbeddedStore> =>
  openEmbedded({ dir, clock: virtualClock(at), log, segmentRows: 200, idRows: 150 });

/** As those that made test/folders/format-2.sqlite.gz, with the program of before the runs of ids. */
function event(n: number, state = 'old', action: Operation['action'] = 'create'): Operation {
  const id = n % 2 ? `id-${n}` : `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  return { action, index: `a-${n % 3}`, id, document: { n, state, name: `name ${n % 10}` } };
}

const updated = [3, 70, 71, 72, 599];
const deleted = [5, 100, 598];

async function fill(store: EmbeddedStore): Promise<void> {
  for (let n = 0; n < 600; n += 100) await store.write(Array.from({ length: 100 }, (_, at) => event(n + at)));
  await store.write(updated.map((n) => event(n, 'new', 'index')));
  await store.write(deleted.map((n) => ({ action: 'delete', index: event(n).index, id: event(n).id })));
}

/** Every id means its document; written again, none is new; deleted ones count on. */
async function check(store: EmbeddedStore, told: string): Promise<void> {
  for (let n = 0; n < 600; n++) {
    const { index, id } = event(n);
    const found = await store.get(index, id);
    const expected = deleted.includes(n) ? undefined : event(n, updated.includes(n) ? 'new' : 'old').document;
    assert.deepEqual(found?.source, expected, `${told}: ${n}`);
    if (expected) assert.equal(found?.version, updated.includes(n) ? 2 : 1, `${told}: ${n}`);
  }
  const living = Array.from({ length: 600 }, (_, n) => n).filter((n) => !deleted.includes(n));
  const again = await store.write(living.map((n) => event(n)));
  assert.ok(
    again.every((result) => 'error' in result && result.error === 'conflict'),
    told,
  );
  const { total } = await store.search('a-*', parseSearchBody({ size: 0, track_total_hits: true }));
  assert.equal(total, 597, told);
}

function tabled(dir: string): readonly (readonly unknown[])[] {
  const db = openDatabase(join(dir, 'documents.sqlite'));
  const rows = db.prepare('SELECT stored, place FROM id JOIN idx ON number = idx').rows();
  db.release();
  return rows.filter(([stored]) => !JSON.parse(String(stored)).name.startsWith('.'));
}

test('events have no row in the table of ids, deleted ones for a minute', async () => {
  const dir = join(root, 'no-rows');
  const store = await open(dir);
  await fill(store);
  await check(store, 'new');
  await store.settled();
  assert.ok(readdirSync(join(dir, 'ids')).length >= 3);
  await store.close();
  assert.equal(tabled(dir).length, deleted.length);
  const later = await open(dir, keptLog(), start + 61_000);
  await check(later, 'opened again');
  await later.write([event(600)]);
  await later.close();
  assert.equal(tabled(dir).length, 0);
});

test('a deleted event that comes again counts on, and its row goes', async () => {
  const dir = join(root, 'again');
  const store = await open(dir);
  await fill(store);
  const [result] = await store.write([event(5, 'third')]);
  assert.deepEqual(result && 'version' in result && result.version, 3);
  assert.equal((await store.get('a-2', 'id-5'))?.source.state, 'third');
  assert.ok('error' in ((await store.write([event(5)]))[0] ?? {}));
  await store.close();
  assert.equal(tabled(dir).length, deleted.length - 1);
  const opened = await open(dir);
  assert.equal((await opened.get('a-2', 'id-5'))?.version, 3);
  await opened.close();
});

for (const version of [2, 1]) {
  test(`ids of a folder of format ${version} are read as they are`, async () => {
    const dir = join(root, `format-${version}`);
    mkdirSync(dir);
    const fixture = new URL('../../test/folders/format-2.sqlite.gz', import.meta.url);
    writeFileSync(join(dir, 'documents.sqlite'), gunzipSync(readFileSync(fixture)));
    if (version === 1) {
      const db = openDatabase(join(dir, 'documents.sqlite'));
      db.exec('DROP TABLE segment; PRAGMA user_version = 1');
      db.release();
    }
    const store = await open(dir);
    await check(store, 'old');
    assert.equal((await store.get('.own', 'one'))?.source.a, 1);
    // Old ids that are replaced, deleted and made again leave the table; new ones never enter it.
    await store.write([event(10, 'newer', 'index'), event(3, 'newer', 'index')]);
    await store.write([{ action: 'delete', index: event(11).index, id: event(11).id }]);
    await store.write([event(11, 'back'), ...Array.from({ length: 400 }, (_, at) => event(1000 + at))]);
    const states = async (opened: EmbeddedStore): Promise<unknown> =>
      Promise.all(
        [3, 10, 11, 1000, 1399].map(async (n) => {
          const found = await opened.get(event(n).index, event(n).id);
          return [found?.source.state, found?.version];
        }),
      );
    const expected = [
      ['newer', 3],
      ['newer', 2],
      ['back', 3],
      ['old', 1],
      ['old', 1],
    ];
    assert.deepEqual(await states(store), expected);
    await store.close();
    assert.equal(tabled(dir).length, 600 - 3);
    const opened = await open(dir, keptLog(), start + 61_000);
    assert.deepEqual(await states(opened), expected);
    const conflicts = await opened.write([event(10), event(11), event(12), event(1200)]);
    assert.ok(conflicts.every((result) => 'error' in result && result.error === 'conflict'));
    await opened.write([event(2000)]);
    await opened.close();
    assert.equal(tabled(dir).length, 597 - deleted.length, 'deleted ones are forgotten');
  });
}

test('files of ids that are lost, cut, flipped or left over make no duplicate and lose no document', async () => {
  const whole = join(root, 'whole');
  const first = await open(whole);
  await fill(first);
  await first.settled();
  await first.close();
  const files = readdirSync(join(whole, 'ids'));
  assert.ok(files.length >= 3);
  let told = 0;
  for (let seed = 0; seed < 24; seed++) {
    const dir = join(root, 'damaged');
    cpSync(whole, dir, { recursive: true });
    const path = join(dir, 'ids', files[seed % files.length] as string);
    const bytes = readFileSync(path);
    const place = (seed * 2_654_435_761) % bytes.length;
    bytes[place] = (bytes[place] as number) ^ (1 << (seed % 8));
    if (seed === 0) rmSync(join(dir, 'ids'), { recursive: true });
    else if (seed === 1) rmSync(path);
    else writeFileSync(path, seed % 5 === 0 ? bytes.subarray(0, place) : bytes);
    const log = keptLog();
    const store = await open(dir, log);
    await check(store, `seed ${seed}`);
    await store.close();
    const again = await open(dir);
    await check(again, `seed ${seed}, opened again`);
    await again.close();
    if (log.lines.some((line) => /made anew/.test(line))) told++;
    rmSync(dir, { recursive: true });
  }
  assert.ok(told >= 15, `${told} of 24 damages were noticed`);
});
