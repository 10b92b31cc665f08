import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { rawRequest, statusOf } from './raw-request.suite.ts';
import { startServer } from './server.suite.ts';

function builtConsole(): { readonly root: string; readonly folder: string } {
  const root = mkdtempSync(join(tmpdir(), 'trailhound-console-'));
  const folder = join(root, 'console');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Trailhound</title>');
  writeFileSync(join(folder, 'assets', 'app-1a2b.js'), 'export {};');
  writeFileSync(join(folder, '.hidden'), 'secret');
  writeFileSync(join(root, 'secret.txt'), 'secret');
  return { root, folder };
}

test('the console and its files', async (t) => {
  const { root, folder } = builtConsole();
  t.after(() => rmSync(root, { recursive: true }));
  const { call } = await startServer(t, { consoleDir: folder });
  for (const path of ['/app', '/app/', '/app/alerting', '/app/alerting/monitors', '/app/index.html']) {
    const { status, text, headers } = await call('GET', path);
    assert.equal(status, 200, path);
    assert.match(text, /<title>Trailhound/, path);
    assert.match(headers.get('content-type') ?? '', /^text\/html/, path);
    assert.equal(headers.get('cache-control'), 'no-store', path);
    assert.match(headers.get('content-security-policy') ?? '', /script-src 'self'/, path);
  }
  const script = await call('GET', '/app/assets/app-1a2b.js');
  assert.equal(script.status, 200);
  assert.match(script.headers.get('content-type') ?? '', /javascript/);
  assert.match(script.headers.get('cache-control') ?? '', /immutable/);
  assert.equal((await call('GET', '/app/assets/nosuch.js')).status, 404);
});

test('no path leads out of the console', async (t) => {
  const { root, folder } = builtConsole();
  t.after(() => rmSync(root, { recursive: true }));
  symlinkSync(join(root, 'secret.txt'), join(folder, 'assets', 'link.txt'));
  const { port } = await startServer(t, { consoleDir: folder });
  const paths = [
    '/app/../secret.txt',
    '/app/assets/../../secret.txt',
    '/app/%2e%2e/secret.txt',
    '/app/%2e%2e%2fsecret.txt',
    '/app/..%2fsecret.txt',
    '/app/..%5csecret.txt',
    '/app/assets/..%2f..%2fsecret.txt',
    '/app//../secret.txt',
    '/app/%252e%252e/secret.txt',
    '/app/....//secret.txt',
    '/app/assets/%00/../../../secret.txt',
    `/app/${folder}/../secret.txt`,
    '/app/.hidden',
  ];
  for (const path of paths) {
    const answer = await rawRequest(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    assert.doesNotMatch(answer, /secret$/, path);
    assert.ok([200, 400, 403, 404].includes(statusOf(answer)), `${path}: ${answer.slice(0, 100)}`);
  }
});

test('a console that is not built says how', async (t) => {
  const { call } = await startServer(t);
  for (const path of ['/app', '/app/alerting']) {
    const { status, text } = await call('GET', path);
    assert.equal(status, 404);
    assert.match(text, /npm run build/);
  }
});

test('a browser at the root is led to the console, a client is not', async (t) => {
  const { call } = await startServer(t);
  const browser = await call('GET', '/', undefined, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
  assert.equal(browser.status, 302);
  assert.equal(browser.headers.get('location'), '/app');
  const client = await call('GET', '/', undefined, { accept: '*/*' });
  assert.equal(client.body.version.distribution, 'opensearch');
  assert.match(client.body.version.number, /^2\.19\.\d+$/);
});
