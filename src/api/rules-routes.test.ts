import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Finding } from '../base/finding.ts';
import { limits } from '../base/limits.ts';
import { rawRequest, statusOf } from './raw-request.suite.ts';
import { startServer, type TestServer } from './server.suite.ts';
import type { Logtest, RuleFiles } from './services.ts';

const xml =
  '<group name="local,"><rule id="100100" level="5"><if_sid>1</if_sid><description>a &lt; b</description></rule></group>';
const octets = { 'content-type': 'application/octet-stream' };

/** Files in memory; a text with `bad` is refused (the checks themselves are those of pipeline/rule-book.ts). */
function files(): RuleFiles & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const finding: Finding = { level: 'error', place: 'etc/rules/x.xml', line: 3, message: 'is bad', fix: 'be good' };
  return {
    kept,
    list: () => [...kept.keys()].map((filename) => ({ filename, relativeDirname: 'etc/rules' })),
    read: (name) => kept.get(name),
    has: (name) => kept.has(name),
    put(name, text) {
      if (text.includes('bad')) return { accepted: false, findings: [finding] };
      kept.set(name, text);
      return { accepted: true, findings: [] };
    },
    remove: (name) => kept.delete(name),
  };
}

async function start(t: TestContext): Promise<TestServer & { readonly kept: Map<string, string> }> {
  const ruleFiles = files();
  const server = await startServer(t, { services: { ruleFiles } });
  return { ...server, kept: ruleFiles.kept };
}

test('a rule file is put, listed, read and deleted, with the answers of Wazuh', async (t) => {
  const { call, kept } = await start(t);
  const put = await call('PUT', '/rules/files/local_rules.xml', xml, octets);
  assert.equal(put.status, 200);
  assert.deepEqual(put.body, {
    data: {
      affected_items: ['etc/rules/local_rules.xml'],
      total_affected_items: 1,
      total_failed_items: 0,
      failed_items: [],
    },
    message: 'Rule was successfully uploaded',
    error: 0,
  });
  assert.equal(kept.get('local_rules.xml'), xml);
  const list = await call('GET', '/rules/files?search=local');
  assert.deepEqual(list.body.data.affected_items, [
    { filename: 'local_rules.xml', relative_dirname: 'etc/rules', status: 'enabled' },
  ]);
  assert.equal((await call('GET', '/rules/files?search=nope')).body.data.total_affected_items, 0);
  const raw = await call('GET', '/rules/files/local_rules.xml?raw=true');
  assert.equal(raw.text, xml);
  assert.match(raw.headers.get('content-type') ?? '', /^text\/plain/);
  const json = await call('GET', '/rules/files/local_rules.xml');
  assert.deepEqual(json.body.data.affected_items, [
    { group: { '@name': 'local,', rule: { '@id': '100100', '@level': '5', if_sid: '1', description: 'a &lt; b' } } },
  ]);
  assert.equal((await call('DELETE', '/rules/files/local_rules.xml')).body.message, 'Rule was successfully deleted');
  assert.equal((await call('DELETE', '/rules/files/local_rules.xml')).body.data.failed_items[0].error.code, 1906);
  assert.equal((await call('GET', '/rules/files/local_rules.xml')).body.data.failed_items[0].error.code, 1415);
});

test('overwriting is asked for, and errors leave the old file', async (t) => {
  const { call, kept } = await start(t);
  await call('PUT', '/rules/files/x.xml', xml, octets);
  const twice = await call('PUT', '/rules/files/x.xml', `${xml} `, octets);
  assert.deepEqual(
    [twice.body.error, twice.body.data.failed_items[0].error.code, twice.body.data.failed_items[0].id],
    [1, 1905, ['etc/rules/x.xml']],
  );
  assert.equal((await call('PUT', '/rules/files/x.xml?overwrite=true', `${xml} `, octets)).body.error, 0);
  const bad = await call('PUT', '/rules/files/x.xml?overwrite=true', 'bad', octets);
  assert.equal(bad.body.error, 1);
  assert.match(bad.body.data.failed_items[0].error.message, /the old file stays: etc\/rules\/x.xml:3: error: is bad/);
  assert.equal(bad.body.findings[0].fix, 'be good');
  assert.equal(kept.get('x.xml'), `${xml} `);
  assert.equal((await call('PUT', '/rules/files/x.xml?overwrite=true', ' ', octets)).body.error, 1);
});

test('names that are no names of rule files, and too large bodies', async (t) => {
  const { call, kept } = await start(t);
  for (const name of [
    'x',
    '..%2Fx.xml',
    '.x.xml',
    'a%2Fb.xml',
    'x.xml%00',
    '%1b.xml',
    `${'x'.repeat(300)}.xml`,
    '-rf.xml',
  ]) {
    assert.equal((await call('PUT', `/rules/files/${name}`, xml, octets)).status, 400, name);
  }
  const large = await call('PUT', '/rules/files/x.xml', 'x'.repeat(limits.ruleFileMax + 1), octets);
  assert.equal(large.status, 413);
  assert.equal(kept.size, 0);
});

test('no page of another site can put a rule', async (t) => {
  const { port, kept } = await start(t);
  const cases: readonly [name: string, status: number, headers: readonly string[]][] = [
    ['a client', 200, ['Content-Type: application/octet-stream']],
    ['XML', 200, ['Content-Type: application/xml; charset=utf-8']],
    ['a form of a page', 406, ['Content-Type: text/plain']],
    ['an encoded form', 406, ['Content-Type: application/x-www-form-urlencoded']],
    ['a form with files', 406, ['Content-Type: multipart/form-data; boundary=x']],
    ['no type', 406, []],
    ['JSON', 406, ['Content-Type: application/json']],
    ['a page with the right type', 403, ['Content-Type: application/octet-stream', 'Origin: https://evil.example']],
    ['a page that hides its origin', 403, ['Content-Type: application/octet-stream', 'Origin: null']],
    ['a page of another site', 403, ['Content-Type: application/octet-stream', 'Sec-Fetch-Site: cross-site']],
    ['a rebound name', 403, ['Content-Type: application/octet-stream', 'Host: evil.example']],
  ];
  for (const [name, status, headers] of cases) {
    kept.clear();
    const host = headers.some((header) => header.startsWith('Host')) ? [] : [`Host: 127.0.0.1:${port}`];
    const head = [
      'PUT /rules/files/x.xml HTTP/1.1',
      ...host,
      `Content-Length: ${xml.length}`,
      'Connection: close',
      ...headers,
    ];
    const answer = await rawRequest(port, Buffer.from(`${head.join('\r\n')}\r\n\r\n${xml}`), false);
    assert.equal(statusOf(answer), status, name);
    assert.equal(kept.size, status === 200 ? 1 : 0, name);
  }
  const asking = [
    'OPTIONS /rules/files/x.xml HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Origin: https://evil.example',
    'Access-Control-Request-Method: PUT',
    'Connection: close',
  ];
  const answer = await rawRequest(port, Buffer.from(`${asking.join('\r\n')}\r\n\r\n`), false);
  assert.equal(statusOf(answer), 403);
  assert.doesNotMatch(answer, /access-control-allow/i);
});

test('PUT /logtest takes the request of Wazuh and answers as it does', async (t) => {
  const asked: unknown[] = [];
  const logtest: Logtest = {
    ask(request) {
      asked.push(request);
      return {
        token: 'c7b0e5cf',
        expired: request.token !== undefined,
        begun: true,
        output: { full_log: request.event },
        alert: true,
        tried: [{ id: '1' }],
      };
    },
    end: (token) => token === 'c7b0e5cf',
  };
  const { call } = await startServer(t, { services: { logtest } });
  const request = { event: '{"a":1}', log_format: 'json', location: 'stdin' };
  const first = await call('PUT', '/logtest', request);
  assert.deepEqual(first.body, {
    error: 0,
    data: {
      messages: ["INFO: (7202): Session initialized with token 'c7b0e5cf'"],
      token: 'c7b0e5cf',
      output: { full_log: '{"a":1}' },
      alert: true,
      codemsg: 1,
      tried: [{ id: '1' }],
    },
  });
  const second = await call('PUT', '/logtest', { ...request, token: 'aaaaaaaa' });
  assert.equal(second.body.data.messages.length, 2);
  assert.deepEqual(asked, [
    { event: '{"a":1}', location: 'stdin', token: undefined },
    { event: '{"a":1}', location: 'stdin', token: 'aaaaaaaa' },
  ]);
  for (const [body, detail] of [
    [{ ...request, event: undefined }, "'event' is a required property"],
    [{ ...request, location: 1 }, "'location' is not of type 'string'"],
    [{ ...request, token: 'no token' }, `'token' is not one that this server gave: "no token"`],
    [[], 'a JSON object with event, log_format and location is expected'],
  ] as const) {
    const answer = await call('PUT', '/logtest', body);
    assert.deepEqual([answer.status, answer.body], [400, { title: 'Bad Request', detail }]);
  }
  assert.equal((await call('DELETE', '/logtest/sessions/c7b0e5cf')).body.error, 0);
  assert.equal((await call('DELETE', '/logtest/sessions/bbbbbbbb')).body.error, 1);
});
