import { request } from 'node:http';
import { TrailhoundError } from '../base/errors.ts';

/** An answer of the lab is small; one that does not come within this time never will. */
const answerMax = 1024 * 1024;
const timeoutMs = 10_000;

/**
 * The body of an HTTP answer. Not fetch(), which refuses to set Host: an API of the lab is told by its host name, which
 * not every machine resolves. Throws 'source-failed' for a status of 400 and above.
 */
export function fetchText(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new TrailhoundError('source-failed', `${method} ${url}: ${why}`));
    const call = request(url, { method, headers, agent: false, timeout: timeoutMs }, (answer) => {
      const parts: Buffer[] = [];
      let length = 0;
      answer.on('data', (part: Buffer) => {
        length += part.length;
        if (length > answerMax) answer.destroy(new Error(`more than ${answerMax} bytes`));
        else parts.push(part);
      });
      answer.on('error', (error) => fail(error.message));
      answer.on('end', () => {
        const body = Buffer.concat(parts).toString();
        if ((answer.statusCode ?? 500) >= 400) fail(`answered ${answer.statusCode} ${body.slice(0, 200)}`);
        else resolve(body);
      });
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    call.on('error', (error) => fail(error.message));
    call.end();
  });
}
