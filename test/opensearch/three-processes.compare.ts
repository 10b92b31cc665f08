import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Program, serve, temporaryFolder, until } from '../program.ts';
import { deliver, makeFeed, randomFrom, s3Record } from '../records.ts';
import { clean, realEngine, realUrl } from './engines.ts';
import { all, countedOnce, filesRead, live, pause, runsMonitors, sum } from './fleet.ts';

/**
 * Three processes read one lake into one cluster; every few seconds one of them is killed, the one that runs the monitors among
 * them, and started again. In the end each event is one document and is counted in exactly one alert.
 */
const kills = Number(process.env.TRAILHOUND_KILLS ?? 5);
const url = await realUrl();
if (url !== undefined) {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());
  const real = realEngine(url, agent);

  test('three processes share out the files of one lake', { timeout: 240_000 }, async (context) => {
    await clean(real);
    const folder = temporaryFolder(context);
    const lake = join(folder, 'lake');
    mkdirSync(lake);
    const { counts, feed } = makeFeed(lake, randomFrom(1), 3);
    const start = (place: number): Promise<Program> =>
      serve(['--data', join(folder, `data-${place}`), '--source', lake, '--engine', url]);
    const fleet = await Promise.all([0, 1, 2].map(start));
    context.after(() => Promise.all(fleet.map((program) => program.kill())));
    await until('all to know each other', async () => ((await live(real)) === 3 ? true : undefined));
    await pause(5000);
    for (let turn = 0; turn < 20; turn++) {
      feed(10);
      await pause(200);
    }
    await until('every event', () => all(real, counts.number), 120_000);
    await pause(3000);
    const read = await Promise.all(fleet.map(filesRead));
    const there = filesIn(lake);
    context.diagnostic(`${there} files; read by the three: ${read.join(', ')}`);
    assert.equal(sum(read), there, 'each file was read once');
    assert.ok(
      read.every((files) => files > there / 6),
      'each process read its share',
    );

    // What is there already is not read again by one who comes later.
    const late = await start(3);
    fleet.push(late);
    await until('all to know the fourth', async () => ((await live(real)) === 4 ? true : undefined));
    await pause(8000);
    assert.equal(await filesRead(late), 0);
    feed(40);
    await until('the rest', () => all(real, counts.number), 60_000);
    await pause(2000);
    const more = await Promise.all(fleet.map(filesRead));
    context.diagnostic(`with a fourth ${filesIn(lake)} files; read: ${more.join(', ')}`);
    assert.equal(sum(more), filesIn(lake));
    assert.ok((more[3] ?? 0) > 0, 'the fourth has a share');
  });

  test('rules that count see all events in one process, and in another when it was killed', {
    timeout: 240_000,
  }, async (context) => {
    await clean(real);
    const folder = temporaryFolder(context);
    const lake = join(folder, 'lake');
    mkdirSync(lake);
    const rules = join(folder, 'counting.xml');
    writeFileSync(
      rules,
      `<group name="local,"><rule id="100200" level="12" frequency="5" timeframe="3600">
        <if_matched_sid>119500</if_matched_sid><description>Five reads</description></rule></group>`,
    );
    const start = (place: number): Promise<Program> =>
      serve(['--data', join(folder, `data-${place}`), '--source', lake, '--engine', url, '--rules', rules]);
    const fleet = [await start(0), await start(1), await start(2)];
    context.after(() => Promise.all(fleet.map((program) => program.kill())));
    assert.match(fleet[0]?.output() ?? '', /1 rule \(100200\) look/);
    let number = 0;
    const five = async (): Promise<void> => {
      for (let file = 0; file < 5; file++) deliver(lake, [s3Record(number++, 'GetObject', 'user')]);
      await until('five more', () => all(real, number), 60_000);
    };
    const fired = async (): Promise<number> =>
      (await real.call('GET', '/wazuh-alerts-4.x-*/_count?q=rule.id:100200')).body.count;
    await five();
    assert.equal(await fired(), 1);
    await five();
    assert.equal(await fired(), 2);
    const read = await Promise.all(fleet.map(filesRead));
    assert.deepEqual(read, [10, 0, 0], 'who came first reads');
    await fleet[0]?.kill();
    fleet.shift();
    await five();
    assert.equal(await fired(), 3);
    assert.deepEqual(await Promise.all(fleet.map(filesRead)), [5, 0]);
  });

  test(`three processes, one killed every few seconds: ${kills} kills`, { timeout: 400_000 }, async (context) => {
    const seed = Number(process.env.TRAILHOUND_SEED ?? Date.now() % 1_000_000);
    context.diagnostic(`seed ${seed} (set TRAILHOUND_SEED to repeat it)`);
    const random = randomFrom(seed);
    await clean(real);
    const folder = temporaryFolder(context);
    const lake = join(folder, 'lake');
    mkdirSync(lake);
    const fleet: Program[] = [];
    const start = (place: number): Promise<Program> =>
      serve(['--data', join(folder, `data-${place}`), '--source', lake, '--engine', url]);
    context.after(() => Promise.all(fleet.map((program) => program.kill())));

    const { counts, feed } = makeFeed(lake, random, 20);
    feed(3);
    // Together, as machines start after a power cut.
    fleet.push(...(await Promise.all([0, 1, 2].map(start))));
    let holders = 0;
    let read = 0;
    for (let round = 0; round < kills; round++) {
      feed(4);
      await pause(random() * 3000);
      feed(2);
      const holder = fleet.findIndex((program) => runsMonitors(program));
      const place = round % 2 === 0 && holder >= 0 ? holder : Math.floor(random() * 3);
      if (place === holder) holders++;
      read += await filesRead(fleet[place] as Program);
      await fleet[place]?.kill();
      feed(2);
      await pause(random() * 3000);
      fleet[place] = await start(place);
    }

    // One that hangs is as good as dead to the others; when it goes on it must not write over what they wrote.
    const frozen = fleet.find(runsMonitors);
    if (frozen) process.kill(frozen.pid, 'SIGSTOP');
    for (let second = 0; second < 12; second++) {
      feed(1);
      await pause(1000);
    }
    if (frozen) process.kill(frozen.pid, 'SIGCONT');
    feed(2);

    const count = await until('every event', () => all(real, counts.number), 120_000);
    assert.equal(count, counts.number, 'each record is one document');
    await countedOnce(fleet[0] as Program, counts.anonymous);
    assert.equal(fleet.filter(runsMonitors).length, 1, 'one process runs the monitors');
    read += sum(await Promise.all(fleet.map(filesRead)));
    const there = filesIn(lake);
    context.diagnostic(`${there} files were read ${read} times`);
    assert.ok(read < 1.5 * there, `${there} files were read ${read} times`);
    context.diagnostic(
      `${kills} kills, ${holders} of them of the holder; ${counts.number} records, ${counts.anonymous} anonymous reads`,
    );
  });
}

function filesIn(lake: string): number {
  return readdirSync(lake, { recursive: true }).filter((name) => `${name}`.endsWith('.json.gz')).length;
}
