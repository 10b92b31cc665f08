import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { openRules } from '../app.ts';
import { systemClock } from '../base/clock.ts';
import { describeProblem } from '../base/problem.ts';
import { linesIn, logtestLine } from '../pipeline/logtest.ts';
import { logtestText } from '../pipeline/logtest-text.ts';
import type { RegisterCommand } from './command.ts';
import { jsonLine } from './json-line.ts';
import { addContentFlags, effectiveConfig, type SettingFlags } from './settings.ts';

/** `trailhound logtest`: the phases of wazuh-logtest for each line of JSON, and why each rule tried did not fire. */
export const logtestCommand: RegisterCommand = (program, terminal, exit) => {
  const command = program
    .command('logtest')
    .description(
      'tell which rule fires on each JSON line (a record, a log file, an event or a document), and why others do not',
    )
    .argument('[file]', 'a file of JSON lines, plain or .gz; - or nothing for standard input', '-')
    .option('--json', 'print one JSON value a line')
    .option('--data <dir>', 'data folder whose put rules count too (default: ./trailhound-data)')
    .option('--config <file>', 'configuration file, YAML or JSON');
  addContentFlags(command).action(async (file: string, flags: SettingFlags & { json?: boolean }) => {
    const config = effectiveConfig(flags, terminal);
    if (!config) return exit(2);
    const rules = openRules(config, (problem) => terminal.note(`warning: ${describeProblem(problem)}`));
    const ports = { engine: rules.engine(), clock: systemClock, strict: config.wazuhStrict, ruleTime: config.ruleTime };
    const place = file === '-' ? 'standard input' : file;
    const input = file === '-' ? Readable.from(terminal.input()) : textOf(file);
    let line = 0;
    let broken = false;
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() === '') continue;
      for (const one of linesIn(text)) {
        const answer = logtestLine(one, place, line, ports);
        broken ||= answer.document === null;
        const { phases, ...told } = answer;
        terminal.print(flags.json ? jsonLine({ ...told, decoder: phases.decoder }) : logtestText(answer));
      }
    }
    if (broken) exit(1);
  });
};

function textOf(file: string): Readable {
  const bytes = createReadStream(file);
  if (!file.endsWith('.gz')) return bytes;
  const text = createGunzip();
  bytes.on('error', (error) => text.destroy(error)).pipe(text);
  return text;
}
