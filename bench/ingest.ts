import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { cpuSeconds, folderSize, gzFiles } from './measure.ts';

/**
 * `npm run build && npx tsx bench/ingest.ts [RECORDS]`: events per CPU-second of `trailhound ingest`, from gz file through rules and
 * monitors to stored and searchable, side by side with plain gunzip + JSON.parse of the same files, before and after it. The program
 * runs as it is shipped, built JavaScript in a process of its own: CPU time of all its threads, start and end included. (What tsx
 * makes of the sources is a third slower.)
 */

const records = Number(process.argv[2] ?? 50_000);
const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'trailhound-bench-'));
try {
  const lake = join(folder, 'lake');
  const generator = join(root, 'bench', 'gen_corpus.py');
  execFileSync('python3', [generator, lake, '--records', String(records), '--days', '3', '--anon-lower', '0.5'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const files = gzFiles(lake);
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const before = parseAll(files);
  const data = join(folder, 'data');
  const { summary, used } = runIngest(lake, data);
  const after = parseAll(files);
  const plain = (before.seconds + after.seconds) / 2;

  print('files', `${files.length} (${(bytes / 1e6).toFixed(1)} MB gzipped), ${before.count} records`);
  print('gunzip + JSON.parse alone', `${rate(before.count, plain)} records per CPU-second`);
  print(
    'ingest, all of it',
    `${rate(summary.records, used.cpuSeconds)} records per CPU-second, ${summary.events} new events, ${summary.problems} problems`,
  );
  print(
    'ratio',
    `${(used.cpuSeconds / plain).toFixed(1)} × the CPU of the baseline, ${((used.cpuSeconds / summary.records) * 1e6).toFixed(0)} µs a record`,
  );
  print('on disk', `${Math.round(folderSize(data) / summary.events)} bytes a document`);
  print('peak RSS', `${Math.round(used.maxRss / 1024 / 1024)} MB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function parseAll(files: readonly string[]): { readonly count: number; readonly seconds: number } {
  const parsed = cpuSeconds();
  let count = 0;
  for (const file of files) count += JSON.parse(gunzipSync(readFileSync(file)).toString()).Records.length;
  return { count, seconds: parsed() };
}

function runIngest(
  lake: string,
  data: string,
): {
  readonly summary: { readonly records: number; readonly events: number; readonly problems: number };
  readonly used: { readonly cpuSeconds: number; readonly maxRss: number };
} {
  const program = join(root, 'dist', 'cli', 'main.js');
  if (!existsSync(program)) throw new Error('nothing is built: npm run build');
  const usage = join(root, 'bench', 'usage.mjs');
  const { status, stdout, output } = spawnSync(
    process.execPath,
    ['--import', usage, program, 'ingest', lake, '--data', data, '--json'],
    { stdio: ['ignore', 'pipe', 'ignore', 'pipe'], encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`trailhound ingest ended with ${status}`);
  return { summary: JSON.parse(stdout), used: JSON.parse(String(output[3])) };
}

function rate(count: number, seconds: number): string {
  return Math.round(count / seconds).toLocaleString('en');
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(28)}${value}\n`);
}
