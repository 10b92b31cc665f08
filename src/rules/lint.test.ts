import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { lintRules } from './lint.ts';

function rule(id: number, content: string, level = 5, more = ''): string {
  return `<rule id="${id}" level="${level}"${more}>${content}<description>d</description></rule>`;
}

function lint(rules: readonly string[], target?: 'wazuh', shipped = ''): readonly string[] {
  const own = [{ name: 'b.xml', text: `<group name="g,">\n${rules.join('\n')}\n</group>` }];
  const files = { own, shipped: [{ name: 'a.xml', text: shipped }] };
  return lintRules(files, { for: target }).map(({ level, line, message }) => `${level} ${line}: ${message}`);
}

const source = '<field name="aws.eventSource">^s3.amazonaws.com$</field>';
const root = rule(80200, '<field name="integration">aws</field>', 0);

/** What is written → what is said of it, or nothing. */
const cases: readonly (readonly [string, readonly string[], RegExp | undefined])[] = [
  ['a rule that works everywhere', [root, rule(100, `<if_sid>80200</if_sid>${source}`)], undefined],
  [
    'a field that no event has',
    [root, rule(100, '<if_sid>80200</if_sid><field name="aws.eventNam">x</field>')],
    /error 3: rule 100 can never fire: no known event has the field "aws.eventNam"/,
  ],
  [
    'fields below what differs by call are open',
    [root, rule(100, '<if_sid>80200</if_sid><field name="aws.requestParameters.any.thing">x</field>')],
    undefined,
  ],
  [
    'names count in any case',
    [root, rule(100, '<if_sid>80200</if_sid><field name="AWS.EVENTNAME">x</field>')],
    undefined,
  ],
  [
    'an object',
    [root, rule(100, '<if_sid>80200</if_sid><field name="aws.userIdentity">x</field>')],
    /"aws.userIdentity" is an object/,
  ],
  [
    'another source has fields of its own',
    [
      root,
      rule(100, '<if_sid>80200</if_sid><field name="aws.source">guardduty</field><field name="aws.severity">7</field>'),
    ],
    undefined,
  ],
  ['another decoder', [rule(100, '<decoded_as>syslog</decoded_as>')], /decoded as json, not as syslog/],
  ['another category', [rule(100, '<category>windows</category>')], /belongs to a category/],
  ['an attribute that CloudTrail events lack', [rule(100, '<srcip>10.0.0.0/8</srcip>')], /no srcip at the top/],
  ['an attribute that JSON events lack', [rule(100, '<hostname>x</hostname>')], /JSON events have no hostname/],
  ['a missing parent', [rule(100, '<if_sid>5555</if_sid>')], /error 2: .*none of the rules it hangs below/],
  [
    'a taken id',
    [root, rule(100, `<if_sid>80200</if_sid>${source}`), rule(100, `<if_sid>80200</if_sid>${source}`)],
    /error 4: .*the id is taken by b.xml:3/,
  ],
  [
    'a sibling that is wider and tried first',
    [
      root,
      rule(100, '<if_sid>80200</if_sid><field name="aws.eventName">Get</field>'),
      rule(101, '<if_sid>80200</if_sid><field name="aws.eventName">^GetObject$</field>'),
    ],
    /error 4: rule 101 can never fire: its sibling 100/,
  ],
  [
    'a sibling that is wider, but tried later',
    [
      root,
      rule(100, '<if_sid>80200</if_sid><field name="aws.eventName">Get</field>'),
      rule(101, '<if_sid>80200</if_sid><field name="aws.eventName">^GetObject$</field>', 9),
    ],
    undefined,
  ],
  [
    'a sibling that asks for more',
    [
      root,
      rule(100, `<if_sid>80200</if_sid>${source}<field name="aws.errorCode">\\.+</field>`),
      rule(101, `<if_sid>80200</if_sid>${source}`),
    ],
    undefined,
  ],
  [
    'a sibling that asks for anything in a field',
    [
      root,
      rule(100, '<if_sid>80200</if_sid><field name="aws.errorCode">\\.+</field>'),
      rule(101, '<if_sid>80200</if_sid><field name="aws.errorCode">AccessDenied</field>'),
    ],
    /rule 101 can never fire/,
  ],
  [
    'noalert lets the search go on',
    [
      root,
      rule(100, `<if_sid>80200</if_sid>${source}`, 5, ' noalert="1"'),
      rule(101, `<if_sid>80200</if_sid>${source}`),
    ],
    undefined,
  ],
  [
    'values that do not go together, one of them of the parent',
    [
      root,
      rule(100, `<if_sid>80200</if_sid>${source}`),
      rule(101, '<if_sid>100</if_sid><field name="aws.eventSource">^iam.amazonaws.com$</field>'),
    ],
    /rule 101 can never fire: field aws.eventSource "\^s3.amazonaws.com\$" and field/,
  ],
  [
    'values that do go together',
    [
      root,
      rule(100, `<if_sid>80200</if_sid>${source}`),
      rule(101, '<if_sid>100</if_sid><field name="aws.eventSource">s3|iam</field>'),
    ],
    undefined,
  ],
  [
    'a composite that counts level 0',
    [root, rule(101, '<if_sid>80200</if_sid><if_matched_sid>80200</if_matched_sid>', 9, ' frequency="3"')],
    /matches of level 0 are not remembered/,
  ],
  [
    'a prefix of the document',
    [root, rule(100, '<if_sid>80200</if_sid><field name="data.aws.eventName">x</field>')],
    /warning 3: rule 100: works here, not on Wazuh: .*"data." prefix/,
  ],
  [
    'the same in a description',
    [root, rule(100, `<if_sid>80200</if_sid>${source}`).replace('>d<', '>$(data.aws.x)<')],
    /warning 3: .*\$\(data.aws.x\): Wazuh's events/,
  ],
  ['a rule of AWS without a parent', [rule(100, source)], /warning 2: .*stock rule 80200/],
  [
    'what has no effect',
    [rule(100, '<match>x</match><check_diff />')],
    /warning 2: rule 100: <check_diff> has no effect here/,
  ],
];

for (const [name, rules, wanted] of cases) {
  test(`lint: ${name}`, () => {
    const found = lint(rules);
    if (!wanted) assert.deepEqual(found, []);
    else
      assert.ok(
        found.some((finding) => wanted.test(finding)),
        JSON.stringify(found),
      );
    assert.ok(found.length <= 2, JSON.stringify(found));
  });
}

test('liberties that an order or a list makes are told', () => {
  const silent = rule(100, '<field name="x">word</field>', 0);
  const found = lint([silent, rule(101, '<field name="x">a word</field><match>y</match>')], 'wazuh');
  assert.ok(
    found.some((one) => /error 3: rule 101: works here, not on Wazuh: rule 100/.test(one)),
    JSON.stringify(found),
  );
  const listed = lint([root, rule(100, '<if_sid>80200</if_sid><field name="aws.resources.ARN">x</field>')]);
  assert.match(listed.join(), /^warning 3: rule 100: "aws.resources.ARN" is found in any member here/);
});

test('what hangs below a rule that can never fire is not told again', () => {
  const found = lint([
    rule(100, '<decoded_as>sshd</decoded_as>'),
    rule(101, '<if_sid>100</if_sid><srcip>1.1.1.1</srcip>'),
    rule(102, '<if_sid>101</if_sid><field name="nope">x</field>'),
    rule(103, '<category>windows</category>'),
    rule(104, '<if_sid>103</if_sid><field name="nope">x</field>'),
  ]);
  assert.deepEqual(
    found.map((one) => one.slice(0, 18)),
    ['error 2: rule 100 ', 'error 5: rule 103 '],
  );
});

test('below several parents a rule is dead only where each of them makes it so', () => {
  const two = [
    root,
    rule(100, `<if_sid>80200</if_sid>${source}`),
    rule(101, '<if_sid>80200</if_sid><field name="aws.eventSource">^iam.amazonaws.com$</field>'),
  ];
  const child = rule(102, '<if_sid>100,101</if_sid><field name="aws.eventSource">^iam.amazonaws.com$</field>');
  assert.deepEqual(lint([...two, child]), []);
});

test("for Wazuh the guide's rule has errors, each with a fix; here it has warnings", () => {
  const text = readFileSync(new URL('../../content/rules/0500-guide-s3-data-events.xml', import.meta.url), 'utf8');
  const own = [{ name: 'guide.xml', path: 'content/rules/guide.xml', text }];
  const here = lintRules({ own });
  assert.deepEqual(new Set(here.map(({ level }) => level)), new Set(['warning']));
  const there = lintRules({ own }, { for: 'wazuh' });
  assert.deepEqual(
    there.map(({ line, level }) => [line, level]),
    [
      [2, 'error'],
      [5, 'error'],
      [6, 'error'],
      [7, 'error'],
      [8, 'error'],
      [9, 'error'],
    ],
  );
  assert.ok(there.every(({ place, fix }) => place === 'content/rules/guide.xml' && fix));
});
