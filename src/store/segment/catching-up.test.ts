import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elapsedMs, yieldToLoop } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import { parseMapping } from '../../query/mapping.ts';
import type { OpenBlock } from '../reader.ts';
import { farBehind, type SegmentWorld } from './feeding.ts';
import { noSegmentShelf } from './segment-shelf.ts';
import { openSegments } from './segments.ts';

const rowsABlock = 100;
const farBlocks = Math.floor(farBehind / rowsABlock);

/** Documents without an index, as a kill leaves them. Each block takes as long to read as a slice of work may. */
function worldOf(blocks: number, asked: () => boolean) {
  const read: number[] = [];
  let turns = 0;
  const count = (): void => {
    turns++;
    setImmediate(count).unref();
  };
  setImmediate(count).unref();
  const mapping = parseMapping({ properties: { name: { type: 'keyword' } } });
  const state = { stored: { name: 'logs', settings: {} }, mapping: () => mapping };
  const world: SegmentWorld = {
    kept: noSegmentShelf,
    reader: {
      open(first) {
        for (const elapsed = elapsedMs(); elapsed() <= limits.sliceMs; );
        read.push(turns);
        const rows = Array.from({ length: rowsABlock }, () => ({}));
        return { block: { index: 1, first, rows }, parsed: [] } as unknown as OpenBlock;
      },
      document: () => ({ name: 'x' }),
      row: () => undefined,
      add: () => {},
      indexed: () => {},
      age: () => {},
    },
    position: () => blocks * rowsABlock,
    indexOf: () => state as unknown as ReturnType<SegmentWorld['indexOf']>,
    blocksAfter(after, most) {
      const from = Math.ceil(after / rowsABlock);
      const length = Math.min(most, blocks - from);
      return Array.from({ length }, (_, at) => ({ index: 1, first: (from + at) * rowsABlock + 1, count: rowsABlock }));
    },
    rowsOfBlocks: () => 0,
    complain: (message) => assert.fail(message),
    searching: () => false,
    asked,
  };
  return { world, read };
}

test('after a start that finds many documents without an index, none is indexed before there was time to answer', async () => {
  const { world, read } = worldOf(farBlocks + 2, () => false);
  const segments = openSegments(world);
  segments.poke();
  await segments.keepUp();
  for (let turn = 0; turn < 200; turn++) await yieldToLoop();
  assert.deepEqual(read, []);
  assert.deepEqual(
    segments.cover().map(({ last }) => last),
    [0],
  );
  await segments.settled();
  assert.equal(read.length * rowsABlock, world.position());
  await segments.close();
});

test('few documents without an index are indexed at once', async () => {
  const { world, read } = worldOf(3, () => false);
  const segments = openSegments(world);
  segments.poke();
  while (read.length < 3) await yieldToLoop();
  await segments.close();
});

test('a store that is closed while it rests indexes nothing', async () => {
  const { world, read } = worldOf(farBlocks + 2, () => false);
  const segments = openSegments(world);
  segments.poke();
  await segments.close();
  assert.deepEqual(read, []);
});

test('catching up leaves the loop to searches, and comes to an end while they go on', async () => {
  const { world, read } = worldOf(farBlocks + 5, () => true);
  const segments = openSegments(world);
  await segments.settled();
  await segments.close();
  const far = read.slice(0, 5).map((turn, block) => turn - (read[block - 1] ?? turn));
  assert.ok(
    far.slice(1).every((turns) => turns >= 5 && turns < 10),
    `${far}`,
  );
  const near = read.slice(-5).map((turn, block, list) => turn - (list[block - 1] ?? turn));
  assert.ok(
    near.slice(1).every((turns) => turns <= 3),
    `${near}`,
  );
});

for (const { name, quietMs, written } of [
  { name: 'a growing segment that rests is written', quietMs: 0, written: [[0, 300]] },
  { name: 'one that has not rested long is not', quietMs: 3_600_000, written: [] },
]) {
  test(name, async () => {
    const { world } = worldOf(3, () => false);
    const kept: (readonly [number, number])[] = [];
    const segments = openSegments({
      ...world,
      rowsMax: 1000,
      quietMs,
      kept: {
        ...noSegmentShelf,
        holds: (start) => kept.some(([after]) => after === start),
        async add({ after, last }) {
          kept.push([after, last]);
        },
      },
    });
    await segments.settled();
    assert.deepEqual(kept, []);
    for (let search = 0; search < 3; search++) {
      segments.cover();
      await segments.settled();
    }
    assert.deepEqual(kept, written, 'once');
    assert.equal(segments.cover().at(-1)?.blocks().length, written.length > 0 ? 0 : 3);
    await segments.close();
  });
}
