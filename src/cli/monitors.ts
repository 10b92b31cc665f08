import { asText, at } from '../base/document.ts';
import { printable } from '../base/problem.ts';
import { type Where, withClient } from './client.ts';
import type { RegisterCommand } from './command.ts';
import { jsonLine } from './json-line.ts';
import { addAsCode } from './monitors-as-code.ts';

/** `trailhound monitors`: what is watched. */
export const monitorsCommand: RegisterCommand = (program, terminal, exit) => {
  const monitors = program
    .command('monitors')
    .description('list monitors; pull, diff, push and validate keep them as files')
    .option('--json', 'print one monitor a line: {_id, _version, _seq_no, _primary_term, monitor}')
    .option('--url <url>', 'the server to ask (default: http://127.0.0.1:9400)')
    .option('--data <dir>', 'a data folder that no server holds')
    .action(async (flags: Where & { json?: boolean }) => {
      await withClient(flags, async (client) => {
        const body = { size: 1000, query: { match_all: {} }, sort: [{ 'monitor.name.keyword': 'asc' }] };
        const hits = at(await client('POST', '/_plugins/_alerting/monitors/_search', body), 'hits.hits');
        for (const hit of Array.isArray(hits) ? hits : []) terminal.print(flags.json ? asJson(hit) : describe(hit));
      });
    });
  addAsCode(monitors, terminal, exit);
};

function asJson(hit: unknown): string {
  return jsonLine({
    _id: at(hit, '_id'),
    _version: at(hit, '_version'),
    _seq_no: at(hit, '_seq_no'),
    _primary_term: at(hit, '_primary_term'),
    monitor: at(hit, '_source'),
  });
}

function describe(hit: unknown): string {
  const monitor = at(hit, '_source');
  const every = at(monitor, 'schedule.period');
  const schedule =
    every === undefined
      ? asText(at(monitor, 'schedule.cron.expression') ?? '-')
      : `every ${at(every, 'interval')} ${at(every, 'unit')}`;
  return printable(
    `${at(monitor, 'enabled') ? 'enabled ' : 'disabled'}  ${at(hit, '_id')}  ${at(monitor, 'name')}  (${schedule})`,
  );
}
