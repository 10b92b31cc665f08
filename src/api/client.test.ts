import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, errors } from '@opensearch-project/opensearch';
import { startServer } from './server.suite.ts';

const events = Array.from({ length: 25 }, (_, at) => ({
  id: String(at),
  eventName: at % 5 === 0 ? 'PutBucketAcl' : 'GetObject',
  at,
}));

test('the public JavaScript client works unchanged', async (t) => {
  const { url } = await startServer(t);
  const client = new Client({ node: url, compression: 'gzip' });
  t.after(() => client.close());

  assert.equal((await client.ping()).statusCode, 200);
  assert.equal((await client.info()).body.version.distribution, 'opensearch');
  await client.indices.create({
    index: 'events',
    body: { mappings: { properties: { eventName: { type: 'keyword' }, at: { type: 'long' } } } },
  });
  assert.equal((await client.indices.exists({ index: 'events' })).body, true);
  assert.equal((await client.indices.exists({ index: 'nosuch' })).body, false);

  const stored = await client.helpers.bulk({
    datasource: [...events],
    onDocument: ({ id }) => ({ index: { _index: 'events', _id: id } }),
    refreshOnCompletion: true,
  });
  assert.equal(stored.successful, 25);
  assert.equal(stored.failed, 0);

  const query = { term: { eventName: 'PutBucketAcl' } };
  const found = await client.search({ index: 'events', body: { query, sort: [{ at: 'desc' }] } });
  assert.deepEqual(
    found.body.hits.hits.map((hit) => hit._id),
    ['20', '15', '10', '5', '0'],
  );
  assert.equal((await client.count({ index: 'events', body: { query } })).body.count, 5);
  const several = await client.mget({ index: 'events', body: { ids: ['1', 'nosuch'] } });
  assert.deepEqual(
    several.body.docs.map((entry) => 'found' in entry && entry.found),
    [true, false],
  );
  const both = await client.msearch({
    body: [{ index: 'events' }, { size: 0 }, { index: 'nosuch' }, { size: 0 }],
  });
  assert.deepEqual(
    both.body.responses.map((answer) => ('status' in answer ? answer.status : undefined)),
    [200, 404],
  );

  const ids: unknown[] = [];
  for await (const page of client.helpers.scrollSearch({
    index: 'events',
    body: { size: 10, query: { match_all: {} } },
  })) {
    for (const hit of page.body.hits.hits) ids.push(hit._id);
  }
  assert.deepEqual(
    ids,
    events.map(({ id }) => id),
  );

  await assert.rejects(
    client.index({ index: 'events', id: '1', op_type: 'create', body: { at: 1 } }),
    (error) => error instanceof errors.ResponseError && error.statusCode === 409,
  );
  const updated = await client.update({ index: 'events', id: '1', body: { doc: { at: 100 } } });
  assert.equal(updated.body.result, 'updated');
  assert.equal((await client.delete({ index: 'events', id: '1' })).body.result, 'deleted');
  await assert.rejects(client.get({ index: 'events', id: '1' }), errors.ResponseError);
  assert.equal((await client.cluster.health()).body.number_of_nodes, 1);
  const indices = await client.cat.indices({ format: 'json' });
  assert.deepEqual(
    (indices.body as unknown as { index: string }[]).map(({ index }) => index),
    ['events'],
  );
  await client.indices.delete({ index: 'events' });
});

const root = fileURLToPath(new URL('../../', import.meta.url));
const venv = process.env.TRAILHOUND_VENV ?? join(root, '.venv');
const python = join(venv, 'bin', 'python');
const skip = existsSync(python) ? false : `no Python with opensearch-py in ${venv}: set TRAILHOUND_VENV`;

test('the public Python client works unchanged', { skip }, async (t) => {
  const { url } = await startServer(t);
  const { stdout } = await promisify(execFile)(python, ['-c', walk, url], { timeout: 60_000 });
  assert.equal(stdout.trim(), 'walked');
});

const walk = `
import sys
from opensearchpy import OpenSearch, helpers, exceptions
client = OpenSearch(sys.argv[1], http_compress=True)
assert client.ping()
assert client.info()['version']['distribution'] == 'opensearch'
client.indices.create(index='events', body={'mappings': {'properties': {'eventName': {'type': 'keyword'}, 'at': {'type': 'long'}}}})
assert client.indices.exists(index='events') and not client.indices.exists(index='nosuch')
names = ['PutBucketAcl' if at % 5 == 0 else 'GetObject' for at in range(2500)]
actions = [{'_index': 'events', '_id': str(at), '_source': {'eventName': name, 'at': at}} for at, name in enumerate(names)]
done, failed = helpers.bulk(client, actions, refresh=True)
assert (done, failed) == (2500, []), (done, failed)
query = {'term': {'eventName': 'PutBucketAcl'}}
found = client.search(index='events', body={'query': query, 'size': 3, 'sort': [{'at': 'asc'}]})
assert [hit['_id'] for hit in found['hits']['hits']] == ['0', '5', '10'], found
assert found['hits']['total'] == {'value': 500, 'relation': 'eq'}, found['hits']['total']
assert client.count(index='events', body={'query': query})['count'] == 500
ids = [hit['_id'] for hit in helpers.scan(client, index='events', query={'query': query}, size=90)]
assert ids == [str(at) for at in range(0, 2500, 5)], len(ids)
assert client.mget(index='events', body={'ids': ['1', 'zz']})['docs'][0]['found']
assert [a['status'] for a in client.msearch(body=[{'index': 'events'}, {'size': 0}])['responses']] == [200]
try:
    client.create(index='events', id='1', body={'at': 1})
    raise AssertionError('created twice')
except exceptions.ConflictError:
    pass
try:
    client.get(index='events', id='nosuch')
    raise AssertionError('found what is not there')
except exceptions.NotFoundError:
    pass
assert client.update(index='events', id='1', body={'doc': {'at': 7}})['result'] == 'updated'
assert client.delete(index='events', id='1')['result'] == 'deleted'
client.indices.put_index_template(name='t', body={'index_patterns': ['x-*']})
assert client.indices.exists_index_template(name='t')
client.indices.put_mapping(index='events', body={'properties': {'fresh': {'type': 'keyword'}}})
assert 'fresh' in client.indices.get_mapping(index='events')['events']['mappings']['properties']
assert client.cluster.health()['number_of_nodes'] == 1
assert [row['index'] for row in client.cat.indices(format='json')] == ['events']
assert helpers.bulk(client, [{'_op_type': 'delete', '_index': 'events', '_id': '2'}]) == (1, [])
client.indices.delete(index='events')
print('walked')
`;
