import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { TestContext } from 'node:test';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type Program, serve, temporaryFolder, until } from '../program.ts';
import { deliver, randomFrom, s3Record } from '../records.ts';
import { clean, type Engine } from './engines.ts';
import { all, countedOnce, filesRead, live, pause, runsMonitors, sum } from './fleet.ts';

export const kills = Number(process.env.TRAILHOUND_KILLS ?? 4);

/** A bucket `lake` and how the program is told to read it. */
export interface SharedLake {
  readonly client: S3Client;
  readonly endpointUrl: string;
  readonly source: string;
}

/** Three processes read one lake into one cluster; then one after the other is killed and started again. */
export async function sharedAndKilled(context: TestContext, real: Engine, lake: SharedLake): Promise<void> {
  const seed = Number(process.env.TRAILHOUND_SEED ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${seed} (set TRAILHOUND_SEED to repeat it)`);
  const random = randomFrom(seed);
  await clean(real);
  const folder = temporaryFolder(context);
  const counts = { records: 0, anonymous: 0, files: 0 };
  const feed = async (files: number, betweenMs = 0): Promise<void> => {
    for (let file = 0; file < files; file++) {
      await pause(betweenMs);
      const records = Array.from({ length: 1 + Math.floor(random() * 5) }, (_, at) =>
        s3Record(counts.records + at, 'GetObject', at === 0 ? 'anonymous' : 'user'),
      );
      counts.records += records.length;
      counts.anonymous++;
      counts.files++;
      const path = deliver(join(folder, 'made'), records);
      const Key = `trail/${relative(join(folder, 'made'), path)}`;
      await lake.client.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: readFileSync(path) }));
    }
  };
  const start = (place: number): Promise<Program> => {
    const source = ['--source', lake.source, '--endpoint-url', lake.endpointUrl, '--region', 'us-east-1'];
    return serve(['--data', join(folder, `data-${place}`), ...source, '--engine', real.url]);
  };
  const fleet = await Promise.all([0, 1, 2].map(start));
  context.after(() => Promise.all(fleet.map((program) => program.kill())));
  await until('all to know each other', async () => ((await live(real)) === 3 ? true : undefined));
  await pause(5000);
  await feed(60, 50);
  await until('every event', () => all(real, counts.records), 60_000);
  await pause(3000);
  const shares = await Promise.all(fleet.map(filesRead));
  context.diagnostic(`${counts.files} objects; read by the three: ${shares.join(', ')}`);
  assert.equal(sum(shares), counts.files, 'each object was read once');
  assert.ok(
    shares.every((files) => files > counts.files / 8),
    'each process read its share',
  );

  let [read, holders] = [0, 0];
  for (let round = 0; round < kills; round++) {
    await feed(5);
    await pause(2000 + random() * 6000);
    const holder = fleet.findIndex(runsMonitors);
    const place = round % 2 === 0 && holder >= 0 ? holder : Math.floor(random() * 3);
    if (place === holder) holders++;
    read += await filesRead(fleet[place] as Program);
    await fleet[place]?.kill();
    await feed(5);
    await pause(random() * 3000);
    fleet[place] = await start(place);
  }
  await feed(5);
  assert.equal(await until('every event', () => all(real, counts.records), 120_000), counts.records);
  await countedOnce(fleet[0] as Program, counts.anonymous);
  read += sum(await Promise.all(fleet.map(filesRead)));
  context.diagnostic(`${kills} kills, ${holders} of the holder; ${counts.files} objects were read ${read} times`);
  assert.ok(read < 1.3 * counts.files, `${counts.files} objects were read ${read} times`);
}
