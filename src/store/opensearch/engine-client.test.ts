import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { engineAddress } from './engine-address.ts';
import { openEngineClient } from './engine-client.ts';

interface Node {
  readonly url: string;
  status: number;
  asked: number;
  close(): Promise<void>;
}

async function startNode(context: { after(done: () => Promise<void>): void }): Promise<Node> {
  const server: Server = createServer((_, answer) => {
    node.asked++;
    answer.writeHead(node.status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const node: Node = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    status: 200,
    asked: 0,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  context.after(node.close);
  return node;
}

const get = { method: 'GET', path: '/' };

test('of several addresses the next is asked where one is gone or cannot, and is stayed with', async (context) => {
  const [a, b] = [await startNode(context), await startNode(context)];
  const client = openEngineClient(engineAddress(`${a.url},${b.url}`), systemClock, 2000);
  const post = { method: 'POST', path: '/x', body: {} };
  assert.equal((await client.send(get)).status, 200);
  assert.deepEqual([a.asked, b.asked], [1, 0]);
  // A node that lost the others.
  a.status = 503;
  assert.equal((await client.send(post)).status, 200);
  assert.deepEqual([a.asked, b.asked], [2, 1]);
  await client.send(get);
  assert.deepEqual([a.asked, b.asked], [2, 2], 'it stays with the one that answers');
  a.status = 200;
  await b.close();
  assert.equal((await client.send(get)).status, 200);
  assert.deepEqual([a.asked, b.asked], [3, 2]);
  client.close();

  // A connection that is refused took nothing, so that any request may go to another node.
  const other = openEngineClient(engineAddress(`${b.url},${a.url}`), systemClock, 300);
  assert.equal((await other.sendOnce(post)).status, 200);
  assert.equal(a.asked, 4);
  await a.close();
  await assert.rejects(other.send(get), { code: 'engine-unavailable', message: new RegExp(`${b.url},${a.url}`) });
  await assert.rejects(other.sendOnce(post), { code: 'engine-unavailable' });
  other.close();
});

test('a host that is not known is passed over', async (context) => {
  const node = await startNode(context);
  const nowhere = 'http://no-such-host.invalid:9200';
  const client = openEngineClient(engineAddress(`${nowhere},${node.url}`), systemClock, 2000);
  assert.equal((await client.send({ method: 'POST', path: '/', body: {} })).status, 200);
  client.close();
});

test('addresses of one engine are of one kind and one user', () => {
  const address = engineAddress('https://u:p@a:9200,https://b:9200/x/,https://u:q@c');
  assert.deepEqual(address.urls, ['https://a:9200', 'https://b:9200/x', 'https://c']);
  assert.equal(address.url, 'https://a:9200,https://b:9200/x,https://c');
  for (const wrong of ['http://a,https://b', 'http://a,', 'http://a,ftp://b', 'http://u:p@a,http://v:p@b']) {
    assert.throws(() => engineAddress(wrong), { code: 'bad-request' }, wrong);
  }
});
