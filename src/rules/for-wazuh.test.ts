import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { compileRules } from './compile.ts';
import { decode } from './decoder.ts';
import { createEngine } from './engine.ts';
import { rulesForWazuh } from './for-wazuh.ts';
import { lintRules } from './lint.ts';

const content = (name: string): string => readFileSync(new URL(`../../content/rules/${name}`, import.meta.url), 'utf8');
const guide = { name: '0500-guide.xml', text: content('0500-guide-s3-data-events.xml') };
/** As the stock ruleset has it: a parent of level 0 and a rule for watched names. */
const stock = {
  name: '0350-stock.xml',
  text: `<group name="cloud,"><rule id="80200" level="0"><decoded_as>json</decoded_as><field name="integration">aws</field><description>d</description></rule>
<rule id="80202" level="3"><if_sid>80200</if_sid><field name="aws.source">cloudtrail</field><field name="aws.eventName">PutBucketPolicy|PutBucketAcl</field><description>d</description></rule></group>`,
};

const read = {
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  eventCategory: 'Data',
  source: 'cloudtrail',
} satisfies Document;

function strictId(text: string, aws: Document): string | undefined {
  const { value, problems } = compileRules({ own: [stock, { name: 'local_rules.xml', text }] }, { strict: true });
  assert.deepEqual(problems, []);
  return createEngine(value, { strict: true }).match(decode({ integration: 'aws', aws }), 0)?.rule.id;
}

test("the guide's rule, written for Wazuh, fires in strict mode beside the stock root; as printed it does not", () => {
  const fixed = rulesForWazuh(guide) ?? '';
  assert.equal(strictId(guide.text, read), undefined);
  assert.equal(strictId(fixed, read), '119500');
  assert.equal(strictId(fixed, { ...read, eventCategory: 'Management' }), undefined);
  assert.equal(strictId(fixed, { ...read, eventSource: 'ec2.amazonaws.com' }), undefined);
  assert.equal(strictId(fixed, { ...read, eventCategory: 'Management', eventName: 'PutBucketAcl' }), '80202');
  const shipped = [{ name: '0350-aws-events.xml', text: content('0350-aws-events.xml') }];
  assert.deepEqual(lintRules({ shipped, own: [{ name: 'local_rules.xml', text: fixed }] }, { for: 'wazuh' }), []);
  assert.equal(rulesForWazuh({ name: 'x.xml', text: fixed }), undefined, 'nothing is left to do');
});

test('what is changed, and what is not', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['<field name="data.aws.x" negate="yes">1</field>', '<field name="aws.x" negate="yes">1</field>'],
    ['<field negate="yes" name=\'data.aws.x\'>1</field>', '<field name="aws.x" negate="yes">1</field>'],
    ['<field name="location">^Wazuh</field>', '<location type="osregex">^Wazuh</location>'],
    ['<field name="data.srcip">1.1.1.1</field>', '<srcip>1.1.1.1</srcip>'],
    ['<field name="url">\\d+</field>', '<url type="osregex">\\d+</url>'],
    ['<list field="data.aws.x">l</list>', '<list field="aws.x">l</list>'],
    ['<same_field>data.aws.x</same_field>', '<same_field>aws.x</same_field>'],
    ['<description>$(data.aws.x) of data.y</description>', '<description>$(aws.x) of data.y</description>'],
    ['<!-- <field name="data.x">1</field> -->', '<!-- <field name="data.x">1</field> -->'],
  ];
  for (const [written, wanted] of cases) {
    const text = (inner: string): string => `<group name="g,"><rule id="1000" level="0">${inner}</rule></group>`;
    assert.equal(rulesForWazuh({ name: 'a.xml', text: text(written) }) ?? text(written), text(wanted));
  }
});
