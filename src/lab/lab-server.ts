import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { Reply, Request } from './exchange.ts';

/** The lab's HTTP server: loopback only, and closed to web pages. */
export interface LabServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on `port`; when that is taken and `orAnother`, on a free one. Throws 'bad-request' when it cannot. */
export async function listen(
  port: number,
  orAnother: boolean,
  clock: Clock,
  log: Log,
  answer: (request: Request) => Reply,
): Promise<LabServer> {
  const server = createServer((incoming, response) => {
    void serve(incoming, response, clock, answer).catch((error) => {
      log.error(`the lab failed to answer ${incoming.method} ${incoming.url}: ${reasonOf(error)}`);
      response.destroy();
    });
  });
  const open = await bind(server, port).catch((error: NodeJS.ErrnoException) => {
    if (orAnother && error.code === 'EADDRINUSE') return bind(server, 0);
    throw new TrailhoundError('bad-request', `the lab cannot listen on port ${port}: ${error.message}`, {
      cause: error,
    });
  });
  return {
    url: `http://127.0.0.1:${open}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  clock: Clock,
  answer: (request: Request) => Reply,
): Promise<void> {
  const refusal = refusalOf(incoming);
  if (refusal) return send(incoming, response, plain(403, refusal));
  const body = await read(incoming);
  if (!body) return send(incoming, response, plain(413, 'the request is too large'));
  const [path = '/', query = ''] = split(incoming.url ?? '/');
  const request: Request = {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, value?.toString()])),
    host: incoming.headers.host ?? '',
    body,
    sourceAddress: (incoming.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
    at: clock.now(),
  };
  send(incoming, response, answer(request));
}

/** Names that lead to this machine, and API Gateway's own, which a caller may send as Host header. */
const hosts =
  /^(?:127\.0\.0\.1|localhost|(?:[a-z0-9-]+\.)+localhost|[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com)(?::\d+)?$/i;

/** A web page shows itself by its Origin, or (DNS rebinding) by a foreign name in Host: its calls leave no record. */
function refusalOf(incoming: IncomingMessage): string | undefined {
  if (!hosts.test(incoming.headers.host ?? '')) return 'the lab answers only to names of this machine';
  if (incoming.headers.origin !== undefined) return 'the lab answers no web page';
  return undefined;
}

/** undefined when it is larger than limits.labRequestBodyMax; the rest is passed over. */
async function read(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming) {
    length += (part as Buffer).length;
    if (length <= limits.labRequestBodyMax) parts.push(part as Buffer);
    else parts.length = 0;
  }
  return length > limits.labRequestBodyMax ? undefined : Buffer.concat(parts);
}

function split(url: string): readonly [path: string, query: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

function plain(status: number, message: string): Reply {
  return { status, headers: { 'content-type': 'text/plain' }, body: `${message}\n` };
}

function send(incoming: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const length = { 'content-length': String(Buffer.byteLength(reply.body)) };
  response.writeHead(reply.status, { ...reply.headers, ...length });
  response.end(incoming.method === 'HEAD' ? undefined : reply.body);
}
