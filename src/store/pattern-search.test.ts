import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import type { Candidate } from '../query/candidate.ts';
import { compileQuery } from '../query/compile.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { type EmbeddedStore, openEmbedded } from './embedded.ts';
import type { Operation } from './store.ts';

/**
 * Patterns over values that hardly repeat, in sealed and growing segments, against a plain loop of the matcher: what is left out
 * by what a match must hold, by places, and by bytes of the unparsed text must be what the matcher would leave out.
 */
const now = Date.UTC(2026, 0, 1);
const count = 2600;
const dir = mkdtempSync(join(tmpdir(), 'trailhound-patterns-'));
let store: EmbeddedStore;
const candidates: Candidate[] = [];

const body = {
  settings: {
    analysis: {
      filter: { both: { type: 'synonym', synonyms: ['open-door => public, zebra-crossing'] } },
      analyzer: {
        split: { tokenizer: 'parts', filter: ['lowercase', 'both'] },
        stems: { tokenizer: 'standard', filter: ['lowercase', 'reverse'] },
      },
      tokenizer: { parts: { type: 'pattern', pattern: '[\\s/:="]+' } },
      normalizer: { low: { type: 'custom', filter: ['lowercase'] } },
    },
  },
  mappings: {
    dynamic: false,
    properties: {
      key: { type: 'keyword', copy_to: ['all', 'odd'] },
      token: { type: 'keyword', copy_to: 'all' },
      named: { type: 'keyword', copy_to: 'all' },
      short: { type: 'keyword', ignore_above: 12, copy_to: 'all' },
      low: { type: 'keyword', normalizer: 'low' },
      empty: { type: 'keyword', null_value: 'NothingHere' },
      n: { type: 'keyword', copy_to: 'all' },
      t: { type: 'text', fields: { raw: { type: 'keyword' } } },
      fo: { type: 'flat_object' },
      all: { type: 'text', analyzer: 'split' },
      odd: { type: 'text', analyzer: 'stems' },
    },
  },
};

/** Numbers that look random and are the same each time. */
let seed = 12345;
function random(below: number): number {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}
function some<T>(list: readonly T[]): T {
  return list[random(list.length)] as T;
}
const hex = (length: number): string => Array.from({ length }, () => some([...'0123456789abcdef'])).join('');

const stems = [
  'backup',
  'AllUsers',
  'allusers',
  'Größe',
  'a"b\\c',
  'tab\tbed',
  'open-door',
  '\u212aey',
  'x/y',
  '東京',
  '😀z',
];

function rare(): string {
  const start = some(['', '', 'arn:aws:s3:::', 'Get']);
  const stem = random(6) === 0 ? some(stems) : '';
  const tail = random(40) === 0 ? hex(300) : '';
  return `${start}${hex(random(3) === 0 ? 3 : 8)}${some(['-', '/', ':', ' ', ''])}${stem}${some(['', '_', ' '])}${hex(6)}${tail}`;
}

function document(): Document {
  return {
    key: rare(),
    token: `${rare()}${hex(60)}`,
    named: random(9) ? `logs/${some(stems)}/part-${random(1e6)}.gz` : [`x-${random(1e5)}`, `y-${random(1e5)}`],
    short: rare(),
    low: random(2) ? rare().toUpperCase() : [rare(), rare()],
    empty: random(30) === 0 ? null : rare(),
    n: some<unknown>([random(1e9), random(1e9) / 7, 1e21 * (random(9) + 1), 1e-7 * random(9), true, rare()]),
    t: rare(),
    fo: { a: rare(), b: { c: rare() } },
  };
}

/** As a client may write it: any character may be an escape, any number have an exponent. */
function escapedText(source: Document): string {
  const text = JSON.stringify(source);
  if (random(20) !== 0) return text;
  return text.replace(/[ABbk]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`).replaceAll('/', '\\/');
}

before(async () => {
  store = await openEmbedded({ dir, clock: virtualClock(now), log: keptLog(), segmentRows: 1200 });
  await store.createIndex('i', body);
  for (let from = 0; from < count; from += 100) {
    const operations = Array.from({ length: Math.min(100, count - from) }, (_, at): Operation => {
      const text = escapedText(document());
      return { action: 'index', index: 'i', id: String(from + at), document: JSON.parse(text), text };
    });
    await store.write(operations);
  }
  await store.settled();
  for (let id = 0; id < count; id++) {
    const found = await store.get('i', String(id));
    if (found) candidates.push(found);
  }
});

after(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

const fields = [
  'key',
  'token',
  'named',
  'short',
  'low',
  'empty',
  'n',
  't',
  't.raw',
  'fo',
  'fo.a',
  'fo.b.c',
  'all',
  'odd',
];

/** Pieces of what documents hold, and some that they do not. */
const piece = fc.oneof(
  fc.constantFrom(
    ...stems,
    'backu',
    'users',
    'USERS',
    'zebra',
    'ublic',
    'NothingHere',
    'k',
    'é',
    '1.0E21',
    'tru',
    'e-',
    '',
  ),
  fc.constantFrom(
    'arn:aws',
    'aws:s3',
    'Get',
    'get',
    'a1',
    '7',
    'b"',
    '\\',
    'door',
    '\t',
    'ss',
    '\ud83d',
    'Größe'.toUpperCase(),
  ),
  fc.nat(4000).map((at) => {
    const all = JSON.stringify(candidates[at % count]?.source.key ?? '');
    return all.slice(1 + (at % 5), 5 + (at % 7));
  }),
);
const flag = fc.boolean();
const field = fc.constantFrom(...fields);
const quoted = (text: string): string => text.replace(/[^A-Za-z0-9]/gu, (char) => `\\${char}`);

function clause(): fc.Arbitrary<Document> {
  const stars = fc.constantFrom('*', '?', '', '**', '\\*');
  const glob = fc.tuple(stars, piece, stars, piece, stars).map((parts) => parts.join(''));
  const wraps = fc.constantFrom(
    '.*P.*',
    'P.*',
    '.*P',
    '(P|.*Q.*)',
    '.*(P|Q)+.*',
    '~(P)',
    '.{3}P?.*',
    '[PQ].*',
    '(.*P.*)&(.*Q.*)',
    '',
  );
  const expression = fc
    .tuple(wraps, piece, piece)
    .map(([wrap, a, b]) => wrap.replaceAll('P', () => quoted(a)).replaceAll('Q', () => quoted(b)));
  const bool = flag.map((value) => ({ case_insensitive: value }));
  const text = fc.tuple(fc.constantFrom('*P*', 'P*', '*P', 'F:*P*', 'F:P*', '/.*P.*/', 'F:/P.*/', 'P~1'), piece, field);
  return fc.oneof(
    fc.tuple(field, glob, bool).map(([key, value, more]) => ({ wildcard: { [key]: { value, ...more } } })),
    fc.tuple(field, piece, bool).map(([key, value, more]) => ({ prefix: { [key]: { value, ...more } } })),
    fc.tuple(field, expression, bool).map(([key, value, more]) => ({ regexp: { [key]: { value, ...more } } })),
    fc.tuple(field, piece, piece).map(([key, gte, lt]) => ({ range: { [key]: { gte, lt } } })),
    fc.tuple(field, piece).map(([key, gt]) => ({ range: { [key]: { gt } } })),
    fc
      .tuple(field, piece, fc.nat(3))
      .map(([key, value, prefix_length]) => ({ fuzzy: { [key]: { value, prefix_length } } })),
    text.map(([form, word, name]) => ({
      query_string: { query: form.replace('F', name).replace('P', () => quoted(word)), fields: ['all'], lenient: true },
    })),
    fc
      .tuple(piece, field)
      .map(([word, name]) => ({ simple_query_string: { query: `${word}*`, fields: [name, 'all'] } })),
    fc.tuple(piece, field).map(([query, name]) => ({
      multi_match: { query, type: 'bool_prefix', fields: [name, 'key'], lenient: true },
    })),
  );
}

/** A word or value of a document with one or two changes, among them none that is near enough. */
function nearOne(): fc.Arbitrary<Document> {
  const names = ['key', 'token', 'named', 'short', 't', 't.raw', 'fo', 'fo.a', 'all', 'n', 'low'];
  const change = fc.tuple(fc.nat(30), fc.constantFrom('put', 'drop', 'swap', 'other'), fc.constantFrom('x', '7', 'é'));
  return fc
    .tuple(
      fc.nat(count - 1),
      fc.constantFrom(...names),
      fc.array(change, { maxLength: 3 }),
      fc.nat(9),
      fc.record({
        fuzziness: fc.constantFrom('AUTO', '1', '2', '0'),
        prefix_length: fc.constantFrom(0, 0, 1, 4),
        transpositions: fc.boolean(),
      }),
    )
    .map(([at, name, changes, pick, options]) => {
      const source = candidates[at]?.source ?? {};
      const own = name === 'fo' ? 'fo.a' : name === 'all' ? (pick % 2 ? 'key' : 'token') : name;
      const text = String([valueAt(source, own)].flat()[0] ?? '');
      const words = text.toLowerCase().split(/[\s/:="]+/);
      const whole = name === 'all' || name === 't' ? (words[pick % words.length] ?? '') : text;
      const value = changes.reduce(
        (word, [place, kind, char]) => changed(word, place % (word.length + 1), kind, char),
        whole,
      );
      return { fuzzy: { [name]: { value, ...options } } };
    });
}

function changed(word: string, at: number, kind: string, char: string): string {
  if (kind === 'put') return word.slice(0, at) + char + word.slice(at);
  if (kind === 'drop') return word.slice(0, at) + word.slice(at + 1);
  if (kind === 'other') return word.slice(0, at) + char + word.slice(at + 1);
  return (
    word.slice(0, at) +
    word
      .slice(at, at + 2)
      .split('')
      .reverse()
      .join('') +
    word.slice(at + 2)
  );
}

/** A part of a value, looked for where it stands: a gap in what is left out shows here. */
function pieceOfOne(): fc.Arbitrary<Document> {
  const names = ['key', 'token', 'named', 'short', 'low', 't.raw', 'fo.a', 'fo.b.c', 'all'];
  return fc
    .tuple(fc.nat(count - 1), fc.constantFrom(...names), fc.nat(20), fc.integer({ min: 2, max: 9 }), fc.nat(4))
    .map(([at, name, start, length, form]) => {
      const source = candidates[at]?.source ?? {};
      const value = [name === 'all' ? source.key : valueAt(source, name)].flat()[0];
      const text = String(value ?? '');
      const from = Math.min(start, Math.max(0, text.length - length));
      const part = text.slice(from, from + length);
      const word = name === 'all' ? part.toLowerCase() : part;
      const glob = `*${word.replace(/[*?\\]/g, (char) => `\\${char}`)}*`;
      if (form === 0) return { wildcard: { [name]: glob } };
      if (form === 1) return { wildcard: { [name]: { value: glob.toUpperCase(), case_insensitive: true } } };
      if (form === 2) return { regexp: { [name]: `.*(${quoted(word)}|nowhere-at-all).*` } };
      if (form === 3) return { query_string: { query: `*${quoted(part)}*`, fields: [name] } };
      return { prefix: { [name]: text.slice(0, length) } };
    });
}

function valueAt(source: Document, name: string): unknown {
  if (name === 't.raw') return source.t;
  return name.split('.').reduce<unknown>((value, key) => (value as Document | undefined)?.[key], source);
}

function query(): fc.Arbitrary<Document> {
  const one = fc.oneof(clause(), pieceOfOne(), nearOne());
  return fc.oneof(
    { weight: 3, arbitrary: one },
    { weight: 1, arbitrary: fc.tuple(one, one).map(([must, not]) => ({ bool: { must: [must], must_not: [not] } })) },
    { weight: 1, arbitrary: fc.tuple(one, one).map((should) => ({ bool: { should } })) },
    { weight: 1, arbitrary: fc.tuple(one, one).map((filter) => ({ bool: { filter } })) },
  );
}

async function compare(asked: Document): Promise<number> {
  const [info] = await store.indices('i');
  assert.ok(info);
  const parsed = parseSearchBody({ query: asked, size: count, sort: ['_doc'] });
  let wanted: string[];
  try {
    const matches = compileQuery(parsed.query, info.mapping, now);
    wanted = candidates.filter((candidate) => matches(candidate)).map(({ id }) => id);
  } catch (thrown) {
    await assert.rejects(store.search('i', parsed), { message: (thrown as Error).message });
    return 0;
  }
  const found = await store.search('i', parsed);
  assert.deepEqual(
    found.hits.map(({ id }) => id),
    wanted,
    JSON.stringify(asked),
  );
  return wanted.length;
}

test('patterns find among values that hardly repeat what a loop over the documents finds', async () => {
  let some = 0;
  await fc.assert(
    fc.asyncProperty(query(), async (asked) => {
      const found = await compare(asked);
      if (found > 0 && found < count) some++;
    }),
    { numRuns: 500 },
  );
  assert.ok(some > 40, `only ${some} queries found some of the documents`);
});

test('what is near a word is found as a loop over the documents finds it', async () => {
  let some = 0;
  await fc.assert(
    fc.asyncProperty(nearOne(), async (asked) => {
      const found = await compare(asked);
      if (found > 0 && found < count) some++;
    }),
    { numRuns: 400 },
  );
  assert.ok(some > 100, `only ${some} words were near some of the documents`);
});

test('words that are not in the text as they are found are found', async () => {
  const patterns = [
    '*zebra*',
    '*ublic*',
    '*-crossing',
    '*key*',
    'key*',
    '*größe*',
    '*東*',
    '*allusers*',
    '*open-door*',
    '*\u{1f600}*',
  ];
  for (const all of patterns) assert.ok((await compare({ wildcard: { all } })) > 0 || all === '*open-door*', all);
  // The standard analyzer's words are turned round: nothing can be said of their letters.
  assert.ok((await compare({ wildcard: { odd: '*pukcab*' } })) > 0);
  assert.ok((await compare({ wildcard: { n: '1.0E21' } })) >= 0);
  assert.ok((await compare({ wildcard: { empty: 'Nothing*' } })) > 0);
});
