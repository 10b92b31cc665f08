import { request } from 'node:http';
import { TrailhoundError } from '../base/errors.ts';

/** An answer of the lab is small; one that does not come within this time never will. */
const answerMax = 4 * 1024 * 1024;
const timeoutMs = 30_000;

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * One HTTP exchange. Not fetch(), which refuses to set Host: an API of the lab is told by its host name, which not every
 * machine resolves. Throws 'source-failed' when there is no answer.
 */
export function callHttp(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = '',
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new TrailhoundError('source-failed', `${method} ${url}: ${why}`));
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const call = request(
      url,
      { method, headers: { ...headers, ...length }, agent: false, timeout: timeoutMs },
      (answer) => {
        const parts: Buffer[] = [];
        let received = 0;
        answer.on('data', (part: Buffer) => {
          received += part.length;
          if (received > answerMax) answer.destroy(new Error(`more than ${answerMax} bytes`));
          else parts.push(part);
        });
        answer.on('error', (error) => fail(error.message));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 500, body: Buffer.concat(parts).toString() }));
      },
    );
    call.on('timeout', () => call.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    call.on('error', (error) => fail(error.message));
    call.end(body);
  });
}

/** The body of an answer; throws 'source-failed' for a status of 400 and above. */
export async function fetchText(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const { status, body } = await callHttp(method, url, headers);
  if (status < 400) return body;
  throw new TrailhoundError('source-failed', `${method} ${url}: answered ${status} ${body.slice(0, 200)}`);
}
