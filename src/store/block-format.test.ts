import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Block, makeBlock, rowText } from './block.ts';
import { decodeBlock, decodeHead, encodeBlock } from './block-format.ts';

const id = fc.oneof(fc.uuid(), fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom('\ud800', '0'.repeat(20)));

function text(own: string): fc.Arbitrary<string> {
  return fc
    .record({ own: fc.constantFrom(own, 'none'), log: fc.constantFrom(`{"id": "${own}"}`, ''), other: fc.jsonValue() })
    .map((value) => JSON.stringify(value));
}

const block: fc.Arbitrary<Block> = fc
  .array(
    id.chain((own) =>
      fc.record({
        id: fc.constant(own),
        version: fc.oneof(fc.constant(1), fc.nat()),
        seqNo: fc.oneof(fc.constant(7), fc.nat()),
        text: text(own),
      }),
    ),
    { minLength: 1, maxLength: 20 },
  )
  .map((entries) => makeBlock(3, 2 ** 40, entries));

test('a block reads back as it was written, whole and by its head alone', () => {
  fc.assert(
    fc.property(block, (written) => {
      const encoded = encodeBlock(written);
      const read = decodeBlock(encoded, 3, 2 ** 40);
      assert.deepEqual(read?.rows, written.rows);
      for (const row of written.rows.keys()) assert.equal(rowText(read as Block, row), rowText(written, row));
      assert.deepEqual(decodeHead(encoded, 3, 2 ** 40), { index: 3, first: 2 ** 40, rows: written.rows });
    }),
  );
});

test('a block of another index or position, cut or with a flipped bit is none', () => {
  const entries = Array.from({ length: 128 }, (_, row) => {
    const own = `00000000-0000-4000-8000-${String(row).padStart(12, '0')}`;
    return { id: own, version: 1, seqNo: row, text: `{"eventID":"${own}","log":"${own} ${row * 7919}"}` };
  });
  const encoded = encodeBlock(makeBlock(3, 9, entries));
  assert.equal(decodeBlock(encoded, 4, 9), undefined);
  assert.equal(decodeBlock(encoded, 3, 10), undefined);
  assert.equal(decodeBlock(encoded.subarray(0, encoded.length - 1), 3, 9), undefined);
  const headBytes = decodeHead(encoded.subarray(0, 200), 3, 9);
  assert.ok(typeof headBytes === 'number' && headBytes > 200 && headBytes < encoded.length);
  assert.equal(typeof decodeHead(encoded.subarray(0, headBytes), 3, 9), 'object');
  for (let at = 0; at < encoded.length; at++) {
    const damaged = Buffer.from(encoded);
    damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
    const read = decodeBlock(damaged, 3, 9);
    assert.equal(read, undefined, `byte ${at}`);
  }
});
