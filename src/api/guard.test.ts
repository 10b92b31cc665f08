import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawRequest, statusOf } from './raw-request.suite.ts';
import { startServer } from './server.suite.ts';

/** Everything a web page, a rebound name or a careless proxy could send to the loopback server. */
test('only loopback names and our own pages get in', async (t) => {
  const { port } = await startServer(t);
  const own = `127.0.0.1:${port}`;
  const cases: readonly [name: string, status: number, lines: readonly string[]][] = [
    ['our own name', 200, ['GET / HTTP/1.1', `Host: ${own}`]],
    ['localhost', 200, ['GET / HTTP/1.1', `Host: localhost:${port}`]],
    ['upper case', 200, ['GET / HTTP/1.1', `Host: LocalHost:${port}`]],
    ['IPv6', 200, ['GET / HTTP/1.1', `Host: [::1]:${port}`]],
    ['without the port', 200, ['GET / HTTP/1.1', 'Host: 127.0.0.1']],
    ['a rebound name', 403, ['GET / HTTP/1.1', `Host: evil.example:${port}`]],
    ['a name that begins like ours', 403, ['GET / HTTP/1.1', `Host: 127.0.0.1.evil.example:${port}`]],
    ['a name that ends like ours', 403, ['GET / HTTP/1.1', 'Host: evil-localhost']],
    ['user information before the name', 403, ['GET / HTTP/1.1', 'Host: localhost@evil.example']],
    ['a trailing dot', 403, ['GET / HTTP/1.1', 'Host: localhost.']],
    ['another loopback address', 403, ['GET / HTTP/1.1', 'Host: 127.0.0.2']],
    ['the wildcard address', 403, ['GET / HTTP/1.1', 'Host: 0.0.0.0']],
    ['an empty name', 403, ['GET / HTTP/1.1', 'Host:']],
    ['no name', 400, ['GET / HTTP/1.1']],
    ['no name in the old way', 403, ['GET / HTTP/1.0']],
    ['two names', 403, ['GET / HTTP/1.1', `Host: ${own}`, 'Host: evil.example']],
    ['two names, the good one last', 403, ['GET / HTTP/1.1', 'Host: evil.example', `Host: ${own}`]],
    ['a proxy request', 400, ['GET http://evil.example/ HTTP/1.1', `Host: ${own}`]],
    ['our own page', 200, ['GET / HTTP/1.1', `Host: ${own}`, `Origin: http://${own}`]],
    ['a foreign page', 403, ['GET / HTTP/1.1', `Host: ${own}`, 'Origin: https://evil.example']],
    ['a page of another port', 403, ['GET / HTTP/1.1', `Host: ${own}`, 'Origin: http://127.0.0.1:1']],
    ['a page of another scheme', 403, ['GET / HTTP/1.1', `Host: ${own}`, `Origin: https://${own}`]],
    ['a sandboxed page', 403, ['GET / HTTP/1.1', `Host: ${own}`, 'Origin: null']],
    ['a page beside ours', 403, ['GET / HTTP/1.1', `Host: ${own}`, 'Sec-Fetch-Site: same-site']],
    ['a page of another site', 403, ['GET / HTTP/1.1', `Host: ${own}`, 'Sec-Fetch-Site: cross-site']],
    ['our own script', 200, ['GET / HTTP/1.1', `Host: ${own}`, 'Sec-Fetch-Site: same-origin']],
    ['an address typed in', 200, ['GET / HTTP/1.1', `Host: ${own}`, 'Sec-Fetch-Site: none']],
    [
      'a link to the console',
      404,
      [
        'GET /app HTTP/1.1',
        `Host: ${own}`,
        'Sec-Fetch-Site: cross-site',
        'Sec-Fetch-Mode: navigate',
        'Sec-Fetch-Dest: document',
      ],
    ],
    [
      'a frame with the console',
      403,
      [
        'GET /app HTTP/1.1',
        `Host: ${own}`,
        'Sec-Fetch-Site: cross-site',
        'Sec-Fetch-Mode: navigate',
        'Sec-Fetch-Dest: iframe',
      ],
    ],
    [
      'a link to an answer of the API',
      403,
      [
        'GET /_search HTTP/1.1',
        `Host: ${own}`,
        'Sec-Fetch-Site: cross-site',
        'Sec-Fetch-Mode: navigate',
        'Sec-Fetch-Dest: document',
      ],
    ],
    [
      'a preflight',
      403,
      [
        'OPTIONS /i/_doc/1 HTTP/1.1',
        `Host: ${own}`,
        'Origin: https://evil.example',
        'Access-Control-Request-Method: PUT',
      ],
    ],
    ['a tunnel', 400, [`CONNECT ${own} HTTP/1.1`, `Host: ${own}`]],
  ];
  for (const [name, status, lines] of cases) {
    await t.test(name, async () => {
      const answer = await rawRequest(port, `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
      if (name === 'a tunnel') return assert.doesNotMatch(answer, /^HTTP\/1\.1 2/);
      assert.equal(statusOf(answer), status, answer.slice(0, 300));
      assert.doesNotMatch(answer, /access-control-allow/i);
      return undefined;
    });
  }
});

/** Forms and plain text need no permission of the browser to be sent anywhere; JSON does. */
test('a body must be called JSON', async (t) => {
  const { call, store } = await startServer(t);
  const types: readonly [type: string, status: number][] = [
    ['application/json', 201],
    ['application/json; charset=utf-8', 201],
    ['application/json;charset=UTF-8', 201],
    ['APPLICATION/JSON', 201],
    ['text/plain', 406],
    ['text/plain; charset=application/json', 406],
    ['application/x-www-form-urlencoded', 406],
    ['multipart/form-data; boundary=x', 406],
    ['application/jsonx', 406],
    ['text/plain, application/json', 406],
    ['application/json, text/plain', 406],
    ['application/x-ndjson', 406],
    ['nonsense', 406],
    ['application/vnd.elasticsearch+json; compatible-with=7', 406],
  ];
  for (const [at, [type, status]] of types.entries()) {
    const answer = await call('PUT', `/i/_doc/${at}`, '{"a":1}', { 'content-type': type });
    assert.equal(answer.status, status, type);
    if (status === 406)
      assert.deepEqual(answer.body, { error: `Content-Type header [${type}] is not supported`, status });
    assert.equal((await store.get('i', String(at))) !== undefined, status === 201, type);
  }
});

test('a body without a type is refused', async (t) => {
  const { port } = await startServer(t);
  const head = ['PUT /i/_doc/1 HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Connection: close'];
  const sized = await rawRequest(port, `${[...head, 'Content-Length: 7'].join('\r\n')}\r\n\r\n{"a":1}`);
  const chunked = await rawRequest(
    port,
    `${[...head, 'Transfer-Encoding: chunked'].join('\r\n')}\r\n\r\n7\r\n{"a":1}\r\n0\r\n\r\n`,
  );
  for (const answer of [sized, chunked]) {
    assert.equal(statusOf(answer), 406);
    assert.match(answer, /Content-Type header is missing/);
  }
});

test('every answer forbids framing, sniffing and embedding, and none calls itself another product', async (t) => {
  const { call } = await startServer(t);
  for (const path of ['/', '/app', '/nosuch', '/_cat/indices', '/_nosuch/x']) {
    const { headers } = await call('GET', path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, path);
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', path);
    assert.equal(headers.get('x-elastic-product'), null, path);
  }
});

test('only loopback can be listened on', async (t) => {
  const { call } = await startServer(t);
  assert.equal((await call('GET', '/')).status, 200);
  const { createServer } = await import('./server.ts');
  const { openMemory } = await import('../store/memory.ts');
  const { systemClock } = await import('../base/clock.ts');
  const store = openMemory({ clock: systemClock });
  t.after(() => store.close());
  const services = { store, clock: systemClock, status: () => ({}), problems: () => [] } as never;
  const server = await createServer(services, { consoleDir: '/nowhere' });
  t.after(() => server.close());
  for (const host of ['0.0.0.0', '::', '192.168.1.1', 'example.org']) {
    await assert.rejects(server.listen({ host, port: 0 }), /only loopback/, host);
  }
});
