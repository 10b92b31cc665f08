import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elapsedMs } from '../src/base/clock.ts';
import type { BlockHead } from '../src/store/block.ts';
import type { IdRunRow } from '../src/store/ids/id-run.ts';
import type { IdWorld } from '../src/store/ids/id-world.ts';
import { openIds } from '../src/store/ids/ids.ts';
import { cpuSeconds } from './measure.ts';

/**
 * `npx tsx bench/ids.ts [MILLIONS]`: what it costs to tell new ids from known ones (store/ids) while so many come in, and how
 * long the folder takes to open. Blocks are made up; runs are real files. CPU time of the process, all threads.
 */

const millions = Number(process.argv[2] ?? 10);
const perBlock = 128;
const perRound = 1_000_000 - (1_000_000 % perBlock);
const folder = mkdtempSync(join(tmpdir(), 'trailhound-bench-ids-'));
const runs = new Map<number, IdRunRow>();
const world: IdWorld = {
  folder,
  manifest: {
    rows: () => [...runs.values()],
    replace(gone, rows) {
      for (const after of gone) runs.delete(after);
      for (const row of rows) runs.set(row.after, row);
    },
  },
  key: { k0: 0x1234567, k1: -0x7654321 },
  from: 0,
  blocksAfter: (after, most) => {
    const next = Math.floor(after / perBlock);
    const blocks = Math.min(most, written / perBlock - next);
    return Array.from({ length: Math.max(0, blocks) }, (_, at) => {
      const head = headOf(next + at);
      return { last: head.first + perBlock - 1, head };
    });
  },
  headAt: (position) => {
    const block = Math.floor((position - 1) / perBlock);
    if (kept?.first !== block * perBlock + 1) kept = headOf(block);
    return kept;
  },
  isDead: () => false,
  complain: (message) => print('complaint', message),
};

let written = 0;
/** What SQLite's reading costs is not in these figures: the block's head that was asked for last is at hand. */
let kept: BlockHead | undefined;
let ids = await openIds(world);
try {
  for (let round = 0; round < millions; round++) {
    const heads: BlockHead[] = [];
    for (let at = 0; at < perRound; at += perBlock) heads.push(headOf((written + at) / perBlock));
    const spent = cpuSeconds();
    for (const head of heads) {
      for (const { id } of head.rows) if (ids.find(1, id)) throw new Error(`${id} was never written`);
      ids.add(head);
      written += perBlock;
      if (head.first % 20_480 === 1) await new Promise((resolve) => setImmediate(resolve));
    }
    await ids.settled();
    const cost = (spent() / perRound) * 1e6;
    print(`${round + 1}M ids`, `${cost.toFixed(2)} µs each: looked up, added, written, merged; ${runs.size} runs`);
  }
  const again = cpuSeconds();
  for (let block = 0; block < 200; block++) {
    for (const { id } of headOf(block * 7).rows) if (!ids.find(1, id)) throw new Error(`${id} is lost`);
  }
  print('known ids', `${((again() / 200 / perBlock) * 1e6).toFixed(2)} µs each`);
  const files = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  print('on disk', `${(files.reduce((sum, size) => sum + size, 0) / written).toFixed(1)} bytes an id`);
  await ids.close();
  const elapsed = elapsedMs();
  ids = await openIds(world);
  print('opened', `in ${elapsed().toFixed(0)} ms`);
  print('peak RSS', `${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
} finally {
  await ids.close();
  rmSync(folder, { recursive: true });
}

function headOf(block: number): BlockHead {
  const first = block * perBlock + 1;
  const rows = Array.from({ length: perBlock }, (_, row) => ({
    id: uuidOf(first + row),
    version: 1,
    seqNo: first + row - 1,
    end: row + 1,
  }));
  return { index: 1, first, rows };
}

/** Random enough, and the same each time. */
function uuidOf(n: number): string {
  let text = '';
  for (let part = 0, seed = n; part < 4; part++) {
    seed = Math.imul(seed ^ (seed >>> 15), 0x85ebca6b) ^ Math.imul(n + part, 0xc2b2ae35);
    text += (seed >>> 0).toString(16).padStart(8, '0');
  }
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(28)}${value}\n`);
}
