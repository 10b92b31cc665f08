import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { renderTemplate } from './message-template.ts';

const values = {
  ctx: {
    name: 'a "quoted"\nname',
    none: null,
    list: [{ id: 1 }, { id: 2 }],
    words: ['x', 'y'],
    empty: [],
    map: { a: 1, b: null },
    injected: '{{ctx.secret}}',
    secret: 's',
    flag: false,
  },
};

const cases: readonly [string, string][] = [
  ['{{ctx.name}}', 'a \\"quoted\\"\\nname'],
  ['{{{ctx.name}}}|{{&ctx.name}}', 'a "quoted"\nname|a "quoted"\nname'],
  ['[{{ctx.nope.deeper}}{{nope}}{{ctx.none}}]', '[]'],
  ['{{ctx.list.0.id}} {{ctx.list.1.id}} {{ctx.list.size}} {{ctx.list.length}}', '1 2 2 '],
  ['{{#ctx.list}}<{{id}}>{{/ctx.list}}', '<1><2>'],
  ['{{#ctx.words}}{{.}},{{/ctx.words}}', 'x,y,'],
  ['{{^ctx.empty}}none{{/ctx.empty}}{{#ctx.flag}}no{{/ctx.flag}}{{^ctx.flag}}yes{{/ctx.flag}}', 'noneyes'],
  ['{{ctx.words}} {{ctx.map}}', '{0=x, 1=y} {a=1, b=null}'],
  ['{{#toJson}}ctx.map{{/toJson}} {{#join}}ctx.words{{/join}}', '{"a":1,"b":null} x,y'],
  ['{{! a comment }}{{ctx.injected}}', '{{ctx.secret}}'],
  ['{{ctx.constructor}}{{ctx.__proto__}}{{ctx.name.length}}', ''],
  ['plain { text } {{', 'plain { text } {{'],
  ['{{#open}}never closed', ''],
];

for (const [template, expected] of cases) {
  test(`message: ${template}`, () => assert.equal(renderTemplate(template, values), expected));
}

test('an escape meets every value, raw ones too, and no text of the template', () => {
  const angles = (text: string): string => text.replaceAll('<', '&lt;');
  const hostile = { a: '<b', l: ['<c'] };
  const template = '<t> {{a}} {{{a}}} {{&a}} {{#toJson}}l{{/toJson}} {{#join}}l{{/join}} {{#l}}{{.}}{{/l}}';
  assert.equal(renderTemplate(template, hostile, angles), '<t> &lt;b &lt;b &lt;b ["&lt;c"] &lt;c &lt;c');
});

test('hostile templates end', () => {
  renderTemplate('{{#a}}'.repeat(20_000), values);
  const many = { l: Array.from({ length: 10_000 }, () => '') };
  renderTemplate('{{#l}}{{#l}}{{#l}}{{.}}{{/l}}{{/l}}{{/l}}', many);
  const loops = { l: Array.from({ length: 1000 }, () => 'xxxxxxxxxx') };
  assert.ok(renderTemplate('{{#l}}{{#l}}{{#l}}{{.}}{{/l}}{{/l}}{{/l}}', loops).length < 1_100_000);
});

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '{{ctx.secret}}',
    '{{{ctx}}}',
    '"},"x":{"y":"',
    '\\',
    '\\"',
    '\r\n',
    '\u2028',
    '{{#toJson}}ctx{{/toJson}}',
  ),
);

test('no value breaks out of a JSON message, or is read as a template', () => {
  fc.assert(
    fc.property(anything, anything, (value, name) => {
      const told = renderTemplate('{"v":"{{v}}","l":{{#toJson}}l{{/toJson}}}', {
        v: value,
        l: [name],
        ctx: { secret: 's' },
      });
      assert.deepEqual(JSON.parse(told), { v: value, l: [name] });
      assert.equal(renderTemplate('{{{v}}}', { v: value, ctx: { secret: 's' } }), value);
    }),
  );
});
