import { readFileSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { root } from '../program.ts';

/**
 * The way to a real cluster as it is on a bad day: TLS and a login before it, and requests that are turned away, cut off, or done
 * without the answer arriving. What reaches the cluster is real, and what it answers.
 */
export interface Gateway {
  readonly url: string;
  /** What becomes of the next request; by default it passes. */
  fate: (request: GatewayRequest) => Fate;
  /** Requests that were not simply passed on. */
  spoilt: number;
  close(): Promise<void>;
}

export interface GatewayRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export type Fate =
  | 'pass'
  /** Answered so, without the cluster's knowing. */
  | { readonly status: number; readonly body?: string }
  /** The connection ends before the cluster heard of it. */
  | 'cut'
  /** It is done; the connection ends before the answer. */
  | 'deafen'
  /** It is done; the connection ends in the middle of the answer. */
  | 'halve'
  /** A `_bulk` whose operations at these places are turned away with 429. */
  | { readonly busy: (place: number) => boolean };

export const certificate = `${root}/test/certificates/loopback.crt`;
const login = { user: 'trailhound', password: 'pass:w@rd/é' };

/** Ended on the first of February 2020. */
export const expiredCertificate = `${root}/test/certificates/expired.crt`;

/** `shown`: the certificate it shows; its key lies beside it. */
export async function startGateway(real: string, shown = certificate): Promise<Gateway> {
  const server = createServer(
    { cert: readFileSync(shown), key: readFileSync(shown.replace(/crt$/, 'key')) },
    (incoming, answer) => void serve(incoming, answer),
  );
  const gateway: Gateway = {
    url: '',
    fate: () => 'pass',
    spoilt: 0,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  const serve = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const body = await textOf(incoming);
    const send = (status: number, text: string): void => {
      answer.writeHead(status, { 'content-type': 'application/json' }).end(text);
    };
    const wanted = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
    if (incoming.headers.authorization !== wanted) return send(401, 'Unauthorized');
    const asked = { method: incoming.method ?? '', path: incoming.url ?? '', body };
    const fate = gateway.fate(asked);
    if (fate !== 'pass') gateway.spoilt++;
    if (fate === 'cut') return void incoming.socket.destroy();
    if (fate === 'pass' || fate === 'deafen' || fate === 'halve') {
      const got = await forward(real, asked, incoming);
      if (fate === 'halve') {
        answer.writeHead(got.status, { 'content-length': Buffer.byteLength(got.text) });
        answer.write(got.text.slice(0, got.text.length / 2), () => incoming.socket.destroy());
      } else if (fate === 'deafen') incoming.socket.destroy();
      else send(got.status, got.text);
    } else if ('busy' in fate) {
      send(200, await partly(asked, fate.busy, (left) => forward(real, { ...asked, body: left }, incoming)));
    } else {
      send(fate.status, fate.body ?? '{"error":"busy"}');
    }
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const secret = encodeURIComponent(login.password);
  return Object.assign(gateway, { url: `https://${login.user}:${secret}@127.0.0.1:${port}` });
}

/** Passes on the operations that are not turned away, and joins the answers in order. */
async function partly(
  { body }: GatewayRequest,
  busy: (place: number) => boolean,
  pass: (body: string) => Promise<{ readonly text: string }>,
): Promise<string> {
  const operations: { readonly action: string; readonly text: string }[] = [];
  const lines = body.split('\n');
  for (let at = 0; at < lines.length - 1; at++) {
    const action = Object.keys(JSON.parse(lines[at] ?? ''))[0] ?? '';
    const text = action === 'delete' ? `${lines[at]}\n` : `${lines[at]}\n${lines[++at]}\n`;
    operations.push({ action, text });
  }
  const left = operations.filter((_, place) => !busy(place));
  const got = left.length === 0 ? [] : JSON.parse((await pass(left.map(({ text }) => text).join(''))).text).items;
  const items = operations.map(({ action }, place) =>
    busy(place)
      ? { [action]: { status: 429, error: { type: 'rejected_execution_exception', reason: 'too much to do' } } }
      : got.shift(),
  );
  return JSON.stringify({ took: 1, errors: true, items });
}

function forward(
  real: string,
  { method, path, body }: GatewayRequest,
  incoming: IncomingMessage,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((done, fail) => {
    const type = incoming.headers['content-type'];
    const headers = body === '' || type === undefined ? {} : { 'content-type': type };
    const sent = request(`${real}${path}`, { method, headers }, (answer) => {
      textOf(answer).then((text) => done({ status: answer.statusCode ?? 0, text }), fail);
    });
    sent.on('error', fail).end(body);
  });
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
