import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Clock, elapsedMs } from '../base/clock.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { templatePath } from './lab-content.ts';

/** What a step did, as the table shows it. */
export interface StepResult {
  readonly step: string;
  readonly command: string;
  readonly expected: string;
  readonly seen: string;
  readonly seconds: number;
  readonly right: boolean;
}

/** Where the guide's test is walked. */
export interface Ground {
  /** Programs by name, found beforehand. */
  readonly programs: { readonly aws: string; readonly curl: string };
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly bucket: string;
  readonly accessLog: string | undefined;
  readonly apiUrl: (apiId: string, path: string) => string;
  /** Names of the monitors that have an alert now. */
  readonly alerts: () => Promise<ReadonlySet<string>>;
  readonly alertsWithinMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly tell: (result: StepResult) => void;
}

/** A program on the PATH, or in the test machine's venv. Throws with what to install. */
export function findProgram(name: 'aws' | 'curl'): string {
  const venv = process.env.TRAILHOUND_VENV;
  const folders = [...(venv ? [join(venv, 'bin')] : []), ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found) return found;
  const how = name === 'aws' ? 'the AWS command line (https://aws.amazon.com/cli/, or: pip install awscli)' : 'curl';
  throw new TrailhoundError('not-found', `there is no ${name} on the PATH: install ${how}`);
}

const stacks = { bucket: 'delete-me-projectx-leaky-bucket', api: 'delete-me-projectx-insecure-api' };
const credentials = 'config/database-credentials.json';
const fake = '{"note": "FAKE: made up by trailhound verify", "host": "db.example.com", "password": "not-a-password"}\n';

/** The guide's first test, then its second. Goes on after a step that failed, so that all is seen and removed. */
export async function walkGuide(ground: Ground): Promise<void> {
  const { bucket, folder } = ground;
  const file = join(folder, 'database-credentials.json');
  await writeFile(file, fake);
  const deployed = await aws(ground, 'Deploy the leaky bucket', 'a stack', /Successfully created|No changes/, [
    ...['cloudformation', 'deploy', '--template-file', templatePath('leaky-bucket'), '--stack-name', stacks.bucket],
    ...['--parameter-overrides', `BucketName=${bucket}`],
  ]);
  if (deployed) {
    await aws(ground, 'Populate it', 'upload', /upload/, [
      's3',
      'cp',
      file,
      `s3://${bucket}/${credentials}`,
      '--no-progress',
    ]);
    await aws(ground, 'Attack: list', 'config/', /config\//, ['s3', 'ls', `s3://${bucket}`, '--no-sign-request']);
    const taken = join(folder, 'taken.json');
    await aws(ground, 'Attack: download', 'download', /download/, [
      's3',
      'cp',
      `s3://${bucket}/${credentials}`,
      taken,
      '--no-sign-request',
      '--no-progress',
    ]);
    await step(ground, 'What was taken', `cat ${taken}`, 'the FAKE credentials', async () => {
      const content = await readFile(taken, 'utf8');
      return { right: content === fake, seen: content.trim().slice(0, 40) };
    });
    await waitForAlerts(ground, [
      'S3 GetObject from Anonymous Principal',
      'S3 ListBucket / ListObjectsV2 from Anonymous Principal',
    ]);
  }
  const api = await aws(ground, 'Deploy the insecure API', 'a stack', /Successfully created|No changes/, [
    ...['cloudformation', 'deploy', '--template-file', templatePath('insecure-api'), '--stack-name', stacks.api],
    ...(ground.accessLog ? ['--parameter-overrides', `AccessLogDestinationArn=${ground.accessLog}`] : []),
  ]);
  if (!api) return;
  const output = await aws(ground, 'Get the invoke URL', 'an API id', /^[a-z0-9]+$/m, [
    ...['cloudformation', 'describe-stacks', '--stack-name', stacks.api],
    ...['--query', "Stacks[0].Outputs[?OutputKey=='ApiId'].OutputValue", '--output', 'text'],
  ]);
  if (output === undefined) return;
  for (const [path, expected] of [
    ['test', /Hello/],
    ['users', /FAKE/],
  ] as const) {
    const args = ['-sS', '--max-time', '20', ground.apiUrl(output.trim(), path)];
    await program(ground, 'curl', `Attack: call /prod/${path}`, String(expected.source), expected, args);
  }
  await waitForAlerts(ground, ['API Gateway Invoke from Anonymous Principal']);
}

/** Removes what `walkGuide` made, as far as it is there. */
export async function cleanUp(ground: Ground): Promise<void> {
  const { bucket } = ground;
  await aws(ground, 'Empty the bucket', 'delete', /delete|^$/, ['s3', 'rm', `s3://${bucket}`, '--recursive']);
  for (const name of Object.values(stacks)) {
    await aws(ground, 'Delete the stack', 'nothing', /^$/, ['cloudformation', 'delete-stack', '--stack-name', name]);
    await aws(ground, 'Wait until it is gone', 'nothing', /^$/, [
      'cloudformation',
      'wait',
      'stack-delete-complete',
      '--stack-name',
      name,
    ]);
  }
}

async function waitForAlerts(ground: Ground, names: readonly string[]): Promise<void> {
  await step(ground, 'Wait for the alerts', 'Alerting', names.join(', '), async () => {
    const end = ground.clock.now() + ground.alertsWithinMs;
    for (;;) {
      const raised = await ground.alerts();
      const seen = names.filter((name) => raised.has(name));
      if (seen.length === names.length) return { right: true, seen: `${seen.length} of ${names.length} alerts` };
      if (ground.clock.now() > end || ground.signal.aborted) {
        return { right: false, seen: `only ${seen.join(', ') || 'none'} within ${ground.alertsWithinMs / 1000} s` };
      }
      await ground.clock.sleep(250, ground.signal);
    }
  });
}

function aws(
  ground: Ground,
  name: string,
  expected: string,
  wanted: RegExp,
  args: readonly string[],
): Promise<string | undefined> {
  return program(ground, 'aws', name, expected, wanted, args);
}

/** What the program printed when it was what was wanted; undefined when it was not. */
async function program(
  ground: Ground,
  tool: 'aws' | 'curl',
  name: string,
  expected: string,
  wanted: RegExp,
  args: readonly string[],
): Promise<string | undefined> {
  let output: string | undefined;
  await step(ground, name, [tool, ...args].join(' '), expected, async () => {
    const done = await run(ground, tool, args);
    const right = done.code === 0 && wanted.test(done.out.trim());
    if (right) output = done.out;
    const lines = (right ? done.out : `${done.err}\n${done.out}`).split(/\r|\n/).filter((line) => line.trim() !== '');
    return { right, seen: lines.at(-1)?.trim() ?? 'nothing' };
  });
  return output;
}

async function step(
  ground: Ground,
  name: string,
  command: string,
  expected: string,
  act: () => Promise<{ readonly right: boolean; readonly seen: string }>,
): Promise<void> {
  const elapsed = elapsedMs();
  const { right, seen } = ground.signal.aborted
    ? { right: false, seen: 'stopped' }
    : await act().catch((error) => ({ right: false, seen: reasonOf(error) }));
  ground.tell({ step: name, command, expected, seen, seconds: elapsed() / 1000, right });
}

function run(
  { programs, env, folder, signal }: Ground,
  tool: 'aws' | 'curl',
  args: readonly string[],
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    execFile(programs[tool], [...args], { env, cwd: folder, signal, maxBuffer: 8 * 1024 * 1024 }, (error, out, err) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ code, out, err: err || (error ? reasonOf(error) : '') });
    });
  });
}
