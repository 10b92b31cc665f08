import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { openApp } from '../app.ts';
import { elapsedMs, systemClock } from '../base/clock.ts';
import { at, text } from '../base/document.ts';
import { keptLog } from '../base/log.ts';
import { printable } from '../base/problem.ts';
import { parseConfig } from '../config/config.ts';
import { administrator } from '../lab/caller.ts';
import { openLab } from '../lab/lab.ts';
import type { RegisterCommand, Terminal } from './command.ts';
import { jsonLine } from './json-line.ts';
import { trailStack, trailTemplate } from './lab-content.ts';
import { cleanUp, findProgram, type Ground, type StepResult, walkGuide } from './verify-steps.ts';

interface VerifyFlags {
  readonly aws?: boolean;
  readonly yes?: boolean;
  readonly source?: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessLog?: string;
  readonly json?: boolean;
}

/** `trailhound verify`: the guide's "Verify Detections", with the real aws and curl. */
export const verifyCommand: RegisterCommand = (program, terminal, exit) => {
  program
    .command('verify')
    .description(
      'walk the guide\'s "Verify Detections" with the real aws and curl: deploy, attack, wait for the alerts',
    )
    .option(
      '--aws',
      'in your own AWS account instead of the lab: opens a bucket and an API to the internet for a while',
    )
    .option('--yes', 'with --aws: do not ask')
    .option('--source <uri>', 'with --aws: the data lake that your trail writes to, s3://bucket/prefix')
    .option('--bucket <name>', 'name of the leaky bucket', 'delete-me-projectx-leaky-bucket')
    .option('--region <region>', 'with --aws: the region', 'us-east-1')
    .option('--access-log <arn>', "with --aws: the Firehose stream for the API's access log (output of trail.yaml)")
    .option('--json', 'print one step a line')
    .action(async (flags: VerifyFlags) => exit(await verify(flags, terminal)));
};

async function verify(flags: VerifyFlags, terminal: Terminal): Promise<number> {
  const programs = { aws: findProgram('aws'), curl: findProgram('curl') };
  if (flags.aws && !(await mayUseAws(flags, terminal))) return 2;
  const folder = await mkdtemp(join(tmpdir(), 'trailhound-verify-'));
  const elapsed = elapsedMs();
  const results: StepResult[] = [];
  const tell = (result: StepResult): void => {
    results.push(result);
    if (flags.json) terminal.print(jsonLine(result));
    else
      terminal.note(
        printable(`${result.right ? 'ok  ' : 'FAIL'} ${result.step} (${result.seconds.toFixed(1)} s): ${result.seen}`),
      );
  };
  try {
    const run = { programs, folder, bucket: flags.bucket, clock: systemClock, signal: terminal.signal, tell };
    if (flags.aws) await inAws(flags, run);
    else await inLab(run);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const wrong = results.filter(({ right }) => !right);
  if (!flags.json) {
    for (const line of table(results)) terminal.print(printable(line));
    const verdict =
      wrong.length === 0 ? 'All detections were seen to fire' : `${wrong.length} of ${results.length} steps failed`;
    terminal.print(
      `${verdict}; ${Math.round(elapsed() / 1000)} s, ${flags.aws ? 'in your AWS account' : 'in the lab'}.`,
    );
  }
  return wrong.length > 0 || results.length === 0 ? 1 : 0;
}

type Run = Pick<Ground, 'programs' | 'folder' | 'bucket' | 'clock' | 'signal' | 'tell'>;

/** Delivery after 2 s and a look at the data lake every 10 s, on a busy machine. */
const labAlertsWithinMs = 60_000;
/** The guide: wait 5 to 15 minutes. */
const awsAlertsWithinMs = 20 * 60_000;

async function inLab(run: Run): Promise<void> {
  const lab = await openLab({ dir: join(run.folder, 'lab'), clock: systemClock, log: keptLog(), port: 0 });
  try {
    await lab.deploy(trailStack, trailTemplate());
    const { port } = new URL(lab.url);
    const env = {
      PATH: process.env.PATH,
      HOME: run.folder,
      AWS_ENDPOINT_URL: lab.url,
      AWS_ACCESS_KEY_ID: administrator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    };
    // The program itself reads the lab's data lake, with the lab's key and no other.
    Object.assign(process.env, env, { PATH: process.env.PATH, HOME: process.env.HOME });
    await withDetections(`s3://${lab.dataLakeBucket}`, lab.url, undefined, run, async (alerts) => {
      const ground: Ground = {
        ...run,
        env,
        alerts,
        accessLog: undefined,
        apiUrl: (id, path) => `http://${id}.execute-api.localhost:${port}/prod/${path}`,
        alertsWithinMs: labAlertsWithinMs,
      };
      await walkGuide(ground);
      await cleanUp(ground);
    });
  } finally {
    await lab.close();
  }
}

async function inAws(flags: VerifyFlags, run: Run): Promise<void> {
  const env = { ...process.env, AWS_DEFAULT_REGION: flags.region, AWS_PAGER: '' };
  await withDetections(flags.source ?? '', undefined, flags.region, run, async (alerts) => {
    const ground: Ground = {
      ...run,
      env,
      alerts,
      accessLog: flags.accessLog,
      apiUrl: (id, path) => `https://${id}.execute-api.${flags.region}.amazonaws.com/prod/${path}`,
      alertsWithinMs: awsAlertsWithinMs,
    };
    try {
      await walkGuide(ground);
    } finally {
      // Also after Ctrl-C: what was opened must be closed.
      await cleanUp({ ...ground, signal: new AbortController().signal });
    }
  });
}

/** A plain warning and a yes. */
async function mayUseAws(flags: VerifyFlags, terminal: Terminal): Promise<boolean> {
  if (flags.source === undefined) {
    terminal.note('error: --aws needs --source s3://bucket/prefix, the data lake that your trail writes to.');
    return false;
  }
  for (const line of [
    'This uses YOUR OWN AWS account, with the credentials that aws finds.',
    `It makes the bucket ${flags.bucket}, which anybody on the internet may list and read, and an API that anybody may call.`,
    'Both hold made-up data only and are removed at the end; it may cost some cents and wakes whoever watches your account.',
  ]) {
    terminal.note(printable(line));
  }
  if (flags.yes) return true;
  if (!terminal.interactive) {
    terminal.note('error: nobody is there to agree: say --yes.');
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question('Type yes to go on: ');
  lines.close();
  return answer.trim().toLowerCase() === 'yes';
}

/** Runs the product on a data lake, with a folder of its own; `use` asks which monitors have an alert on what is new. */
async function withDetections(
  source: string,
  endpointUrl: string | undefined,
  region: string | undefined,
  { folder, signal }: Run,
  use: (alerts: Ground['alerts']) => Promise<void>,
): Promise<void> {
  const aws = { ...(endpointUrl ? { endpointUrl } : {}), ...(region ? { region } : {}) };
  const { value: config } = parseConfig([{ place: 'verify', values: { data: join(folder, 'data'), aws } }]);
  const app = await openApp(config, { log: keptLog() });
  const stop = new AbortController();
  const both = AbortSignal.any([stop.signal, signal]);
  const running = [app.run(stop.signal), app.ingest(source, { once: false, signal: both })];
  try {
    await use(async () => {
      const { alerts } = await app.alerting.listAlerts({ size: 1000 });
      const fresh = alerts.filter((alert) => at(alert, 'trailhound.historic') !== true);
      return new Set(fresh.map((alert) => text(alert.monitor_name) ?? ''));
    });
  } finally {
    stop.abort();
    await Promise.allSettled(running);
    await app.close();
  }
}

const columns = ['step', 'command', 'expected', 'seen', 'seconds'] as const;
const widths = { step: 26, command: 72, expected: 24, seen: 44, seconds: 7 };

/** Cut to a width that a terminal has; `--json` shows all. */
function table(results: readonly StepResult[]): readonly string[] {
  const row = (cells: Readonly<Record<(typeof columns)[number], string>>): string =>
    columns.map((name) => short(cells[name], widths[name]).padEnd(widths[name])).join('  ');
  const header = row({ step: 'STEP', command: 'COMMAND', expected: 'EXPECTED', seen: 'SEEN', seconds: 'SECONDS' });
  const rows = results.map((result) =>
    row({ ...result, seen: `${result.right ? '✓' : '✗'} ${result.seen}`, seconds: result.seconds.toFixed(1) }),
  );
  return ['', header, ...rows, ''];
}

function short(cell: string, width: number): string {
  return cell.length <= width ? cell : `${cell.slice(0, width - 1)}…`;
}
