import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { limits } from '../base/limits.ts';
import { rawRequest, statusOf } from './raw-request.suite.ts';
import { startServer } from './server.suite.ts';

function put(port: number, path: string, body: Buffer, headers: readonly string[] = []): Promise<string> {
  const head = [
    `PUT ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
    ...headers,
  ];
  return rawRequest(port, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]), false);
}

test('compressed bodies are read', async (t) => {
  const { port, store } = await startServer(t);
  const json = Buffer.from(JSON.stringify({ text: 'x'.repeat(5000) }));
  assert.equal(statusOf(await put(port, '/i/_doc/gzip', gzipSync(json), ['Content-Encoding: gzip'])), 201);
  assert.equal(statusOf(await put(port, '/i/_doc/deflate', deflateSync(json), ['Content-Encoding: deflate'])), 201);
  assert.equal((await store.get('i', 'gzip'))?.source.text, 'x'.repeat(5000));
  assert.equal((await store.get('i', 'deflate'))?.source.text, 'x'.repeat(5000));
  assert.equal(statusOf(await put(port, '/i/_doc/br', json, ['Content-Encoding: br'])), 415);
});

test('a body that is not what it says costs only itself', async (t) => {
  const { port, call } = await startServer(t);
  const gzipped = gzipSync(Buffer.from('{"a":1}'.padEnd(5000)));
  for (const body of [Buffer.from('{"a":1}'), gzipped.subarray(0, gzipped.length - 12)]) {
    const answer = await put(port, '/i/_doc/1', body, ['Content-Encoding: gzip']);
    assert.equal(statusOf(answer), 400, answer);
    assert.match(answer, /Content-Encoding/);
  }
  const invalid = await put(port, '/i/_doc/1', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]));
  assert.equal(statusOf(invalid), 400);
  assert.match(invalid, /Invalid UTF-8/);
  assert.equal((await call('GET', '/')).status, 200);
});

test('a bomb and a flood end with 413, and the server goes on', async (t) => {
  const { port, call } = await startServer(t);
  const bomb = gzipSync(Buffer.alloc(limits.requestBodyMax + 1024, 0x20), { level: 9 });
  assert.ok(bomb.length < 200_000);
  const before = process.memoryUsage().rss;
  const answer = await put(port, '/i/_doc/bomb', bomb, ['Content-Encoding: gzip']);
  assert.equal(statusOf(answer), 413);
  assert.match(answer, /content_too_long_exception/);
  assert.ok(process.memoryUsage().rss - before < 400 * 1024 * 1024);
  const declared = [
    'PUT /i/_doc/1 HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    `Content-Length: ${limits.requestBodyMax + 1}`,
  ];
  assert.equal(statusOf(await rawRequest(port, `${declared.join('\r\n')}\r\n\r\n{`, false)), 413);
  assert.equal((await call('GET', '/')).status, 200);
});

test('headers have a bound', async (t) => {
  const { port } = await startServer(t);
  const answer = await rawRequest(
    port,
    `GET /?q=${'x'.repeat(limits.requestHeadersMax)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    false,
  );
  assert.equal(statusOf(answer), 431);
});

test('GET and DELETE may have a body, and those that take none refuse one', async (t) => {
  const { port, call } = await startServer(t);
  await call('PUT', '/i/_doc/1', { a: 1 });
  const request = (method: string, path: string, body: string): Promise<string> =>
    rawRequest(
      port,
      `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  const found = await request('GET', '/i/_search', '{"size":0,"query":{"match_all":{}}}');
  assert.equal(statusOf(found), 200);
  assert.match(found, /"hits":\[\]/);
  assert.match(await request('GET', '/i/_search', '{"size":0,"size":1}'), /Duplicate field/);
  assert.match(await request('DELETE', '/_search/scroll', '{"scroll_id":["zz"]}'), /Cannot parse scroll id/);
  assert.match(await request('GET', '/i/_mapping', '{}'), /does not support having a body/);
});

test('large answers are compressed for who asks', async (t) => {
  const { port, call } = await startServer(t);
  await call('PUT', '/i/_doc/1', { text: 'y'.repeat(5000) });
  const plain = await fetch(`http://127.0.0.1:${port}/i/_doc/1`, { headers: { 'accept-encoding': 'identity' } });
  assert.equal(plain.headers.get('content-encoding'), null);
  const raw = await rawRequest(
    port,
    'GET /i/_doc/1 HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n',
  );
  assert.match(raw, /content-encoding: gzip/i);
  assert.ok(raw.length < 2000);
  const zipped = await fetch(`http://127.0.0.1:${port}/i/_doc/1`, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(((await zipped.json()) as { _source: { text: string } })._source.text.length, 5000);
});

test('pipelined requests on one connection are answered in order', async (t) => {
  const { port } = await startServer(t);
  const one = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const last = 'GET /_cluster/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  const answer = await rawRequest(port, `${one}${one}${last}`);
  assert.equal(answer.match(/HTTP\/1\.1 200/g)?.length, 3);
  assert.ok(answer.indexOf('active_shards') > answer.lastIndexOf('tagline'));
});
