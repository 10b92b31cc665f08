import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { limits } from '../base/limits.ts';
import type { Target } from './target.ts';

export interface HttpMessage {
  readonly url: URL;
  readonly target: Target;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends one request to the addresses that were checked, on a connection of its own, and reads the answer's beginning. Redirects
 * are not followed and no proxy is asked. Throws what the connection threw.
 */
export function sendHttp(message: HttpMessage, signal: AbortSignal): Promise<HttpAnswer> {
  const { url, target, method, headers, body } = message;
  const bytes = Buffer.from(body);
  const options: RequestOptions = {
    method,
    host: target.host,
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, 'Content-Length': String(bytes.length) },
    agent: false,
    signal,
    lookup: (_host, options, done) => {
      const addresses = target.addresses.map((address) => ({ address, family: isIP(address) }));
      const [first] = addresses;
      if (options.all) done(null, addresses);
      else if (first) done(null, first.address, first.family);
    },
    ...(url.username === '' ? {} : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(options, (response) => {
      readStart(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    request.on('error', reject);
    request.end(bytes);
  });
}

/** The beginning of the body; a receiver that never ends is cut off. */
async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size >= limits.receiverAnswerMax) break;
  }
  response.destroy();
  return Buffer.concat(chunks).toString('utf8').slice(0, limits.receiverAnswerShownMax);
}
