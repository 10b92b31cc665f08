import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Json, type Program, serve, temporaryFolder, until } from '../program.ts';
import { deliver, eventId, s3Record } from '../records.ts';
import { clean, realEngine, realUrl } from './engines.ts';

/**
 * A cluster that Wazuh uses: its legacy template for wazuh-alerts-4.x-*, an index of today with three shards, one of yesterday.
 * Ours stand beside them, the guide's monitors see both, and nothing of theirs is changed.
 */
const wazuhTemplate = {
  order: 0,
  index_patterns: ['wazuh-alerts-4.x-*', 'wazuh-archives-4.x-*'],
  settings: {
    'index.number_of_shards': '3',
    'index.number_of_replicas': '0',
    'index.mapping.total_fields.limit': 10000,
  },
  mappings: {
    date_detection: false,
    dynamic_templates: [{ strings: { match_mapping_type: 'string', mapping: { type: 'keyword' } } }],
    properties: {
      timestamp: { type: 'date' },
      data: { properties: { aws: { properties: { source: { type: 'keyword' } } } } },
    },
  },
};
const today = new Date().toISOString().slice(0, 10).replaceAll('-', '.');
const theirs = [`wazuh-alerts-4.x-${today}`, 'wazuh-alerts-4.x-2024.01.01'];

const url = await realUrl();
if (url !== undefined) {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());
  const { call } = realEngine(url, agent);
  const get = async (path: string): Promise<Json> => (await call('GET', path)).body;
  /** All that an administrator of theirs could look at. */
  const state = async (): Promise<Json> => ({
    template: await get('/_template/wazuh'),
    indices: await get(`/${theirs.join(',')}`),
    documents: (await get(`/${theirs.join(',')}/_search?size=1000&sort=_id&version=true`)).hits.hits,
  });

  async function begin(context: { after(done: () => void): void }): Promise<{ lake: string; program: Program }> {
    const folder = temporaryFolder(context);
    const lake = join(folder, 'lake');
    mkdirSync(lake);
    const program = await serve(['--data', join(folder, 'data'), '--source', lake, '--engine', url as string]);
    context.after(() => program.kill());
    return { lake, program };
  }

  test('beside Wazuh nothing of its is changed, and the guide sees both', { timeout: 120_000 }, async (context) => {
    await clean(realEngine(url, agent));
    assert.equal((await call('PUT', '/_template/wazuh', wazuhTemplate)).status, 200);
    for (const index of theirs)
      await call('PUT', `/${index}/_doc/old`, { timestamp: new Date().toISOString(), rule: { id: '1' } });
    await call('POST', '/_refresh');
    const before = await state();

    const { lake, program } = await begin(context);
    deliver(lake, [s3Record(1, 'GetObject', 'anonymous'), s3Record(2, 'GetObject', 'user')]);
    const alerts = async (): Promise<Json[]> =>
      (await program.call('GET', '/_plugins/_alerting/monitors/alerts?size=100')).body.alerts.filter(
        (alert: Json) => alert.monitor_name === 'S3 GetObject from Anonymous Principal',
      );
    await until('the alert', async () => ((await alerts())[0]?.trailhound.total === 1 ? true : undefined));
    assert.deepEqual(await state(), before);
    const { body } = await program.call('GET', `/wazuh-alerts-4.x-trailhound-${today}/_doc/${eventId(1)}`);
    assert.equal(body._source.trailhound.anonymous, true);
    const mapping = await get(`/wazuh-alerts-4.x-trailhound-${today}`);
    assert.equal(Object.values<Json>(mapping)[0].settings.index.query.default_field[0], 'trailhound.text');

    // What Wazuh itself writes, over three shards, is counted too: once each.
    const lines = Array.from({ length: 30 }, (_, number) => {
      const aws = {
        eventSource: 's3.amazonaws.com',
        eventName: 'GetObject',
        userIdentity: { principalId: 'Anonymous' },
      };
      const document = { timestamp: new Date().toISOString(), data: { aws: { ...aws, source: 'cloudtrail' } } };
      return `{"index":{"_id":"wazuh-${number}"}}\n${JSON.stringify(document)}\n`;
    });
    for (const part of [lines.slice(0, 11), lines.slice(11, 12), lines.slice(12)]) {
      const bulk = await call('POST', `/wazuh-alerts-4.x-${today}/_bulk`, part.join(''));
      assert.equal(bulk.body.errors, false, bulk.text);
    }
    await until('all of them', async () => ((await alerts())[0]?.trailhound.total >= 31 ? true : undefined));
    await new Promise((done) => setTimeout(done, 2500));
    assert.equal((await alerts())[0]?.trailhound.total, 31);
  });

  test('what a mapping refuses is kept as text, none is lost', { timeout: 120_000 }, async (context) => {
    await clean(realEngine(url, agent));
    const { lake, program } = await begin(context);
    const bodies: readonly object[] = [
      { key: 'a text' },
      { key: { inner: 'value' } },
      { key: [{ inner: 1 }, 'text'] },
      { 'a..b': 1, '.c': 2, 'd.': 3, '': 4, ' ': 5, '.': 6 },
      JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}'),
      JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`),
      { list: ['x', 1, true, null, { a: 1 }, [['nested']]] },
      { long: 'x'.repeat(40_000) },
      { lone: '\ud800', '\udc00': 'key' },
      { _id: 'x', _source: { a: 1 }, _index: 1 },
      Object.fromEntries(Array.from({ length: 12_000 }, (_, number) => [`field${number}`, number])),
      { bucketPolicy: 'text where an object is due' },
      { bucketPolicy: { Statement: [{ Principal: '*' }] } },
      { tags: ['a', 'b'] },
      { tags: { 'a.b': 'c', a: 'd' } },
      { eventTime: { not: 'a date' }, sourceIPAddress: { not: 'an address' } },
    ];
    const records = bodies.map((requestParameters, number) =>
      s3Record(number, 'GetObject', 'anonymous', { requestParameters }),
    );
    // A type of its own for fields of the record itself.
    records.push(s3Record(bodies.length, 'GetObject', 'anonymous', { additionalEventData: 'text', resources: 'none' }));
    for (const record of records) deliver(lake, [record]);
    const found = await until('every event', async () => {
      await call('POST', '/wazuh-*/_refresh');
      const body = await get('/wazuh-alerts-4.x-*/_search?size=100&q=data.aws.userIdentity.principalId:Anonymous');
      return body.hits?.hits.length >= records.length ? (body.hits.hits as readonly Json[]) : undefined;
    });
    assert.deepEqual(found.map(({ _id }) => _id).sort(), records.map((_, number) => eventId(number)).sort());
    const aside = found.filter(({ _source }) => _source.trailhound.unmapped !== undefined);
    assert.ok(aside.length >= 5 && aside.length < records.length, `${aside.length} have parts aside`);
    const { body } = await program.call('GET', '/_trailhound/problems');
    const vague = body.problems.filter(({ message }: Json) => /the bodies of the record|main fields/.test(message));
    assert.deepEqual(
      vague.map(({ message }: Json) => message.replace(/;.*/, '')),
      ['Limit of total fields [10000] has been exceeded'],
      'all others set aside one field',
    );
  });
}
