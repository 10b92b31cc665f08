import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRules, type RuleFiles } from './compile.ts';
import type { RuleNode } from './rule.ts';

function group(...rules: string[]): string {
  return `<group name="g,">\n${rules.join('\n')}\n</group>`;
}

function rule(id: number, content = '', level = 3, more = ''): string {
  return `<rule id="${id}" level="${level}" ${more}>${content}<description>d${id}</description></rule>`;
}

/** `100(101 102(103))`: the tree as text. */
function shape(files: RuleFiles): string {
  const write = (nodes: readonly RuleNode[]): string =>
    nodes.map((node) => node.rule.id + (node.children.length > 0 ? `(${write(node.children)})` : '')).join(' ');
  return write(compileRules(files).value.roots);
}

function problemsOf(files: RuleFiles): readonly string[] {
  return compileRules(files).problems.map((problem) => `${problem.place}:${problem.line} ${problem.message}`);
}

function own(...texts: string[]): RuleFiles {
  return { own: texts.map((text, index) => ({ name: `${index}.xml`, text })) };
}

const trees: readonly (readonly [string, RuleFiles, string])[] = [
  [
    'parents by id',
    own(group(rule(100), rule(101, '<if_sid>100</if_sid>'), rule(102, '<if_sid>100,101</if_sid>'))),
    '100(101(102) 102)',
  ],
  [
    'a word of the group text',
    own(group(rule(100, '<group>special,</group>'), rule(101), rule(102, '<if_group>spec|zz</if_group>'))),
    '100(102) 101',
  ],
  [
    'a level, and level 0',
    own(group(rule(100, '', 0), rule(101, '', 5), rule(102, '', 7), rule(103, '<if_level>6</if_level>'))),
    '100(103) 102(103) 101',
  ],
  [
    'a composite below what it counts',
    own(group(rule(100), rule(101, '<if_matched_sid>100</if_matched_sid>', 9, 'frequency="3"'))),
    '100(101)',
  ],
  [
    'a composite with a place of its own',
    own(group(rule(100), rule(101), rule(102, '<if_sid>101</if_sid><if_matched_sid>100</if_matched_sid>', 9))),
    '100 101(102)',
  ],
  [
    'a composite below a group',
    own(group(rule(100, '<group>hot,</group>'), rule(101, '<if_matched_group>hot</if_matched_group>', 9))),
    '100(101)',
  ],
  [
    'level 0, then the highest',
    own(
      group(
        rule(100, '', 1),
        rule(101, '', 0),
        rule(102, '', 16),
        rule(103, '', 16),
        rule(104, '', 16, 'accuracy="0"'),
      ),
    ),
    '101 102 103 100 104',
  ],
  [
    'category roots of a stock file',
    own(
      group(
        rule(1, '<category>syslog</category>', 0, 'noalert="1"'),
        rule(2, '<category>windows</category>', 0, 'noalert="1"'),
        rule(100, '<if_sid>1</if_sid>'),
        rule(101, '<if_sid>2</if_sid>'),
        rule(102),
      ),
    ),
    '100 102',
  ],
  ['some parents missing', own(group(rule(100), rule(101, '<if_sid>100, 55555</if_sid>'))), '100(101)'],
  ['all parents missing', own(group(rule(101, '<if_sid>55555</if_sid>'), rule(102))), '102'],
  ['a parent loaded later', own(group(rule(101, '<if_sid>102</if_sid>')), group(rule(102))), '102'],
  [
    'overwrite keeps place, children and order',
    own(
      group(rule(100, '', 3), rule(101, '<if_sid>100</if_sid>'), rule(102, '', 5), rule(100, '', 9, 'overwrite="yes"')),
    ),
    '102 100(101)',
  ],
  ['overwrite of nothing is an ordinary rule', own(group(rule(100, '', 3, 'overwrite="yes"'))), '100'],
];

for (const [name, files, tree] of trees) {
  test(`tree: ${name}`, () => assert.equal(shape(files), tree));
}

test('files load in the order of their base names, wherever they come from', () => {
  const child = { name: 'b.xml', path: 'x/b.xml', text: group(rule(101, '<if_sid>100</if_sid>')) };
  const parent = { name: 'a.xml', path: 'y/a.xml', text: group(rule(100)) };
  assert.equal(shape({ own: [child, parent] }), '100(101)');
  assert.equal(shape({ shipped: [child], own: [parent] }), '100(101)');
});

test("the user's rule wins a clash of ids with a shipped one; within one tier the first stays", () => {
  const shipped = [{ name: '1.xml', text: group(rule(100, '', 3)) }];
  const files: RuleFiles = { shipped, own: [{ name: '2.xml', text: group(rule(100, '', 9)) }] };
  assert.equal(compileRules(files).value.rules.get('100')?.level, 9);
  assert.deepEqual(problemsOf(files), []);
  const twice = own(group(rule(100, '', 3), rule(100, '', 9)));
  assert.equal(compileRules(twice).value.rules.get('100')?.level, 3);
  assert.deepEqual(problemsOf(twice), ['0.xml:3 rule 100 is left out: the id is taken by 0.xml:2']);
  const changed: RuleFiles = { shipped, own: [{ name: '2.xml', text: group(rule(100, '', 7, 'overwrite="yes"')) }] };
  assert.equal(compileRules(changed).value.rules.get('100')?.level, 7);
});

test('the last overwrite wins and does not change what is counted', () => {
  const files = own(
    group(
      rule(100),
      rule(101, '<if_matched_sid>100</if_matched_sid>', 9, 'frequency="3"'),
      rule(101, '<if_matched_sid>100</if_matched_sid>', 10, 'frequency="5" overwrite="yes"'),
      rule(101, '', 11, 'overwrite="yes"'),
    ),
  );
  const changed = compileRules(files).value.rules.get('101');
  assert.equal(changed?.level, 11);
  assert.equal(changed?.correlation?.frequency, 5);
  assert.equal(changed?.frequency, 5);
});

test('a broken file costs only itself', () => {
  const files = own('<group name="g,"><rule', group(rule(100)), 'nonsense');
  assert.equal(shape(files), '100');
  assert.deepEqual(
    problemsOf(files).map((problem) => problem.slice(0, 8)),
    ['0.xml:1 ', '2.xml:1 '],
  );
});

test('missing things are told with file and line', () => {
  assert.deepEqual(
    problemsOf(
      own(
        group(
          rule(100),
          rule(101, '<if_sid>100,7777</if_sid>'),
          rule(102, '<if_matched_sid>9999</if_matched_sid>'),
          rule(103, '<if_group>none</if_group>'),
        ),
      ),
    ),
    [
      '0.xml:3 rule 101: if_sid 7777 names no rule loaded before it',
      '0.xml:4 rule 102 is left out: if_matched_sid 9999 names no rule loaded before it',
      '0.xml:5 rule 103 is left out: none of the rules it hangs below is there',
    ],
  );
});

test('a chain of rules without end is cut', () => {
  const chain = Array.from({ length: 300 }, (_, index) =>
    rule(1000 + index, index > 0 ? `<if_sid>${999 + index}</if_sid>` : ''),
  );
  const { value, problems } = compileRules(own(group(...chain)));
  assert.equal(value.rules.size, 200);
  assert.match(problems[0]?.message ?? '', /nested too deep/);
});
