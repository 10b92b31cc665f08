import { existsSync } from 'node:fs';
import { openApp } from '../app.ts';
import { own, text } from '../base/document.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { keptLog } from '../base/log.ts';
import { parseConfig } from '../config/config.ts';

/** One call of the HTTP API. Throws a TrailhoundError with the server's reason when it answers an error. */
export type Client = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<unknown>;

/** Where a command finds its server: a running one, or a folder that no server holds. */
export interface Where {
  readonly url?: string;
  readonly data?: string;
}

const defaultUrl = 'http://127.0.0.1:9400';

/** Runs `use` with a client: over HTTP, or over a server of its own, for as long as it takes. */
export async function withClient(where: Where, use: (client: Client) => Promise<void>): Promise<void> {
  if (where.data === undefined) return use(overHttp(where.url ?? defaultUrl));
  if (!existsSync(where.data)) {
    throw new TrailhoundError(
      'not-found',
      `there is no data folder "${where.data}": check the path, or make one with "trailhound ingest SOURCE --data ${where.data}"`,
    );
  }
  const { value: config } = parseConfig([
    { place: 'command line', values: { data: where.data, shippedMonitors: false } },
  ]);
  const app = await openApp(config, { log: keptLog() });
  try {
    await use(overHttp(await app.server.listen({ port: 0 })));
  } finally {
    await app.close();
  }
}

function overHttp(url: string): Client {
  return async (method, path, body) => {
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw new TrailhoundError(
        'source-failed',
        `no server answers at ${url} (${reasonOf(cause)}). Start one with "npm start", or name a folder with --data.`,
      );
    }
    const answer = await response.text();
    return checked(response.status, answer === '' ? undefined : JSON.parse(answer), path);
  };
}

function checked(status: number, body: unknown, path: string): unknown {
  if (status < 400) return body;
  throw new TrailhoundError('bad-request', `${path} answered ${status}: ${wireReason(own(body, 'error'))}`, { status });
}

/** The innermost reason: a bad query's stands in the root cause, below "all shards failed". */
function wireReason(error: unknown): string {
  if (typeof error === 'string') return error;
  const causes = own(error, 'root_cause');
  const root = Array.isArray(causes) ? text(own(causes[0], 'reason')) : undefined;
  return root ?? text(own(error, 'reason')) ?? 'no reason given';
}
