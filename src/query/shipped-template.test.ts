import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { compileQuery, requiredTerms } from './compile.ts';
import { mapDocument } from './document-mapping.ts';
import { parseMapping } from './mapping.ts';
import { parseQuery } from './parse.ts';
import { publicGrants } from './public-grants.suite.ts';
import { resolveTemplates } from './templates.ts';
import { eachTerm } from './terms.ts';

const content = new URL('../../content/', import.meta.url);
const read = (path: string): Document => JSON.parse(readFileSync(new URL(path, content), 'utf8'));
const template = { name: 'wazuh-alerts', legacy: false, body: read('templates/wazuh-alerts.json') };
const { settings, mappings } = resolveTemplates([template], 'wazuh-alerts-4.x-2024.05.01');
test('the guide finds exactly the public grants under the shipped template', () => {
  const query = parseQuery({ query_string: { query: 'AllUsers OR public-read OR PublicRead' } });
  for (const [name, expected, requestParameters] of publicGrants) {
    const source = { data: { aws: { eventName: 'PutBucketAcl', requestParameters } } };
    const mapped = mapDocument(parseMapping(mappings, settings), source);
    assert.ok('mapping' in mapped, name);
    const matches = compileQuery(query, mapped.mapping, 0)({ index: 'i', id: '1', version: 1, seqNo: 0, source });
    assert.equal(matches, expected, name);
    const required = requiredTerms(query, mapped.mapping);
    assert.notEqual(required, 'none-known');
    const terms = new Set<string>();
    eachTerm(mapped.mapping, source, (field, term) => terms.add(`${field}=${term}`));
    const possible =
      required !== 'none-known' &&
      required.every(({ field, anyOf }) => anyOf.some((term) => terms.has(`${field}=${term}`)));
    assert.equal(possible, expected, `required terms of ${name}`);
  }
});

test('logs that stand in a document are not searched: words of earlier events must not wake a monitor', () => {
  const query = parseQuery({ query_string: { query: 'AllUsers OR public-read OR PublicRead' } });
  const source = {
    full_log: '"x-amz-acl": "public-read"',
    previous_output: 'AllUsers',
    data: { aws: { eventName: 'x' } },
  };
  const mapped = mapDocument(parseMapping(mappings, settings), source);
  assert.ok('mapping' in mapped);
  assert.equal(compileQuery(query, mapped.mapping, 0)({ index: 'i', id: '1', version: 1, seqNo: 0, source }), false);
});

test('a document whose fields are known gives the same mapping back', () => {
  const source = {
    data: { aws: { requestParameters: { a: ['x', 'y'], n: 5, deep: [{ b: true }] }, tags: { 'a.b': 'c' } } },
  };
  const first = mapDocument(parseMapping(mappings, settings), source);
  assert.ok('mapping' in first);
  const again = mapDocument(first.mapping, source);
  assert.ok('mapping' in again);
  assert.equal(again.mapping, first.mapping);
});

for (const name of [
  's3-getobject-anonymous',
  's3-listbucket-anonymous',
  's3-putbucketacl-public',
  's3-putbucketpolicy',
  'apigateway-invoke-anonymous',
  'apigateway-putrestapi',
]) {
  test(`the guide's monitor ${name} compiles and tells its required event name`, () => {
    const monitor = read(`monitors/guide/${name}.json`) as { inputs: { search: { query: { query: unknown } } }[] };
    const query = parseQuery(monitor.inputs[0]?.search.query.query);
    const source = {
      data: { aws: { eventName: 'x', eventSource: 'y', userIdentity: { type: 'z', principalId: 'p' } } },
    };
    const mapped = mapDocument(parseMapping(mappings, settings), source);
    assert.ok('mapping' in mapped);
    compileQuery(query, mapped.mapping, 0);
    const required = requiredTerms(query, mapped.mapping);
    assert.ok(required !== 'none-known' && required.some(({ field }) => field === 'data.aws.eventName'));
  });
}
