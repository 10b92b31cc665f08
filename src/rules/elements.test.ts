import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { type Attribute, attributes } from './attribute.ts';
import { compileRules } from './compile.ts';
import { decode } from './decoder.ts';
import { createEngine, type EngineOptions, type RuleEngine } from './engine.ts';

/** specs/wazuh.md §5.1 to §5.5, sentence by sentence, where no other table holds it. */

function engineOf(text: string, options: EngineOptions & { readonly lists?: string } = {}): RuleEngine {
  const lists = options.lists === undefined ? [] : [{ name: 'l', text: options.lists }];
  const { value, problems } = compileRules({ own: [{ name: 'a.xml', text }], lists }, options);
  assert.deepEqual(problems, []);
  return createEngine(value, options);
}

function rule(content: string, attributes = 'id="100" level="3"'): string {
  return `<group name="g,"><rule ${attributes}>${content}<description>d</description></rule></group>`;
}

function fires(engine: RuleEngine, event: Document, at = 0): boolean {
  return engine.match(decode(event), at) !== undefined;
}

const keys: Readonly<Record<Attribute, string>> = {
  ...(Object.fromEntries(attributes.map((name) => [name, name])) as Record<Attribute, string>),
  system_name: 'systemname',
};

test('every static attribute has its element: osmatch by default, negate and type as on all; absent fails either way', () => {
  for (const name of attributes) {
    if (['srcip', 'dstip', 'srcuser', 'dstuser', 'action'].includes(name)) continue;
    const key = keys[name];
    const plain = engineOf(rule(`<${name}>^val|other$</${name}>`));
    assert.equal(fires(plain, { [key]: 'VALUE' }), true, name);
    assert.equal(fires(plain, { [key]: 'x-value' }), false, name);
    assert.equal(fires(plain, { aws: { [key]: 'value' } }), false, `${name} below the top is no attribute`);
    const negated = engineOf(rule(`<${name} negate="yes">value</${name}>`));
    assert.equal(fires(negated, { [key]: 'x' }), true, name);
    assert.equal(fires(negated, { [key]: 'a value' }), false, name);
    assert.equal(fires(negated, {}), false, `${name}: absent`);
    assert.equal(fires(engineOf(rule(`<${name} type="osregex">^\\d+$</${name}>`)), { [key]: '12' }), true, name);
    assert.equal(fires(engineOf(rule(`<${name} type="pcre2">^V</${name}>`)), { [key]: 'value' }), false, name);
  }
  for (const name of ['program_name', 'hostname', 'srcgeoip', 'dstgeoip']) {
    assert.equal(fires(engineOf(rule(`<${name} negate="yes">x</${name}>`)), { [name]: 'y' }), false, name);
  }
});

test('all conditions are AND, every field counts, names of fields in any case', () => {
  const engine = engineOf(rule('<field name="A.b">x</field><field name="a.C" negate="yes">y</field><match>q</match>'));
  assert.equal(fires(engine, { a: { B: 'x', c: 'z', q: 1 } }), true);
  assert.equal(fires(engine, { a: { B: 'x', c: 'y', q: 1 } }), false);
  assert.equal(fires(engine, { a: { B: 'x', q: 1 } }), false);
  assert.equal(fires(engine, { a: { B: 'x', c: 'z' } }), false);
});

test('content counts as it stands: spaces are not trimmed, entities are not decoded', () => {
  assert.equal(fires(engineOf(rule('<field name="a"> x</field>')), { a: 'x' }), false);
  assert.equal(fires(engineOf(rule('<field name="a"> x</field>')), { a: 'a x' }), true);
  assert.equal(fires(engineOf(rule('<field name="a">&lt;</field>')), { a: '<' }), false);
  assert.equal(fires(engineOf(rule('<field name="a">\\<b</field>')), { a: '<B' }), true);
});

test('repeated texts are joined without a separator, repeated lists and fields are not', () => {
  assert.equal(fires(engineOf(rule('<match>ab|</match><match>cd</match>')), { a: 'cd' }), true);
  assert.equal(fires(engineOf(rule('<match>ab</match><match>cd</match>')), { a: 'ab' }), false);
  assert.equal(fires(engineOf(rule('<url>/a</url><url>/b</url>')), { url: '/a/b' }), true);
  const lists = engineOf(rule('<list field="a">l</list><list field="b">l</list>'), { lists: 'k:v\n' });
  assert.deepEqual([fires(lists, { a: 'k', b: 'k' }), fires(lists, { a: 'k', b: 'x' })], [true, false]);
  assert.equal(fires(engineOf(rule('<decoded_as>x</decoded_as><decoded_as>json</decoded_as>')), {}), true, 'the last');
});

test('if_sid takes digits, commas and spaces only', () => {
  for (const [text, loads] of [
    ['100', true],
    ['100, 101', true],
    ['100 101', true],
    ['', false],
    ['100\n101', false],
    ['100;101', false],
  ] as const) {
    const own = `<group name="g,"><rule id="100" level="1"><description>d</description></rule>
<rule id="101" level="1"><description>d</description></rule><rule id="102" level="1"><if_sid>${text}</if_sid><description>d</description></rule></group>`;
    assert.equal(compileRules({ own: [{ name: 'a', text: own }] }).value.rules.has('102'), loads, JSON.stringify(text));
  }
});

test('list field= reads every static name; user is the source first, then the destination', () => {
  const lists = 'k:v\n10.:net\n';
  for (const name of attributes.filter((name) => !name.endsWith('user'))) {
    assert.equal(fires(engineOf(rule(`<list field="${name}">l</list>`), { lists }), { [keys[name]]: 'k' }), true, name);
  }
  const user = engineOf(rule('<list field="user">l</list>'), { lists });
  assert.equal(fires(user, { srcuser: 'k', dstuser: 'x' }), true);
  assert.equal(fires(user, { srcuser: 'x', dstuser: 'k' }), false);
  assert.equal(fires(user, { user: 'k' }), true);
  for (const absent of ['hostname', 'program_name']) {
    const not = engineOf(rule(`<list field="${absent}" lookup="not_match_key">l</list>`), { lists });
    assert.equal(fires(not, { [absent]: 'z' }), false, 'a missing field fails, also for not_');
  }
});

test('same_ and different_ know all their names', () => {
  const words = `source_ip srcip dstip src_port srcport dst_port dstport srcuser user location id url srcgeoip dstgeoip
    protocol action data extra_data status system_name`.split(/\s+/);
  const keyOf: Readonly<Record<string, string>> = {
    source_ip: 'srcip',
    src_port: 'srcport',
    dst_port: 'dstport',
    system_name: 'systemname',
  };
  for (const word of words) {
    const text = (
      element: string,
    ): string => `<group name="g,"><rule id="100" level="3"><description>d</description></rule>
<rule id="200" level="9" frequency="2" timeframe="60"><if_matched_sid>100</if_matched_sid><${element} /><description>d</description></rule></group>`;
    const key = keyOf[word] ?? word;
    const play = (element: string, one: string, two: string): string | undefined => {
      const engine = engineOf(text(element));
      engine.match(decode({ [key]: one }, { location: one }), 0);
      return engine.match(decode({ [key]: two }, { location: two }), 0)?.rule.id;
    };
    const never = word.endsWith('geoip');
    assert.equal(play(`same_${word}`, 'a', 'a'), never ? '100' : '200', `same_${word}`);
    assert.equal(play(`same_${word}`, 'a', 'b'), '100', `same_${word}`);
    assert.equal(play(`different_${word}`, 'a', 'b'), '200', `different_${word}`);
    assert.equal(play(`different_${word}`, 'a', 'a'), never ? '200' : '100', `different_${word}`);
    assert.equal(play(`not_same_${word}`, 'a', 'b'), '200', `not_same_${word}`);
  }
});

test('a dynamic name that both lack is different, unless neither event has fields at all', () => {
  const text = `<group name="g,"><rule id="100" level="3"><description>d</description></rule>
<rule id="200" level="9" frequency="2" timeframe="60"><if_matched_sid>100</if_matched_sid><not_same_field>k</not_same_field><description>d</description></rule></group>`;
  const play = (first: Document, second: Document): string | undefined => {
    const engine = engineOf(text);
    engine.match(decode(first), 0);
    return engine.match(decode(second), 0)?.rule.id;
  };
  assert.equal(play({ a: 1 }, { a: 1 }), '200');
  assert.equal(play({ id: 1 }, { a: 1 }), '200');
  assert.equal(play({ id: 1 }, { id: 1 }), '100');
  assert.equal(play({ k: 'x' }, { k: 'x' }), '100');
});

test('same_agent and what else cannot apply is said and costs nothing', () => {
  for (const element of ['same_agent', 'not_same_agent', 'check_diff', 'if_fts', 'compiled_rule']) {
    const { value, problems } = compileRules({ own: [{ name: 'a', text: rule(`<${element}></${element}>`) }] });
    assert.equal(value.rules.size, 1, element);
    assert.deepEqual(
      problems.map(({ message }) => message),
      [`rule 100: <${element}> has no effect here`],
    );
  }
});

test('ignore remembers values, check_if_ignored ends the event silently', () => {
  const engine =
    engineOf(`<group name="g,"><rule id="100" level="5"><field name="what">^scan$</field><ignore>srcip,k</ignore><description>d</description></rule>
<rule id="101" level="3"><field name="what">^login$</field><check_if_ignored>k, srcip</check_if_ignored><description>d</description></rule></group>`);
  const login = (srcip: string): Document => ({ what: 'login', srcip, k: '1' });
  assert.equal(fires(engine, login('1.1.1.1')), true);
  assert.equal(engine.explain(decode({ what: 'scan', srcip: '1.1.1.1', k: '1' }), 0).match?.rule.id, '100');
  assert.equal(fires(engine, login('1.1.1.1')), true, 'looking leaves no trace');
  assert.equal(fires(engine, { what: 'scan', srcip: '1.1.1.1', k: '1' }), true);
  assert.equal(fires(engine, login('1.1.1.1')), false);
  assert.equal(fires(engine, login('1.1.1.2')), true);
  assert.equal(fires(engine, { what: 'login', srcip: '1.1.1.1' }), true, 'another k');
});

test('options: mail, alert and log as Wazuh decides', () => {
  const answer = (level: number, options: string) => {
    const content = options.split(' ').map((option) => (option === '' ? '' : `<options>${option}</options>`));
    const match = engineOf(rule(content.join(''), `id="100" level="${level}"`)).match(decode({}), 0);
    return [match?.mail, match?.alerts, match?.noFullLog];
  };
  assert.deepEqual(answer(2, ''), [false, false, false]);
  assert.deepEqual(answer(2, 'log_alert'), [false, true, false]);
  assert.deepEqual(answer(3, ''), [false, true, false]);
  assert.deepEqual(answer(3, 'alert_by_email'), [true, true, false]);
  assert.deepEqual(answer(12, ''), [true, true, false]);
  assert.deepEqual(answer(12, 'no_email_alert no_log no_full_log no_ar no_counter'), [false, false, true]);
});

test('descriptions know the static names, and only those, as static', () => {
  const names =
    'dstuser srcuser srcip dstip srcport dstport protocol action id url data status extra_data system_name'.split(' ');
  const text = `<group name="g,"><rule id="100" level="3"><description>${names.map((name) => `$(${name})`).join(' ')} $(hostname)|$(nope)</description></rule></group>`;
  const event = Object.fromEntries(
    names.map((name, index) => [name === 'system_name' ? 'systemname' : name, `v${index}`]),
  );
  assert.equal(
    engineOf(text).match(decode(event), 0)?.description,
    `${names.map((_, index) => `v${index}`).join(' ')} |`,
  );
});

test('groups: in strict mode a missing comma glues two names, and if_group sees the glued text', () => {
  const text = `<group name="a,data_events"><rule id="100" level="3"><group>pci_dss_1</group><description>d</description></rule>
<rule id="101" level="5"><if_group>data_eventspci</if_group><description>d</description></rule></group>`;
  const strict = engineOf(text, { strict: true }).match(decode({}), 0);
  assert.deepEqual([strict?.rule.id, strict?.rule.groups], ['101', ['a', 'data_events']]);
  const { value } = compileRules({ own: [{ name: 'a', text }] }, { strict: true });
  assert.deepEqual(value.rules.get('100')?.groups, ['a', 'data_eventspci_dss_1']);
  const kept = compileRules({ own: [{ name: 'a', text }] });
  assert.deepEqual(kept.value.rules.get('100')?.groups, ['a', 'data_events']);
  assert.equal(kept.value.rules.has('101'), false);
});

test('strict mode refuses what Wazuh refuses: a field of a static name', () => {
  const text = rule('<field name="srcip">1</field>');
  assert.equal(compileRules({ own: [{ name: 'a', text }] }).value.rules.size, 1);
  const { value, problems } = compileRules({ own: [{ name: 'a', text }] }, { strict: true });
  assert.equal(value.rules.size, 0);
  assert.match(problems[0]?.message ?? '', /use <srcip>/);
});

test('names of the alert document', () => {
  const outer = { 'manager.name': 'box', 'agent.name': 'box', timestamp: '2026-11-23T00:00:00.000Z' };
  for (const [name, pattern] of [
    ['manager.name', '^box$'],
    ['agent.name', '^box$'],
    ['agent.id', '^000$'],
    ['timestamp', '^2026-11-23'],
    ['decoder.name', '^json$'],
    ['location', '^Wazuh-AWS$'],
    ['full_log', '"q": 1'],
  ] as const) {
    const own = rule(`<field name="${name}">${pattern}</field>`);
    assert.equal(engineOf(own).match(decode({ q: 1 }, { outer }), 0)?.rule.id, '100', name);
    assert.equal(engineOf(own, { strict: true }).match(decode({ q: 1 }, { outer }), 0), undefined, `strict: ${name}`);
  }
});

test('a line that is no JSON has no decoder and no fields, but a text', () => {
  const line = decode({}, { log: 'sshd: failed', decoder: '' });
  assert.equal(engineOf(rule('<match>FAILED</match>')).match(line, 0)?.rule.id, '100');
  assert.equal(engineOf(rule('<decoded_as>json</decoded_as><match>failed</match>')).match(line, 0), undefined);
});

test('mitre: ids, or pairs of a tactic and a technique; pairs win', () => {
  const mitre = (content: string) =>
    compileRules({ own: [{ name: 'a', text: rule(content) }] }).value.rules.get('100')?.mitre;
  const pair = '<mitre><tacticID>TA0001</tacticID><techniqueID>T1078</techniqueID></mitre>';
  assert.deepEqual(mitre('<mitre><id>T1110</id><id>T1530</id></mitre>'), {
    id: ['T1110', 'T1530'],
    tactic: ['Credential Access', 'Collection'],
    technique: ['Brute Force', 'Data from Cloud Storage'],
  });
  assert.deepEqual(mitre(pair), { id: ['T1078'], tactic: ['Initial Access'], technique: ['Valid Accounts'] });
  assert.deepEqual(mitre(`<mitre><id>T1110</id></mitre>${pair}`)?.id, ['T1078']);
});

test('compliance arrays stand in the order of Wazuh', () => {
  const { value } = compileRules({
    own: [
      {
        name: 'a',
        text: rule('<group>tsc_CC1,gdpr_IV_1,pci_dss_2,pci_dss_1,nist_800_53_AC.1,hipaa_x,gpg13_1,cis_9,</group>'),
      },
    ],
  });
  assert.deepEqual(
    JSON.stringify(value.rules.get('100')?.compliance),
    JSON.stringify({
      pci_dss: ['2', '1'],
      cis: ['9'],
      gdpr: ['IV_1'],
      gpg13: ['1'],
      hipaa: ['x'],
      nist_800_53: ['AC.1'],
      tsc: ['CC1'],
    }),
  );
});

test('an ignored firing of a rule without a parent is no alert', () => {
  const engine = engineOf(rule('', 'id="100" level="3" ignore="10"'));
  assert.deepEqual([fires(engine, {}, 0), fires(engine, {}, 9_000), fires(engine, {}, 10_000)], [true, false, true]);
});

test('a composite shows the logs it counted, the newest first', () => {
  const engine =
    engineOf(`<group name="g,"><rule id="100" level="3"><field name="a">x</field><description>d</description></rule>
<rule id="200" level="9" frequency="4" timeframe="60"><if_matched_sid>100</if_matched_sid><description>d</description></rule></group>`);
  const answers = [1, 2, 3, 4].map((n) => engine.match(decode({ a: 'x', n }), 0));
  assert.deepEqual(
    answers.map((match) => match?.earlier?.length),
    [undefined, undefined, undefined, 3],
  );
  assert.deepEqual(answers[3]?.earlier, ['{"a": "x", "n": 3}', '{"a": "x", "n": 2}', '{"a": "x", "n": 1}']);
});

test('a group with another attribute is told, and its rules load', () => {
  const text = rule('').replace('<group name="g,"', '<group name="g," id="1"');
  const { value, problems } = compileRules({ own: [{ name: 'a', text }] });
  assert.equal(value.rules.size, 1);
  assert.match(problems[0]?.message ?? '', /another attribute than name/);
});
