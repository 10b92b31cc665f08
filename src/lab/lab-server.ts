import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { put } from '../base/document.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { Reply, Request } from './exchange.ts';

/** The lab's HTTP server: loopback only, and closed to web pages. */
export interface LabServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface Where {
  readonly port: number;
  /** When the port is taken, listen on a free one. */
  readonly orAnother: boolean;
  /** Another address than 127.0.0.1 takes any Host header: whoever asks for it was told twice. */
  readonly host: string;
}

/** Throws 'bad-request' when it cannot listen. */
export async function listen(
  { port, orAnother, host }: Where,
  clock: Clock,
  log: Log,
  answer: (request: Request) => Promise<Reply>,
): Promise<LabServer> {
  const open = host !== '127.0.0.1';
  const server = createServer({ maxHeaderSize: limits.requestHeadersMax }, (incoming, response) => {
    void serve(incoming, response, clock, answer, open).catch((error) => {
      log.error(`the lab failed to answer ${incoming.method} ${incoming.url}: ${reasonOf(error)}`);
      response.destroy();
    });
  });
  const bound = await bind(server, port, host).catch((error: NodeJS.ErrnoException) => {
    if (orAnother && error.code === 'EADDRINUSE') return bind(server, 0, host);
    throw new TrailhoundError('bad-request', `the lab cannot listen on port ${port}: ${error.message}`, {
      cause: error,
    });
  });
  return {
    url: `http://${open ? host : '127.0.0.1'}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function bind(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  clock: Clock,
  answer: (request: Request) => Promise<Reply>,
  open: boolean,
): Promise<void> {
  const refusal = refusalOf(incoming, open);
  if (refusal) return send(incoming, response, plain(403, refusal));
  const body = await read(incoming);
  if (!body) return send(incoming, response, plain(413, 'the request is too large'));
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const [path = '/', query = ''] = split(incoming.url ?? '/');
  const request: Request = {
    method: incoming.method ?? 'GET',
    path,
    rawQuery: query,
    // S3's keys may hold a plus: only percent signs are decoded.
    query: new URLSearchParams(query.replaceAll('+', '%2B')),
    headers: headersOf(incoming),
    host: incoming.headers.host ?? '',
    body,
    sourceAddress: (incoming.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
    at: clock.now(),
    gone: gone.signal,
  };
  send(incoming, response, await answer(request));
}

/** Names that lead to this machine, and API Gateway's own, which a caller may send as Host header. */
const hosts =
  /^(?:127\.0\.0\.1|localhost|(?:[a-z0-9-]+\.)+localhost|(?:[a-z0-9.-]+\.)?(?:s3|execute-api)(?:[.-][a-z0-9-]+)*\.amazonaws\.com)(?::\d+)?$/i;

/** A web page shows itself by its Origin, or (DNS rebinding) by a foreign name in Host: its calls leave no record. */
function refusalOf(incoming: IncomingMessage, open: boolean): string | undefined {
  if (!open && !hosts.test(incoming.headers.host ?? '')) return 'the lab answers only to names of this machine';
  if (incoming.headers.origin !== undefined) return 'the lab answers no web page';
  return undefined;
}

/** Headers as signatures see them: those that were sent several times are joined by commas. */
function headersOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    put(headers, name, Object.hasOwn(headers, name) ? `${headers[name]},${value}` : value);
  }
  return headers;
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
  const length =
    reply.status === 204 || reply.status === 304 ? {} : { 'content-length': String(Buffer.byteLength(reply.body)) };
  response.writeHead(reply.status, { ...reply.headers, ...length });
  response.end(incoming.method === 'HEAD' ? undefined : reply.body);
}
