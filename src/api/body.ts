import type { IncomingMessage } from 'node:http';
import { createGunzip, createInflate } from 'node:zlib';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Route } from './route.ts';

/** True when the request says that a body follows. */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/**
 * Why the Content-Type is refused; undefined when it may pass. A body must be called JSON: web pages can send forms
 * and plain text to any server without asking, but not JSON.
 */
export function contentTypeRefusal(header: string | undefined, body: Route<never>['body']): string | undefined {
  if (header === undefined) return 'Content-Type header is missing';
  const media = header.split(';')[0]?.trim().toLowerCase() ?? '';
  const parameters = header.split(';').slice(1);
  if (body === 'file') {
    // Neither can be sent by a page of another site without asking first, and the asking is refused.
    const types = ['application/octet-stream', 'application/xml', 'text/xml'];
    return types.includes(media) ? undefined : `Content-Type header [${header}] is not supported: use ${types[0]}`;
  }
  const accepted = media === 'application/json' || (media === 'application/x-ndjson' && body === 'ndjson');
  if (accepted && parameters.every((parameter) => /^\s*(?:charset=.*)?$/i.test(parameter))) return undefined;
  return `Content-Type header [${header}] is not supported`;
}

/**
 * Reads bodies, inflated where they came compressed. Bounded twice: one body by limits.requestBodyMax (413), all that
 * are being read together by limits.requestBodiesInFlightMax (429, the client tries again).
 */
export function bodyReader(): (request: IncomingMessage) => Promise<string> {
  let inFlight = 0;
  return async (request) => {
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > limits.requestBodyMax) throw tooLarge();
    let size = 0;
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of inflated(request)) {
        size += chunk.length;
        inFlight += chunk.length;
        if (size > limits.requestBodyMax) throw tooLarge();
        if (inFlight > limits.requestBodiesInFlightMax) throw tooMany();
        chunks.push(chunk);
      }
      return decode(Buffer.concat(chunks));
    } finally {
      inFlight -= size;
    }
  };
}

function inflated(request: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return request;
  if (encoding !== 'gzip' && encoding !== 'x-gzip' && encoding !== 'deflate') {
    throw new TrailhoundError('bad-request', `Content-Encoding [${encoding}] is not supported: use gzip or none.`, {
      status: 415,
    });
  }
  const inflater = encoding === 'deflate' ? createInflate() : createGunzip();
  request.on('error', (error) => inflater.destroy(error));
  return guarded(request.pipe(inflater));
}

async function* guarded(stream: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  try {
    yield* stream;
  } catch (error) {
    throw new TrailhoundError('bad-request', 'The body is not what its Content-Encoding says, or was cut off.', {
      cause: error,
    });
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TrailhoundError('parse-failed', 'Invalid UTF-8 in the body', { wire: 'json_parse_exception' });
  }
}

function tooLarge(): TrailhoundError {
  const most = limits.requestBodyMax / 1024 / 1024;
  return new TrailhoundError('too-large', `The body is larger than ${most} MB: send it in parts.`);
}

function tooMany(): TrailhoundError {
  return new TrailhoundError('too-large', 'Too many large bodies are being read at once: try again.', {
    status: 429,
    wire: 'circuit_breaking_exception',
  });
}
