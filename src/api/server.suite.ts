import type { TestContext } from 'node:test';
import type { Clock } from '../base/clock.ts';
import { systemClock } from '../base/clock.ts';
import { keptLog } from '../base/log.ts';
import { openMemory } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { createServer } from './server.ts';
import type { AppServices } from './services.ts';

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  readonly log: ReturnType<typeof keptLog>;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed where it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

/** The real server over a memory store, on a free port, for as long as the test runs. */
export async function startServer(
  test: Pick<TestContext, 'after'>,
  options: { readonly consoleDir?: string; readonly clock?: Clock; readonly services?: Partial<AppServices> } = {},
): Promise<TestServer> {
  const clock = options.clock ?? systemClock;
  const store = openMemory({ clock });
  const log = keptLog();
  const own = { store, clock, log, status: () => ({}), problems: () => [], ...options.services };
  // The routes of alerting have tests of their own, with a real one.
  const services = { alerting: undefined, ...own } as unknown as AppServices;
  const server = await createServer(services, { consoleDir: options.consoleDir ?? '/nowhere' });
  const url = await server.listen({ port: 0 });
  test.after(async () => {
    await server.close();
    await store.close();
  });
  return { url, port: Number(new URL(url).port), store, log, call: caller(url) };
}

/** Calls with JSON; a string is sent as it is, as NDJSON when it ends in a newline. */
export function caller(url: string): TestServer['call'] {
  return async (method, path, body, headers = {}) => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' && body.endsWith('\n') ? 'application/x-ndjson' : 'application/json';
    const answer = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: text === undefined ? headers : { 'content-type': type, ...headers },
      ...(text === undefined ? {} : { body: text }),
    });
    const got = await answer.text();
    const json = answer.headers.get('content-type')?.startsWith('application/json') && got !== '';
    return { status: answer.status, headers: answer.headers, text: got, body: json ? JSON.parse(got) : undefined };
  };
}
