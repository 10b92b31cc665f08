import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { administrator } from '../caller.ts';
import { admin, s3, startLab } from '../lab.suite.ts';

/** AWS's own command line judges the lab's digests. */

const venv = process.env.TRAILHOUND_VENV ?? fileURLToPath(new URL('../../../.venv', import.meta.url));
const aws = [join(venv, 'bin'), ...(process.env.PATH ?? '').split(':')]
  .map((folder) => join(folder, 'aws'))
  .find(existsSync);
const skip = aws ? false : `no aws on the PATH or in ${venv}: pip install awscli`;

test('aws cloudtrail validate-logs finds every digest and log file valid', { skip, timeout: 120_000 }, async (t) => {
  const lab = await startLab(t);
  for (const name of ['first', 'second']) {
    await s3(lab, admin, `PUT /validated-${name}`);
    // A digest ends on a whole second, and the next one begins there.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await lab.digest();
  }
  const trail = 'arn:aws:cloudtrail:us-east-1:000000000000:trail/projectx-trail';
  const { stdout } = await promisify(execFile)(
    aws ?? '',
    ['cloudtrail', 'validate-logs', '--trail-arn', trail, '--start-time', '2020-01-01T00:00:00Z', '--verbose'],
    {
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: lab.url,
        AWS_ACCESS_KEY_ID: administrator.accessKeyId,
        AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey,
        AWS_DEFAULT_REGION: 'us-east-1',
      },
    },
  );
  assert.match(stdout, /2\/2 digest files valid/);
  assert.match(stdout, /(\d+)\/\1 log files valid/);
  assert.doesNotMatch(stdout, /INVALID/);
});
