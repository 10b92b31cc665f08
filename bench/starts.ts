import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { eventPattern } from './made-documents.ts';
import { storeQuestions } from './store-questions.ts';

/** What the program, as it is shipped, takes from its start to its first answers on a data folder. */
export interface Start {
  /** To the first answer to `GET /`, and to that to the first search of a monitor. */
  readonly answerMs: number;
  readonly searchMs: number;
  /** CPU time of the process until then. */
  readonly cpuMs: number;
  /** After `GET /`, after the search, and when it had nothing left to do. */
  readonly rssMb: readonly number[];
}

const program = resolve(import.meta.dirname, '..', 'dist', 'cli', 'main.js');

/** undefined where nothing is built. The program is stopped by SIGTERM: a clean stop. */
export async function measureStart(data: string): Promise<Start | undefined> {
  if (!existsSync(program)) return undefined;
  const port = await freePort();
  const started = performance.now();
  const child = spawn(process.execPath, [program, 'serve', '--data', data, '--port', String(port)], {
    stdio: 'ignore',
  });
  const ended = new Promise((done) => child.on('exit', done));
  try {
    const url = `http://127.0.0.1:${port}`;
    const since = (): number => Math.round(performance.now() - started);
    const memory = (): number => rssOf(child.pid ?? 0);
    while (!(await answers(url))) {
      if (child.exitCode !== null || since() > 120_000) throw new Error('the program did not answer');
      await sleep(5);
    }
    const answerMs = since();
    const rssMb = [memory()];
    const search = await fetch(`${url}/${eventPattern}/_search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(storeQuestions()[0]?.[1]),
    });
    if (!search.ok) throw new Error(await search.text());
    const searchMs = since();
    const cpuMs = cpuOf(child.pid ?? 0);
    rssMb.push(memory());
    // What is to be indexed anew comes a second after the start.
    for (let before = -1, now = 0; now - before > 100; ) {
      await sleep(3000);
      before = now;
      now = cpuOf(child.pid ?? 0);
    }
    rssMb.push(memory());
    return { answerMs, searchMs, cpuMs, rssMb };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/`)).ok;
  } catch {
    return false;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function cpuOf(pid: number): number {
  const fields =
    readFileSync(join('/proc', String(pid), 'stat'), 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function rssOf(pid: number): number {
  const status = readFileSync(join('/proc', String(pid), 'status'), 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}
