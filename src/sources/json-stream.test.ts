import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../base/limits.ts';
import { openValueCutter, type Piece } from './json-stream.ts';

const text = (piece: Piece): string => Buffer.concat(piece.parts).toString();

function cutAll(chunks: readonly string[], flushEach = false): readonly Piece[] {
  const cutter = openValueCutter();
  const pieces = chunks.flatMap((chunk) => [...cutter.push(Buffer.from(chunk)), ...(flushEach ? cutter.flush() : [])]);
  return [...pieces, ...cutter.end()];
}

/** Input → the pieces that come of it. */
const cases: readonly { name: string; input: string; pieces: readonly string[] }[] = [
  { name: 'nothing', input: '', pieces: [] },
  { name: 'blank lines', input: ' \n\r\n\t\n', pieces: [] },
  { name: 'one document without a line end', input: '{"Records":[{"a":1}]}', pieces: ['{"Records":[{"a":1}]}\n'] },
  { name: 'records, one a line', input: '{"a":1}\n{"b":"}\\"{"}\r\n', pieces: ['{"a":1}\n{"b":"}\\"{"}\n'] },
  { name: 'documents end to end', input: '{"a":1}{"b":[2]} {"c":3}', pieces: ['{"a":1}\n{"b":[2]}\n {"c":3}\n'] },
  {
    name: 'a document over lines stands alone',
    input: '{"a":1}\n{\n "b": [\n  2\n ]\n}\n{"c":3}\n',
    pieces: ['{"a":1}\n', '{\n "b": [\n  2\n ]\n}', '{"c":3}\n'],
  },
  {
    name: 'an unindented document over lines',
    input: '{"Records":[\n{"a":1},\n{"b":2}\n]}\n',
    pieces: ['{"Records":[\n{"a":1},\n{"b":2}\n]}'],
  },
  {
    name: 'a broken line among lines',
    input: '{"a":1}\n{"b":"x\n{"c":3}\n{"d":4}\n',
    pieces: ['{"a":1}\n{"b":"x\n\n{"c":3}\n{"d":4}\n'],
  },
  { name: 'words and stray brackets are lines', input: 'hello\n}]\n{"a":1}\n', pieces: ['hello\n}]\n{"a":1}\n'] },
  { name: 'a cut end', input: '{"a":1}\n{"b":', pieces: ['{"a":1}\n{"b":\n'] },
];

for (const { name, input, pieces } of cases) {
  test(`cut: ${name}`, () => {
    assert.deepEqual(cutAll([input]).map(text), pieces);
    assert.deepEqual(cutAll([...input]).map(text), pieces, 'byte by byte');
  });
}

test('however values are laid out and chunks fall, each comes out whole and once', () => {
  const value = fc.record({ name: fc.string({ unit: 'grapheme' }), list: fc.array(fc.jsonValue({ maxDepth: 2 })) });
  const laid = fc.tuple(
    value,
    fc.constantFrom<[number | undefined, string]>(
      [undefined, '\n'],
      [undefined, ''],
      [2, '\n'],
      [2, ''],
      [undefined, '\r\n\n'],
    ),
  );
  fc.assert(
    fc.property(
      fc.array(laid, { maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (values, size, flushEach) => {
        const whole = Buffer.from(
          values.map(([json, [indent, after]]) => JSON.stringify(json, null, indent) + after).join(''),
        );
        const cutter = openValueCutter();
        const pieces: Piece[] = [];
        for (let from = 0; from < whole.length; from += size) {
          pieces.push(...cutter.push(whole.subarray(from, from + size)), ...(flushEach ? cutter.flush() : []));
        }
        pieces.push(...cutter.end());
        const read = pieces.flatMap((piece) => {
          const content = text(piece);
          try {
            return [JSON.parse(content)];
          } catch {
            return content
              .split('\n')
              .filter((line) => line.trim() !== '')
              .map((line) => JSON.parse(line));
          }
        });
        assert.deepEqual(
          read,
          values.map(([json]) => JSON.parse(JSON.stringify(json))),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test('a long stream comes in pieces of about the size told, each with its first line', () => {
  const line = `{"pad":"${'x'.repeat(1000)}"}\n`;
  const cutter = openValueCutter();
  const pieces: Piece[] = [];
  for (let count = 0; count < 200; count++) pieces.push(...cutter.push(Buffer.from(line.repeat(100))));
  pieces.push(...cutter.end());
  assert.equal(
    pieces.reduce((bytes, piece) => bytes + text(piece).length, 0),
    line.length * 20_000,
  );
  for (const piece of pieces) assert.ok(text(piece).length < limits.stdinDeliveryMax + 2 * line.length);
  assert.equal(pieces[1]?.line, 1 + text(pieces[0] as Piece).split('\n').length - 1);
});

test('a value over the bound is dropped with a word, what follows is read', () => {
  const cutter = openValueCutter();
  const pieces: Piece[] = [...cutter.push(Buffer.from('{"a":1}\n{"b":"'))];
  for (let megabytes = 0; megabytes < 70; megabytes++) pieces.push(...cutter.push(Buffer.alloc(1024 * 1024, 'x')));
  pieces.push(...cutter.push(Buffer.from('"}\n{"c":3}\n')), ...cutter.end());
  assert.deepEqual(
    pieces.map((piece) => piece.dropped?.slice(0, 12) ?? text(piece)),
    ['{"a":1}\n', 'a JSON value', '{"c":3}\n'],
  );
  assert.equal(pieces[1]?.line, 2);
});
