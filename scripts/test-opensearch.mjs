// `npm run test:opensearch [FILE…]`: what test/opensearch/*.compare.ts says runs on a real OpenSearch 2.19.4 and on this program.
// The real one is started for the run from Maven artifacts (../shared/reference/opensearch/up); OPENSEARCH_URL=URL takes a
// running one instead, ALL of whose indices and templates are deleted. Where none can be had the comparisons are skipped with
// the reason; with CI=true a skip fails.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { buildProgram, checkNode, installPackages, root, say } from './prepare.mjs';
import { filesBelow, runTests } from './run-tests.mjs';

checkNode();
installPackages();
buildProgram();

const up = join(root, '..', 'shared', 'reference', 'opensearch', 'up');
const absent = process.env.OPENSEARCH_URL ? undefined : whyAbsent();
const real = process.env.OPENSEARCH_URL || absent ? undefined : await startReal();
const files = process.argv.slice(2).map((file) => resolve(file));
let code = 1;
try {
  code = await runTests(files.length > 0 ? files : filesBelow(join(root, 'test', 'opensearch'), /\.compare\.ts$/), {
    // Both engines hold one set of indices: the files take turns.
    concurrency: 1,
    env: {
      ...(absent === undefined ? {} : { OPENSEARCH_ABSENT: absent }),
      ...(real === undefined ? {} : { OPENSEARCH_URL: real.url }),
    },
  });
} finally {
  real?.stop();
}
process.exit(code);

function whyAbsent() {
  if (!existsSync(up)) return 'needs ../shared/reference/opensearch/up, which starts a real OpenSearch';
  for (const program of ['java', 'mvn', 'unzip', 'curl']) {
    if (spawnSync(program, ['-version'], { stdio: 'ignore' }).error?.code === 'ENOENT')
      return `needs ${program}, which is not installed`;
  }
  return undefined;
}

/**
 * A node of its own, in a fresh folder, that is gone with this process. Where it dies (a question can take all of its memory),
 * its last words are told and it is started again with what it held, so that other comparisons go on.
 */
async function startReal() {
  // Not the folder for temporary files: the node runs as another user, who must be able to read it.
  const folder = mkdtempSync('/var/tmp/trailhound-opensearch-');
  chmodSync(folder, 0o755);
  const port = await freePort();
  const env = { ...process.env, OS_DIR: folder, OS_PORT: String(port), OS_HEAP: process.env.OS_HEAP ?? '768m' };
  let stopped = false;
  let watch;
  const stop = () => {
    if (stopped) return;
    stopped = true;
    clearInterval(watch);
    spawnSync(up, ['down'], { env, stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', stop);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
  say('Starting a real OpenSearch 2.19.4 …');
  if ((await bringUp(env)) !== 0) {
    say('The real OpenSearch did not start.');
    process.exit(1);
  }
  let starting = false;
  watch = setInterval(async () => {
    if (starting || nodeRuns(join(folder, `node-${port}.pid`))) return;
    starting = true;
    say(`The real OpenSearch died:\n${lastWords(join(folder, 'opensearch-2.19.4', 'logs', 'node.log'))}`);
    await bringUp(env);
    starting = false;
  }, 1_000);
  return { url: `http://127.0.0.1:${port}`, stop };
}

/** Runs `up`, tells what it says and answers its exit code. */
async function bringUp(env) {
  // Its output goes through us: the node itself must not keep our standard error open.
  const child = spawn(up, [], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = await new Promise((done, fail) => child.on('error', fail).on('exit', done));
  say(output.trim());
  return ended;
}

function nodeRuns(pidFile) {
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}

/** Of the node's log the fatal error and where it came from, or its last lines. */
function lastWords(file) {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : ['(no log)'];
  const fatal = lines.findLastIndex((line) => line.includes('fatal error in thread'));
  return (fatal < 0 ? lines.slice(-20) : lines.slice(fatal, fatal + 20)).join('\n');
}

/** A free port whose hundredth neighbour, the node's transport, is free too. */
async function freePort() {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = await tryPort(0);
    if (port !== undefined && port < 65_000 && (await tryPort(port + 100)) !== undefined) return port;
  }
  throw new Error('no free port');
}

function tryPort(port) {
  return new Promise((done) => {
    const server = createServer();
    server.on('error', () => done(undefined));
    server.listen(port, '127.0.0.1', () => {
      const taken = server.address().port;
      server.close(() => done(taken));
    });
  });
}
