import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The network's far end in tests: a real HTTP server on loopback that keeps what it was sent. */

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Path → how it answers; others answer 200 `ok`. */
  readonly answers: Map<string, ReceiverAnswer>;
  close(): Promise<void>;
}

export interface ReceiverAnswer {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Takes the request and never answers. */
  readonly silent?: boolean;
}

export async function startReceiver(test: { after(done: () => Promise<void>): void }): Promise<Receiver> {
  const received: Received[] = [];
  const answers = new Map<string, ReceiverAnswer>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const path = request.url ?? '';
      received.push({ method: request.method ?? '', path, headers: request.headers, body });
      const answer = answers.get(path) ?? {};
      if (answer.silent) return;
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? 'ok');
    });
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const receiver = { url: urlOf(server), received, answers, close: () => closed(server) };
  test.after(receiver.close);
  return receiver;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}
