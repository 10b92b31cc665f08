import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, shared } from '../program.ts';
import { type Engine, engines } from './engines.ts';

/**
 * The YAML tests of OpenSearch's REST API, which belong to others and are read from ../shared, run by its runner. This program
 * plays all of them, and so does the real one beside it, in some three minutes: what fails on that is a fault of the run, not
 * of this program. YAML_SEED=N plays a few files there, chosen by N, in some 20 s.
 */

/** How many files of tests a run with YAML_SEED plays on the original. */
const filesPlayed = 5;

const folder = join(shared, 'reference', 'dsl');
const suites = join(folder, 'yaml-tests');
const exceptions = join(root, 'test', 'opensearch', 'yaml-exceptions.txt');
const python = join(process.env.TRAILHOUND_VENV ?? join(root, '.venv'), 'bin', 'python');

const both = await engines();
const lacking = !existsSync(suites)
  ? 'needs ../shared/reference/dsl/yaml-tests, which is not here'
  : existsSync(python)
    ? undefined
    : `needs Python with PyYAML in ${python}: set TRAILHOUND_VENV`;

if (both && lacking !== undefined) test('the YAML tests', { skip: lacking }, () => {});
if (both && lacking === undefined) {
  const seed = process.env.YAML_SEED;
  // Each engine has its own indices: they play at the same time.
  const original = play(both.real, seed === undefined ? [] : ['--list-file', chosen(seed)]);
  test('the YAML tests pass here', async (t) => {
    const results = await play(both.ours, ['--exceptions', exceptions]);
    assert.ok(results.length > 450, `only ${results.length} were found`);
    for (const { case: name, result, why } of results) {
      // For other versions of OpenSearch.
      if (result === 'SKIP') continue;
      await t.test(name, () => {
        assert.notEqual(result, 'XPASS', 'it passes: take it out of yaml-exceptions.txt');
        assert.notEqual(result, 'FAIL', why);
      });
    }
  });
  test(`${seed === undefined ? 'all' : 'a part'} of the YAML tests passes on the original`, async () => {
    const results = await original;
    const failed = results.filter(({ result }) => result === 'FAIL');
    assert.deepEqual(failed, []);
    assert.ok(results.length > 0);
  });
}

interface Result {
  readonly case: string;
  readonly result: 'PASS' | 'FAIL' | 'SKIP' | 'XFAIL' | 'XPASS';
  readonly why: string;
}

function chosen(seed: string): string {
  const rank = (file: string): string => createHash('sha256').update(`${seed} ${file}`).digest('hex');
  const files = readdirSync(suites, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yml'));
  const picked = files.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, filesPlayed);
  const list = join(temporary(), 'files');
  writeFileSync(list, `${picked.join('\n')}\n`);
  return list;
}

/** The runner ends with 1 where a case failed: what counts is its report. */
async function play({ url }: Engine, options: readonly string[]): Promise<readonly Result[]> {
  const report = join(temporary(), 'report.json');
  const argv = [
    join(folder, 'run_yaml.py'),
    ...['--url', url.replace(/\/$/, ''), '--version', '2.19.4', '--json', report],
    ...options,
    suites,
  ];
  const output = await new Promise<string>((done) => {
    execFile(python, argv, { maxBuffer: 64 * 1024 * 1024 }, (_, out, errors) => done(`${out}${errors}`));
  });
  assert.ok(existsSync(report), output.slice(-4000));
  return JSON.parse(readFileSync(report, 'utf8')) as readonly Result[];
}

function temporary(): string {
  const made = mkdtempSync(join(tmpdir(), 'trailhound-yaml-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}
