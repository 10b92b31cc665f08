import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Document } from '../src/base/document.ts';
import { readRuleset } from '../src/config/ruleset.ts';
import { compileRules } from '../src/rules/compile.ts';
import { decode } from '../src/rules/decoder.ts';
import { createEngine } from '../src/rules/engine.ts';
import { generatedRuleset } from '../src/rules/generated-ruleset.suite.ts';
import { cpuSeconds, gzFiles } from './measure.ts';

/**
 * `npx tsx bench/rules.ts [RECORDS]`: events per CPU-second through the decoder and 10, 100 and 1,000 rules, as a ratio to 10 of
 * the same run; with the index of children and without it, which must give the same answers. Loading is told too.
 */
const records = Number(process.argv[2] ?? 20_000);
const events = corpus(records);
const rounds = 5;

let ten = 0;
for (const count of [10, 100, 1000]) {
  const { files, lists } = generatedRuleset(count);
  const asFiles = (texts: ReadonlyMap<string, string>) => [...texts].map(([name, text]) => ({ name, text }));
  const loaded = cpuSeconds();
  const { value, problems } = compileRules({ own: asFiles(files), lists: asFiles(lists) });
  const load = loaded();
  if (problems.length > 0) throw new Error(problems[0]?.message);
  const indexed = run(() => createEngine(value));
  const plain = run(() => createEngine(value, { indexed: false }));
  if (indexed.answers !== plain.answers) throw new Error('the index changes an answer');
  if (count === 10) ten = indexed.rate;
  print(
    `${count} rules`,
    `${format(indexed.rate)} events per CPU-second, ${(indexed.rate / ten).toFixed(2)} of 10 rules; without the index ${format(plain.rate)}; loaded in ${(load * 1000).toFixed(0)} ms`,
  );
}

loadFolder(3000);

/** A whole folder of Wazuh, read and compiled as at a start of the program. */
function loadFolder(count: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'trailhound-bench-'));
  try {
    const { files, lists } = generatedRuleset(count);
    for (const below of ['etc/rules', 'etc/lists', 'etc/decoders']) mkdirSync(join(folder, below), { recursive: true });
    for (const [name, text] of files) {
      writeFileSync(join(folder, 'etc/rules', name), text);
      writeFileSync(join(folder, 'etc/decoders', name), '<decoder name="x"></decoder>');
    }
    for (const [name, text] of lists) writeFileSync(join(folder, 'etc/lists', name), text);
    const spent = cpuSeconds();
    const found = readRuleset([folder]);
    const { value, problems } = compileRules({ own: found.rules, lists: found.lists });
    createEngine(value);
    print(
      'a folder',
      `${found.rules.length} files, ${value.rules.size} rules, ${problems.length} problems: ${(spent() * 1000).toFixed(0)} ms of CPU`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The best round: others are disturbed by whatever else the machine does. */
function run(engineOf: () => ReturnType<typeof createEngine>): { readonly rate: number; readonly answers: string } {
  let best = 0;
  let answers = '';
  for (let round = 0; round < rounds; round++) {
    const engine = engineOf();
    const spent = cpuSeconds();
    const ids: (string | undefined)[] = [];
    for (const { event, at } of events) ids.push(engine.match(decode(event), at)?.rule.id);
    best = Math.max(best, events.length / spent());
    answers = ids.join();
  }
  return { rate: best, answers };
}

function corpus(count: number): readonly { readonly event: Document; readonly at: number }[] {
  const folder = mkdtempSync(join(tmpdir(), 'trailhound-bench-'));
  try {
    const generator = resolve(import.meta.dirname, 'gen_corpus.py');
    execFileSync('python3', [generator, folder, '--records', String(count), '--days', '3', '--anon-lower', '0.5'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return gzFiles(folder).flatMap((file) =>
      (JSON.parse(gunzipSync(readFileSync(file)).toString()).Records as Document[]).map((record) => ({
        event: {
          integration: 'aws',
          aws: { log_info: { s3bucket: 'b', log_file: file }, ...record, source: 'cloudtrail' },
        },
        at: Date.parse(String(record.eventTime)),
      })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function format(rate: number): string {
  return Math.round(rate).toLocaleString('en');
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(12)}${value}\n`);
}
