import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Document } from '../base/document.ts';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { type EmbeddedStore, openEmbedded } from './embedded.ts';
import { makeManifest } from './embedded-manifest.ts';
import { openDatabase } from './sqlite.ts';
import type { Operation, Store } from './store.ts';

const root = mkdtempSync(join(tmpdir(), 'trailhound-segments-'));
after(() => rmSync(root, { recursive: true }));

const clock = virtualClock(Date.UTC(2026, 0, 2));
const segmentRows = 500;
const open = (dir: string, log = keptLog()): Promise<EmbeddedStore> => openEmbedded({ dir, clock, log, segmentRows });

const names = ['GetObject', 'ListBuckets', 'PutBucketPolicy', 'AssumeRole', 'Decrypt', 'Invoke', 'RunInstances'];

function event(n: number): Document {
  return {
    id: `event-${n}`,
    name: names[n % names.length],
    who: n % 97 === 0 ? 'Anonymous' : `arn:aws:sts::111122223333:assumed-role/app/i-${n}`,
    when: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString(),
    bytes: n % 13,
  };
}

function events(from: number, to: number): Operation[] {
  return Array.from({ length: to - from }, (_, at) => {
    const n = from + at;
    return { action: 'create', index: `logs-${n % 3}`, id: `e${n}`, document: event(n), plain: true };
  });
}

const questions: readonly Document[] = [
  { match_all: {} },
  { term: { 'name.keyword': 'PutBucketPolicy' } },
  { match: { who: 'anonymous' } },
  { query_string: { query: 'i-1234 OR Decrypt' } },
  { term: { 'id.keyword': 'event-1801' } },
  { range: { when: { gte: '2026-01-01T10:00:00Z', lt: '2026-01-01T12:00:00Z' } } },
  { bool: { filter: [{ term: { 'name.keyword': 'Invoke' } }], must_not: [{ range: { bytes: { lt: 9 } } }] } },
  { wildcard: { 'who.keyword': '*role/app/i-20*' } },
  { exists: { field: 'gone' } },
];

/** The ids that each question finds, in order, and counts by name: all that segments could get wrong. */
async function answers(store: Store): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const query of questions) {
    const body = { query, size: 5000, sort: ['_doc'], aggs: { names: { terms: { field: 'name.keyword', size: 20 } } } };
    for (const expression of ['logs-*', 'logs-1']) {
      const { hits, total, aggregations } = await store.search(expression, parseSearchBody(body));
      found.push({ query, total, aggregations, hits: hits.map(({ index, id, source }) => [index, id, source]) });
      const count = await store.search(expression, parseSearchBody({ query, size: 0, track_total_hits: true }));
      assert.equal(count.total, total);
    }
    const window = { after: 700, upTo: 1900 };
    const { hits } = await store.search('logs-*', parseSearchBody({ query, size: 5000, sort: ['_doc'] }), { window });
    found.push(hits.map(({ id }) => id));
  }
  return found;
}

/** The same documents where nothing was sealed and nothing was started anew. */
async function expectedAnswers(change: (store: Store) => Promise<void>): Promise<unknown[]> {
  const store = await openEmbedded({ dir: mkdtempSync(join(root, 'plain-')), clock, log: keptLog() });
  await change(store);
  const expected = await answers(store);
  await store.close();
  return expected;
}

async function fill(store: Store): Promise<void> {
  for (let from = 0; from < 2600; from += 130) await store.write(events(from, from + 130));
}

const segmentFiles = (dir: string): string[] => readdirSync(join(dir, 'segments'));

test('answers are the same from growing and sealed segments, after a restart, after changes', async () => {
  const expected = await expectedAnswers(fill);
  const dir = join(root, 'plain');
  let store = await open(dir);
  await fill(store);
  assert.deepEqual(await answers(store), expected, 'while indexing');
  await store.settled();
  assert.ok(segmentFiles(dir).length >= 4, `${segmentFiles(dir)}`);
  assert.deepEqual(await answers(store), expected, 'sealed');
  assert.deepEqual(await answers(store), expected, 'from kept results');
  await store.close();
  store = await open(dir);
  assert.deepEqual(await answers(store), expected, 'right after a start');
  await store.settled();
  assert.deepEqual(await answers(store), expected, 'a while after a start');

  const change = async (changed: Store): Promise<void> => {
    const whole = Array.from(
      { length: 130 },
      (_, n): Operation => ({ action: 'delete', index: `logs-${n % 3}`, id: `e${n}` }),
    );
    await changed.write(whole);
    await changed.write([
      { action: 'index', index: 'logs-1', id: 'e1801', document: { ...event(1801), name: 'Renamed' } },
      { action: 'delete', index: 'logs-0', id: 'e1800' },
    ]);
    await changed.write([{ action: 'create', index: 'logs-2', id: 'new', document: { gone: true, name: 'Invoke' } }]);
  };
  const changed = await expectedAnswers(async (plain) => {
    await fill(plain);
    await change(plain);
  });
  await change(store);
  assert.deepEqual(withoutWindows(await answers(store)), withoutWindows(changed), 'after changes');
  await store.settled();
  assert.deepEqual(withoutWindows(await answers(store)), withoutWindows(changed), 'after changes were indexed');
  await store.close();
  store = await open(dir);
  await store.settled();
  assert.deepEqual(withoutWindows(await answers(store)), withoutWindows(changed), 'after changes and a start');
  await store.deleteIndex('logs-1');
  const { total } = await store.search('logs-*', parseSearchBody({ track_total_hits: true }));
  const indices = await store.indices('logs-*');
  assert.equal(
    total,
    indices.reduce((sum, { documents }) => sum + documents, 0),
  );
  await store.deleteIndex('logs-*');
  await store.settled();
  assert.deepEqual(segmentFiles(dir), [], 'the space of what is gone comes back');
  await store.close();
});

/** Positions differ between a store that was restarted and one that was not by nothing; those of windows are compared apart. */
function withoutWindows(found: readonly unknown[]): readonly unknown[] {
  return found.filter((answer) => !Array.isArray(answer));
}

test('a folder of the first format is upgraded, and its documents get segments', async () => {
  const dir = join(root, 'first-format');
  const store = await openEmbedded({ dir, clock, log: keptLog() });
  await fill(store);
  await store.close();
  const db = openDatabase(join(dir, 'documents.sqlite'));
  db.exec("DROP TABLE segment; DROP TABLE id_run; DELETE FROM state WHERE key = 'ids'; PRAGMA user_version = 1");
  db.release();
  rmSync(join(dir, 'segments'), { recursive: true });
  const upgraded = await open(dir);
  await upgraded.settled();
  assert.ok(segmentFiles(dir).length >= 4);
  assert.deepEqual(await answers(upgraded), await expectedAnswers(fill));
  await upgraded.close();
});

test('segments of an older format are made anew without a word', async () => {
  const dir = join(root, 'old-segments');
  const store = await open(dir);
  await fill(store);
  await store.settled();
  await store.close();
  const before = segmentFiles(dir);
  const db = openDatabase(join(dir, 'documents.sqlite'));
  for (const row of makeManifest(db).rows()) {
    const { format: _, ...old } = row;
    makeManifest(db).add(old, []);
  }
  db.release();
  const log = keptLog();
  const upgraded = await open(dir, log);
  await upgraded.settled();
  assert.deepEqual(await answers(upgraded), await expectedAnswers(fill));
  await upgraded.close();
  assert.ok(segmentFiles(dir).length >= 4 && !segmentFiles(dir).some((name) => before.includes(name)));
  assert.deepEqual(log.lines, []);
});

test('segment files that were damaged, cut, exchanged, left over or lost cost time, never an answer', async () => {
  const expected = await expectedAnswers(fill);
  const whole = join(root, 'whole');
  const first = await open(whole);
  await fill(first);
  await first.settled();
  await first.close();
  const damages: [string, (folder: string, files: string[]) => void][] = [
    ['lost', (folder, files) => rmSync(join(folder, files[1] as string))],
    ['all lost', (folder) => rmSync(folder, { recursive: true })],
    ['left over', (folder) => writeFileSync(join(folder, 'x.tmp'), 'half')],
    ['exchanged', (folder, files) => cpSync(join(folder, files[0] as string), join(folder, files[1] as string))],
    ['empty', (folder, files) => writeFileSync(join(folder, files[2] as string), '')],
  ];
  for (let seed = 1; seed <= 40; seed++) {
    damages.push([
      `seed ${seed}`,
      (folder, files) => {
        const file = join(folder, files[seed % files.length] as string);
        const bytes = readFileSync(file);
        // Most of a small segment is an empty filter, which few questions read: the columns lie before it, the directory behind.
        const somewhere = (seed * 2_654_435_761) % 50_000;
        const place = seed % 3 === 0 ? bytes.length - 1 - (somewhere % 3000) : somewhere;
        bytes[place] = (bytes[place] as number) ^ (1 << (seed % 8));
        writeFileSync(file, seed % 5 === 0 ? bytes.subarray(0, place) : bytes);
      },
    ]);
  }
  let told = 0;
  for (const [name, damage] of damages) {
    const dir = join(root, 'damaged');
    cpSync(whole, dir, { recursive: true });
    damage(join(dir, 'segments'), segmentFiles(dir));
    const log = keptLog();
    const store = await open(dir, log);
    assert.deepEqual(await answers(store), expected, name);
    await store.settled();
    assert.deepEqual(await answers(store), expected, `${name}, made anew`);
    await store.close();
    if (log.lines.some((line) => /made anew/.test(line))) told++;
    rmSync(dir, { recursive: true });
  }
  assert.ok(told >= 20, `${told} of ${damages.length} damages were noticed`);
});
