import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import { compileRules } from './compile.ts';
import { decode } from './decoder.ts';
import { createEngine } from './engine.ts';

/** Rule 100 matches everything with `a`; 200 counts it. */
function rules(composite: string, attributes: string): string {
  return `<group name="g,"><rule id="100" level="3"><field name="a">x</field><description>one</description></rule>
<rule id="200" level="10" ${attributes}>${composite}<description>many</description></rule></group>`;
}

/** The rule of each event; numbers are seconds. */
function play(text: string, events: readonly (readonly [number, Document])[]): string {
  const { value, problems } = compileRules({ own: [{ name: 'a.xml', text }] });
  assert.deepEqual(problems, []);
  const engine = createEngine(value);
  return events
    .map(([seconds, event]) => engine.match(decode(event), seconds * 1000)?.rule.id ?? '-')
    .map((id) => (id === '200' ? 'C' : id === '100' ? '.' : id))
    .join('');
}

function every(
  step: number,
  count: number,
  event: (index: number) => Document = () => ({ a: 'x' }),
): [number, Document][] {
  return Array.from({ length: count }, (_, index) => [index * step, event(index)]);
}

const counted = '<if_matched_sid>100</if_matched_sid>';
const cases: readonly (readonly [string, string, readonly (readonly [number, Document])[], string])[] = [
  ['3 of a kind fire on the 3rd, 6th, 9th', rules(counted, 'frequency="3" timeframe="100"'), every(1, 9), '..C..C..C'],
  [
    '2 fire on every further one while the first is inside',
    rules(counted, 'frequency="2" timeframe="10"'),
    every(4, 5),
    '.CC.C',
  ],
  ['older ones do not count', rules(counted, 'frequency="3" timeframe="10"'), every(6, 4), '....'],
  ['the timeframe itself still counts', rules(counted, 'frequency="3" timeframe="12"'), every(6, 3), '..C'],
  [
    'times out of order count the same',
    rules(counted, 'frequency="3" timeframe="10"'),
    [
      [20, { a: 'x' }],
      [12, { a: 'x' }],
      [16, { a: 'x' }],
    ],
    '..C',
  ],
  [
    'same field: each value for itself',
    rules(`${counted}<same_field>k</same_field>`, 'frequency="3" timeframe="100"'),
    every(1, 6, (index) => ({ a: 'x', k: index % 2 === 0 ? 'even' : 'odd' })),
    '....CC',
  ],
  [
    'same field: an absent one never agrees',
    rules(`${counted}<same_field>k</same_field>`, 'frequency="2" timeframe="100"'),
    every(1, 4),
    '....',
  ],
  [
    'same field through the name of the document',
    rules(`${counted}<same_field>data.k</same_field>`, 'frequency="2" timeframe="100"'),
    every(1, 2, () => ({ a: 'x', k: '1' })),
    '.C',
  ],
  [
    'different field: compared with the present event only',
    rules(`${counted}<different_field>k</different_field>`, 'frequency="3" timeframe="100"'),
    every(1, 4, (index) => ({ a: 'x', k: index < 2 ? 'old' : 'new' })),
    '..C.',
  ],
  [
    'same attribute',
    rules(`${counted}<same_source_ip />`, 'frequency="2" timeframe="100"'),
    every(1, 4, (index) => ({ a: 'x', srcip: `1.1.1.${index % 3}` })),
    '...C',
  ],
  [
    'a group',
    `<group name="hot,"><rule id="100" level="3"><field name="a">x</field><description>d</description></rule></group>
<group name="g,"><rule id="200" level="10" frequency="3" timeframe="100"><if_matched_group>hot</if_matched_group><description>d</description></rule></group>`,
    every(1, 6),
    '..C..C',
  ],
  [
    'an expression over earlier logs',
    `<group name="g,"><rule id="100" level="3"><field name="a">x</field><description>d</description></rule>
<rule id="200" level="10" frequency="3" timeframe="100"><if_sid>100</if_sid><if_matched_regex>"k": "bad"</if_matched_regex><description>d</description></rule></group>`,
    every(1, 4, (index) => ({ a: 'x', k: index === 1 ? 'good' : 'bad' })),
    '...C',
  ],
  [
    'an event that is not counted itself may fire',
    `<group name="g,"><rule id="100" level="3"><field name="a">x</field><description>d</description></rule>
<rule id="150" level="3"><field name="b">x</field><description>d</description></rule>
<rule id="200" level="10" frequency="3" timeframe="100"><if_sid>150</if_sid><if_matched_sid>100</if_matched_sid><description>d</description></rule></group>`,
    [
      [0, { a: 'x' }],
      [1, { b: 'x' }],
      [2, { a: 'x' }],
      [3, { b: 'x' }],
    ],
    '.150.C',
  ],
];

for (const [name, text, events, answer] of cases) {
  test(`frequency: ${name}`, () => assert.equal(play(text, events), answer));
}

test('the alert of a composite shows the number of the attribute', () => {
  const { value } = compileRules({ own: [{ name: 'a', text: rules(counted, 'frequency="22"') }] });
  assert.equal(value.rules.get('200')?.frequency, 22);
  assert.equal(value.rules.get('100')?.frequency, undefined);
});

test('memory is bounded: the oldest are forgotten, long values are not kept', () => {
  const text = rules(`${counted}<same_field>k</same_field>`, `frequency="2" timeframe="999999"`);
  const { value } = compileRules({ own: [{ name: 'a.xml', text }] });
  const engine = createEngine(value);
  const ask = (k: string): string | undefined => engine.match(decode({ a: 'x', k }), 0)?.rule.id;
  const long = 'v'.repeat(100_000);
  assert.equal(ask(long), '100');
  assert.equal(ask(long), '200');
  for (let index = 0; index <= limits.ruleHistoryMax; index++)
    assert.equal(engine.match(decode({ a: 'x' }), 0)?.rule.id, '100');
  assert.equal(ask(long), '100', 'forgotten');
});
