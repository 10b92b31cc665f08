import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRules } from './parse.ts';

function inRule(content: string, attributes = 'id="100" level="3"'): string {
  return `<group name="g,">\n<rule ${attributes}>\n${content}<description>d</description></rule>\n</group>`;
}

function parseOne(content: string, attributes?: string) {
  const { value, problems, liberties } = parseRules(inRule(content, attributes), 'f.xml');
  return { rule: value[0], problems, liberties };
}

test('a rule with everything', () => {
  const { rule, problems } = parseOne(
    `<if_sid>5, 7</if_sid><decoded_as>json</decoded_as><field name="a">x</field><field name="b" type="pcre2" negate="yes">y</field>
     <options>no_full_log</options><options>alert_by_email</options><group>pci_dss_1.2,gdpr_IV,extra,</group>
     <mitre><id>T1530</id></mitre><info>see</info><cve>CVE-1</cve>`,
    'id="000100" level="12" maxsize="10" ignore="60"',
  );
  assert.deepEqual(problems, []);
  assert.equal(rule?.id, '100');
  assert.equal(rule?.level, 12);
  assert.deepEqual(rule?.parents.sids, ['5', '7']);
  assert.deepEqual(rule?.groups, ['g', 'extra']);
  assert.deepEqual(rule?.compliance, { pci_dss: ['1.2'], gdpr: ['IV'] });
  assert.deepEqual(rule?.mitre, { id: ['T1530'], tactic: ['Collection'], technique: ['Data from Cloud Storage'] });
  assert.equal(rule?.options.noFullLog, true);
  assert.equal(rule?.options.alertByEmail, true);
  assert.equal(rule?.ignoreSeconds, 60);
  assert.deepEqual(
    rule?.conditions.map((condition) => condition.kind),
    ['decoder', 'field', 'field', 'size'],
  );
  assert.equal(rule?.line, 2);
});

test('repeated elements are one text, the last type and negate hold', () => {
  const { rule } = parseOne(
    '<match>a|</match><match type="osregex" negate="yes">b</match><description>x</description>',
  );
  const [condition] = rule?.conditions ?? [];
  assert.ok(condition?.kind === 'log');
  assert.equal(condition.test.pattern, 'a|b');
  assert.equal(condition.test.type, 'osregex');
  assert.equal(condition.test.negate, true);
  assert.equal(rule?.description, 'xd');
});

test('conditions stand in the order in which Wazuh asks them', () => {
  const { rule } = parseOne(
    '<status>s</status><field name="f">x</field><regex>r</regex><id>1</id><match>m</match><decoded_as>json</decoded_as><time>1:00-2:00</time>',
  );
  assert.deepEqual(
    rule?.conditions.map((c) => (c.kind === 'attribute' ? c.attribute : c.kind === 'log' ? c.element : c.kind)),
    ['decoder', 'id', 'match', 'regex', 'field', 'day-time', 'status'],
  );
});

test('groups without a comma are two here, and that is a liberty', () => {
  const { value, liberties } = parseRules(
    '<group name="a,data_events"><rule id="1000" level="1"><group>pci_dss_1</group><description>d</description></rule></group>',
    'f',
  );
  assert.deepEqual(value[0]?.groups, ['a', 'data_events']);
  assert.deepEqual(value[0]?.compliance, { pci_dss: ['1'] });
  assert.match(liberties[0]?.message ?? '', /comma/);
});

test('names that Wazuh would not find are liberties, not problems', () => {
  const { rule, problems, liberties } = parseOne(
    '<field name="data.aws.x">1</field>\n<field name="srcip">1</field><field name="location">1</field>',
  );
  assert.ok(rule);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    liberties.map(({ ruleId, line }) => [ruleId, line]),
    [
      ['100', 3],
      ['100', 4],
      ['100', 4],
    ],
  );
});

test('variables are replaced where they are defined before', () => {
  const text = (body: string): string =>
    `<var name="Bad">x|y</var><group name="g,"><rule id="100" level="3">${body}<description>d</description></rule></group>`;
  const patternOf = (body: string): string | undefined => {
    const [condition] = parseRules(text(body), 'f').value[0]?.conditions ?? [];
    return condition?.kind === 'log' ? condition.test.pattern : undefined;
  };
  assert.equal(patternOf('<match>a|$BAD|b</match>'), 'a|x|y|b');
  assert.equal(patternOf('<match>end$</match>'), 'end$');
  assert.equal(patternOf('<match>$(x)</match>'), '$(x)');
  assert.match(parseRules(text('<match>$NOPE</match>'), 'f').problems[0]?.message ?? '', /\$NOPE is not defined/);
  assert.equal(parseRules(text('<match>$NOPE</match>').replace(/<var.*var>/, ''), 'f').problems.length, 0);
});

/** content, attributes → what the problem says: the rule is left out, its neighbour stays. */
const wrong: readonly (readonly [string, string, RegExp])[] = [
  ['', 'level="3"', /id of at most 6 digits/],
  ['', 'id="1234567" level="3"', /id of at most/],
  ['', 'id="100"', /needs a level/],
  ['', 'id="100" level="17"', /level="17"/],
  ['', 'id="100" level="3" frequency="1"', /frequency="1"/],
  ['', 'id="100" level="3" frequency="5"', /frequency needs an if_matched/],
  ['', 'id="100" level="3" nope="1"', /attribute nope/],
  ['', 'id="100" level="3" overwrite="maybe"', /overwrite="maybe"/],
  ['<nope>1</nope>', 'id="100" level="3"', /<nope> is not known/],
  ['<regex>\\x</regex>', 'id="100" level="3"', /unknown escape/],
  ['<field name="a" type="pcre2">(</field>', 'id="100" level="3"', /does not close a group/],
  ['<field name="a" type="glob">a</field>', 'id="100" level="3"', /type="glob"/],
  ['<field name="a" negate="si">a</field>', 'id="100" level="3"', /negate="si"/],
  ['<field>a</field>', 'id="100" level="3"', /needs a name/],
  ['<if_sid>abc</if_sid>', 'id="100" level="3"', /list of ids/],
  ['<if_level>x</if_level>', 'id="100" level="3"', /level from 1 to 16/],
  ['<category>mail</category>', 'id="100" level="3"', /<category>mail/],
  ['<options>loud</options>', 'id="100" level="3"', /loud/],
  ['<time>noon</time>', 'id="100" level="3"', /noon/],
  ['<weekday>someday</weekday>', 'id="100" level="3"', /someday/],
  ['<srcip>10.0.0.0/99</srcip>', 'id="100" level="3"', /10.0.0.0\/99/],
  ['<same_field>a</same_field>', 'id="100" level="3"', /<same_field> needs an if_matched/],
  ['<if_matched_sid>5</if_matched_sid><same_shape />', 'id="100" level="3"', /same_shape/],
  ['<list field="a" lookup="near">l</list>', 'id="100" level="3"', /lookup="near"/],
  ['<list field="a">l</list>', 'id="100" level="3"', /list l is not there/],
];

for (const [content, attributes, message] of wrong) {
  test(`left out: ${attributes} ${content}`, () => {
    const text = `<group name="g,"><rule ${attributes}>${content}<description>d</description></rule>
<rule id="200" level="1"><description>d</description></rule></group>`;
    const { value, problems } = parseRules(text, 'f.xml');
    assert.deepEqual(
      value.map((rule) => rule.id),
      ['200'],
    );
    assert.ok(
      problems.some((problem) => message.test(problem.message)),
      JSON.stringify(problems),
    );
    assert.ok(problems.every((problem) => problem.place === 'f.xml' && problem.line === 1));
  });
}

test('no description is a problem', () => {
  assert.match(
    parseRules('<group name="g"><rule id="1" level="1"></rule></group>', 'f').problems[0]?.message ?? '',
    /description/,
  );
});

test('what has no effect is said and costs nothing; unknown techniques keep their id', () => {
  const { rule, problems } = parseOne('<check_diff /><mitre><id>T9999</id></mitre>');
  assert.deepEqual(rule?.mitre.id, ['T9999']);
  assert.deepEqual(
    problems.map((problem) => problem.message),
    ['rule 100: <check_diff> has no effect here', 'rule 100: the technique T9999 has no name here; its id is kept'],
  );
});

test('unknown roots are problems', () => {
  assert.deepEqual(parseRules('<sca name="x"></sca><group><rule></rule></group>', 'f').problems.length, 2);
  assert.deepEqual(parseRules('<decoder name="x"><prematch>a</prematch></decoder>', 'f').problems, [], 'decoders');
});
