import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { publicGrants } from '../../src/query/public-grants.suite.ts';
import { root } from '../program.ts';
import { clean, engines } from './engines.ts';

/** The template that ships, on both engines: the guide's query finds exactly the grants to everybody. */
const both = await engines();
const read = (path: string): unknown => JSON.parse(readFileSync(`${root}/content/${path}`, 'utf8'));

for (const engine of both ? [both.real, both.ours] : []) {
  test(`${engine.name}: the guide finds exactly the public grants under the shipped template`, async () => {
    await clean(engine);
    const put = await engine.call('PUT', '/_index_template/wazuh-alerts', read('templates/wazuh-alerts.json'));
    assert.equal(put.status, 200, put.text);
    const lines = publicGrants.map(
      ([name, , requestParameters]) =>
        `${JSON.stringify({ index: { _id: name } })}\n${JSON.stringify({
          data: { aws: { eventSource: 's3.amazonaws.com', eventName: 'PutBucketAcl', requestParameters } },
        })}\n`,
    );
    const index = 'wazuh-alerts-4.x-2024.05.01';
    const bulk = await engine.call('POST', `/${index}/_bulk?refresh=true`, lines.join(''));
    assert.equal(bulk.body.errors, false, bulk.text);
    const monitor = read('monitors/guide/s3-putbucketacl-public.json') as {
      readonly inputs: readonly [{ readonly search: { readonly query: object } }];
    };
    const found = await engine.call('POST', '/wazuh-alerts-4.x-*/_search', {
      ...monitor.inputs[0].search.query,
      size: 100,
    });
    assert.equal(found.status, 200, found.text);
    const ids = found.body.hits.hits.map(({ _id }: { readonly _id: string }) => _id).sort();
    const wanted = publicGrants.filter(([, isPublic]) => isPublic).map(([name]) => name);
    assert.deepEqual(ids, wanted.sort());
  });
}
