import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Program, serve, temporaryFolder, until } from '../program.ts';
import { makeFeed, randomFrom } from '../records.ts';
import { realEngine } from './engines.ts';
import { all, countedOnce, pause, runsMonitors } from './fleet.ts';
import { startNodes } from './nodes.ts';

/**
 * By hand, as it takes 1.5 GB for the nodes and both cores of a small machine for two minutes (CI has a cluster of one node):
 *
 *     node scripts/build.mjs && node --import tsx --test test/opensearch/three-nodes.ts
 *
 * Three nodes, of which one after the other is killed and comes back, while two processes that know all three read a lake.
 */
test('nodes of a cluster are killed while files come: each event once, each alert once', {
  timeout: 600_000,
}, async (context) => {
  const seed = Number(process.env.TRAILHOUND_SEED ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${seed} (set TRAILHOUND_SEED to repeat it)`);
  const random = randomFrom(seed);
  const nodes = await startNodes(3);
  context.after(() => nodes.stop());
  const folder = temporaryFolder(context);
  const lake = join(folder, 'lake');
  mkdirSync(lake);
  const { counts, feed } = makeFeed(lake, random, 10);
  const engine = ['--engine', nodes.urls.join(',')];
  const start = (place: number): Promise<Program> =>
    serve(['--data', join(folder, `data-${place}`), '--source', lake, ...engine]);
  const fleet = await Promise.all([0, 1].map(start));
  context.after(() => Promise.all(fleet.map((program) => program.kill())));
  const trickle = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      feed(2);
      await pause(1000);
    }
  };
  await trickle(10);
  // The first is the one that both processes talk to.
  for (const place of [0, 1, 2]) {
    await nodes.green(3);
    await trickle(3);
    await nodes.kill(place);
    await trickle(20);
    await nodes.start(place);
    await trickle(3);
  }
  await nodes.green(3);
  const agent = new Agent({ keepAlive: true });
  context.after(() => agent.destroy());
  const real = realEngine(nodes.urls[0] ?? '', agent);
  assert.equal(await until('every event', () => all(real, counts.number), 180_000), counts.number);
  await countedOnce(fleet[0] as Program, counts.anonymous).catch((error) => {
    for (const program of fleet) context.diagnostic(program.output());
    throw error;
  });
  assert.equal(fleet.filter(runsMonitors).length, 1, 'one process runs the monitors');
  context.diagnostic(`3 nodes killed; ${counts.number} records, ${counts.anonymous} anonymous reads`);
});
