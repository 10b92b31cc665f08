import { Command, CommanderError } from 'commander';
import { reasonOf } from '../base/errors.ts';
import { printable } from '../base/problem.ts';
import type { RegisterCommand, Terminal } from './command.ts';
import { compileSparingly } from './sparing-compiler.ts';
import { packageVersion } from './version.ts';

/** Who is there. Loaded when named: a command needs a part of the program, and all of it takes as long as thousands of events. */
const commands: Readonly<Record<string, () => Promise<RegisterCommand>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand,
  ingest: async () => (await import('./ingest.ts')).ingestCommand,
  logtest: async () => (await import('./logtest.ts')).logtestCommand,
  lint: async () => (await import('./lint.ts')).lintCommand,
  lab: async () => (await import('./lab.ts')).labCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  exposure: async () => (await import('./exposure.ts')).exposureCommand,
  search: async () => (await import('./search.ts')).searchCommand,
  alerts: async () => (await import('./alerts.ts')).alertsCommand,
  monitors: async () => (await import('./monitors.ts')).monitorsCommand,
  test: async () => (await import('./test.ts')).testCommand,
  backup: async () => (await import('./backup.ts')).backupCommand,
  restore: async () => (await import('./backup.ts')).restoreCommand,
  config: async () => (await import('./config.ts')).configCommand,
};

/** The command that comes first among the arguments; all of them for help, and to tell what was meant. */
function commandsFor([name = '']: readonly string[]): Promise<RegisterCommand[]> {
  const named = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return Promise.all((named ? [named] : Object.values(commands)).map((load) => load()));
}

/** Parses the arguments and runs one command. Answers the exit code: 0 done, 1 failed, 2 wrong use. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const program = new Command('trailhound')
    .description(
      'Finds AWS attacks in CloudTrail: S3 data lake, Wazuh rules, OpenSearch monitors and alerts in one program.',
    )
    .version(packageVersion())
    .showHelpAfterError('(--help lists what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.replace(/\n$/, '')),
      writeErr: (text) => {
        for (const line of text.replace(/\n$/, '').split('\n')) terminal.note(printable(line));
      },
    });
  for (const register of await commandsFor(args)) register(program, terminal, (value) => (code = value));
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.note(`error: ${printable(reasonOf(error))}`);
    return 1;
  }
}

/** The process's own streams and signals. A second Ctrl-C ends the process at once. */
function processTerminal(): Terminal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    input: () => process.stdin,
    signal: stop.signal,
    interactive: process.stderr.isTTY === true,
  };
}

/** They live for long, or walk columns of millions of values: worth the whole of the compiler. */
const thoroughly: ReadonlySet<string | undefined> = new Set(['serve', 'lab', 'search']);

/** `bin/trailhound` and `npm start` import this file to run it; a test imports `main`. */
if (process.env.TRAILHOUND_CLI !== 'imported') {
  const args = process.argv.slice(2);
  if (!thoroughly.has(args[0])) compileSparingly();
  process.exitCode = await main(args, processTerminal());
  process.stdin.destroy();
}
