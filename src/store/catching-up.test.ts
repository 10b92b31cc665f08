import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { type EmbeddedStore, openEmbedded } from './embedded.ts';
import { madeAnswers, madeEvents } from './made-events.suite.ts';
import { farBehind } from './segment/feeding.ts';
import type { Store } from './store.ts';

const root = mkdtempSync(join(tmpdir(), 'trailhound-catching-up-'));
after(() => rmSync(root, { recursive: true }));

const clock = virtualClock(Date.UTC(2026, 0, 2));
const open = (dir: string): Promise<EmbeddedStore> => openEmbedded({ dir, clock, log: keptLog() });

const answers = (store: Store): Promise<unknown> => madeAnswers(store, 5000);

test('a store that was killed with a growing segment answers right at once, while it indexes anew, and after', async () => {
  const dir = join(root, 'live');
  const count = 7000;
  assert.ok(count > farBehind);
  const live = await open(dir);
  for (let from = 0; from < count; from += 500) await live.write(madeEvents(from, 500));
  await live.settled();
  const expected = await answers(live);
  // What a kill leaves: the growing segment was in memory only.
  const killed = join(root, 'killed');
  cpSync(dir, killed, { recursive: true, filter: (from) => from !== join(dir, 'lock') });
  await live.close();

  const store = await open(killed);
  let ready = false;
  const waited = store.ready().then(() => {
    ready = true;
  });
  assert.deepEqual(await answers(store), expected, 'before anything is indexed');
  assert.equal(ready, false, 'monitors leave the loop to whoever asks');
  const [again, conflicts] = await Promise.all([answers(store), store.write(madeEvents(count - 300, 300))]);
  assert.deepEqual(again, expected);
  assert.ok(conflicts.every((result) => 'error' in result && result.error === 'conflict'));
  const settled = store.settled();
  assert.deepEqual(await answers(store), expected, 'while it is indexed');
  await settled;
  await waited;
  assert.deepEqual(await answers(store), expected, 'after that');
  await store.write(madeEvents(count, 100));
  const { total } = await store.search('logs-*', parseSearchBody({ size: 0, track_total_hits: true }));
  assert.equal(total, count + 100);
  await store.close();
});

test('a search that somebody waits for ends before shorter ones that nobody waits for, and those end too', async () => {
  const dir = join(root, 'order');
  const first = await open(dir);
  for (let from = 0; from < 7000; from += 500) await first.write(madeEvents(from, 500));
  const killed = join(root, 'order-killed');
  cpSync(dir, killed, { recursive: true, filter: (from) => from !== join(dir, 'lock') });
  await first.close();
  // Without an index each document is read: that takes many slices.
  const store = await open(killed);
  const ended: string[] = [];
  const ask = async (name: string, background: boolean, clauses: number): Promise<void> => {
    const words = Array.from({ length: clauses }, (_, n) => ({ match: { who: `${name} session7${n}` } }));
    const { total } = await store.search('logs-*', parseSearchBody({ query: { bool: { should: words } } }), {
      background,
    });
    ended.push(`${name} ${total}`);
  };
  const monitors = ['a', 'b', 'c'].map((name) => ask(name, true, 1));
  await Promise.all([...monitors, ask('asked', false, 4)]);
  assert.equal(ended[0], 'asked 0', `${ended}`);
  assert.deepEqual([...ended].sort(), ['a 0', 'asked 0', 'b 0', 'c 0']);
  await store.close();
});
