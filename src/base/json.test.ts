import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TrailhoundError } from './errors.ts';
import { parseJson, writeJson } from './json.ts';

function refusal(text: string): TrailhoundError {
  try {
    parseJson(text);
  } catch (error) {
    assert.ok(error instanceof TrailhoundError, String(error));
    return error;
  }
  return assert.fail(`was read: ${text}`);
}

test('valid JSON is read as JSON.parse reads it, by the fast reader and the slow one', () => {
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: 'medium' }), fc.boolean(), (value, slow) => {
      const text = JSON.stringify(value, null, slow ? 1 : undefined);
      const given = slow ? `${text} // sixteen: 1234567890123456` : text;
      assert.deepEqual(JSON.parse(writeJson(parseJson(given))), JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test('a duplicate key is refused wherever it hides', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), fc.jsonValue(), (around, key, value) => {
      const member = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
      const text = `{"a":${JSON.stringify(around)},"b":[{${member},"x:,{":":\\"",${member}}]}`;
      const { wire, status, message } = refusal(text);
      assert.equal(wire, 'json_parse_exception');
      assert.equal(status, 400);
      assert.match(message, /^Duplicate field/);
    }),
  );
});

test('what is wrong, and where', () => {
  const cases: readonly [text: string, wire: string, reason: RegExp][] = [
    ['{"size":1,"size":2}', 'json_parse_exception', /^Duplicate field 'size'\n at .*line: 1, column: 17/],
    ['{"__proto__":1,"__proto__":2}', 'json_parse_exception', /^Duplicate field '__proto__'/],
    ['{"\\u0061":1,"a":2}', 'json_parse_exception', /^Duplicate field 'a'/],
    ['{', 'json_e_o_f_exception', /expected close marker for Object/],
    ['{"a":[1', 'json_e_o_f_exception', /expected close marker for Array/],
    ['{"a":"b', 'json_e_o_f_exception', /in a string/],
    ['{"a":', 'json_e_o_f_exception', /Unexpected end-of-input/],
    ['', 'json_e_o_f_exception', /Unexpected end-of-input/],
    ['{"query": }', 'json_parse_exception', /Unexpected character \('}' \(code 125\)\): expected a value/],
    ['{"a":1,}', 'json_parse_exception', /double-quote to start field name/],
    ['{a:1}', 'json_parse_exception', /double-quote/],
    ["{'a':1}", 'json_parse_exception', /double-quote/],
    ['[1,]', 'json_parse_exception', /expected a value/],
    ['{"a":01}', 'json_parse_exception', /Unrecognized token '01'/],
    ['{"a":NaN}', 'json_parse_exception', /Unrecognized token 'NaN'/],
    ['{"a":"\t"}', 'json_parse_exception', /Illegal character/],
    ['{"a":"\\x"}', 'json_parse_exception', /Illegal character or escape/],
    ['{"size":0} x', 'json_parse_exception', /Unrecognized token 'x'/],
    ['{"size":0} {}', 'parsing_exception', /Unexpected token \[START_OBJECT\] found after the main object/],
    ['{\n  "a": 1,\n  "b": ?\n}', 'json_parse_exception', /line: 3, column: 8/],
    [`${'['.repeat(300)}${']'.repeat(300)}`, 'json_parse_exception', /nesting depth/],
    ['['.repeat(1_000_000), 'json_parse_exception', /nesting depth/],
  ];
  for (const [text, wire, reason] of cases) {
    const error = refusal(text);
    assert.equal(error.wire, wire, text.slice(0, 60));
    assert.match(error.message, reason);
    assert.equal(error.status, 400);
  }
});

test('integers beyond 2^53 keep every digit in queries, and the answer writes them as numbers', () => {
  const text = '{"a":9007199254740993,"b":[-9223372036854775808],"c":1e20,"d":9007199254740991,"e":"9007199254740993"}';
  const value = parseJson(text);
  assert.deepEqual(value, {
    a: 9007199254740993n,
    b: [-9223372036854775808n],
    c: 1e20,
    d: 9007199254740991,
    e: '9007199254740993',
  });
  assert.equal(writeJson(value), text.replace('1e20', '100000000000000000000'));
  assert.deepEqual(parseJson('{"a":9007199254740993}'), { a: 9007199254740993n });
});

test('a byte order mark and comments are no content', () => {
  assert.deepEqual(parseJson('\ufeff{"a":1}'), { a: 1 });
  assert.deepEqual(parseJson('/* why */ {"a": 1} // end'), { a: 1 });
});

test('hostile keys stay keys', () => {
  const value = parseJson('{"__proto__":{"polluted":1},"constructor":1} // slow') as object;
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});
