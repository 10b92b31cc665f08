import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Program, run, serve, temporaryFolder, until } from '../program.ts';
import { deliver, s3Record } from '../records.ts';

/** Backups while the program runs, what comes of them, and documents that are kept only for a while. */

const count = async (program: Program): Promise<number> =>
  (await program.call('GET', '/wazuh-alerts-4.x-*/_count')).body.count;

const alertCount = async (program: Program): Promise<number> =>
  (await program.call('GET', '/_plugins/_alerting/monitors/alerts')).body.totalAlerts;

/** Anonymous reads of one bucket from one address: an alert of the guide's monitor, and one of the hardened. */
const alertsOfReads = 2;

const reach = (program: Program, expected: number): Promise<number> =>
  until(`${expected} documents`, async () => ((await count(program)) === expected ? expected : undefined));

test('a backup of the running program is restored, and the lake read again gives each event once', {
  timeout: 120_000,
}, async (context) => {
  const folder = temporaryFolder(context);
  const [lake, data, copy, restored] = ['lake', 'data', 'copy', 'restored'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  mkdirSync(lake);
  for (let n = 0; n < 400; n += 40) {
    deliver(
      lake,
      Array.from({ length: 40 }, (_, m) => s3Record(n + m, 'GetObject', m === 7 ? 'anonymous' : 'user')),
    );
  }
  const program = await serve(['--data', data, '--source', lake]);
  context.after(() => program.stop());
  await reach(program, 400);
  await until('the alerts', async () => (await alertCount(program)) === alertsOfReads || undefined);

  const made = await run(['backup', copy, '--data', data]);
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /^backup of .* in .*: [\d,]+ documents as of .*Z, \d+ files, [\d.]+ MB\n$/);
  const again = await run(['backup', copy, '--data', data]);
  assert.equal(again.code, 1);
  assert.match(again.err, /is not empty: give a new folder/);
  const onto = await run(['restore', copy, '--data', data]);
  assert.equal(onto.code, 1);
  assert.match(onto.err, /is in use: --replace makes/);
  // What comes after the backup is in the lake, and only there, once the data folder is lost.
  deliver(lake, [s3Record(1000, 'GetObject', 'user')]);
  await reach(program, 401);
  await program.kill();

  assert.equal((await run(['restore', copy, '--data', restored])).code, 0);
  const second = await serve(['--data', restored, '--source', lake]);
  context.after(() => second.stop());
  await reach(second, 401);
  assert.equal(await alertCount(second), alertsOfReads, 'the alerts came along, and none was raised twice');
  // Nobody holds the first folder now, though its socket is still there.
  assert.ok(existsSync(join(data, 'control', 'socket')));
  const idle = await run(['backup', join(folder, 'idle'), '--data', data, '--json']);
  assert.equal(idle.code, 0, idle.err);
  assert.ok(JSON.parse(idle.out).documents > 400);
});

test('a running process goes on with a restored folder, and the one it had is kept', {
  timeout: 120_000,
}, async (context) => {
  const folder = temporaryFolder(context);
  const [lake, data, copy] = ['lake', 'data', 'copy'].map((name) => join(folder, name)) as [string, string, string];
  mkdirSync(lake);
  deliver(
    lake,
    Array.from({ length: 60 }, (_, n) => s3Record(n, 'GetObject', n === 7 ? 'anonymous' : 'user')),
  );
  const program = await serve(['--data', data, '--source', lake]);
  context.after(() => program.stop());
  await reach(program, 60);
  await until('the alerts', async () => (await alertCount(program)) === alertsOfReads || undefined);
  assert.equal((await run(['backup', copy, '--data', data])).code, 0);

  // What goes wrong after it: events are lost to a slip, and a note that should not be there is.
  await program.call('DELETE', '/wazuh-alerts-4.x-*');
  await program.call('PUT', '/notes/_doc/1?refresh=true', { text: 'of the folder before' });
  deliver(lake, [s3Record(1000, 'GetObject', 'user')]);
  await reach(program, 1);

  const unasked = await run(['restore', copy, '--data', data]);
  assert.equal(unasked.code, 1);
  assert.match(unasked.err, /is in use: --replace makes the process that holds it go on with the backup/);
  mkdirSync(join(folder, 'none'));
  const none = await run(['restore', join(folder, 'none'), '--replace', '--data', data]);
  assert.equal(none.code, 1);
  assert.match(none.err, /is no finished backup/);
  assert.equal(await count(program), 1, 'a restore that is refused changes nothing');

  const made = await run(['restore', copy, '--replace', '--data', data, '--json']);
  assert.equal(made.code, 0, made.err);
  const { before } = JSON.parse(made.out);
  // The sixty of the backup, and the one that the lake has beside them: at the same address.
  await reach(program, 61);
  assert.equal(await alertCount(program), alertsOfReads, 'the alerts of the backup, and none twice');
  assert.equal((await program.call('GET', '/notes/_count')).status, 404);
  deliver(lake, [s3Record(1001, 'GetObject', 'user')]);
  await reach(program, 62);
  assert.ok(!existsSync(`${data}.restoring`));
  assert.equal((await run(['backup', join(folder, 'second'), '--data', data])).code, 0, 'it can be asked again');

  const former = await serve(['--data', before]);
  context.after(() => former.stop());
  assert.equal((await former.call('GET', '/notes/_count')).body.count, 1);
  assert.equal(await count(former), 1);
});

test('documents are deleted when their age since arrival says so, and no others', {
  timeout: 120_000,
}, async (context) => {
  const folder = temporaryFolder(context);
  const lake = join(folder, 'lake');
  mkdirSync(lake);
  const config = join(folder, 'trailhound.yaml');
  writeFileSync(config, 'retention:\n  - index: wazuh-alerts-4.x-*\n    maxAge: 8s\n');
  deliver(lake, [s3Record(1, 'GetObject', 'user'), s3Record(2, 'GetObject', 'user')]);
  const program = await serve(['--config', config, '--data', join(folder, 'data'), '--source', lake]);
  context.after(() => program.stop());
  await reach(program, 2);
  await program.call('PUT', '/notes/_doc/1?refresh=true', { text: 'of another index' });
  await reach(program, 0);
  deliver(lake, [s3Record(3, 'GetObject', 'user')]);
  await reach(program, 1);
  assert.equal((await program.call('GET', '/notes/_count')).body.count, 1);
});

test('a retention that cannot be meant is refused with its place', async (context) => {
  const folder = temporaryFolder(context);
  const cases: [string, RegExp][] = [
    ['retention: [{index: a, maxAge: soon}]', /retention\.0\.maxAge: is no age: write it as 90d/],
    ['retention: [{index: a, maxAge: 0d}]', /is no age/],
    ['retention: [{index: a, maxSize: 50 bananas}]', /retention\.0\.maxSize: is no size: write it as 50gb/],
    ['retention: [{index: a}]', /give maxAge, maxSize or both/],
  ];
  for (const [text, message] of cases) {
    writeFileSync(join(folder, 'c.yaml'), text);
    const { code, err } = await run(['config', '--config', join(folder, 'c.yaml')]);
    assert.equal(code, 2, text);
    assert.match(err, message, text);
  }
});
