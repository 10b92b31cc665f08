import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from './server.suite.ts';

test('an unexpected error is logged once and told without its stack', async (t) => {
  const status = (): unknown => {
    throw new Error('the disk\u001b[31m is on fire');
  };
  const { call, log } = await startServer(t, { services: { status } });
  const answer = await call('GET', '/_trailhound/status?error_trace=true');
  assert.equal(answer.status, 500);
  assert.deepEqual(Object.keys(answer.body.error), ['root_cause', 'type', 'reason']);
  assert.doesNotMatch(answer.text, /fire|error\.test/);
  assert.equal(log.lines.length, 1);
  assert.match(log.lines[0] ?? '', /GET \/_trailhound\/status.*unexpected: .*on fire/);
  assert.doesNotMatch(log.lines[0] ?? '', /\u001b/);
});

test('status and problems', async (t) => {
  const problems = () => [
    { place: 'a.json', message: 'first' },
    { place: 'b.json', message: 'second' },
  ];
  const { call } = await startServer(t, { services: { status: () => ({ data: '/d', problems: 7 }), problems } });
  const status = await call('GET', '/_trailhound/status');
  assert.equal(status.body.data, '/d');
  assert.match(status.body.version, /^\d+\.\d+\.\d+$/);
  const { body } = await call('GET', '/_trailhound/problems');
  assert.equal(body.total, 7);
  assert.deepEqual(
    body.problems.map((problem: { place: string }) => problem.place),
    ['b.json', 'a.json'],
  );
});
