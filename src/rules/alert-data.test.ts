import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Document, isDocument, put } from '../base/document.ts';
import { alertData } from './alert-data.ts';
import { staticNames } from './attribute.ts';
import { fieldText } from './field-text.ts';

const cases: readonly (readonly [string, Document, Document])[] = [
  [
    'scalars are text, arrays keep their types, objects without anything are absent',
    {
      aws: {
        s: 'x',
        n: 1,
        big: 5000000000,
        f: 0.5,
        t: true,
        z: null,
        e: '',
        o: {},
        oo: { p: { q: '' } },
        l: [1, 'a', true, null, { x: 1 }],
        el: [],
      },
    },
    {
      aws: {
        s: 'x',
        n: '1',
        big: '5000000000.000000',
        f: '0.500000',
        t: 'true',
        z: 'null',
        l: [1, 'a', true, null, { x: 1 }],
        el: [],
      },
    },
  ],
  [
    'a text that is a JSON array becomes one',
    { a: '[1,"x"]', b: '[S3Console/0.4]', c: '[1] x' },
    { a: [1, 'x'], b: '[S3Console/0.4]', c: '[1] x' },
  ],
  ['dotted keys nest', { 'a.b': 1, a: { c: 2 } }, { a: { b: '1', c: '2' } }],
  [
    'attributes come first',
    { aws: { id: 'x' }, url: 'u', id: 5, user: 'me', systemname: 's' },
    { dstuser: 'me', id: '5', url: 'u', system_name: 's', aws: { id: 'x' } },
  ],
  ['objects of one name meet', { AWS: { a: '1' }, aws: { b: '2', A: '3' } }, { AWS: { a: '1', b: '2' } }],
  ['an attribute that is an object is a field', { data: { x: 1 } }, { data: { x: '1' } }],
];

for (const [name, event, data] of cases) {
  test(`alert data: ${name}`, () => {
    const shown = alertData(event);
    assert.deepEqual(shown.data, data);
    assert.equal(JSON.stringify(shown.data), JSON.stringify(data), 'in that order');
  });
}

test('what loses is kept aside and told', () => {
  const { data, problems, dropped } = alertData({
    aws: { Name: 'a', name: 'b', x: 'v', X: { y: 1 }, o: { p: 1 }, O: 'late', 'x.z': 1 },
  });
  assert.deepEqual(data, { aws: { Name: 'a', x: 'v', o: { p: '1' } } });
  assert.deepEqual(dropped, { 'aws.name': 'b', 'aws.X': { y: 1 }, 'aws.O': 'late', 'aws.x.z': 1 });
  assert.deepEqual(
    problems.map((problem) => problem.path),
    ['aws.name', 'aws.X', 'aws.O', 'aws.x.z'],
  );
  assert.deepEqual(alertData({ dstuser: 'a', user: 'b' }).dropped, { user: 'b' });
  assert.equal(alertData({ a: 1 }).dropped, undefined);
});

test('more fields than Wazuh keeps are kept and told', () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, 'v']));
  const { data, problems } = alertData({ aws: many });
  assert.equal(Object.keys(data.aws as Document).length, 300);
  assert.match(problems[0]?.message ?? '', /300 fields/);
  assert.deepEqual(alertData({ aws: Object.fromEntries(Object.entries(many).slice(0, 256)) }).problems, []);
});

test('hostile names and depths', () => {
  const { data } = alertData(
    JSON.parse('{"aws":{"__proto__":{"polluted":1},"constructor":"c","a.__proto__.b":2}}') as Document,
  );
  assert.equal(
    JSON.stringify(data),
    '{"aws":{"__proto__":{"polluted":"1"},"constructor":"c","a":{"__proto__":{"b":"2"}}}}',
  );
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  let deep: Document = { x: '1' };
  for (let depth = 0; depth < 5000; depth++) deep = { d: deep };
  const cut = alertData({ deep });
  assert.equal(Object.keys(cut.dropped ?? {}).length, 1);
  const dots = alertData({ [`a${'.b'.repeat(5000)}`]: 1 });
  assert.equal(Object.keys(dots.dropped ?? {}).length, 1);
  // Quadratic work on this would run into the test's time limit.
  const wide = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`a.k${index}`, 'v']));
  assert.equal(Object.keys(alertData({ aws: wide }).data.aws as Document).length, 1);
});

const key = fc.constantFrom('a', 'A', 'b', 'id', 'user', 'a.b', 'b.A.c', '__proto__');
const json = fc.letrec<{ value: unknown; object: Document }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('x', '', 1, true),
    fc.array(fc.constantFrom(1, 'y'), { maxLength: 2 }),
    tie('object'),
  ),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((entries) => {
    const made: { [field: string]: unknown } = {};
    for (const [name, value] of entries) put(made, name, value);
    return made;
  }),
}));

test('it is what flattening the event and nesting the names again gives', () => {
  fc.assert(
    fc.property(json.object, (event) => {
      assert.deepEqual(plain(alertData(event).data), plain(nestedAgain(event)));
    }),
    { numRuns: 5000 },
  );
});

/** JSON text: deepEqual would take a member `__proto__` for a prototype. */
function plain(value: unknown): string {
  return JSON.stringify(value);
}

/** The original's way: names and texts in a flat list, then one insertion after the other. */
function nestedAgain(event: Document): Document {
  const flat: [string, unknown][] = [];
  const flatten = (object: Document, prefix: string): void => {
    for (const name of Object.keys(object)) {
      const value = object[name];
      if (isDocument(value)) flatten(value, `${prefix}${name}.`);
      else if (value !== '' && (prefix !== '' || !staticNames.has(name)))
        flat.push([prefix + name, Array.isArray(value) ? value : fieldText(value)]);
    }
  };
  flatten(event, '');
  const data: { [field: string]: unknown } = {};
  const users = ['dstuser', 'user']
    .map((name) => event[name])
    .filter((value) => value !== undefined && !isDocument(value) && value !== '');
  const textOf = (value: unknown): string => (Array.isArray(value) ? JSON.stringify(value) : fieldText(value));
  if (users.length > 0) data.dstuser = textOf(users[0]);
  if (Object.hasOwn(event, 'id') && !isDocument(event.id) && event.id !== '') data.id = textOf(event.id);
  for (const [path, value] of flat) insert(data, path.split('.'), value);
  return data;
}

function insert(target: { [field: string]: unknown }, [step, ...rest]: readonly string[], value: unknown): void {
  const name = Object.keys(target).find((other) => other.toLowerCase() === step?.toLowerCase()) ?? step ?? '';
  const there = Object.hasOwn(target, name) ? target[name] : undefined;
  if (rest.length === 0) {
    if (there === undefined) put(target, name, value);
  } else if (there === undefined) {
    const child = {};
    put(target, name, child);
    insert(child, rest, value);
  } else if (isDocument(there)) insert(there as { [field: string]: unknown }, rest, value);
}
