import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../base/clock.ts';
import { keptLog } from '../base/log.ts';
import { readLogFile } from '../trail/log-file.ts';
import type { TrailRecord } from '../trail/record.ts';
import { administrator, type LabUser } from './caller.ts';
import { callHttp, type HttpAnswer } from './http-call.ts';
import { type Lab, openLab } from './lab.ts';
import { signHeaders } from './signature.ts';

/** A lab of its own for a test, with the data lake and trail of content/lab. */

const content = fileURLToPath(new URL('../../content/lab/', import.meta.url));

export const templates = new Map(
  ['leaky-bucket', 'insecure-api', 'trail'].map((name) => [name, readFileSync(join(content, `${name}.yaml`), 'utf8')]),
);
export const attacksFile = join(content, 'attacks.yaml');

export async function startLab(
  t: TestContext,
  options: { trail?: boolean; clock?: typeof systemClock } = {},
): Promise<Lab> {
  const dir = mkdtempSync(join(tmpdir(), 'lab-'));
  const lab = await openLab({ dir, clock: options.clock ?? systemClock, log: keptLog(), port: 0 });
  if (options.trail !== false) await lab.deploy('projectx-trail', templates.get('trail') ?? '');
  t.after(async () => {
    await lab.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return lab;
}

export function keysOf(folder: string, below = folder): string[] {
  return readdirSync(below).flatMap((entry) => {
    const path = join(below, entry);
    return statSync(path).isDirectory() ? keysOf(folder, path) : [relative(folder, path).split('\\').join('/')];
  });
}

/** Every record and access-log line that the lab delivered, in the order of its files' times. */
export async function recordsOf(lab: Lab): Promise<TrailRecord[]> {
  await lab.flush();
  const found: TrailRecord[] = [];
  const keys = keysOf(lab.dataLake).filter((key) => !key.includes('CloudTrail-Digest'));
  const at = (key: string): number => statSync(join(lab.dataLake, key)).mtimeMs;
  for (const key of keys.sort((a, b) => at(a) - at(b))) {
    for await (const batch of readLogFile(readFileSync(join(lab.dataLake, key)), key)) found.push(...batch.records);
  }
  return found;
}

/** A request of S3, signed unless by nobody. */
export function s3(
  lab: Lab,
  as: LabUser | undefined,
  call: string,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  const [method = 'GET', where = '/'] = call.split(/ (.*)/s);
  const [path = '/', rawQuery = ''] = where.split(/\?(.*)/s);
  const { host } = new URL(lab.url);
  const sent = { method, path, rawQuery, host, body, at: systemClock.now() };
  return callHttp(method, `${lab.url}${where}`, { ...headers, ...(as ? signHeaders(as, 's3', sent) : {}) }, body);
}

export const admin = administrator;
