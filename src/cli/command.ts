import type { Command } from 'commander';

/** Where a command writes and reads, and what ends it: real streams, or kept ones in a test. */
export interface Terminal {
  /** The answer itself: the only thing on standard output. */
  print(line: string): void;
  /** What accompanies it: progress, warnings, errors. */
  note(line: string): void;
  input(): AsyncIterable<Uint8Array>;
  /** Aborts on Ctrl-C or a termination signal. */
  readonly signal: AbortSignal;
  readonly interactive: boolean;
}

/** One command a file. `run` answers the exit code: 0 done, 1 it failed or found problems that matter, 2 wrong use. */
export type RegisterCommand = (program: Command, terminal: Terminal, exit: (code: number) => void) => void;
