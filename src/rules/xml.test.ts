import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseXml } from './xml.ts';

test('elements, attributes and texts stay as they are written', () => {
  const { value, problems } = parseXml(
    `<!-- c --><Group name='a,"b'>\n<! old style !>\n <rule ID = "1" level="0"><match> a &lt; \\<b\n</match><if_fts /></rule>\n</group>\n<var name="X">y</var>`,
    'f.xml',
  );
  assert.deepEqual(problems, []);
  const [group, variable] = value;
  assert.equal(group?.name, 'group');
  assert.deepEqual(group?.attributes, [{ name: 'name', value: 'a,"b' }]);
  const rule = group?.children[0];
  assert.deepEqual(rule?.attributes, [
    { name: 'id', value: '1' },
    { name: 'level', value: '0' },
  ]);
  assert.equal(rule?.line, 3);
  assert.deepEqual(
    rule?.children.map((child) => [child.name, child.text]),
    [
      ['match', ' a &lt; \\<b\n'],
      ['if_fts', ''],
    ],
  );
  assert.equal(variable?.text, 'y');
  assert.equal(variable?.line, 6);
});

test('a comment inside a text is no text', () => {
  assert.equal(parseXml('<a>x<!-- <b> -->y</a>', 'f').value[0]?.text, 'xy');
});

const broken: readonly (readonly [string, number, RegExp])[] = [
  ['<group name="a">\n<rule>', 2, /does not close <rule>/],
  ['<group>\n</rule>', 2, /where <group> of line 1/],
  ['</a>', 1, /not open/],
  ['text', 1, /outside of any element/],
  ['<a b></a>', 1, /without a value/],
  ['<a b="1\n', 1, /without quotes/],
  ['<a b="1" b="2"></a>', 1, /twice/],
  ['<a b=1></a>', 1, /quotes/],
  ['<a ?></a>', 1, /unexpected "\?"/],
  ['<a>1 < 2</a>', 1, /begins no element/],
  ['\n<!-- never', 2, /comment that does not end/],
  ['<a>\n<![CDATA[1 < 2]]></a>', 2, /<!\[CDATA\[.*write "\\<"/],
  ['<!DOCTYPE a>\n<a></a>', 1, /<!DOCTYPE.*leave it out/],
  ['<a', 1, /does not end the tag/],
  [`<a>${'x'.repeat(20_481)}</a>`, 1, /20480/],
  ['<a>'.repeat(40), 1, /too deep/],
];

for (const [text, line, message] of broken) {
  test(`broken: ${JSON.stringify(text.slice(0, 30))}`, () => {
    const { problems } = parseXml(text, 'f.xml');
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.place, 'f.xml');
    assert.equal(problems[0]?.line, line);
    assert.match(problems[0]?.message ?? '', message);
  });
}

test('where a file breaks, the rules closed before stay', () => {
  const { value, problems } = parseXml('<group name="a"><rule id="1"><b>x</b></rule><rule id="2"><b>', 'f.xml');
  assert.equal(problems.length, 1);
  assert.deepEqual(
    value[0]?.children.map((rule) => rule.attributes[0]?.value),
    ['1'],
  );
});
