import type { Log } from '../base/log.ts';
import { printable } from '../base/problem.ts';
import type { Terminal } from './command.ts';

/** Lines of a part of the program, as notes of the command that runs it. */
export function noteLog(terminal: Terminal): Log {
  return {
    info: (line) => terminal.note(printable(line)),
    warn: (line) => terminal.note(`warning: ${printable(line)}`),
    error: (line) => terminal.note(`error: ${printable(line)}`),
  };
}

/** Resolves with Ctrl-C. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
