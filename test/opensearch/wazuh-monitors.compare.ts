import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { virtualClock } from '../../src/base/virtual-clock.ts';
import { logtestLine } from '../../src/pipeline/logtest.ts';
import { compileRules } from '../../src/rules/compile.ts';
import { createEngine } from '../../src/rules/engine.ts';
import { type Json, root, run } from '../program.ts';
import { s3Record } from '../records.ts';
import { clean, engines } from './engines.ts';

/**
 * What `lint --fix --for wazuh` writes, proved: events go through the written rules in strict mode beside a parent as the stock
 * ruleset has it, and become documents; they are indexed into a real OpenSearch with a template of Wazuh's kind, and the
 * written monitors find exactly the attacks. The monitors as printed do not.
 */
const both = await engines();

/** Wazuh's template in our own words: strings are keywords, no date detection, a list of 602 fields for bare words. */
function wazuhTemplate(): object {
  const listed = [
    ...['rule.description', 'rule.groups', 'rule.id', 'agent.name', 'manager.name', 'decoder.name', 'location'],
    ...'eventName eventSource errorCode errorMessage eventID eventType sourceIPAddress source aws_account_id'
      .split(' ')
      .map((name) => `data.aws.${name}`),
    ...'accessKeyId accountId userName'.split(' ').map((name) => `data.aws.userIdentity.${name}`),
    ...'accessKeyId bucketName groupId name policyName'.split(' ').map((name) => `data.aws.requestParameters.${name}`),
  ];
  while (listed.length < 602) listed.push(`data.other.field${listed.length}`);
  const properties: Record<string, Json> = {};
  for (const name of listed) {
    const steps = name.split('.');
    const last = steps.pop() as string;
    let at = properties;
    for (const step of steps) {
      at[step] ??= { properties: {} };
      at = at[step].properties;
    }
    at[last] = { type: 'keyword' };
  }
  properties.timestamp = { type: 'date', format: 'date_optional_time||epoch_millis' };
  properties.full_log = { type: 'text' };
  properties.rule.properties.level = { type: 'long' };
  properties.data.properties.aws.properties.source_ip_address = { type: 'ip' };
  return {
    index_patterns: ['wazuh-alerts-4.x-*'],
    settings: {
      number_of_shards: 1,
      number_of_replicas: 0,
      'mapping.total_fields.limit': 10000,
      'query.default_field': listed,
    },
    mappings: {
      date_detection: false,
      dynamic_templates: [{ strings: { match_mapping_type: 'string', mapping: { type: 'keyword' } } }],
      properties,
    },
  };
}

const now = Date.UTC(2026, 10, 26, 12);
const grantee = { type: 'Group', URI: 'http://acs.amazonaws.com/groups/global/AllUsers' };
const acl = (parameters: object): Record<string, unknown> =>
  s3Record(1, 'PutBucketAcl', 'user', {
    requestParameters: { bucketName: 'b', ...parameters },
    eventCategory: 'Management',
  });
const accessLog = (more: object): object => ({
  integration: 'aws',
  aws: {
    log_info: { s3bucket: 'logs' },
    requestId: 'r-1',
    ip: '198.51.100.7',
    caller: '-',
    user: '-',
    httpMethod: 'GET',
    resourcePath: '/users',
    status: '200',
    ...more,
    source: 'custom',
  },
});
const rest = (eventName: string): Record<string, unknown> =>
  s3Record(1, eventName, 'user', { eventSource: 'apigateway.amazonaws.com', eventCategory: 'Management' });

/** Monitor file → events it must find; the last list are look-alikes that nobody may find. */
const attacks: Readonly<Record<string, readonly object[]>> = {
  's3-getobject-anonymous.json': [
    s3Record(1, 'GetObject', 'anonymous'),
    s3Record(2, 'GetObject', 'ANONYMOUS_PRINCIPAL'),
  ],
  's3-listbucket-anonymous.json': [s3Record(1, 'ListObjects', 'anonymous')],
  's3-putbucketpolicy.json': [s3Record(1, 'PutBucketPolicy', 'user', { eventCategory: 'Management' })],
  's3-putbucketacl-public.json': [
    acl({ 'x-amz-acl': 'public-read' }),
    acl({ 'x-amz-acl': 'public-read-write' }),
    acl({ AccessControlPolicy: { AccessControlList: { Grant: { Grantee: grantee, Permission: 'READ' } } } }),
    acl({
      AccessControlPolicy: {
        AccessControlList: { Grant: [{ Grantee: { type: 'CanonicalUser', ID: 'x' } }, { Grantee: grantee }] },
      },
    }),
    acl({ 'x-amz-grant-read': 'uri="http://acs.amazonaws.com/groups/global/AllUsers"' }),
  ],
  'apigateway-putrestapi.json': [
    rest('PutRestApi'),
    rest('UpdateRestApi'),
    rest('CreateRestApi'),
    rest('ImportRestApi'),
  ],
  'apigateway-invoke-anonymous.json': [accessLog({}), accessLog({ status: '403' })],
};
const lookAlikes: readonly object[] = [
  s3Record(1, 'GetObject', 'user'),
  s3Record(2, 'PutObject', 'anonymous'),
  s3Record(3, 'ListObjects', 'user'),
  acl({ 'x-amz-acl': 'private' }),
  acl({ 'x-amz-acl': 'aws-exec-read' }),
  acl({ bucketName: 'my-public-read-site' }),
  rest('GetRestApi'),
  accessLog({ caller: 'AIDAEXAMPLE', user: 'AIDAEXAMPLE' }),
  accessLog({ apiKey: 'abc' }),
];

/** A parent of level 0 and a rule for a list of names, as the stock ruleset has them. */
const stock = `<group name="cloud,"><rule id="80200" level="0"><decoded_as>json</decoded_as><field name="integration">aws</field><description>d</description></rule>
<rule id="80202" level="3"><if_sid>80200</if_sid><field name="aws.source">cloudtrail</field><field name="aws.eventName">^PutBucketPolicy$|^CreateUser$</field><description>d</description></rule></group>`;

if (both) {
  const { real } = both;
  const folder = mkdtempSync(join(tmpdir(), 'for-wazuh-'));
  after(() => rmSync(folder, { recursive: true }));
  const index = 'wazuh-alerts-4.x-2026.11.26';
  const rules = join(root, 'content', 'rules');
  const guide = join(root, 'content', 'monitors', 'guide');

  test('the guide as lint --fix --for wazuh writes it works on an unmodified Wazuh', async () => {
    const fixed = await run(['lint', rules, guide, '--fix', '--for', 'wazuh', '--out', folder]);
    assert.equal(fixed.code, 0, fixed.err);
    assert.equal((await run(['lint', folder, '--for', 'wazuh'])).code, 0);
    await clean(real);
    assert.equal((await real.call('PUT', '/_template/wazuh', wazuhTemplate())).status, 200);
    for (const [id, document] of alertDocuments(join(folder, 'rules'))) {
      assert.equal((await real.call('PUT', `/${index}/_doc/${id}`, document)).status, 201, id);
    }
    await real.call('POST', `/${index}/_refresh`);

    for (const [file, events] of Object.entries(attacks)) {
      const wanted = events.map((_, number) => `${file}~${number}`);
      assert.deepEqual(await found(join(folder, 'monitors', file)), wanted, file);
    }
  });

  test('the guide as printed does not', async () => {
    const printed = (file: string): string => join(guide, file);
    for (const file of [
      's3-getobject-anonymous.json',
      's3-listbucket-anonymous.json',
      'apigateway-invoke-anonymous.json',
    ]) {
      assert.deepEqual(await found(printed(file)), [], file);
    }
    assert.equal((await search(printed('s3-putbucketacl-public.json'))).status, 500);
    const some = await found(printed('apigateway-putrestapi.json'));
    assert.deepEqual(some, ['apigateway-putrestapi.json~0']);
  });

  /** What Wazuh would write as alerts: attacks under their monitor's name, look-alikes under theirs. */
  function alertDocuments(rules: string): ReadonlyMap<string, object> {
    const own = readdirSync(rules).map((name) => ({ name, text: readFileSync(join(rules, name), 'utf8') }));
    const { value, problems } = compileRules({ own: [{ name: '0350.xml', text: stock }, ...own] }, { strict: true });
    assert.deepEqual(problems, []);
    const ports = { engine: createEngine(value, { strict: true }), clock: virtualClock(now), strict: true };
    const documents = new Map<string, object>();
    for (const [name, events] of [...Object.entries(attacks), ['look-alike', lookAlikes] as const]) {
      for (const [number, event] of events.entries()) {
        const { alert, document } = logtestLine(JSON.stringify(event), name, number, ports);
        if (name !== 'look-alike') assert.equal(alert, true, `${name} ${number} is an alert of Wazuh's`);
        const { trailhound: _, ...kept } = document ?? {};
        if (alert) documents.set(`${name}~${number}`, kept);
      }
    }
    return documents;
  }

  async function search(file: string): Promise<{ readonly status: number; readonly body: Json }> {
    const { query } = JSON.parse(readFileSync(file, 'utf8').replaceAll('{{period_end}}', String(now + 1000))).inputs[0]
      .search;
    return real.call('POST', `/${index}/_search`, { query: query.query, size: 100 });
  }

  async function found(file: string): Promise<readonly string[]> {
    const { status, body } = await search(file);
    assert.equal(status, 200, JSON.stringify(body));
    return body.hits.hits.map((hit: Json) => hit._id).sort();
  }
}
