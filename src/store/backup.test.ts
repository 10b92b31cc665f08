import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { yieldToLoop } from '../base/clock.ts';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { type EmbeddedStore, openEmbedded } from './embedded.ts';
import { type Restored, stageRestore } from './restore.ts';
import type { Operation } from './store.ts';

function folder(context: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-backup-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const open = (dir: string, log = keptLog()): Promise<EmbeddedStore> =>
  openEmbedded({ dir, clock: virtualClock(Date.UTC(2026, 0, 1)), log, segmentRows: 500 });

const restoreFolder = async (backup: string, dir: string): Promise<Restored> =>
  (await stageRestore(backup, dir, false)).putInPlace(0);

const documents = (from: number, count: number): Operation[] =>
  Array.from({ length: count }, (_, n) => ({
    action: 'create',
    index: `a-${(from + n) % 3}`,
    id: `id-${from + n}`,
    document: { n: from + n, words: `one of ${from + n} words` },
  }));

async function numbers(store: EmbeddedStore): Promise<number[]> {
  const body = parseSearchBody({ size: 10_000, sort: [{ n: 'asc' }] });
  return (await store.search('a-*', body)).hits.map(({ source }) => Number(source.n));
}

test('a backup taken while documents are written is the store as it was at one moment', async (context) => {
  const root = folder(context);
  const store = await open(join(root, 'data'));
  context.after(() => store.close());
  for (let n = 0; n < 3000; n += 100) await store.write(documents(n, 100));
  await store.settled();
  writeFileSync(join(root, 'data', 'notifications.key'), 'secret', { mode: 0o600 });
  mkdirSync(join(root, 'data', 'rules'));
  writeFileSync(join(root, 'data', 'rules', 'mine.xml'), '<group name="x"/>');

  let running = true;
  const backup = store.backup(join(root, 'copies', 'monday')).finally(() => (running = false));
  let written = 3000;
  // What is written together must be in the copy together.
  for (; running; written += 50) {
    await store.write(documents(written, 50));
    await yieldToLoop();
  }
  const made = await backup;
  assert.ok(made.documents >= 3000 && made.documents <= written && made.documents % 50 === 0, `${made.documents}`);
  assert.equal(statSync(join(root, 'copies', 'monday')).mode & 0o77, 0, 'nobody else may read it');

  assert.deepEqual(await restoreFolder(join(root, 'copies', 'monday'), join(root, 'restored')), made);
  const log = keptLog();
  const restored = await open(join(root, 'restored'), log);
  context.after(() => restored.close());
  assert.deepEqual(
    await numbers(restored),
    Array.from({ length: made.documents }, (_, n) => n),
  );
  assert.equal(readFileSync(join(root, 'restored', 'notifications.key'), 'utf8'), 'secret');
  assert.equal(statSync(join(root, 'restored', 'notifications.key')).mode & 0o777, 0o600);
  assert.ok(existsSync(join(root, 'restored', 'rules', 'mine.xml')));
  assert.deepEqual(
    await restored.write(documents(5, 1)).then(([one]) => one && 'error' in one && one.error),
    'conflict',
  );
  assert.deepEqual(log.lines, [], 'segments were copied: none is made anew');
  await restored.write(documents(made.documents, 10));
  assert.equal((await numbers(store)).length, written, 'the store went on');
});

test('a target that cannot take a backup is refused, and stays as it is', async (context) => {
  const root = folder(context);
  const store = await open(join(root, 'data'));
  context.after(() => store.close());
  await store.write(documents(0, 10));
  mkdirSync(join(root, 'full'));
  writeFileSync(join(root, 'full', 'mine'), '1');
  writeFileSync(join(root, 'file'), '1');
  const cases: [string, RegExp][] = [
    [join(root, 'full'), /is not empty: give a new folder/],
    [join(root, 'data'), /lies in the data folder itself/],
    [join(root, 'data', 'segments', 'deep'), /lies in the data folder itself/],
    [join(root, 'file'), /cannot be used/],
    [join(root, 'file', 'below'), /cannot be (made|used)/],
  ];
  for (const [target, message] of cases) {
    await assert.rejects(store.backup(target), { code: 'bad-request', message });
  }
  assert.deepEqual(readdirSync(join(root, 'full')), ['mine']);
  assert.equal((await numbers(store)).length, 10);
});

test('a damaged, cut or unfinished backup is not restored, and nothing is left of the try', async (context) => {
  const root = folder(context);
  const store = await open(join(root, 'data'));
  for (let n = 0; n < 1000; n += 100) await store.write(documents(n, 100));
  await store.close();
  const damages: [string, (dir: string) => void, RegExp][] = [
    ['flipped', (dir) => flip(join(dir, 'documents.sqlite')), /documents\.sqlite: it is not what was saved/],
    ['grown', (dir) => appendFileSync(join(dir, 'documents.sqlite'), 'x'), /it is not what was saved/],
    ['missing', (dir) => rmSync(join(dir, 'documents.sqlite')), /it is missing/],
    ['unfinished', (dir) => rmSync(join(dir, 'backup.json')), /is no finished backup/],
    ['list cut', (dir) => writeFileSync(join(dir, 'backup.json'), '{"format":1'), /backup\.json: it cannot be read/],
    [
      'reaching out',
      (dir) =>
        writeFileSync(
          join(dir, 'backup.json'),
          readFileSync(join(dir, 'backup.json'), 'utf8').replace('documents.sqlite', '../outside'),
        ),
      /outside of itself/,
    ],
  ];
  for (const [name, damage, message] of damages) {
    const again = await open(join(root, 'data'));
    await again.backup(join(root, name));
    await again.close();
    damage(join(root, name));
    await assert.rejects(restoreFolder(join(root, name), join(root, `${name} restored`)), { message }, name);
    assert.deepEqual(
      readdirSync(root).filter((entry) => /restored|outside/.test(entry)),
      [],
      name,
    );
  }
  mkdirSync(join(root, 'used'));
  writeFileSync(join(root, 'used', 'something'), '');
  const again = await open(join(root, 'data'));
  await again.backup(join(root, 'sound'));
  await again.close();
  await assert.rejects(restoreFolder(join(root, 'sound'), join(root, 'used')), {
    message: /is not empty: move it away/,
  });
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(path, bytes);
}

test('an exchange of folders that a kill cut in two is ended at the next start', async (context) => {
  const root = folder(context);
  const data = join(root, 'data');
  const store = await open(data);
  await store.write(documents(0, 10));
  await store.backup(join(root, 'copy'));
  await store.write(documents(10, 10));
  await store.close();

  const staged = await stageRestore(join(root, 'copy'), data, true);
  // A staged folder alone is not taken for one that was wanted.
  renameSync(data, join(root, 'aside'));
  const fresh = await open(data);
  assert.equal((await fresh.search('a-*', parseSearchBody({}), {})).total, 0);
  await fresh.close();
  rmSync(data, { recursive: true });
  renameSync(join(root, 'aside'), data);

  const { before = '' } = await staged.putInPlace(Date.UTC(2026, 1, 2, 3, 4, 5));
  assert.equal(before, join(root, 'data.before-2026-02-02-030405'));
  // As a kill between the two renames leaves it.
  renameSync(data, `${data}.restoring`);
  const restored = await open(data);
  context.after(() => restored.close());
  assert.equal((await numbers(restored)).length, 10);
  const former = await open(before);
  context.after(() => former.close());
  assert.equal((await numbers(former)).length, 20);
});
