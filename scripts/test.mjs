// `npm test`: packages, lint, types, build, then every test (the house test among them) in one run of node's test runner.
import { join } from 'node:path';
import { buildProgram, checkNode, installPackages, root, run, say } from './prepare.mjs';
import { filesBelow, runTests } from './run-tests.mjs';

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

const all = () => ['src', 'test', 'console'].flatMap((folder) => filesBelow(join(root, folder), /\.test\.tsx?$/));
process.exit(await runTests(only.length > 0 ? only : all()));
