// Brings the checkout to a state that can run: packages installed, dist/ built. Does nothing when both are current.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** Ends the process with words when Node is too old: nothing below would work. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Node ${process.versions.node} is too old: Trailhound needs 20.19 or newer.`);
}

/** Runs `npm ci` when node_modules is missing or older than the lock file. */
export function installPackages() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  say('Installing packages (npm ci) …');
  const npm = process.env.npm_execpath;
  if (npm) run(process.execPath, [npm, 'ci', '--no-audit', '--no-fund']);
  else run('npm', ['ci', '--no-audit', '--no-fund']);
}

/** Runs `npm run build`'s script when a source is newer than the last build. */
export function buildProgram() {
  const stamp = join(root, 'dist', '.built');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newest(['src', 'console', 'scripts', 'package.json'])) return;
  say('Building …');
  run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
}

/** Runs a command in the checkout, its output on standard error; a failure ends the process with the command's code. */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (done.error) fail(`cannot run ${command}: ${done.error.message}`);
  if (done.status !== 0) fail(`${[command, ...args].join(' ')} failed`, done.status ?? 1);
}

export function say(message) {
  process.stderr.write(`${message}\n`);
}

function fail(message, code = 1) {
  say(message);
  process.exit(code);
}

function newest(entries) {
  let latest = 0;
  for (const entry of entries) {
    const path = join(root, entry);
    const stat = statSync(path);
    if (stat.isDirectory()) {
      if (entry.endsWith('node_modules')) continue;
      latest = Math.max(latest, newest(readdirSync(path).map((name) => join(entry, name))));
    } else {
      latest = Math.max(latest, stat.mtimeMs);
    }
  }
  return latest;
}

/** The package's version, for whoever prints it. */
export function version() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}
