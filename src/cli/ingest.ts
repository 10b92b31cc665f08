import { type App, openApp } from '../app.ts';
import { limits } from '../base/limits.ts';
import { keptLog, terminalLog } from '../base/log.ts';
import { describeProgress, type Progress } from '../pipeline/progress.ts';
import type { RegisterCommand, Terminal } from './command.ts';
import { openControl } from './control.ts';
import { jsonLine } from './json-line.ts';
import { everySecond } from './progress-line.ts';
import { addContentFlags, addDataFlags, effectiveConfig, type SettingFlags } from './settings.ts';

/** `trailhound ingest SOURCE…`: reads everything once, wakes monitors as `serve` does, ends with a summary. */
export const ingestCommand: RegisterCommand = (program, terminal, exit) => {
  const command = program
    .command('ingest')
    .description('read sources once: into the data folder, through the rules, past the monitors')
    .argument('<source...>', 'a folder or file, s3://bucket/prefix, sqs://queue, or - for standard input')
    .option('--json', 'print the summary as one JSON value');
  addContentFlags(addDataFlags(command)).action(async (sources: string[], flags: SettingFlags & { json?: boolean }) => {
    const config = effectiveConfig(flags, terminal);
    if (!config) return exit(2);
    // Who writes to standard input may go on for ever and wait for alerts; files are there already.
    const pace = sources.includes('-') ? {} : { markDelayMs: limits.markDelayOnceMs };
    const app = await openApp(config, { log: flags.json ? keptLog() : terminalLog, ...pace });
    // A cluster's own backups are its business, and processes that share one may share a folder.
    const control = config.engine === undefined ? await openControl(config.data, app, terminal.note) : undefined;
    try {
      const summary = await ingestAll(app, sources, terminal);
      terminal.print(flags.json ? jsonLine(summary) : describeSummary(summary));
      if (terminal.signal.aborted) exit(130);
    } finally {
      await control?.close();
      await app.close();
    }
  });
};

interface Summary extends Progress {
  /** Alerts that this run opened. */
  readonly alerts: number;
  readonly seconds: number;
  readonly messages: readonly string[];
}

async function ingestAll(app: App, sources: readonly string[], terminal: Terminal): Promise<Summary> {
  const before = await app.alerting.alertCount();
  const monitors = new AbortController();
  const running = app.run(monitors.signal);
  const watch = everySecond(terminal, () => app.progress());
  try {
    for (const source of sources) await app.ingest(source, { once: true, signal: terminal.signal });
    await app.alerting.settled();
  } finally {
    watch.stop();
    monitors.abort();
    await running;
  }
  return {
    ...app.progress(),
    alerts: (await app.alerting.alertCount()) - before,
    seconds: watch.seconds(),
    messages: app
      .problems()
      .map(({ place, line, path, message }) =>
        [place, line, path, message].filter((part) => part !== undefined).join(': '),
      ),
  };
}

function describeSummary(summary: Summary): string {
  return `${describeProgress(summary)}, ${summary.alerts} new alert${summary.alerts === 1 ? '' : 's'} in ${summary.seconds.toFixed(1)} s`;
}
