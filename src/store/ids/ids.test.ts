import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { BlockHead } from '../block.ts';
import { mended, NeedsMending } from '../mended.ts';
import { makeGrowingIds } from './growing-ids.ts';
import { addToBloom, bloomHas, makeBloom } from './id-bloom.ts';
import { idHash } from './id-hash.ts';
import type { IdRunRow } from './id-run.ts';
import type { IdWorld } from './id-world.ts';
import { type Ids, openIds } from './ids.ts';

const root = mkdtempSync(join(tmpdir(), 'trailhound-ids-'));
after(() => rmSync(root, { recursive: true }));

/** Blocks and deletions in memory, and a list of runs: what SQLite is to the real one. */
function makeWorld(rowsMax: number) {
  const blocks: BlockHead[] = [];
  const dead = new Set<number>();
  const runs = new Map<number, IdRunRow>();
  const told: string[] = [];
  const folder = mkdtempSync(join(root, 'world-'));
  const world: IdWorld = {
    folder,
    manifest: {
      rows: () => [...runs.values()],
      replace(gone, rows) {
        for (const after of gone) runs.delete(after);
        for (const row of rows) runs.set(row.after, row);
      },
    },
    key: { k0: 7, k1: -9 },
    from: 0,
    blocksAfter: (after, most) =>
      blocks
        .filter(({ first }) => first > after)
        .slice(0, most)
        .map((head) => ({ last: head.first + head.rows.length - 1, head: head.index === 0 ? undefined : head, dead })),
    headAt: (position) => blocks.find(({ first, rows }) => first <= position && position < first + rows.length),
    isDead: (position) => dead.has(position),
    complain: (message) => told.push(message),
    rowsMax,
  };
  return { world, blocks, dead, runs, told, folder };
}

type World = ReturnType<typeof makeWorld>;

/** Writes ids as one block; what they replace is dead. Answers what each id means now. */
function write(made: World, ids: Ids, index: number, names: readonly string[], known: Map<string, number>): void {
  const last = made.blocks.at(-1);
  const first = last ? last.first + last.rows.length : 1;
  const head = { index, first, rows: names.map((id, row) => ({ id, version: 1, seqNo: first + row, end: row + 1 })) };
  made.blocks.push(head);
  for (const [row, id] of names.entries()) {
    const before = known.get(`${index} ${id}`);
    if (before !== undefined) {
      made.dead.add(before);
      ids.remove(index, id, before);
    }
    known.set(`${index} ${id}`, first + row);
  }
  if (index !== 0) ids.add(head);
}

async function check(made: World, ids: Ids, known: ReadonlyMap<string, number>, told: string): Promise<void> {
  const find = (index: number, id: string) => mended(ids.mend, async () => ids.find(index, id));
  for (const [name, place] of known) {
    const [index = '', id = ''] = name.split(' ');
    if (index === '0') continue;
    const row = await find(Number(index), id);
    assert.equal(row?.place, made.dead.has(place) ? undefined : place, `${told}: ${name}`);
    assert.equal(await find(Number(index) + 10, id), undefined, told);
    assert.equal(await find(Number(index), `${id}x`), undefined, told);
  }
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ write: fc.nat(2), names: fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength: 12 }) }),
  },
  { weight: 1, arbitrary: fc.constant('settle' as const) },
  { weight: 1, arbitrary: fc.constant('reopen' as const) },
  { weight: 1, arbitrary: fc.constant('kill' as const) },
  { weight: 1, arbitrary: fc.constant('delete' as const) },
);

test('an id means the row that was written last under it, through runs, merges, restarts and kills', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
      const made = makeWorld(16);
      const known = new Map<string, number>();
      let ids = await openIds(made.world);
      for (const one of steps) {
        if (one === 'settle') await ids.settled();
        else if (one === 'reopen') {
          await ids.close();
          ids = await openIds(made.world);
        } else if (one === 'kill') {
          // Whatever it was writing is cut short: nothing of it may be in the list of runs of the next one.
          const rows = new Map(made.runs);
          await ids.close();
          made.runs.clear();
          for (const [key, row] of rows) made.runs.set(key, row);
          ids = await openIds(made.world);
        } else if (one === 'delete') {
          const [name] = known.keys();
          if (name !== undefined) made.dead.add(known.get(name) as number);
        } else {
          const names = one.names.map((name) => `id-${name}`);
          write(made, ids, one.write, names, known);
        }
      }
      await check(made, ids, known, 'at the end');
      await ids.settled();
      await check(made, ids, known, 'merged');
      await ids.close();
    }),
    { numRuns: 40 },
  );
});

async function filled(): Promise<{ made: World; known: Map<string, number>; ids: Ids }> {
  const made = makeWorld(100);
  const known = new Map<string, number>();
  const ids = await openIds(made.world);
  for (let n = 0; n < 2000; n += 10) {
    write(
      made,
      ids,
      n % 40 === 0 ? 0 : 1 + (n % 3),
      Array.from({ length: 10 }, (_, at) => `e${n + at}`),
      known,
    );
  }
  await ids.settled();
  return { made, known, ids };
}

test('eight runs of a size become one, and files that are of no use go', async () => {
  const { made, known, ids } = await filled();
  assert.ok(made.runs.size > 1 && made.runs.size < 16, `${made.runs.size} runs`);
  assert.deepEqual(readdirSync(made.folder).sort(), [...made.runs.values()].map(({ name }) => name).sort());
  await check(made, ids, known, 'merged');
  made.blocks.splice(0);
  ids.prune();
  assert.equal(made.runs.size, 0);
  assert.deepEqual(readdirSync(made.folder), []);
  await ids.close();
});

test('a run that is lost, cut, flipped, exchanged or left over is told and costs no id', async () => {
  let noticed = 0;
  for (let seed = 0; seed < 60; seed++) {
    const { made, known, ids } = await filled();
    const files = readdirSync(made.folder).sort();
    const path = join(made.folder, files[seed % files.length] as string);
    const bytes = readFileSync(path);
    const place = (seed * 2_654_435_761) % bytes.length;
    const live = seed % 2 === 0;
    if (!live) await ids.close();
    if (seed % 10 === 1) rmSync(path);
    else if (seed % 10 === 3) writeFileSync(path, bytes.subarray(0, place));
    else if (seed % 10 === 5)
      writeFileSync(path, readFileSync(join(made.folder, files[(seed + 1) % files.length] as string)));
    else if (seed % 10 === 7) writeFileSync(join(made.folder, 'x.tmp'), 'half');
    else {
      bytes[place] = (bytes[place] as number) ^ (1 << (seed % 8));
      writeFileSync(path, bytes, { flag: 'r+' });
    }
    const again = live ? ids : await openIds(made.world);
    await check(made, again, known, `seed ${seed}`);
    await again.settled();
    await check(made, again, known, `seed ${seed}, made anew`);
    await again.close();
    if (made.told.length > 0) noticed++;
  }
  assert.ok(noticed >= 30, `${noticed} of 60 were noticed`);
});

test('a run that proves damaged while it is merged is made anew', async () => {
  const made = makeWorld(100);
  const known = new Map<string, number>();
  const ids = await openIds(made.world);
  const add = (from: number): void =>
    write(
      made,
      ids,
      1,
      Array.from({ length: 100 }, (_, at) => `e${from + at}`),
      known,
    );
  for (let n = 0; n < 800; n += 100) {
    add(n);
    await ids.settled();
  }
  const [file = ''] = readdirSync(made.folder);
  const bytes = readFileSync(join(made.folder, file));
  bytes[15] = (bytes[15] as number) ^ 4;
  writeFileSync(join(made.folder, file), bytes, { flag: 'r+' });
  // The eighth run is full when the ninth begins, and the eight are merged then.
  add(800);
  await ids.settled();
  assert.ok(made.told.some((line) => /damaged/.test(line)));
  await check(made, ids, known, 'after');
  await ids.close();
});

test('a run that proves damaged is made anew in slices: who looks for an id waits, nobody else', async () => {
  const { made, known, ids } = await filled();
  const [file = ''] = readdirSync(made.folder);
  const path = join(made.folder, file);
  const bytes = readFileSync(path);
  bytes.fill(0x55, 0, bytes.length >> 1);
  writeFileSync(path, bytes, { flag: 'r+' });
  const names = [...known.keys()].map((name) => name.split(' '));
  const ask = (): void => {
    for (const [index, id = ''] of names) ids.find(Number(index), id);
  };
  assert.throws(ask, NeedsMending);
  // Nothing was made anew yet: that is not done within the look-up.
  assert.throws(ask, NeedsMending);
  const mending = Promise.all([ids.mend(), ids.mend()]);
  assert.throws(ask, NeedsMending);
  await mending;
  ask();
  await check(made, ids, known, 'mended');
  assert.equal(made.told.filter((line) => /damaged/.test(line)).length, 1);
  await ids.settled();
  assert.ok(!readdirSync(made.folder).includes(file));
  assert.equal(readdirSync(made.folder).length, made.runs.size);
  await ids.close();
  const again = await openIds(made.world);
  await check(made, again, known, 'opened again');
  await again.close();
});

test('a folder that takes no file keeps its ids in memory, and says so', async () => {
  const made = makeWorld(100);
  const known = new Map<string, number>();
  const ids = await openIds(made.world);
  rmSync(made.folder, { recursive: true });
  for (let n = 0; n < 500; n += 100) {
    write(
      made,
      ids,
      1,
      Array.from({ length: 100 }, (_, at) => `e${n + at}`),
      known,
    );
  }
  await ids.settled();
  assert.match(made.told[0] ?? '', /was not written.*stays in memory/);
  await check(made, ids, known, 'full');
  await ids.close();
});

test('a document that changes all the time is one entry', () => {
  const list = makeGrowingIds(0);
  list.add(9, 1);
  for (let position = 2; position < 20_000; position++) {
    list.remove(7, position - 1);
    list.add(7, position);
    if (position % 3 === 0) list.add(1024 + position, position);
    if (position % 3 === 1) list.remove(1024 + position - 1, position - 1);
  }
  const found: number[] = [];
  list.find(7, found);
  assert.deepEqual(found, [19_999]);
  assert.equal(list.rows, 2);
  const [records] = list.records();
  assert.equal(records?.length, 20);
});

test('the filter lets some absent ids of a thousand pass, and every present one', () => {
  const key = { k0: 1, k1: 2 };
  const hash = (n: number): number => idHash(key, 1, `id-${n}`);
  const bloom = makeBloom(50_000);
  assert.equal(bloomHas(bloom, hash(1)), false);
  const rows = Array.from({ length: 50_000 }, (_, n) => hash(n));
  for (const one of rows) addToBloom(bloom, one);
  assert.ok(rows.every((one) => bloomHas(bloom, one)));
  let passed = 0;
  for (let n = 100_000; n < 200_000; n++) if (bloomHas(bloom, hash(n))) passed++;
  assert.ok(passed < 500, `${passed} of 100,000`);
});

test('another key, index or id gives another hash', () => {
  const seen = new Set<number>();
  for (let n = 0; n < 2000; n++) {
    seen.add(idHash({ k0: n, k1: 0 }, 1, 'id'));
    seen.add(idHash({ k0: 0, k1: n + 1 }, 1, 'id'));
    seen.add(idHash({ k0: -1, k1: -1 }, n, 'id'));
    seen.add(idHash({ k0: -1, k1: -1 }, -1, `id-${n}`));
    seen.add(idHash({ k0: -1, k1: -1 }, -1, 'x'.repeat(n)));
  }
  assert.equal(seen.size, 10_000);
  for (const hash of seen) assert.ok(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 48);
});
