import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asNumber, asText } from './document.ts';

const texts: readonly (readonly [json: string, text: string])[] = [
  ['"a"', 'a'],
  ['1.5', '1.5'],
  ['true', 'true'],
  ['null', 'null'],
  ['[]', '[]'],
  ['["a",[1,null]]', '[a, [1, null]]'],
  ['{"a":{"b":1},"c":[]}', '{a={b=1}, c=[]}'],
  ['{"toString":null,"valueOf":null}', '{toString=null, valueOf=null}'],
  ['[{"toString":null}]', '[{toString=null}]'],
  ['{"__proto__":1}', '{__proto__=1}'],
];

for (const [json, text] of texts) {
  test(`the text of ${json}`, () => {
    assert.equal(asText(JSON.parse(json)), text);
  });
}

test('a number beyond 2^53 keeps its digits', () => {
  assert.equal(asText([9007199254740993n]), '[9007199254740993]');
});

test('a number is only what reads as one', () => {
  assert.equal(asNumber('1.5'), 1.5);
  assert.equal(asNumber(3n), 3);
  assert.equal(asNumber(null), 0);
  for (const json of ['{"toString":null}', '[{"toString":null}]', '[]', '["1"]', '{"valueOf":1}', '"x"']) {
    assert.ok(Number.isNaN(asNumber(JSON.parse(json))), json);
  }
});
