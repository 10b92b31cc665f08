import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The real program, started as a user starts it, for scenarios. Needs `npm run build`. */

export const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
export const shared = resolve(root, '..', 'shared');
/** For tests that read other people's data sets, which are not part of the repository. */
export const withShared = existsSync(join(shared, 'data')) ? {} : { skip: 'needs ../shared/data, which is not here' };

/** The JSON of an answer, looked into freely by tests. */
// biome-ignore lint/suspicious/noExplicitAny: a test that reads a wrong member fails, which is what it is for
export type Json = any;

export interface Program {
  readonly url: string;
  readonly pid: number;
  readonly output: () => string;
  /** Calls the HTTP API with JSON; answers status and parsed body. */
  call(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Json }>;
  /** Ctrl-C, and waits. Answers the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, and waits. */
  kill(): Promise<void>;
  /** The largest resident memory so far, in MB (Linux; 0 elsewhere). */
  peakRssMb(): number;
}

/** Starts `bin/trailhound serve … --port 0 --json` and waits for its ready line. */
export async function serve(args: readonly string[], options: { readonly cwd?: string } = {}): Promise<Program> {
  const child = spawn(process.execPath, [join(root, 'bin/trailhound'), 'serve', '--json', '--port', '0', ...args], {
    cwd: options.cwd ?? root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return ready(child);
}

/**
 * Waits for the JSON line of a server that starts. Throws with its output when it ends before. `group`: the child leads a
 * process group (npm and what it starts), and signals go to all of it, as Ctrl-C in a terminal does.
 */
export async function ready(child: ChildProcess, group = false): Promise<Program> {
  let output = '';
  let printed = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((done) => child.on('close', (code) => done(code)));
  const line = await new Promise<string>((done, fail) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const end = printed.indexOf('\n');
      if (end >= 0) done(printed.slice(0, end));
    });
    void ended.then((code) => fail(new Error(`the program ended (${code}) before it was ready:\n${output}${printed}`)));
  });
  const { url } = JSON.parse(line) as { url: string };
  const send = (signal: NodeJS.Signals): void => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    process.kill(group ? -child.pid : child.pid, signal);
  };
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    call: (method, path, body) => call(url, method, path, body),
    stop: () => {
      send('SIGINT');
      return ended;
    },
    kill: async () => {
      send('SIGKILL');
      await ended;
    },
    peakRssMb: () => {
      const status = `/proc/${child.pid}/status`;
      return existsSync(status) ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) / 1024 : 0;
    },
  };
}

/** Runs a command of the program to its end. */
export function run(
  args: readonly string[],
  input = '',
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(root, 'bin/trailhound'), ...args], { cwd: root, stdio: 'pipe' });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('close', (code) => done({ code, out, err }));
    child.stdin.end(input);
  });
}

export async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Json }> {
  const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
  const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
  const answer = await fetch(new URL(path, url), {
    method,
    ...(text === undefined ? {} : { body: text, headers: { 'content-type': type } }),
  });
  const got = await answer.text();
  return { status: answer.status, body: got === '' ? undefined : JSON.parse(got) };
}

/** Asks until the answer is there; throws with the last one after `timeoutMs`. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, timeoutMs = 30_000): Promise<T> {
  const start = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() - start > timeoutMs) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(test: { after(done: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'trailhound-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
