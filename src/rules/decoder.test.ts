import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { decode } from './decoder.ts';
import { fieldText } from './field-text.ts';
import { logText } from './log-text.ts';

test('the text of a value is that of specs/wazuh.md §2', () => {
  for (const [value, text] of [
    ['', ''],
    ['é"', 'é"'],
    [0, '0'],
    [-0, '0'],
    [2147483647, '2147483647'],
    [2147483648, '2147483648.000000'],
    [-2147483648, '-2147483648'],
    [5000000000, '5000000000.000000'],
    [0.5, '0.500000'],
    [1 / 128, '0.007812'],
    [-3 / 128, '-0.023438'],
    [12.0078125, '12.007812'],
    [1.23456789, '1.234568'],
    [1e21, '1000000000000000000000.000000'],
    [true, 'true'],
    [null, 'null'],
    [[], '[]'],
    [['a', 'b', 1, 2.5, true, null], '["a", "b", 1, 2.5, true, null]'],
    [[{ type: 'AWS::S3::Object', n: 1 }, {}], '[{\n\t\t"type":\t"AWS::S3::Object",\n\t\t"n":\t1\n\t}, {\n\t}]'],
    [[[1]], '[[1]]'],
    [[5000000000, 0.1, 1e21, 1e-7, 1 / 3], '[5000000000, 0.1, 1e+21, 1e-07, 0.33333333333333331]'],
  ] as const) {
    assert.equal(fieldText(value), text);
  }
});

test('the log is what Python writes', () => {
  const event = { a: 'x"é\u{1f600}\u007f\n', b: [1, 0.5, true, null, {}], c: { d: [] }, e: 1e-5, f: 1e21, g: -0 };
  assert.equal(
    logText(event),
    '{"a": "x\\"\\u00e9\\ud83d\\ude00\\u007f\\n", "b": [1, 0.5, true, null, {}], "c": {"d": []}, "e": 1e-05, "f": 1000000000000000000000, "g": 0}',
  );
});

test('fields are found by their dotted name in any case, the first one wins', () => {
  const decoded = decode({
    integration: 'aws',
    aws: {
      EventName: 'A',
      eventName: 'B',
      'a.b': 'dotted',
      a: { b: 'nested' },
      empty: '',
      none: {},
      list: ['x'],
      deep: { n: 1 },
    },
    AWS: { late: 'also aws.late' },
  });
  for (const [name, text] of [
    ['integration', 'aws'],
    ['aws.eventname', 'A'],
    ['aws.a.b', 'dotted'],
    ['aws.empty', ''],
    ['aws.none', undefined],
    ['aws.list', '["x"]'],
    ['aws.deep', undefined],
    ['aws.deep.n', '1'],
    ['aws.late', 'also aws.late'],
    ['aws', undefined],
    ['aws.', undefined],
    ['', undefined],
    ['__proto__', undefined],
    ['constructor.name', undefined],
  ] as const) {
    assert.equal(decoded.field(name), text, name);
    assert.equal(decoded.field(name), text, `${name}, asked again`);
  }
});

test('names at the top are attributes, the same names below are fields', () => {
  const decoded = decode({ id: 7, user: 'u', srcip: '1.2.3.4', Id: 'field', aws: { id: 'x' }, data: { id: 'y' } });
  assert.equal(decoded.attribute('id'), '7');
  assert.equal(decoded.attribute('dstuser'), 'u');
  assert.equal(decoded.attribute('url'), undefined);
  assert.equal(decoded.field('id'), 'field');
  assert.equal(decoded.field('srcip'), undefined);
  assert.equal(decoded.field('aws.id'), 'x');
  assert.equal(decoded.field('data.id'), 'y');
  assert.equal(decoded.attribute('data'), undefined);
  assert.equal(decode({ user: 'u', dstuser: 'd' }).attribute('dstuser'), 'd');
});

test('members of arrays are found as Wazuh does not', () => {
  const decoded = decode({
    aws: {
      resources: [
        { ARN: 'a', n: 1 },
        { arn: 'b', in: [{ x: 'y' }] },
      ],
      plain: { x: '1' },
    },
  });
  assert.deepEqual(decoded.elements('aws.resources.arn'), ['a', 'b']);
  assert.deepEqual(decoded.elements('aws.resources.in.x'), ['y']);
  assert.deepEqual(decoded.elements('aws.plain.x'), []);
  assert.equal(decoded.field('aws.resources.arn'), undefined);
});

test('location and log have their defaults and can be given', () => {
  assert.equal(decode({}).location, 'Wazuh-AWS');
  assert.equal(decode({ a: 1 }).log, '{"a": 1}');
  assert.equal(decode({}, { log: 'L', location: 'X' }).log, 'L');
  assert.equal(decode({}, { location: 'X' }).location, 'X');
});

test('hostile events end', () => {
  let deep: Document = { x: '1' };
  for (let depth = 0; depth < 5000; depth++) deep = { d: deep };
  const decoded = decode({ deep, list: [deep] });
  assert.equal(decoded.field('deep.d.d.x'), undefined);
  assert.equal(decoded.fields(10).length, 1);
  assert.ok(decoded.log.length > 0);
  const parsed = decode(JSON.parse('{"__proto__":{"a":"1"},"constructor":"c"}') as Document);
  assert.equal(parsed.field('__proto__.a'), '1');
  assert.equal(parsed.field('constructor'), 'c');
  assert.equal(({} as { a?: string }).a, undefined);
});

const key = fc.constantFrom('a', 'A', 'b', 'id', 'a.b', '__proto__', '');
const json = fc.letrec<{ value: unknown; object: Document }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('x', '', 1, true, null),
    fc.array(fc.constantFrom(1, 'y'), { maxLength: 2 }),
    tie('object'),
  ),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
}));

test('looking a field up is the same as searching the flat list', () => {
  fc.assert(
    fc.property(json.object, (event) => {
      const decoded = decode(event);
      const flat = decoded.fields(1000);
      for (const name of [
        'a',
        'b',
        'id',
        'a.b',
        'a.a',
        'a.id',
        'a.b.a',
        '__proto__',
        '__proto__.a',
        '.a',
        'a.',
        'a.a.b',
      ]) {
        const first = flat.find(([other]) => other.toLowerCase() === name);
        assert.equal(decoded.field(name), first?.[1], name);
      }
    }),
    { numRuns: 3000 },
  );
});

test('the log reads back as the event, and is ASCII', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = logText(value);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      assert.match(text, /^[\x20-\x7e]*$/);
    }),
    { numRuns: 3000 },
  );
  assert.equal(
    logText({ 'k"\\': 'a\\', b: '\\"', 'c,d:e': ',:' }),
    '{"k\\"\\\\": "a\\\\", "b": "\\\\\\"", "c,d:e": ",:"}',
  );
});

test('what an event says of a field is its own, however events, names and lengths of texts alternate', () => {
  const names = Array.from({ length: 1500 }, (_, at) => `field${at}`);
  const texts = (mark: string) =>
    Object.fromEntries(names.map((name, at) => [name, mark.repeat(at % 7 === 0 ? 2000 : 3)]));
  const events = ['a', 'b'].map((mark) => ({ told: texts(mark), decoded: decode({ ...texts(mark), [mark]: mark }) }));
  for (let round = 0; round < 2; round++) {
    for (const name of names) {
      for (const { told, decoded } of events) assert.equal(decoded.field(name), told[name]);
    }
    assert.equal(events[0]?.decoded.field('a'), 'a');
    assert.equal(events[1]?.decoded.field('a'), undefined);
    assert.equal(events[0]?.decoded.field('b'), undefined);
    assert.equal(events[1]?.decoded.field('b'), 'b');
  }
});
