import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../base/document.ts';
import { compileRules } from '../rules/compile.ts';
import type { RuleEngine } from '../rules/engine.ts';
import { createEngine } from '../rules/engine.ts';
import { parseEventTime } from '../trail/event-time.ts';
import type { TrailRecord } from '../trail/record.ts';
import { createJudge } from './judge.ts';

const received = Date.UTC(2026, 10, 23, 12);
const from = {
  bucket: 'lake',
  key: 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/23/x.json.gz',
  version: 'v1',
  sha256: 'abc',
  deliveredAt: received - 1000,
  account: '111122223333',
};

function rules(strict = false, text = ''): () => RuleEngine {
  const engine = createEngine(compileRules({ own: [{ name: 'a.xml', text }] }).value, { strict });
  return () => engine;
}

function record(raw: Record<string, unknown>): TrailRecord {
  const whole = {
    eventVersion: '1.08',
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    awsRegion: 'eu-west-1',
    eventTime: '2026-11-23T11:59:00Z',
    ...raw,
  };
  return { number: 4, id: 'id-1', eventTime: parseEventTime(whole.eventTime), kind: 'cloudtrail', raw: whole };
}

test('a document has the order and fields of Wazuh, and the way back to the record', () => {
  const { event } = createJudge({ engine: rules(), strict: false, drop: new Set() }).prepare(
    record({ userIdentity: { type: 'AWSAccount', principalId: '', accountId: 'anonymous' }, readOnly: true }),
    from,
    's3://lake/x',
    received,
  );
  assert.equal(event?.index, 'wazuh-alerts-4.x-2026.11.23');
  assert.equal(event?.place, 's3://lake/x record 4');
  const document = event?.document ?? {};
  assert.deepEqual(Object.keys(document), [
    'timestamp',
    'rule',
    'agent',
    'manager',
    'id',
    'decoder',
    'data',
    'location',
    '@timestamp',
    'trailhound',
  ]);
  assert.equal(document.timestamp, '2026-11-23T12:00:00.000+0000');
  const expected: Record<string, unknown> = {
    'data.aws.readOnly': 'true',
    'data.aws.region': 'eu-west-1',
    'data.aws.accountId': '111122223333',
    'data.aws.userIdentity.principalId': 'Anonymous',
    'trailhound.anonymous': true,
    'trailhound.clocks.event': '2026-11-23T11:59:00.000Z',
    'trailhound.clocks.delivered': '2026-11-23T11:59:59.000Z',
    'trailhound.clocks.ingested': '2026-11-23T12:00:00.000Z',
    'trailhound.source.record': 4,
    'trailhound.source.sha256': 'abc',
    'rule.id': '119999',
  };
  for (const [path, value] of Object.entries(expected)) assert.deepEqual(at(document, path), value, path);
});

test('only an empty principal of an anonymous caller is filled', () => {
  const cases: [identity: unknown, principal: unknown, anonymous: boolean][] = [
    [{ type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' }, 'Anonymous', true],
    [{ type: 'AWSAccount', accountId: 'anonymous' }, 'Anonymous', true],
    [{ type: 'AWSAccount', principalId: 'AROA1', accountId: 'anonymous' }, 'AROA1', true],
    [{ type: 'AWSAccount', principalId: '', accountId: '111122223333' }, undefined, false],
    [{ type: 'IAMUser', principalId: 'AIDA1', accountId: '111122223333' }, 'AIDA1', false],
    [undefined, undefined, false],
  ];
  for (const [userIdentity, principal, anonymous] of cases) {
    const judge = createJudge({ engine: rules(), strict: false, drop: new Set() });
    const document = judge.prepare(record({ userIdentity }), from, 'o', received).event?.document;
    assert.equal(at(document, 'data.aws.userIdentity.principalId'), principal, JSON.stringify(userIdentity));
    assert.equal(at(document, 'trailhound.anonymous'), anonymous, JSON.stringify(userIdentity));
  }
});

test('older than a day is history', () => {
  const judge = createJudge({ engine: rules(), strict: false, drop: new Set() });
  const document = judge.prepare(record({ eventTime: '2026-11-22T11:59:59Z' }), from, 'o', received).event?.document;
  assert.equal(at(document, 'trailhound.historic'), true);
  assert.equal(at(document, 'timestamp'), '2026-11-22T11:59:59.000+0000');
});

test('strict mode keeps what Wazuh would not alert on in archives; the drop list drops', () => {
  const strict = createJudge({ engine: rules(true), strict: true, drop: new Set() });
  assert.equal(strict.prepare(record({}), from, 'o', received).event?.index, 'wazuh-archives-4.x-2026.11.23');
  const dropping = createJudge({ engine: rules(), strict: false, drop: new Set(['GetObject']) });
  assert.equal(dropping.prepare(record({}), from, 'o', received).event, undefined);
});

test('an id seen before does not ask the rules again unless it must', () => {
  const judge = createJudge({ engine: rules(), strict: false, drop: new Set() });
  const first = judge.prepare(record({}), from, 'o', received).event;
  const second = judge.prepare(record({}), from, 'o', received).event;
  assert.equal(at(first?.document, 'rule.firedtimes'), 1);
  assert.equal(at(second?.document, 'rule'), undefined);
  assert.equal(at(second?.again?.(), 'rule.firedtimes'), 2);
});

test('keys that differ only in case: the first is the field, the other is kept as text', () => {
  const judge = createJudge({ engine: rules(), strict: false, drop: new Set() });
  const { event } = judge.prepare(record({ requestParameters: { host: 'a', Host: 'b' } }), from, 'o', received);
  assert.equal(at(event?.document, 'data.aws.requestParameters.host'), 'a');
  assert.match(JSON.stringify(at(event?.document, 'trailhound.unmapped')), /Host.*b/);
});

test('info, cve and the logs that a composite counted stand in the document', () => {
  const text = `<group name="g,"><rule id="100" level="3"><field name="aws.eventName">Get</field><info>see there</info><cve>CVE-1</cve><description>d</description></rule>
<rule id="200" level="9" frequency="3" timeframe="60"><if_matched_sid>100</if_matched_sid><options>no_full_log</options><description>d</description></rule></group>`;
  const judge = createJudge({ engine: rules(false, text), strict: false, drop: new Set() });
  const documents = [1, 2, 3].map(
    (number) => judge.prepare({ ...record({ n: number }), id: `id-${number}` }, from, 'o', received).event?.document,
  );
  assert.deepEqual([at(documents[0], 'rule.cve'), at(documents[0], 'rule.info')], ['CVE-1', 'see there']);
  assert.equal(at(documents[2], 'rule.id'), '200');
  assert.equal(at(documents[2], 'rule.frequency'), 3);
  const logs = String(at(documents[2], 'previous_output')).split('\n');
  assert.deepEqual(
    logs.map((log) => JSON.parse(log).aws.n),
    [2, 1],
  );
  assert.equal(at(documents[1], 'previous_output'), undefined);
});

test('archived documents always have the full log', () => {
  const text =
    '<group name="g,"><rule id="100" level="2"><options>no_full_log</options><description>d</description></rule></group>';
  const judge = createJudge({ engine: rules(true, text), strict: true, drop: new Set() });
  const { event } = judge.prepare(record({}), from, 'o', received);
  assert.equal(event?.index, 'wazuh-archives-4.x-2026.11.23');
  assert.match(String(event?.document.full_log), /^\{"integration": "aws", /);
  const silent = createJudge({ engine: rules(true), strict: true, drop: new Set() });
  assert.ok(silent.prepare(record({}), from, 'o', received).event?.document.full_log);
});

test('rules count in the time of the event, or of receipt', () => {
  const text = `<group name="g,"><rule id="100" level="3"><description>d</description></rule>
<rule id="200" level="9" frequency="3" timeframe="60"><if_matched_sid>100</if_matched_sid><description>d</description></rule></group>`;
  const times = ['2026-11-23T11:00:00Z', '2026-11-23T11:05:00Z', '2026-11-23T11:10:00Z'];
  for (const [ruleTime, id] of [
    ['event', '100'],
    ['receipt', '200'],
  ] as const) {
    const judge = createJudge({ engine: rules(false, text), strict: false, drop: new Set(), ruleTime });
    const ids = times.map((eventTime, index) =>
      at(
        judge.prepare({ ...record({ eventTime }), id: `id-${index}` }, from, 'o', received).event?.document,
        'rule.id',
      ),
    );
    assert.equal(ids[2], id, ruleTime);
  }
});
