import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Program, serve, temporaryFolder, until } from '../program.ts';
import { makeFeed, randomFrom } from '../records.ts';

/** SIGKILL at any moment loses nothing that was acknowledged, loses no alert, doubles nothing. */

const kills = 25;
const getObject = 'S3 GetObject from Anonymous Principal';

test(`the real program is killed ${kills} times at random points`, { timeout: 600_000 }, async (context) => {
  const seed = Number(process.env.TRAILHOUND_SEED ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${seed} (set TRAILHOUND_SEED to repeat it)`);
  const random = randomFrom(seed);
  const folder = temporaryFolder(context);
  const lake = join(folder, 'lake');
  const data = join(folder, 'data');
  mkdirSync(lake);

  const { counts, feed } = makeFeed(lake, random, 40);

  const acknowledged = new Set<string>();
  for (let round = 0; round < kills; round++) {
    feed(5);
    const program = await serve(['--data', data, '--source', lake]);
    const writing = writeUntilKilled(program, round, acknowledged);
    await new Promise((done) => setTimeout(done, random() * 1500));
    if (random() < 0.5) feed(3);
    await new Promise((done) => setTimeout(done, random() * 700));
    await program.kill();
    await writing;
  }

  const program = await serve(['--data', data, '--source', lake]);
  context.after(() => program.stop());
  const stored = await until('every event', async () => {
    const { body } = await program.call('GET', '/wazuh-alerts-4.x-*/_count');
    return body.count >= counts.number ? (body.count as number) : undefined;
  });
  assert.equal(stored, counts.number, 'each record is one document');
  const found = await program.call('POST', '/clients/_search', {
    size: 10_000,
    query: { match_all: {} },
    _source: false,
  });
  const kept = new Set((found.body.hits?.hits ?? []).map((hit: { _id: string }) => hit._id));
  assert.deepEqual(
    [...acknowledged].filter((id) => !kept.has(id)),
    [],
    'acknowledged documents of a client',
  );

  // On a busy machine a run takes a second, and the next one waits for twenty times as long: but for the schedule's minute at most.
  const total = await until(
    'every anonymous read in an alert',
    async () => {
      const { body } = await program.call('GET', '/_plugins/_alerting/monitors/alerts?size=1000');
      const counted = body.alerts
        .filter((alert: { monitor_name: string }) => alert.monitor_name === getObject)
        .reduce((sum: number, alert: { trailhound: { total: number } }) => sum + alert.trailhound.total, 0);
      return counted >= counts.anonymous ? (counted as number) : undefined;
    },
    90_000,
  );
  await new Promise((done) => setTimeout(done, 2000));
  assert.equal(total, counts.anonymous, 'each anonymous read is counted in exactly one alert');
  context.diagnostic(
    `${kills} kills, ${counts.number} records, ${counts.anonymous} anonymous reads, ${acknowledged.size} acknowledged client documents`,
  );
});

/** A client that writes documents one bulk after the other and notes what was acknowledged. */
async function writeUntilKilled(program: Program, round: number, acknowledged: Set<string>): Promise<void> {
  try {
    for (let bulk = 0; ; bulk++) {
      const ids = [0, 1, 2].map((part) => `${round}-${bulk}-${part}`);
      const lines = ids.map((id) => `{"create":{"_index":"clients","_id":"${id}"}}\n{"text":"${id}"}\n`).join('');
      const { body } = await program.call('POST', '/_bulk', lines);
      for (const item of body.items) if (item.create.status === 201) acknowledged.add(item.create._id);
      await new Promise((done) => setTimeout(done, 10));
    }
  } catch {
    // The kill cut the connection: what was not answered was not acknowledged.
  }
}
