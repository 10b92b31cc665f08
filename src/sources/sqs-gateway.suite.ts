import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The way to a real AWS stand-in as it is on a bad day: calls that are refused, cut off, or done without the answer arriving. */
export interface Gateway {
  readonly url: string;
  /** What becomes of the next call; by default it passes. `name`: `ReceiveMessage`, `DeleteMessageBatch`, … or '' for S3's. */
  fate: (call: { readonly name: string; readonly path: string }) => Fate;
  /** Names of SQS's calls that came, in order. */
  readonly calls: string[];
  close(): Promise<void>;
}

export type Fate =
  | 'pass'
  /** The connection ends before the call arrives. */
  | 'cut'
  /** It is done; the connection ends before the answer. */
  | 'deafen'
  /** SQS's or (with `xml`) S3's error. */
  | { readonly status: number; readonly code: string };

export async function openGateway(real: string): Promise<Gateway> {
  const server = createServer((incoming, answer) => {
    serve(incoming, answer).catch(() => answer.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gateway: Gateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fate: () => 'pass',
    calls: [],
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  const serve = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const name = String(incoming.headers['x-amz-target'] ?? '').replace('AmazonSQS.', '');
    if (name !== '') gateway.calls.push(name);
    const fate = gateway.fate({ name, path: incoming.url ?? '' });
    if (fate === 'cut') return void answer.destroy();
    if (typeof fate === 'object') return refuse(answer, fate, name === '');
    pass(real, incoming, Buffer.concat(parts), answer, fate === 'deafen');
  };
  return gateway;
}

/** The signature holds: the Host header goes on as it came. */
function pass(real: string, incoming: IncomingMessage, body: Buffer, answer: ServerResponse, deafen: boolean): void {
  const { method, headers, url } = incoming;
  const asked = request(new URL(url ?? '/', real), { method, headers }, (got) => {
    if (deafen) return void answer.destroy();
    answer.writeHead(got.statusCode ?? 500, got.headers);
    got.pipe(answer);
  });
  asked.on('error', () => answer.destroy());
  answer.on('close', () => asked.destroy());
  asked.end(body);
}

function refuse(answer: ServerResponse, { status, code }: { status: number; code: string }, xml: boolean): void {
  answer.writeHead(status, { 'content-type': xml ? 'application/xml' : 'application/x-amz-json-1.0' });
  const json = JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'told to fail' });
  answer.end(xml ? `<Error><Code>${code}</Code><Message>told to fail</Message></Error>` : json);
}
