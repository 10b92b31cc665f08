import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAlerting } from '../../alerting/alerting.ts';
import { limits } from '../../base/limits.ts';
import { keptLog } from '../../base/log.ts';
import { virtualClock } from '../../base/virtual-clock.ts';
import { openMemory } from '../../store/memory.ts';
import { startServer } from '../server.suite.ts';

const base = '/_plugins/_alerting';

test('comments on alerts and findings of documents, over HTTP', async (t) => {
  const clock = virtualClock(Date.parse('2026-03-01T12:00:00Z'));
  const store = openMemory({ clock });
  const alerting = await openAlerting({ store, clock, log: keptLog() });
  const { call } = await startServer(t, { clock, services: { store, alerting, clock } });

  await store.createIndex('logs.2026', {});
  const made = await call('POST', `${base}/monitors`, {
    name: 'm',
    monitor_type: 'doc_level_monitor',
    schedule: { period: { interval: 1, unit: 'MINUTES' } },
    inputs: [{ doc_level_input: { indices: ['logs.*'], queries: [{ name: 'q', query: 'a:x', tags: [] }] } }],
    triggers: [
      { document_level_trigger: { name: 't', severity: '1', condition: { script: { source: 'return true' } } } },
    ],
  });
  assert.equal(made.status, 201, made.text);
  await store.write([{ action: 'create', index: 'logs.2026', id: '1', document: { a: 'x' } }]);
  await call('POST', `${base}/monitors/${made.body._id}/_execute`);
  const found = await call('GET', `${base}/findings/_search?searchString=${made.body._id}`);
  assert.equal(found.body.total_findings, 1);
  assert.equal(found.body.findings[0].document_list[0].document, '{"a":"x"}');
  assert.equal((await call('GET', `${base}/findings/_search?size=-1`)).status, 400);
  assert.equal((await call('GET', `${base}/findings/_search?nope=1`)).status, 400);
  const [alert] = (await call('GET', `${base}/monitors/alerts`)).body.alerts;

  const created = await call('POST', `${base}/comments/${alert.id}`, { content: 'seen <b>it</b>' });
  assert.equal(created.status, 201);
  assert.equal(created.headers.get('location'), `${base}/comments/${created.body._id}`);
  assert.deepEqual(created.body.comment, {
    entity_id: alert.id,
    entity_type: 'alert',
    content: 'seen <b>it</b>',
    created_time: clock.now(),
    last_updated_time: null,
    user: null,
  });
  await clock.advance(1000);
  const changed = await call('PUT', `${base}/comments/${created.body._id}`, { content: 'known' });
  assert.equal(changed.status, 200);
  assert.deepEqual([changed.body.comment.content, changed.body.comment.last_updated_time], ['known', clock.now()]);
  const search = await call('POST', `${base}/comments/_search`, { query: { term: { entity_id: alert.id } } });
  assert.deepEqual(
    search.body.hits.hits.map((hit: { _source: { content: string } }) => hit._source.content),
    ['known'],
  );

  const refused: readonly [method: string, path: string, body: unknown, status: number, reason: RegExp][] = [
    ['POST', `${alert.id}`, { content: ' ' }, 400, /^Missing comment content$/],
    ['POST', `${alert.id}`, {}, 400, /^Missing comment content$/],
    ['POST', `${alert.id}`, { content: 'x'.repeat(limits.commentLengthMax + 1) }, 400, /max length of 2000/],
    ['POST', 'nope', { content: 'x' }, 404, /^Alert with nope is not found$/],
    ['PUT', 'nope', { content: 'x' }, 404, /^Comment with nope is not found$/],
    ['DELETE', 'nope', undefined, 404, /^Comment with nope is not found$/],
    ['POST', '_search', undefined, 400, /body is required/],
  ];
  for (const [method, path, body, status, reason] of refused) {
    const answer = await call(method, `${base}/comments/${path}`, body);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    assert.match(answer.body.error.reason, reason);
  }
  const removed = await call('DELETE', `${base}/comments/${created.body._id}`);
  assert.deepEqual([removed.status, removed.body], [200, { _id: created.body._id }]);
  const empty = await call('POST', `${base}/comments/_search`, { query: { match_all: {} } });
  assert.equal(empty.body.hits.total.value, 0);

  const { body } = await call('GET', `${base}/stats`);
  assert.equal(body.trailhound.time_to_detect.alerts, 0, 'its document has no clocks');
});

test('warnings stand beside the monitor, and strict refuses', async (t) => {
  const clock = virtualClock(0);
  const store = openMemory({ clock });
  const alerting = await openAlerting({ store, clock, log: keptLog() });
  const { call } = await startServer(t, { clock, services: { store, alerting, clock } });
  const monitor = {
    name: 'm',
    schedule: { period: { interval: 1, unit: 'MINUTES' } },
    inputs: [{ search: { indices: ['logs-*'], query: { query: { match_all: {} } } } }],
    triggers: [{ name: 't', severity: '1', condition: { script: { source: 'nope' } } }],
  };
  const made = await call('POST', `${base}/monitors`, monitor);
  assert.equal(made.status, 201);
  assert.deepEqual(
    made.body.trailhound.warnings.map(({ path }: { path: string }) => path),
    ['inputs[0].search.query', 'triggers[0].query_level_trigger.condition.script.source'],
  );
  assert.equal(made.body.trailhound.warnings[1].line, 1);
  const strict = await call('POST', `${base}/monitors?trailhound.strict=true`, monitor);
  assert.equal(strict.status, 400);
  assert.match(strict.body.error.reason, /this alert will never end.*does not compile/);
  const put = await call('PUT', `${base}/monitors/${made.body._id}?trailhound.strict=true`, monitor);
  assert.equal(put.status, 400);
  assert.equal((await call('GET', `${base}/monitors/${made.body._id}`)).body._version, 1);
});
