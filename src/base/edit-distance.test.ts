import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { acceptsAny, editAutomaton } from './edit-automaton.ts';
import { codePoints, withinEdits } from './edit-distance.ts';

/** The whole table, as it stands in textbooks (optimal string alignment where neighbours may swap). */
function distance(a: readonly number[], b: readonly number[], swaps: boolean): number {
  const table = Array.from({ length: a.length + 1 }, (_, row) =>
    Array.from({ length: b.length + 1 }, (_, column) => (row === 0 ? column : column === 0 ? row : 0)),
  );
  const at = (row: number, column: number): number => table[row]?.[column] as number;
  for (let row = 1; row <= a.length; row++) {
    for (let column = 1; column <= b.length; column++) {
      let cost = Math.min(
        at(row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1),
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
      );
      if (swaps && row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(row - 2, column - 2) + 1);
      }
      (table[row] as number[])[column] = cost;
    }
  }
  return at(a.length, b.length);
}

test('is within so many edits exactly where the whole table says so', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '\u{1f600}'), maxLength: 8 }).map(codePoints);
  fc.assert(
    fc.property(word, word, fc.constantFrom(0, 1, 2), fc.nat(2), fc.boolean(), (a, b, edits, prefix, swaps) => {
      const samePrefix = a.slice(0, prefix).every((code, index) => code === b[index]);
      assert.equal(withinEdits(a, b, edits, prefix, swaps), samePrefix && distance(a, b, swaps) <= edits);
    }),
    { numRuns: 20_000 },
  );
});

test('read character by character the answer is the same', () => {
  const word = fc.string({
    unit: fc.constantFrom('a', 'b', '\u{1f600}', '\ud83d', '\ude00'),
    maxLength: 7,
    size: 'max',
  });
  let near = 0;
  fc.assert(
    fc.property(
      word,
      fc.array(word, { maxLength: 8 }),
      fc.constantFrom(1, 2),
      fc.nat(3),
      fc.boolean(),
      (a, texts, edits, prefix, swaps) => {
        const automaton = editAutomaton(a, edits, prefix, swaps);
        if (a === '') assert.equal(automaton, undefined);
        for (const text of automaton ? texts : []) {
          const expected = withinEdits(codePoints(a), codePoints(text), edits, prefix, swaps);
          if (expected) near++;
          assert.equal(automaton?.test(text), expected, JSON.stringify([a, text, edits, prefix, swaps]));
        }
      },
    ),
    { numRuns: 5000 },
  );
  assert.ok(near > 500, `only ${near} texts were near`);
});

test('whether texts of some characters can be near a word at all', () => {
  for (const [word, characters, any] of [
    ['allusers', '0123456789abcdef-.:', false],
    ['cafe1', '0123456789abcdef-.:', true],
    ['cafes', '0123456789abcdef-.:', true],
    ['cakes', '0123456789abcdef-.:', false],
    ['x', '', true],
    ['xy', '', false],
  ] as const) {
    const automaton = editAutomaton(word, 1, 0, true);
    assert.equal(automaton && acceptsAny(automaton, characters), any, word);
  }
});
