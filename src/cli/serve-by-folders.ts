import { type App, openApp } from '../app.ts';
import { systemClock } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Config } from '../config/config.ts';
import type { Restored, StagedRestore } from '../store/restore.ts';
import { stageChecked } from './backup.ts';
import type { Terminal } from './command.ts';
import { type Control, openControl } from './control.ts';

/** How one data folder is served. `again`: the process goes on with a restored one. */
export interface Serving {
  readonly portNamed: boolean;
  readonly json: boolean;
  readonly again?: true;
  /** Call once requests are taken. */
  ready(): void;
}

/** Serves until the terminal's signal aborts, and answers the exit code. */
export type Serve = (app: App, config: Config, how: Serving, terminal: Terminal) => Promise<number>;

/**
 * Serves the data folder until the terminal's signal aborts. `trailhound restore --replace` ends the work in the one folder and
 * begins it in the one that was made of the backup, at the same address: to clients it is a short restart. The folder before it is kept.
 */
export async function serveByFolders(
  config: Config,
  how: Pick<Serving, 'portNamed' | 'json'>,
  terminal: Terminal,
  serve: Serve,
): Promise<number> {
  let settings = config;
  let exchange: Exchange | undefined;
  let serving: Serving = { ...how, ready: () => exchange?.done() };
  for (;;) {
    const app = await openApp(settings).catch((error) => {
      exchange?.fail(error);
      throw error;
    });
    const restores = takeRestores(settings);
    const signal = AbortSignal.any([terminal.signal, restores.wanted]);
    // A cluster's own backups are its business, and processes that share one may share a folder.
    const control =
      settings.engine === undefined
        ? await openControl(settings.data, { backup: app.backup, restore: restores.ask }, terminal.note)
        : undefined;
    let code: number;
    let answered: Promise<void> | undefined;
    try {
      code = await serve(app, settings, serving, { ...terminal, signal });
    } catch (error) {
      exchange?.fail(error);
      throw error;
    } finally {
      // The answer to a restore is given when the next folder is open: it is not waited for here.
      answered = control?.close();
      await app.close();
    }
    exchange = restores.staged();
    if (!exchange || terminal.signal.aborted) {
      exchange?.fail(new TrailhoundError('bad-request', 'the process was stopped before the backup was in its place'));
      await answered;
      terminal.note('Stopped.');
      return code;
    }
    terminal.note('A backup is put in the place of the data folder, and work goes on with it.');
    await exchange.carryOut();
    // The port that was free at the start may not be the configured one.
    const { port } = new URL(app.facts.url ?? 'http://127.0.0.1:0');
    settings = { ...settings, port: Number(port) };
    serving = { ...serving, portNamed: true, again: true };
  }
}

/** One restore that was asked for: its folder is ready, and the one that asked waits. */
interface Exchange {
  /** Puts the folder in its place; a failure is told to the one that asked, and the work goes on with the former folder. */
  carryOut(): Promise<void>;
  /** The process works in it, and answers. */
  done(): void;
  fail(error: unknown): void;
}

interface Restores {
  readonly ask: NonNullable<Control['restore']>;
  /** Aborts when a folder is ready to be put in place. */
  readonly wanted: AbortSignal;
  staged(): Exchange | undefined;
}

function takeRestores({ data, sources }: Config): Restores {
  const wanted = new AbortController();
  let busy = false;
  let exchange: Exchange | undefined;
  return {
    wanted: wanted.signal,
    staged: () => exchange,
    async ask(backup) {
      if (busy) throw new TrailhoundError('bad-request', 'another restore is under way');
      if (sources.includes('-')) {
        throw new TrailhoundError(
          'bad-request',
          'the process reads standard input, which cannot be read again: stop it',
        );
      }
      busy = true;
      try {
        const staged = await stageChecked(backup, data, true);
        return await new Promise((done, failed) => {
          exchange = makeExchange(staged, done, failed);
          wanted.abort();
        });
      } finally {
        busy = false;
      }
    },
  };
}

function makeExchange(
  staged: StagedRestore,
  answer: (restored: Restored) => void,
  fail: (error: unknown) => void,
): Exchange {
  let restored: Restored | undefined;
  return {
    async carryOut() {
      try {
        restored = await staged.putInPlace(systemClock.now());
      } catch (error) {
        fail(error);
      } finally {
        await staged.drop();
      }
    },
    done: () => restored && answer(restored),
    fail: (error) => {
      void staged.drop().finally(() => fail(error));
    },
  };
}
