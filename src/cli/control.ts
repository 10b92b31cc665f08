import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { reasonOf, TrailhoundError } from '../base/errors.ts';

/** What other commands may ask of the process that holds a data folder. */
export interface Control {
  /** Answers what is printed as JSON. */
  backup(target: string): Promise<unknown>;
  /** Goes on with a data folder made of the backup. A process that cannot has none. */
  restore?(backup: string): Promise<unknown>;
}

export interface OpenControl {
  /** Resolves when the last answer was given. The socket is gone at once. */
  close(): Promise<void>;
}

/** What the system allows for the path of a socket, less the zero at its end. */
const socketPathMax = 103;

/**
 * Listens on a socket in the data folder, in a folder that only its owner may enter: whoever reaches it could read the documents
 * anyway. So a backup needs neither a port nor a login, and no client of the HTTP API can make the server write files. Where
 * the path is too long for a socket, or the file system has none, `complain` is told and the process runs without.
 */
export async function openControl(
  dataDir: string,
  control: Control,
  complain: (message: string) => void,
): Promise<OpenControl> {
  const path = socketPath(dataDir);
  const server = createServer((incoming, answer) => {
    const reply = (status: number, value: unknown): void => {
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    answerTo(incoming.url ?? '', incoming, control).then(
      (value) => reply(200, value),
      (error) => reply(error instanceof TrailhoundError ? error.status : 500, { reason: reasonOf(error) }),
    );
  });
  // A large folder takes its time.
  server.requestTimeout = 0;
  server.timeout = 0;
  try {
    if (path.length > socketPathMax) throw new Error(`its path is longer than ${socketPathMax} bytes`);
    const folder = join(resolve(dataDir), 'control');
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    rmSync(path, { force: true });
    await listen(server, path);
  } catch (error) {
    complain(`no backup can be made while this runs: the socket ${path} cannot be opened: ${reasonOf(error)}`);
    return { close: async () => {} };
  }
  return {
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeIdleConnections();
      }),
  };
}

/** Asks the process that holds the folder. Throws a TrailhoundError with its reason, or 'source-failed' where none answers. */
export async function askControl(dataDir: string, action: keyof Control, value: string): Promise<unknown> {
  const { status, body } = await post(socketPath(dataDir), `/${action}`, JSON.stringify({ value }));
  const answer: unknown = JSON.parse(body);
  if (status === 200) return answer;
  const reason = (answer as { reason?: unknown }).reason;
  throw new TrailhoundError('bad-request', typeof reason === 'string' ? reason : body);
}

async function answerTo(url: string, incoming: NodeJS.ReadableStream, control: Control): Promise<unknown> {
  const { value } = JSON.parse(await text(incoming)) as { value?: unknown };
  if (typeof value === 'string' && url === '/backup') return control.backup(value);
  if (typeof value === 'string' && url === '/restore') {
    if (control.restore) return control.restore(value);
    throw new TrailhoundError(
      'bad-request',
      'the process that works in this data folder will end by itself: wait for it',
    );
  }
  throw new TrailhoundError('bad-request', 'this is not understood');
}

/** The shorter of the full path and the one from here. */
function socketPath(dataDir: string): string {
  const full = join(resolve(dataDir), 'control', 'socket');
  const near = relative(process.cwd(), full);
  return near.length < full.length ? near : full;
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(path, done);
  });
}

function post(socket: string, path: string, body: string): Promise<{ status: number; body: string }> {
  return new Promise((done, failed) => {
    const call = request({ socketPath: socket, path, method: 'POST' }, (answer) => {
      text(answer).then((got) => done({ status: answer.statusCode ?? 0, body: got }), failed);
    });
    call.once('error', (error) =>
      failed(
        new TrailhoundError(
          'source-failed',
          `the process that holds the data folder does not answer (${reasonOf(error)}): stop it, and try again`,
        ),
      ),
    );
    call.end(body);
  });
}
