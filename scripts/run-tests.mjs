// Node's test runner over a list of files, and what it counted. What the machine lacks is skipped with a reason; with CI=true a
// skip fails, so that CI cannot pass by testing nothing.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, say } from './prepare.mjs';

/**
 * Runs the files and answers the exit code. With TRAILHOUND_TALLY=FILE a line `passed failed skipped` is added to that file,
 * for who runs several commands and wants one sum.
 */
export async function runTests(files, { concurrency = 2, env = {} } = {}) {
  const kept = mkdtempSync(join(tmpdir(), 'trailhound-test-'));
  const counted = join(kept, 'counted');
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--test',
      `--test-concurrency=${concurrency}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-reporter=${join(root, 'scripts', 'count-reporter.mjs')}`,
      `--test-reporter-destination=${counted}`,
      ...files,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } },
  );
  const code = await new Promise((done, fail) => child.on('error', fail).on('close', done));
  const lines = readFileSync(counted, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
  rmSync(kept, { recursive: true, force: true });

  const skipped = lines.flatMap((line) => line.skipped ?? []);
  for (const line of skipped) say(`skipped: ${line}`);
  const { pass = 0, fail = 0 } = lines.find((line) => line.counts)?.counts ?? {};
  if (process.env.TRAILHOUND_TALLY) appendFileSync(process.env.TRAILHOUND_TALLY, `${pass} ${fail} ${skipped.length}\n`);
  if (code !== 0) return code ?? 1;
  if (process.env.CI === 'true' && skipped.length > 0) {
    say(`${skipped.length} tests were skipped, and CI=true allows none`);
    return 1;
  }
  return 0;
}

/** All files below a folder whose name ends so. */
export function filesBelow(folder, ending) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === 'node_modules' ? [] : filesBelow(path, ending);
    return ending.test(name) ? [path] : [];
  });
}
