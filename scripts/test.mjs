// `npm test`: packages, lint, types, build, then every test (the house test among them) in one run of node's test runner.
// What the machine lacks is skipped with a reason; with CI=true a skip fails, so that CI cannot pass by testing nothing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram, checkNode, installPackages, root, run, say } from './prepare.mjs';

checkNode();
installPackages();

const only = process.argv.slice(2);
if (only.length === 0) {
  say('Lint …');
  run(process.execPath, [join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome'), 'check', '.']);
  say('Types …');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  run(process.execPath, [tsc, '-p', 'tsconfig.json']);
  run(process.execPath, [tsc, '-p', 'console/tsconfig.json']);
}
buildProgram();

const files = only.length > 0 ? only : ['src', 'test', 'console'].flatMap((folder) => testsBelow(join(root, folder)));
const kept = mkdtempSync(join(tmpdir(), 'trailhound-test-'));
const skips = join(kept, 'skips');
const done = spawnSync(
  process.execPath,
  [
    '--import',
    'tsx',
    '--test',
    '--test-concurrency=2',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${join(root, 'scripts', 'skip-reporter.mjs')}`,
    `--test-reporter-destination=${skips}`,
    ...files,
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
const skipped = readFileSync(skips, 'utf8').split('\n').filter(Boolean);
rmSync(kept, { recursive: true, force: true });

for (const line of skipped) say(`skipped: ${line}`);
if (done.status !== 0) process.exit(done.status ?? 1);
if (process.env.CI === 'true' && skipped.length > 0) {
  say(`${skipped.length} tests were skipped, and CI=true allows none`);
  process.exit(1);
}

function testsBelow(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === 'node_modules' ? [] : testsBelow(path);
    return /\.test\.tsx?$/.test(name) ? [path] : [];
  });
}
