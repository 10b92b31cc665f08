import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openApp } from '../src/app.ts';
import { keptLog } from '../src/base/log.ts';
import { parseConfig } from '../src/config/config.ts';
import { cpuSeconds, folderSize, gzFiles } from './measure.ts';

/**
 * `npx tsx bench/ingest.ts [RECORDS]`: events per CPU-second from gz file through rules and monitors to stored and searchable,
 * side by side with plain gunzip + JSON.parse of the same files in the same run. CPU time of the process, all threads.
 */

const records = Number(process.argv[2] ?? 50_000);
const folder = mkdtempSync(join(tmpdir(), 'trailhound-bench-'));
try {
  const lake = join(folder, 'lake');
  const generator = resolve(import.meta.dirname, 'gen_corpus.py');
  execFileSync('python3', [generator, lake, '--records', String(records), '--days', '3', '--anon-lower', '0.5'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const files = gzFiles(lake);
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);

  const parsed = cpuSeconds();
  let count = 0;
  for (const file of files) count += JSON.parse(gunzipSync(readFileSync(file)).toString()).Records.length;
  const plain = parsed();

  const { value: config } = parseConfig([{ place: 'bench', values: { data: join(folder, 'data') } }]);
  const app = await openApp(config, { log: keptLog() });
  const stop = new AbortController();
  const monitors = app.run(stop.signal);
  const ingested = cpuSeconds();
  const progress = await app.ingest(lake, { once: true, signal: stop.signal });
  await app.alerting.settled();
  const spent = ingested();
  stop.abort();
  await monitors;
  await app.close();
  const stored = folderSize(join(folder, 'data'));

  print('files', `${files.length} (${(bytes / 1e6).toFixed(1)} MB gzipped), ${count} records`);
  print('gunzip + JSON.parse alone', `${rate(count, plain)} records per CPU-second`);
  print(
    'ingest, all of it',
    `${rate(progress.records, spent)} records per CPU-second, ${progress.events} new events, ${progress.problems} problems`,
  );
  print(
    'ratio',
    `${(spent / plain).toFixed(1)} × the CPU of the baseline, ${((spent / progress.records) * 1e6).toFixed(0)} µs a record`,
  );
  print('on disk', `${Math.round(stored / progress.events)} bytes a document`);
  print('peak RSS', `${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function rate(count: number, seconds: number): string {
  return Math.round(count / seconds).toLocaleString('en');
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(28)}${value}\n`);
}
