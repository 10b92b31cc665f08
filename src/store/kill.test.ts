import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../base/clock.ts';
import { keptLog } from '../base/log.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { openEmbedded } from './embedded.ts';
import type { Operation, Store } from './store.ts';

/** This file is also the child: it writes batches, and says `ack N` when the store has answered for batch N. */
const [, self = '', role, folder = '', firstBatch = '0'] = process.argv;

const rounds = 12;
/** Lists of ids are written and merged all the time, so that some kills hit that. */
const idRows = 200;

/** Batches of 1 to 190 new documents, and one document that every batch replaces. */
function batchOf(number: number): Operation[] {
  const size = 1 + ((number * 37) % 190);
  const created = Array.from({ length: size }, (_, n): Operation => {
    const id = `${number}-${n}`;
    const document = { number, n, name: `event ${n}`, padding: 'x'.repeat((number * 13) % 500) };
    return { action: 'create', index: `day-${number % 3}`, id, document };
  });
  return [...created, { action: 'index', index: '.cursor', id: 'last', document: { number } }];
}

async function write(): Promise<void> {
  const store = await openEmbedded({ dir: folder, clock: systemClock, log: keptLog(), idRows });
  for (let number = Number(firstBatch); ; number++) {
    await store.write(batchOf(number));
    process.stdout.write(`ack ${number}\n`);
  }
}

/** Starts a child and kills it some time after its first answer. Answers the last batch it said was written. */
async function killedWriter(dir: string, first: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', self, 'write', dir, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = first - 1;
  let killing: Promise<void> | undefined;
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, signal) => resolve(signal)));
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line.split(' ')[1]);
    killing ??= systemClock.sleep(afterMs).then(() => void child.kill('SIGKILL'));
  }
  await killing;
  assert.equal(await ended, 'SIGKILL');
  return last;
}

async function check(store: Store, acknowledged: number, told: string): Promise<number> {
  const cursor = await store.get('.cursor', 'last');
  const last = Number(cursor?.source.number);
  // The batch that was under way may be there as a whole, whether or not its answer got through.
  assert.ok(
    last === acknowledged || last === acknowledged + 1,
    `${told}: ends at ${last}, acknowledged ${acknowledged}`,
  );
  assert.equal(cursor?.version, last + 1, told);
  let expected = 0;
  for (let number = 0; number <= last; number++) {
    const created = batchOf(number).slice(0, -1);
    expected += created.length;
    for (const { index, id, document } of [created[0], created.at(-1)].filter((operation) => operation !== undefined)) {
      assert.deepEqual((await store.get(index, id))?.source, document, `${told}: ${id}`);
    }
  }
  const { total } = await store.search('day-*', parseSearchBody({ size: 0, track_total_hits: true }));
  assert.equal(total, expected, `${told}: nothing lost, nothing twice, no half batch`);
  const { total: cursors } = await store.search('.cursor', parseSearchBody({}));
  assert.equal(cursors, 1, told);
  return last;
}

if (role === 'write') {
  await write();
} else {
  test(`a writer killed ${rounds} times at any moment loses nothing and doubles nothing`, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'trailhound-kill-'));
    let next = 0;
    for (let round = 0; round < rounds; round++) {
      const afterMs = (round * 71) % 130;
      const told = `round ${round}, killed ${afterMs} ms after the first answer`;
      const acknowledged = await killedWriter(dir, next, afterMs);
      const store = await openEmbedded({ dir, clock: systemClock, log: keptLog(), idRows });
      next = (await check(store, acknowledged, told)) + 1;
      // Written again, as a source that was not acknowledged delivers it again: nothing new.
      const again = await store.write(batchOf(next - 1).slice(0, -1));
      assert.ok(
        again.every((result) => 'error' in result && result.error === 'conflict'),
        told,
      );
      await store.close();
    }
    assert.ok(next > rounds, 'the writers got on');
    rmSync(dir, { recursive: true });
  });
}

assert.equal(self, fileURLToPath(import.meta.url));
