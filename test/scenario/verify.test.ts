import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, run } from '../program.ts';

/** The guide's "Verify Detections" with the real aws and curl, from stack to alert, through S3 polling. */

const venv = process.env.TRAILHOUND_VENV ?? join(root, '.venv');
const found = [join(venv, 'bin'), ...(process.env.PATH ?? '').split(':')].some((folder) =>
  existsSync(join(folder, 'aws')),
);
const needsAws = found ? {} : { skip: `no aws on the PATH or in ${venv}: pip install awscli` };

test('verify sees all detections of the guide fire', { ...needsAws, timeout: 300_000 }, async (context) => {
  process.env.TRAILHOUND_VENV = venv;
  const { code, out, err } = await run(['verify', '--json']);
  const steps = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    steps.filter(({ right }) => !right),
    [],
    err,
  );
  assert.equal(code, 0);
  assert.equal(steps.filter(({ step }) => step === 'Wait for the alerts').length, 2);
  context.diagnostic(`${steps.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(0)} s`);
});

test('verify --aws does nothing without a data lake and a yes', { ...needsAws }, async () => {
  process.env.TRAILHOUND_VENV = venv;
  const { code, err, out } = await run(['verify', '--aws']);
  assert.deepEqual([code, out], [2, '']);
  assert.match(err, /--source s3:\/\//);
  const asked = await run(['verify', '--aws', '--source', 's3://lake']);
  assert.equal(asked.code, 2);
  assert.match(asked.err, /YOUR OWN AWS account[\s\S]*say --yes/);
});
