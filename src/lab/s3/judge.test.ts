import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { motoSkip, startMoto } from '../../aws/moto.suite.ts';
import { administrator } from '../caller.ts';
import { startLab } from '../lab.suite.ts';

/** The lab's S3 beside moto's, both asked by boto3: what differs has a reason. */

const script = fileURLToPath(new URL('../../../test/judges/s3_calls.py', import.meta.url));
const python = join(
  process.env.TRAILHOUND_VENV ?? fileURLToPath(new URL('../../../.venv', import.meta.url)),
  'bin',
  'python',
);

/** Call → why the lab answers otherwise than moto. */
const differences: ReadonlyMap<string, string> = new Map([
  ['bad policy', 'S3 refuses what is no JSON (MalformedPolicy); moto keeps it'],
  ['put policy', 'S3 answers 204 No Content; moto 200'],
]);

/** Header → why one of the two sends it alone. */
const headerDifferences: ReadonlyMap<string, string> = new Map([
  ['accept-ranges', 'S3 sends it with every object; moto with ranges only'],
  ['etag', 'moto repeats the ETag of a copy as a header; S3 tells it in the body'],
]);

interface Answer {
  readonly call: string;
  readonly headers: Record<string, string>;
}

async function ask(endpoint: string, key: string, secret: string): Promise<readonly Answer[]> {
  const env = { ...process.env, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret, AWS_ENDPOINT_URL: '' };
  const { stdout } = await promisify(execFile)(python, [script, endpoint], { env });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test("the lab's S3 answers boto3 as moto's does, or for a reason", { skip: motoSkip, timeout: 180_000 }, async (t) => {
  const lab = await startLab(t, { trail: false });
  const moto = await startMoto();
  t.after(() => moto.stop());
  const ours = await ask(lab.url, administrator.accessKeyId, administrator.secretAccessKey);
  const theirs = await ask(moto.endpointUrl, 'testing', 'testing');
  assert.ok(ours.length > 70);
  assert.equal(ours.length, theirs.length);
  const differing: string[] = [];
  ours.forEach((answer, index) => {
    const other = theirs[index];
    if (!other) return;
    for (const name of headerDifferences.keys()) {
      if (name in answer.headers === name in other.headers) continue;
      delete answer.headers[name];
      delete other.headers[name];
    }
    if (JSON.stringify(answer) === JSON.stringify(other)) return;
    differing.push(answer.call);
    if (!differences.has(answer.call)) t.diagnostic(`ours ${JSON.stringify(answer)}\n theirs ${JSON.stringify(other)}`);
  });
  assert.deepEqual(differing, [...differences.keys()]);
});
