import { printable } from './problem.ts';

/** Lines for people, on standard error. Text of unknown origin is made printable here, so no caller can forget it. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const terminalLog: Log = {
  info: (message) => write('', message),
  warn: (message) => write('warning: ', message),
  error: (message) => write('error: ', message),
};

/** Keeps lines instead of printing them: for tests and for `--json` commands. */
export function keptLog(): Log & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    lines,
    info: (message) => void lines.push(message),
    warn: (message) => void lines.push(`warning: ${message}`),
    error: (message) => void lines.push(`error: ${message}`),
  };
}

function write(prefix: string, message: string): void {
  process.stderr.write(`${prefix}${printable(message)}\n`);
}
