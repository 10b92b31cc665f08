import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { compileRules } from './compile.ts';
import { decode } from './decoder.ts';
import { createEngine, type EngineOptions, type RuleEngine } from './engine.ts';
import { floorRule } from './floor.ts';
import { logtest } from './logtest.ts';

const guide = new URL('../../content/rules/0500-guide-s3-data-events.xml', import.meta.url);
const guideRule = readFileSync(guide, 'utf8');
const stockLike = `<group name="base,cloud,"><rule id="80200" level="0"><decoded_as>json</decoded_as><field name="integration">aws</field><description>anything of the cloud</description></rule>
<rule id="80202" level="3"><if_sid>80200</if_sid><field name="aws.eventName">StopLogging|CreateUser</field><description>$(aws.eventName) by $(aws.userIdentity.arn)</description></rule>
<rule id="80204" level="0"><if_sid>80200</if_sid><field name="aws.eventName">^Quiet$</field><description>known noise</description></rule></group>`;

const dataEvent = {
  integration: 'aws',
  aws: {
    log_info: { s3bucket: 'b' },
    eventVersion: '1.11',
    userIdentity: { type: 'AWSAccount', principalId: '', accountId: 'anonymous' },
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    eventCategory: 'Data',
    source: 'cloudtrail',
  },
} satisfies Document;

function engineOf(files: Readonly<Record<string, string>>, options: EngineOptions = {}): RuleEngine {
  const own = Object.entries(files).map(([name, text]) => ({ name, text }));
  const { value, problems } = compileRules({ own });
  assert.deepEqual(problems, []);
  return createEngine(value, options);
}

function idOf(engine: RuleEngine, event: Document, at = 0): string | undefined {
  return engine.match(decode(event), at)?.rule.id;
}

function event(aws: Document): Document {
  return { integration: 'aws', aws };
}

test("the guide's rule fires on an S3 data event, alone and beside a stock-like root", () => {
  for (const files of [{ 'a.xml': guideRule }, { '0350.xml': stockLike, 'local.xml': guideRule }]) {
    const engine = engineOf(files);
    assert.equal(idOf(engine, dataEvent), '119500');
    assert.equal(idOf(engine, { location: 'Wazuh-AWS', data: dataEvent }), '119500', 'as an alert document');
    assert.equal(idOf(engine, event({ ...dataEvent.aws, eventCategory: 'Management' })), floorRule.id);
    assert.equal(idOf(engine, event({ ...dataEvent.aws, eventSource: 'ec2.amazonaws.com' })), floorRule.id);
    const match = engine.match(decode(dataEvent), 0);
    assert.deepEqual(match?.rule.groups, ['aws', 'cloudtrail', 's3', 'data_events']);
    assert.equal(match?.rule.level, 5);
    assert.equal(match?.description, 'AWS CloudTrail S3 Data Event detected');
    assert.equal(match?.noFullLog, false);
    assert.equal(match?.mail, false);
  }
});

test('in strict mode it is silent on what a wodle sends, and fires on a document', () => {
  const engine = engineOf({ '0350.xml': stockLike, 'local.xml': guideRule }, { strict: true });
  assert.equal(idOf(engine, dataEvent), undefined);
  assert.equal(idOf(engineOf({ 'a.xml': guideRule }, { strict: true }), dataEvent), undefined);
  assert.equal(idOf(engine, { location: 'Wazuh-AWS', data: dataEvent }), '119500');
});

const corpus = new URL('../../../shared/data/real_shapes/records.jsonl', import.meta.url);
test('every real shape gets a rule', { skip: existsSync(corpus) ? false : 'no ../shared/data here' }, () => {
  const engine = engineOf({ '0350.xml': stockLike, 'local.xml': guideRule });
  for (const line of readFileSync(corpus, 'utf8').trim().split('\n')) {
    const record = (JSON.parse(line) as { event: Document }).event;
    assert.ok(engine.match(decode(event({ ...record, source: 'cloudtrail' })), 0));
  }
});

test('level 0 without a parent does not silence those after it; below a rule it does, down to the floor', () => {
  const engine = engineOf({ '0350.xml': stockLike });
  const stop = engine.match(decode(event({ eventName: 'StopLogging', userIdentity: { arn: 'me' } })), 0);
  assert.equal(stop?.rule.id, '80202');
  assert.equal(stop?.description, 'StopLogging by me');
  const quiet = engine.match(decode(event({ eventName: 'Quiet', eventSource: 's' })), 0);
  assert.equal(quiet?.rule.id, floorRule.id);
  assert.equal(quiet?.instead?.id, '80204');
  assert.equal(quiet?.description, 'AWS CloudTrail: s Quiet');
  const strict = engineOf({ '0350.xml': stockLike }, { strict: true });
  assert.equal(idOf(strict, event({ eventName: 'Quiet' })), undefined);
  assert.equal(idOf(strict, event({ eventName: 'CreateUser' })), '80202');
});

test('the floor holds CloudTrail events only, and rules below the alert level stand above it nowhere', () => {
  const rules = `<group name="g,"><rule id="100" level="2"><field name="a">x</field><description>low</description></rule>
<rule id="101" level="2"><field name="aws.a">x</field><description>low</description></rule>
<rule id="102" level="1"><field name="aws.b">x</field><options>log_alert</options><description>shown</description></rule>
<rule id="103" level="9"><field name="aws.c">x</field><options>no_log</options><description>hidden</description></rule></group>`;
  const engine = engineOf({ 'a.xml': rules });
  assert.equal(idOf(engine, { foo: 1 }), undefined);
  assert.equal(idOf(engine, { a: 'x' }), '100');
  assert.equal(engine.match(decode({ a: 'x' }), 0)?.alerts, false);
  assert.equal(idOf(engine, event({ a: 'x' })), floorRule.id);
  assert.equal(idOf(engine, event({ b: 'x' })), '102');
  assert.equal(idOf(engine, event({ c: 'x' })), floorRule.id);
  assert.equal(idOf(engine, { integration: 'aws', aws: 'no object' }), undefined);
});

test('siblings: level 0 first, then 16 down to 1, ties in order; the first that speaks wins', () => {
  const rule = (id: number, level: number, more = ''): string =>
    `<rule id="${id}" level="${level}" ${more}><if_sid>100</if_sid><match>x</match><description>d</description></rule>`;
  const order = (...rules: string[]): readonly string[] => {
    const engine = engineOf({
      'a.xml': `<group name="g,"><rule id="100" level="1"><match>x</match><description>d</description></rule>${rules.join('')}</group>`,
    });
    const nothing = decode({ a: 'y x' }, { log: 'x' });
    return engine.explain(nothing, 0).tried.map((tried) => tried.id);
  };
  assert.deepEqual(order(rule(201, 3), rule(202, 9)), ['100', '202']);
  assert.deepEqual(order(rule(201, 3), rule(202, 3)), ['100', '201']);
  assert.deepEqual(order(rule(201, 16), rule(202, 0)), ['100', '202']);
  assert.deepEqual(order(rule(201, 16, 'accuracy="0"'), rule(202, 1)), ['100', '202']);
  assert.deepEqual(order(rule(201, 9, 'noalert="1"'), rule(202, 1)), ['100', '201', '202']);
});

test('an absent field fails a condition, negated or not; an empty one is there', () => {
  const engine = engineOf({
    'a.xml': `<group name="g,"><rule id="100" level="3"><field name="a" negate="yes">x</field><description>d</description></rule></group>`,
  });
  assert.equal(idOf(engine, { b: 1 }), undefined);
  assert.equal(idOf(engine, { a: 'x' }), undefined);
  assert.equal(idOf(engine, { a: '' }), '100');
  assert.equal(idOf(engine, { A: 'y' }), '100');
});

/** One condition → events that satisfy it, events that do not. */
const elements: readonly (readonly [string, readonly Document[], readonly Document[]])[] = [
  ['<decoded_as>json</decoded_as>', [{}], []],
  ['<decoded_as>syslog</decoded_as>', [], [{}]],
  ['<category>syslog</category>', [{}], []],
  ['<category>windows</category>', [], [{}]],
  ['<match>"a": "X"|nope</match>', [{ a: 'x' }], [{ a: 'y' }]],
  ['<match negate="yes">bad</match>', [{ a: 'x' }], [{ a: 'bad' }]],
  ['<regex>"n": \\d+</regex>', [{ n: 5 }], [{ n: 'a' }]],
  ['<regex type="pcre2">"N"</regex>', [{ N: 5 }], [{ n: 5 }]],
  ['<location>wazuh-aws</location>', [{}], []],
  ['<location>^elsewhere</location>', [], [{}]],
  ['<id>^7$</id>', [{ id: 7 }], [{ aws: { id: 7 } }, { id: 17 }, {}]],
  ['<action>drop</action>', [{ action: 'drop' }], [{ action: 'DROP' }]],
  ['<action type="osmatch">drop</action>', [{ action: 'DROP' }], [{ action: 'x' }]],
  ['<user>bob</user>', [{ user: 'bob' }, { dstuser: 'bob' }, { srcuser: 'bob' }], [{ dstuser: 'x', srcuser: 'bob' }]],
  ['<srcip>10.0.0.0/8</srcip>', [{ srcip: '10.1.2.3' }], [{ srcip: '11.0.0.1' }, { srcip: 'no' }, {}]],
  ['<srcip>!10.0.0.0/8</srcip>', [{ srcip: '11.0.0.1' }], [{ srcip: '10.1.2.3' }]],
  [
    '<srcip>1.1.1.1</srcip><srcip>2001:db8::/32</srcip>',
    [{ srcip: '1.1.1.1' }, { srcip: '2001:db8::9' }],
    [{ srcip: '1.1.1.2' }],
  ],
  ['<dstip negate="yes">1.1.1.1</dstip>', [{ dstip: '1.1.1.2' }], [{ dstip: '1.1.1.1' }]],
  ['<hostname>x</hostname>', [], [{ hostname: 'x' }]],
  ['<field name="a" type="osmatch">^x$</field>', [{ a: 'X' }], [{ a: 'xx' }]],
  ['<field name="n">^5000000000.000000$</field>', [{ n: 5000000000 }], [{ n: 5 }]],
  ['<field name="l">"b", 2</field>', [{ l: ['b', 2] }], [{ l: ['2', 'b'] }]],
  [
    '<field name="aws.r.arn">^x$</field>',
    [{ aws: { r: [{ ARN: 'y' }, { ARN: 'x' }] } }, { aws: { r: { ARN: 'x' } } }],
    [{ aws: { r: [{ ARN: 'y' }] } }],
  ],
  [
    '<field name="aws.r.arn" negate="yes">^x$</field>',
    [{ aws: { r: [{ ARN: 'y' }] } }],
    [{ aws: { r: [{ ARN: 'y' }, { ARN: 'x' }] } }, {}],
  ],
  ['<field name="data.srcip">1.1</field>', [{ srcip: '1.1.1.1' }], [{}]],
  ['<field name="srcip">1.1</field>', [{ srcip: '1.1.1.1' }], [{}]],
  ['<field name="decoder.name">json</field>', [{}], []],
  ['<field name="full_log">"q": 1</field>', [{ q: 1 }], [{ q: 2 }]],
  ['<field name="aws.x">1</field>', [{ data: { aws: { x: 1 } } }, { aws: { x: 1 } }], [{ data: { x: 1 } }]],
  ['<time>00:00-12:00</time>', [{}], []],
  ['<time>12:01-23:00</time>', [], [{}]],
  ['<weekday>thursday</weekday>', [{}], []],
  ['<weekday>weekends</weekday>', [], [{}]],
];

for (const [content, yes, no] of elements) {
  test(`element ${content}`, () => {
    const engine = engineOf({
      'a.xml': `<group name="g,"><rule id="100" level="3">${content}<description>d</description></rule></group>`,
    });
    for (const given of yes) assert.equal(idOf(engine, given), '100', `matches ${JSON.stringify(given)}`);
    for (const given of no) assert.equal(idOf(engine, given), undefined, `does not match ${JSON.stringify(given)}`);
  });
}

test('maxsize holds from that length on', () => {
  const engine = engineOf({
    'a.xml': '<group name="g,"><rule id="100" level="3" maxsize="8"><description>d</description></rule></group>',
  });
  assert.equal(idOf(engine, { a: 1 }), '100');
  assert.equal(idOf(engine, {}), undefined);
});

test('descriptions: fields and attributes, nothing for what is absent, raw when too long', () => {
  const engine = engineOf({
    'a.xml':
      '<group name="g,"><rule id="100" level="3"><description>$(id) $(a.b)/$(data.a.b)/$(none).\n$(l)</description></rule></group>',
  });
  const text = (given: Document): string | undefined => engine.match(decode(given), 0)?.description;
  assert.equal(text({ id: 1, a: { b: 'x' }, l: [1, 2] }), '1 x/x/. [1, 2]');
  assert.equal(text({ id: 'y'.repeat(2000) }), '$(id) $(a.b)/$(data.a.b)/$(none).\n$(l)');
});

test('firings are counted an hour', () => {
  const engine = engineOf({ 'a.xml': guideRule });
  const fired = (at: number): number | undefined => engine.match(decode(dataEvent), at)?.firedTimes;
  assert.deepEqual([fired(0), fired(1000), fired(3_599_999), fired(3_600_000)], [1, 2, 3, 1]);
});

test('ignore gives further firings to the parent', () => {
  const engine = engineOf({
    'a.xml': `<group name="g,"><rule id="100" level="3"><match>x</match><description>d</description></rule>
<rule id="101" level="5" ignore="60"><if_sid>100</if_sid><description>d</description></rule></group>`,
  });
  assert.deepEqual(
    [0, 1000, 59_999, 60_000, 61_000].map((at) => idOf(engine, { a: 'x' }, at)),
    ['101', '100', '100', '101', '100'],
  );
});

test('strict mode sees the first 256 fields only', () => {
  const rules = {
    'a.xml':
      '<group name="g,"><rule id="100" level="3"><field name="last">x</field><description>d</description></rule></group>',
  };
  const many = (count: number): Document => ({
    ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v'])),
    last: 'x',
  });
  assert.equal(idOf(engineOf(rules), many(300)), '100');
  assert.equal(idOf(engineOf(rules, { strict: true }), many(300)), undefined);
  assert.equal(idOf(engineOf(rules, { strict: true }), many(255)), '100');
});

test('a log test tells the way and leaves no trace', () => {
  const engine = engineOf({ '0350.xml': stockLike, 'local.xml': guideRule });
  const answer = logtest(engine, decode(event({ ...dataEvent.aws, eventCategory: 'Management' })), 0, false);
  assert.equal(answer.rule?.id, floorRule.id);
  assert.deepEqual(
    answer.tried.map(({ id, depth, outcome, why }) => [id, depth, outcome, why]),
    [
      ['80200', 0, 'silent', 'level 0 without a parent, the search goes on'],
      ['80204', 1, 'failed', 'field aws.eventName is "GetObject", wanted osregex ^Quiet$'],
      ['80202', 1, 'failed', 'field aws.eventName is "GetObject", wanted osregex StopLogging|CreateUser'],
      ['119500', 0, 'failed', 'field data.aws.eventCategory is "Management", wanted osregex Data'],
    ],
  );
  assert.deepEqual(answer.fields[0], ['integration', 'aws']);
  assert.deepEqual(logtest(engine, decode({ url: 'u', a: 1 }), 0, false).fields, [
    ['url', 'u'],
    ['a', '1'],
  ]);
  logtest(engine, decode(dataEvent), 0, false);
  assert.equal(engine.match(decode(dataEvent), 0)?.firedTimes, 1);
  assert.equal(logtest(engine, decode({ foo: 1 }), 0, false).rule, null);
});

test('an expression that gives up is told once, names the rule, and does not match', () => {
  const problems: string[] = [];
  const engine = engineOf(
    {
      'a.xml':
        '<group name="g,"><rule id="100" level="3"><field name="a" type="pcre2" negate="yes">^(?=(a+)+!)</field><description>d</description></rule></group>',
    },
    { problem: (problem) => problems.push(`${problem.place}:${problem.line} ${problem.message}`) },
  );
  assert.equal(idOf(engine, { a: 'a'.repeat(40) }), undefined);
  assert.equal(idOf(engine, { a: 'a'.repeat(41) }), undefined);
  assert.deepEqual(problems, ['a.xml:1 rule 100: the pcre2 "^(?=(a+)+!)" took too many steps and was given up']);
});
