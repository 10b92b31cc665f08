import { stringify } from 'yaml';
import type { RegisterCommand } from './command.ts';
import { jsonLine } from './json-line.ts';
import { addContentFlags, addDataFlags, collect, effectiveConfig, port, type SettingFlags } from './settings.ts';

/** `trailhound config`: what the file and the flags together mean. */
export const configCommand: RegisterCommand = (program, terminal, exit) => {
  const command = program
    .command('config')
    .description('print the effective configuration (a configuration file in itself)')
    .option('--json', 'print JSON instead of YAML')
    .option('--port <port>', 'port of the HTTP server', port)
    .option('--host <host>', 'address of the HTTP server')
    .option('--lab', 'start the built-in lab')
    .option('--source <uri>', 'where CloudTrail files come from (repeatable)', collect);
  addContentFlags(addDataFlags(command)).action((flags: SettingFlags & { json?: boolean }) => {
    const config = effectiveConfig(flags, terminal);
    if (!config) return exit(2);
    const shown = { ...config, ...(config.engine === undefined ? {} : { engine: withoutPassword(config.engine) }) };
    terminal.print(flags.json ? jsonLine(shown) : stringify(shown).trimEnd());
  });
};

/** What is printed ends up in files and tickets. */
function withoutPassword(address: string): string {
  return address.replace(/^(\w+:\/\/[^/@:]*):[^/]*@/, '$1@');
}
