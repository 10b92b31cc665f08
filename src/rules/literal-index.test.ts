import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileRules } from './compile.ts';
import { decode } from './decoder.ts';
import { createEngine } from './engine.ts';
import { compileExpression, type Expression, type ExpressionType } from './expression.ts';
import { createLiteralIndex } from './literal-index.ts';

const part = fc.constantFrom(
  'abcd',
  'ABce',
  'bcdef',
  'ab',
  '',
  '^abcd',
  'cdef$',
  '^bcde$',
  'a.cd',
  '\u00e9bcd',
  'KELV',
);
const pattern = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|'));
const text = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'A', 'B', 'abcd', 'cdef', '\u00e9', '\u212aelv', 'kelv', '.'), {
    maxLength: 12,
  })
  .map((pieces) => pieces.join(''));

test('no expression that matches is left out', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.constantFrom<ExpressionType>('osmatch', 'osregex', 'string', 'pcre2'), pattern, fc.boolean()),
        { minLength: 40, maxLength: 60 },
      ),
      fc.array(text, { minLength: 1, maxLength: 8 }),
      (given, texts) => {
        const expressions = given
          .map(([type, pattern, negate]) => compileExpression(type, pattern, negate))
          .filter((one): one is Expression => typeof one !== 'string');
        const index = createLiteralIndex(expressions);
        if (!index) return;
        for (const text of texts) {
          const found = index.candidates(text);
          for (const [place, { test, negate, type, pattern }] of expressions.entries()) {
            if ((test(text) === true) !== negate) assert.ok(found.has(place), `${type} ${pattern} on ${text}`);
          }
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test('many rules about words in the text and in one field: the index changes no answer, and few are asked', () => {
  const rules = Array.from({ length: 400 }, (_, number) => {
    const content =
      number % 2 === 0
        ? `<match>word-${number}-x|other-${number}!</match>`
        : `<field name="key">prefix-${number}-|^whole-${number}$</field>`;
    return `<rule id="${1000 + number}" level="${3 + (number % 5)}">${content}<description>d</description></rule>`;
  });
  const { value, problems } = compileRules({
    own: [{ name: 'a.xml', text: `<group name="g,">${rules.join('')}</group>` }],
  });
  assert.deepEqual(problems, []);
  const indexed = createEngine(value);
  const plain = createEngine(value, { indexed: false });
  for (let number = 0; number < 400; number += 7) {
    for (const event of [
      { text: `a Word-${number}-X b`, key: `prefix-${number + 1}-y` },
      { key: `WHOLE-${number}` },
      { key: [`whole-${number}`, 'z'] },
      { text: `other-${number}! word-${number + 2}-x` },
    ]) {
      assert.equal(
        indexed.match(decode(event), 0)?.rule.id,
        plain.match(decode(event), 0)?.rule.id,
        JSON.stringify(event),
      );
    }
  }
});
