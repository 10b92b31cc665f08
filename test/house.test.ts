import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The style guide as a test: floors, circles, banned calls, file and function lengths. docs/ARCHITECTURE.md tells why. */

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');

/** Room → what it may import besides itself. `room/file` allows one file of a room: its seam. */
const house: Record<string, readonly string[]> = {
  base: [],
  trail: ['base'],
  exposure: ['base'],
  query: ['base'],
  rules: ['base'],
  config: ['base'],
  aws: ['base'],
  sources: ['aws', 'trail', 'base'],
  store: ['query', 'aws', 'base'],
  notify: ['aws', 'store/store', 'query', 'base'],
  posture: ['exposure', 'store/store', 'query', 'base'],
  lab: ['aws', 'trail', 'exposure', 'base'],
  alerting: ['store/store', 'notify', 'query', 'base'],
  pipeline: ['sources/source', 'store/store', 'rules', 'trail', 'exposure', 'posture', 'query', 'base'],
  api: ['alerting', 'notify', 'store/store', 'rules', 'query', 'base'],
  'app.ts': [
    'posture',
    'api',
    'alerting',
    'pipeline',
    'store',
    'notify',
    'sources',
    'query',
    'rules',
    'trail',
    'config',
    'aws',
    'base',
  ],
  hunt: ['app.ts', 'app', 'pipeline', 'sources', 'trail', 'rules', 'query', 'alerting', 'store', 'config', 'base'],
  cli: ['*'],
};

/** Seam files hold an interface and its contract, nothing else: no function bodies. */
const seams = [
  'sources/source.ts',
  'store/store.ts',
  'query/clauses/clause.ts',
  'api/route.ts',
  'lab/attack.ts',
  'notify/channel.ts',
  'notify/notifier.ts',
];

/** Pattern → replacement and reason. `except` lists files (below src) that are the one right place. */
const bans: readonly { pattern: RegExp; why: string; except?: readonly string[]; rooms?: readonly string[] }[] = [
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)|performance\.now\(/,
    why: 'take a Clock (base/clock.ts): time is a parameter',
    except: ['base/clock.ts'],
  },
  {
    pattern: /\bset(Timeout|Interval|Immediate)\(/,
    why: 'use clock.sleep or yieldToLoop (base/clock.ts)',
    except: ['base/clock.ts'],
  },
  { pattern: /\bnew Function\(|\beval\(/, why: 'never run text as code: it may be written by an attacker' },
  { pattern: /\bconsole\.(log|error|warn|info)\(/, why: 'use Log (base/log.ts): it makes hostile text printable' },
  { pattern: /\bMath\.random\(/, why: 'use node:crypto, or a seed that is printed' },
  { pattern: /\b(TODO|FIXME|XXX)\b/, why: 'finish it or name it in docs/COMPATIBILITY.md' },
  {
    pattern: /from 'node:(fs|net|http|https|child_process)/,
    why: 'no I/O on the pure floor',
    rooms: ['trail', 'query', 'rules', 'exposure'],
  },
];

const linesMax = 400;
const functionLinesMax = 70;
const files = listSources(src);

test('the house test reads the house', () => {
  assert.ok(files.length >= 15, `only ${files.length} files were read`);
});

test('every import runs downward', () => {
  const wrong: string[] = [];
  for (const file of files.filter((file) => !isTest(file))) {
    const room = roomOf(file);
    const allowed = house[room];
    if (!allowed) {
      wrong.push(`${name(file)}: room "${room}" is not in the house table`);
      continue;
    }
    if (allowed.includes('*')) continue;
    for (const target of importsOf(file)) {
      const to = roomOf(target);
      const seam = name(target).replace(/\.ts$/, '');
      if (to !== room && !allowed.includes(to) && !allowed.includes(seam))
        wrong.push(`${name(file)} imports ${name(target)}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('there is no circle, type imports included', () => {
  const graph = new Map(files.map((file) => [file, importsOf(file)]));
  const state = new Map<string, 'open' | 'done'>();
  const circles: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      circles.push([...trail.slice(trail.indexOf(file)), file].map(name).join(' → '));
      return;
    }
    state.set(file, 'open');
    for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  assert.deepEqual(circles, []);
});

test('no banned call', () => {
  const wrong: string[] = [];
  for (const file of files.filter((file) => !isTest(file))) {
    const lines = readFileSync(file, 'utf8').split('\n');
    for (const ban of bans) {
      if (ban.except?.includes(name(file))) continue;
      if (ban.rooms && !ban.rooms.includes(roomOf(file))) continue;
      lines.forEach((line, index) => {
        if (ban.pattern.test(line)) wrong.push(`${name(file)}:${index + 1}: ${ban.why}`);
      });
    }
  }
  assert.deepEqual(wrong, []);
});

test('files are short', () => {
  const lengths = files.map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length }));
  assert.deepEqual(
    lengths
      .filter(({ lines, file }) => lines > linesMax && !isTest(file))
      .map(({ file, lines }) => `${name(file)}: ${lines} lines`),
    [],
  );
});

test('functions are short', () => {
  const wrong: string[] = [];
  for (const file of files.filter((file) => !isTest(file))) {
    const lines = readFileSync(file, 'utf8').split('\n');
    for (let start = 0; start < lines.length; start++) {
      if (!/^(export )?(default )?(async )?function\b/.test(lines[start] ?? '')) continue;
      const end = lines.findIndex((line, index) => index > start && line === '}');
      if (end - start + 1 > functionLinesMax) wrong.push(`${name(file)}:${start + 1}: ${end - start + 1} lines`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('seam files hold an interface and nothing else', () => {
  const wrong: string[] = [];
  for (const seam of seams) {
    const code = readFileSync(join(src, seam), 'utf8')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/\/\/.*/g, '');
    if (/\bfunction\b|=>\s*\{|\bclass\b|\bconst\b/.test(code)) wrong.push(seam);
    if (!/export interface/.test(code)) wrong.push(`${seam} has no interface`);
  }
  assert.deepEqual(wrong, []);
});

test('files are kebab-case nouns of the field', () => {
  const banned = /^(util|utils|helper|helpers|manager|service|common|types|misc)\.ts$/;
  const wrong = files.map(name).filter((file) => {
    const base = file.split('/').at(-1) ?? '';
    return banned.test(base) || !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|suite))?\.ts$/.test(base);
  });
  assert.deepEqual(wrong, []);
});

function listSources(folder: string): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) return listSources(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const code = readFileSync(file, 'utf8');
  const found = [...code.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)'(\.[^']+)'/g)].map((match) =>
    resolve(dirname(file), match[1] ?? ''),
  );
  return found.filter((target) => target.startsWith(src));
}

function roomOf(file: string): string {
  return name(file).split('/')[0] ?? '';
}

function name(file: string): string {
  return relative(src, file).split('\\').join('/');
}

function isTest(file: string): boolean {
  return /\.(test|suite)\.ts$/.test(file);
}
