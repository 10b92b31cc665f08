import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from './server.suite.ts';

const cases: readonly (readonly [path: string, left: string])[] = [
  ['/*?expand_wildcards=all', '.trailhound-ledger'],
  ['/_all?expand_wildcards=all', '.trailhound-ledger'],
  ['/.trail*', '.trailhound-ledger events'],
  ['/ev*,.trailhound-*', '.trailhound-ledger'],
  ['/.trailhound-ledger', 'events'],
];

for (const [path, left] of cases) {
  test(`DELETE ${path} leaves ${left}`, async (t) => {
    const { call, store } = await startServer(t);
    for (const index of ['.trailhound-ledger', 'events']) await store.createIndex(index, {});
    const answer = await call('DELETE', path);
    assert.equal(answer.status, 200, answer.text);
    const wildcards = { open: true, closed: true, hidden: true };
    const names = (await store.indices('*,.trailhound*', { wildcards })).map(({ name }) => name);
    assert.equal(names.sort().join(' '), left);
  });
}

test("a client that deletes by query does not reach the program's own documents", async (t) => {
  const { call, store } = await startServer(t);
  await call('PUT', '/.trailhound-ledger/_doc/1', { a: 1 });
  await call('PUT', '/events/_doc/1', { a: 1 });
  await call('POST', '/*/_delete_by_query?expand_wildcards=all', { query: { match_all: {} } });
  assert.ok(await store.get('.trailhound-ledger', '1'));
  assert.equal((await call('GET', '/events/_doc/1')).status, 404);
});
