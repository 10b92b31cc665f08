import { existsSync } from 'node:fs';
import { openApp } from '../app.ts';
import { own, text } from '../base/document.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { keptLog } from '../base/log.ts';
import { parseConfig } from '../config/config.ts';

/** One call of the HTTP API. Throws a TrailhoundError with the server's reason when it answers an error. */
export type Client = (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => Promise<unknown>;

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

/**
 * A user and password in the URL go into a header; the password may stand in TRAILHOUND_PASSWORD instead, where no list of processes
 * shows it. OpenSearch gives `ui_metadata` only to clients that say they are Dashboards.
 */
function overHttp(text: string): Client {
  const { url, headers: login } = loginOf(text);
  const agent = { 'user-agent': 'trailhound (as OpenSearch-Dashboards)', ...login };
  return async (method, path, body) => {
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method,
        headers: body === undefined ? agent : { ...agent, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw new TrailhoundError(
        'source-failed',
        `no server answers at ${url} (${reasonOf(cause)}). Start one with "npm start", or name a folder with --data.`,
      );
    }
    const answer = await response.text();
    return checked(response.status, answer === '' ? undefined : parsed(answer, url), path);
  };
}

function loginOf(text: string): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
  if (!URL.canParse(text)) throw new TrailhoundError('bad-request', `--url ${text}: is no URL, such as ${defaultUrl}`);
  const url = new URL(text);
  if (url.username === '') return { url: text, headers: {} };
  const password = url.password === '' ? (process.env.TRAILHOUND_PASSWORD ?? '') : decodeURIComponent(url.password);
  const login = `${decodeURIComponent(url.username)}:${password}`;
  url.username = '';
  url.password = '';
  return { url: url.toString(), headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` } };
}

function checked(status: number, body: unknown, path: string): unknown {
  if (status < 400) return body;
  throw new TrailhoundError('bad-request', `${path} answered ${status}: ${wireReason(own(body, 'error'))}`, { status });
}

function parsed(answer: string, url: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    throw new TrailhoundError(
      'source-failed',
      `${url} answers something else than JSON: is it OpenSearch or Trailhound?`,
    );
  }
}

/** The innermost reason: a bad query's stands in the root cause, below "all shards failed". */
function wireReason(error: unknown): string {
  if (typeof error === 'string') return error;
  const causes = own(error, 'root_cause');
  const root = Array.isArray(causes) ? text(own(causes[0], 'reason')) : undefined;
  return root ?? text(own(error, 'reason')) ?? 'no reason given';
}
