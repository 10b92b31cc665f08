import { at } from '../base/document.ts';
import { printable } from '../base/problem.ts';
import { type Where, withClient } from './client.ts';
import type { RegisterCommand } from './command.ts';
import { jsonLine } from './json-line.ts';

/** `trailhound alerts`: what the monitors raised; `alerts acknowledge ID…` says that somebody looks after them. */
export const alertsCommand: RegisterCommand = (program, terminal, exit) => {
  const alerts = program.command('alerts').description('list alerts, newest first');
  addWhere(alerts)
    .option('--state <state>', 'ACTIVE, ACKNOWLEDGED, COMPLETED, ERROR or DELETED', 'ALL')
    .option('--json', 'print one alert a line')
    .action(async (flags: Where & { state: string; json?: boolean }) => {
      await withClient(flags, async (client) => {
        for (const alert of await listAlerts(client, flags.state))
          terminal.print(flags.json ? jsonLine(alert) : describe(alert));
      });
    });
  addWhere(alerts.command('acknowledge <id...>').description('acknowledge alerts'))
    .option('--json', 'print one answer a line: {id, acknowledged}')
    .action(async (ids: string[], flags: Where & { json?: boolean }) => {
      const given = { ...alerts.opts<Where & { json?: boolean }>(), ...flags };
      await withClient(given, async (client) => {
        const known = await listAlerts(client, 'ALL');
        for (const id of ids) {
          const monitor = at(
            known.find((alert) => at(alert, 'id') === id),
            'monitor_id',
          );
          const answer =
            monitor === undefined
              ? undefined
              : await client('POST', `/_plugins/_alerting/monitors/${monitor}/_acknowledge/alerts`, { alerts: [id] });
          const done = JSON.stringify(at(answer, 'success') ?? []).includes(JSON.stringify(id));
          if (!done) exit(1);
          const words = done ? 'acknowledged' : 'not acknowledged (unknown, already acknowledged, or completed)';
          terminal.print(given.json ? jsonLine({ id, acknowledged: done }) : printable(`${id}: ${words}`));
        }
      });
    });
};

/** The `--url` and `--data` flags. */
function addWhere<T extends { option(flags: string, description: string): T }>(command: T): T {
  return command
    .option('--url <url>', 'the server to ask (default: http://127.0.0.1:9400)')
    .option('--data <dir>', 'a data folder that no server holds');
}

const pageSize = 1000;

async function listAlerts(
  client: (method: 'GET', path: string) => Promise<unknown>,
  state: string,
): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (;;) {
    const path = `/_plugins/_alerting/monitors/alerts?size=${pageSize}&startIndex=${all.length}&sortString=start_time&sortOrder=desc&alertState=${encodeURIComponent(state)}`;
    const page = at(await client('GET', path), 'alerts');
    if (!Array.isArray(page)) return all;
    all.push(...page);
    if (page.length < pageSize) return all;
  }
}

function describe(alert: unknown): string {
  const start = at(alert, 'start_time');
  const time = typeof start === 'number' ? new Date(start).toISOString() : '-';
  const events = at(alert, 'trailhound.total');
  const count = typeof events === 'number' ? `, ${events} event${events === 1 ? '' : 's'}` : '';
  const historic = at(alert, 'trailhound.historic') === true ? ', historic' : '';
  const error = at(alert, 'error_message');
  return printable(
    `${time}  ${at(alert, 'state')}  severity ${at(alert, 'severity')}  ${at(alert, 'monitor_name')}: ${at(alert, 'trigger_name')}${count}${historic}  ${at(alert, 'id')}${error ? `  ${error}` : ''}`,
  );
}
