import { Command, CommanderError } from 'commander';
import { reasonOf } from '../base/errors.ts';
import { printable } from '../base/problem.ts';
import { alertsCommand } from './alerts.ts';
import { backupCommand, restoreCommand } from './backup.ts';
import type { RegisterCommand, Terminal } from './command.ts';
import { configCommand } from './config.ts';
import { exposureCommand } from './exposure.ts';
import { ingestCommand } from './ingest.ts';
import { labCommand } from './lab.ts';
import { lintCommand } from './lint.ts';
import { logtestCommand } from './logtest.ts';
import { monitorsCommand } from './monitors.ts';
import { searchCommand } from './search.ts';
import { serveCommand } from './serve.ts';
import { testCommand } from './test.ts';
import { verifyCommand } from './verify.ts';
import { packageVersion } from './version.ts';

/** Who is there. */
const commands: readonly RegisterCommand[] = [
  serveCommand,
  ingestCommand,
  logtestCommand,
  lintCommand,
  labCommand,
  verifyCommand,
  exposureCommand,
  searchCommand,
  alertsCommand,
  monitorsCommand,
  testCommand,
  backupCommand,
  restoreCommand,
  configCommand,
];

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
  for (const register of commands) register(program, terminal, (value) => (code = value));
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

/** `bin/trailhound` and `npm start` import this file to run it; a test imports `main`. */
if (process.env.TRAILHOUND_CLI !== 'imported') {
  process.exitCode = await main(process.argv.slice(2), processTerminal());
  process.stdin.destroy();
}
