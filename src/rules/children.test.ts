import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { compileRules } from './compile.ts';
import { decode } from './decoder.ts';
import { createEngine } from './engine.ts';

const field = fc.tuple(
  fc.constantFrom('a', 'A', 'b', 'data.a', 'c.d', 'location'),
  fc.constantFrom('x', '^x$', 'y|z', '\\d+', 'wazuh', ''),
  fc.constantFrom('', ' negate="yes"', ' type="pcre2"', ' type="osmatch"'),
);
const rule = fc.record({
  fields: fc.array(field, { maxLength: 3 }),
  level: fc.constantFrom(0, 1, 3, 9),
  parent: fc.nat({ max: 30 }),
  below: fc.boolean(),
  more: fc.constantFrom('', ' noalert="1"', ' accuracy="0"'),
  match: fc.constantFrom('', '<match>x</match>'),
});
const value = fc.constantFrom('x', 'xy', 'z', '12', '', 7, ['x'], [{ d: 'x' }, { d: 'y' }], { d: 'x' });
const event = fc.dictionary(fc.constantFrom('a', 'A', 'b', 'c', 'data', 'location'), value, { maxKeys: 4 });

test('children found by the index are those that asking each one finds', () => {
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 5, maxLength: 30 }),
      fc.array(event, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      (rules, events, strict) => {
        const text = rules
          .map(({ fields, level, parent, below, more, match }, index) => {
            const sid = below && index > 0 ? `<if_sid>${1000 + (parent % index)}</if_sid>` : '';
            const conditions = fields
              .map(([name, pattern, attributes]) => `<field name="${name}"${attributes}>${pattern}</field>`)
              .join('');
            return `<rule id="${1000 + index}" level="${level}"${more}>${sid}${conditions}${match}<description>d</description></rule>`;
          })
          .join('\n');
        const { value, problems } = compileRules({
          own: [{ name: 'a.xml', text: `<group name="g,">${text}</group>` }],
        });
        assert.deepEqual(problems, []);
        const indexed = createEngine(value, { strict });
        const unindexed = createEngine(value, { strict, indexed: false });
        for (const given of [...events, ...events] as Document[]) {
          const answer = indexed.match(decode(given), 0);
          assert.deepEqual(answer, unindexed.match(decode(given), 0));
          const explained = unindexed.explain(decode(given), 0);
          assert.equal(explained.match?.rule.id, answer?.rule.id);
        }
      },
    ),
    { numRuns: 1500 },
  );
});

test('a lattice of parents is walked once', () => {
  const rules: string[] = [
    '<rule id="1000" level="1"><description>d</description></rule>',
    '<rule id="1001" level="1"><if_sid>1000</if_sid><description>d</description></rule>',
  ];
  for (let index = 2; index < 150; index++) {
    rules.push(
      `<rule id="${1000 + index}" level="1" noalert="1"><if_sid>${998 + index},${999 + index}</if_sid><description>d</description></rule>`,
    );
  }
  const { value } = compileRules({ own: [{ name: 'a.xml', text: `<group name="g,">${rules.join('')}</group>` }] });
  assert.equal(createEngine(value).match(decode({}), 0)?.rule.id, '1001');
});
