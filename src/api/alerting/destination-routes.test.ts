import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAlerting } from '../../alerting/alerting.ts';
import { keptLog } from '../../base/log.ts';
import { virtualClock } from '../../base/virtual-clock.ts';
import { openMemory } from '../../store/memory.ts';
import { startServer } from '../server.suite.ts';

const none = { totalDestinations: 0, destinations: [] };

test('destinations of old are read as none and not written', async (t) => {
  const clock = virtualClock(Date.parse('2026-03-01T12:00:00Z'));
  const store = openMemory({ clock });
  const alerting = await openAlerting({ store, clock, log: keptLog() });
  const { call } = await startServer(t, { clock, services: { store, alerting, clock } });
  for (const base of ['/_plugins/_alerting', '/_opendistro/_alerting']) {
    const cases: readonly (readonly [method: string, path: string, status: number, body?: unknown])[] = [
      ['GET', '/destinations', 200, none],
      ['GET', '/destinations?size=200&startIndex=0&sortString=destination.name.keyword&destinationType=ALL', 200, none],
      ['GET', '/destinations/nope', 200, none],
      ['GET', '/destinations?size=x', 400],
      ['GET', '/destinations?startIndex=-1', 400],
      ['GET', '/destinations?bogus=1', 400],
      ['POST', '/destinations', 405],
      ['PUT', '/destinations/nope', 405],
      ['DELETE', '/destinations/nope', 405],
      ['GET', '/destinations/email_accounts/nope', 404],
      ['HEAD', '/destinations/email_groups/nope', 404],
      ['POST', '/destinations/email_accounts/_search', 200],
      ['GET', '/destinations/email_groups/_search', 200],
    ];
    for (const [method, path, status, body] of cases) {
      const answer = await call(method, `${base}${path}`);
      assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
      if (body !== undefined) assert.deepEqual(answer.body, body, path);
      if (path.endsWith('_search')) assert.deepEqual(answer.body.hits.hits, [], path);
    }
  }
});
