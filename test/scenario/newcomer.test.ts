import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ready, root, temporaryFolder, until } from '../program.ts';

/** A newcomer: a fresh clone, the README's one command, nothing else. */

const needsGit = existsSync(join(root, '.git')) ? {} : { skip: 'needs the git checkout, to clone it' };

test('npm start in a fresh clone shows the alerts of the two attacks', {
  ...needsGit,
  timeout: 600_000,
}, async (context) => {
  const folder = temporaryFolder(context);
  const clone = join(folder, 'trailhound');
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone], { stdio: ['ignore', 'ignore', 'inherit'] });
  const home = join(folder, 'home');
  mkdirSync(home);

  const start = performance.now();
  const child = spawn('npm', ['start', '--silent', '--', '--json', '--port', '0'], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const program = await ready(child, true);
  context.after(() => program.stop());
  const up = performance.now();
  const wanted = [
    'S3 GetObject from Anonymous Principal',
    'S3 ListBucket / ListObjectsV2 from Anonymous Principal',
    'API Gateway Invoke from Anonymous Principal',
  ];
  const alerts = await until('the alerts', async () => {
    const { body } = await program.call('GET', '/_plugins/_alerting/monitors/alerts?size=100');
    const names = new Set(body.alerts.map((alert: { monitor_name: string }) => alert.monitor_name));
    return wanted.every((name) => names.has(name)) ? body.alerts : undefined;
  });
  const seen = performance.now();
  context.diagnostic(
    `clone → up ${seconds(up - start)} s (install and build), up → the three alerts ${seconds(seen - up)} s`,
  );
  assert.ok(seen - up < 30_000, 'within 30 s of being up');
  for (const name of wanted) {
    const alert = alerts.find((one: { monitor_name: string }) => one.monitor_name === name);
    assert.equal(alert.state, 'ACTIVE');
    assert.ok(alert.trailhound.events.length > 0, `${name} shows the events that caused it`);
    const event = alert.trailhound.events[0];
    const { body } = await program.call('GET', `/${event._index}/_doc/${event._id}`);
    assert.equal(body.found, true);
  }
  const page = await fetch(`${program.url}/app`);
  assert.match(page.headers.get('content-type') ?? '', /text\/html/);
  assert.match(program.output(), /LAB/);
  await program.stop();
  assert.match(program.output(), /\nStopped\.\n/, 'Ctrl-C stops it cleanly');
});

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
