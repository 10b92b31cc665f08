import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { lowerQuery } from '../../query/compile.ts';
import { mapDocument } from '../../query/document-mapping.ts';
import type { TextField } from '../../query/field.ts';
import { generatedIndex } from '../../query/generated-search.suite.ts';
import type { Lucene } from '../../query/lucene.ts';
import { compileLucene } from '../../query/lucene-match.ts';
import { fieldAt, type Mapping, parseMapping } from '../../query/mapping.ts';
import { parseQuery } from '../../query/parse.ts';
import { evaluate, evaluateInSteps } from './evaluate.ts';
import { makeHashKey } from './hash.ts';
import { makeKeptOfHashed } from './hashed-rows.ts';
import { type HotSegment, makeHotSegment } from './hot-segment.ts';
import { pageBytes, SegmentDamage } from './paged-file.ts';
import { hasRow } from './rows.ts';
import { makeSegmentCache, openSealedSegment, type SealedSegment } from './sealed-segment.ts';
import type { SegmentIndex } from './segment-index.ts';
import { writeSegment } from './segment-writer.ts';

const root = mkdtempSync(join(tmpdir(), 'trailhound-segment-'));
after(() => rmSync(root, { recursive: true }));
const at = Date.UTC(2026, 0, 1);

test('a segment, growing or sealed, knows no match that is none and misses none', () => {
  fc.assert(
    fc.property(generatedIndex(), fc.nat(70), ({ body, documents, queries }, padding) => {
      const filler = Array.from({ length: padding }, (_, n): Document => ({ filler: `f${n}` }));
      const { mapping, taken } = filled(body, [...filler, ...documents]);
      const hot = hotOf(mapping, taken);
      const sealed = seal(hot);
      try {
        for (const query of queries) for (const segment of [hot, sealed]) check(query, mapping, segment, taken);
      } finally {
        sealed.close();
      }
    }),
    { numRuns: 300 },
  );
});

test('a pattern is put to few values at a stretch, so that others may run', () => {
  const mapping = parseMapping({ properties: { who: { type: 'keyword', copy_to: 'all' }, all: { type: 'text' } } });
  const documents = Array.from({ length: 4000 }, (_, n): Document => ({ who: `user ${n >> 1} of ${n >> 2}` }));
  const { mapping: grown, taken } = filled({ mappings: mapping.root.parameters }, documents, mapping);
  const hot = hotOf(grown, taken);
  const sealed = seal(hot);
  for (const segment of [hot, sealed]) {
    for (const path of ['who', 'all']) {
      const field = fieldAt(grown, path);
      assert.ok(field);
      let put = 0;
      let most = 0;
      let steps = 0;
      const counted = (): boolean => ++put < 0;
      const asked = { segment, number: 1, name: 'i', mapping: grown, analysis: '' };
      const work = evaluateInSteps({ kind: 'pattern', field, text: '*', syntax: 'wildcard', test: counted }, asked);
      for (let step = work.next(); !step.done; step = work.next()) {
        steps++;
        most = Math.max(most, put);
        put = 0;
      }
      // A text's values have four words each.
      assert.ok(steps >= 3 && Math.max(most, put) <= 512 * 4, `${steps} stops, ${most} at a stretch on ${path}`);
    }
  }
  sealed.close();
});

test('values that hardly repeat are found by their hashes, those that repeat by name', () => {
  const mapping = parseMapping({
    properties: {
      id: { type: 'keyword', copy_to: 'all' },
      who: { type: 'keyword', copy_to: 'all' },
      all: { type: 'text' },
      when: { type: 'date' },
      size: { type: 'long' },
    },
  });
  const documents = Array.from(
    { length: 9000 },
    (_, n): Document => ({
      id: `id-${n}`,
      who: n % 500 === 0 ? 'Anonymous' : `user${n}/session${n % 7}`,
      when: new Date(at + n * 1000).toISOString(),
      size: n % 11,
      ...(n % 100 === 3 ? { flags: [n, 'x'], long: `${'y'.repeat(300)}${n}` } : {}),
    }),
  );
  const { mapping: grown, taken } = filled({ mappings: mapping.root.parameters }, documents, mapping);
  const hot = hotOf(grown, taken);
  const sealed = seal(hot);
  const queries: Document[] = [
    { term: { id: 'id-8765' } },
    { term: { id: 'id-none' } },
    { term: { who: 'Anonymous' } },
    { terms: { who: ['Anonymous', 'user8888/session5'] } },
    { match: { all: 'anonymous' } },
    { match: { all: 'session3' } },
    { match: { all: { query: 'user77 session0', operator: 'and' } } },
    { match_phrase: { all: 'user8001 session0' } },
    { range: { when: { gte: '2026-01-01T01:00:00Z', lt: '2026-01-01T01:00:10Z' } } },
    { range: { size: { gt: 9 } } },
    { wildcard: { who: 'Anon*' } },
    { wildcard: { id: 'id-87*' } },
    { exists: { field: 'flags' } },
    { bool: { must_not: [{ exists: { field: 'flags' } }, { term: { who: 'Anonymous' } }] } },
    { query_string: { query: 'id:id-5 OR who:Anonymous' } },
  ];
  // What it learned of these documents, one that begins like them and one that is quite different.
  const hinted = hotOf(grown, taken.toReversed(), hot);
  const misled = hotOf(grown, [...taken.slice(0, 300), ...taken.slice(0, 300)], hot);
  for (const query of queries) {
    for (const segment of [hot, sealed]) check(query, grown, segment, taken);
    for (const segment of [hinted, seal(hinted)]) check(query, grown, segment, taken.toReversed());
    for (const segment of [misled, seal(misled)])
      check(query, grown, segment, [...taken.slice(0, 300), ...taken.slice(0, 300)]);
  }
  for (const path of ['id', 'who', 'size']) {
    for (const segment of [hot, sealed]) checkValues(path, segment, taken);
  }
  const asked = { segment: sealed, number: 1, name: 'i', mapping: grown, analysis: '' };
  const hits = evaluate(lower({ term: { id: 'id-8765' } }, grown), asked);
  const maybe = taken.filter((_, row) => hasRow(hits.maybe, row)).length;
  assert.ok(maybe <= 3, `hashes leave few rows to look at: ${maybe}`);
  sealed.close();
});

test('documents of huge arrays weigh what they take, so that a segment of them is sealed early', () => {
  const values = 30_000;
  const documents = Array.from({ length: 8 }, (_, n) => ({
    a: Array.from({ length: values }, (_, at) => `${n}-${at}`),
  }));
  const { mapping, taken } = filled({ mappings: { properties: { a: { type: 'keyword' } } } }, documents);
  const small = hotOf(mapping, [{ a: 'x' }]).weight();
  // A hash and a row each, at the least.
  assert.ok(hotOf(mapping, taken).weight() - small > 8 * values * 6);
});

test('a mapping that makes other words of the documents makes their words unknown, not wrong', () => {
  const { mapping, taken } = filled({ mappings: { dynamic: false, properties: { a: { type: 'keyword' } } } }, [
    { a: 'one two' },
    { a: 'three', b: 'two' },
  ]);
  const hot = hotOf(mapping, taken);
  const later = parseMapping({
    properties: { a: { type: 'keyword', fields: { words: { type: 'text' } } }, b: { type: 'text' } },
  });
  for (const query of [{ match: { 'a.words': 'two' } }, { match: { b: 'two' } }, { term: { a: 'three' } }]) {
    check(query, later, hot, taken);
  }
});

test('a segment file that was cut, or in which any bit was flipped, is refused', () => {
  const { mapping, taken } = filled(
    {},
    Array.from({ length: 700 }, (_, n) => ({ name: `n${n}`, text: `some words ${n}` })),
  );
  const path = join(root, 'damaged');
  const { bytes, sum } = written(hotOf(mapping, taken));
  const everything = (): void => {
    const segment = openSealedSegment(path, sum, makeSegmentCache());
    try {
      segment.blocks();
      for (const column of segment.allColumns()) column.matching(() => true);
      for (let n = 0; n < 700; n++) segment.word(fieldAt(mapping, 'text') as TextField, String(n));
      for (let n = 0; n < 700; n++) segment.columns('name')[0]?.exact(`n${n}`);
    } finally {
      segment.close();
    }
  };
  writeFileSync(path, bytes);
  everything();
  let untouched = 0;
  for (let bit = 0; bit < 64; bit++) {
    const damaged = Buffer.from(bytes);
    // One in each page, and many in the tail, which is read first.
    const place = bit < 32 ? (bit * pageBytes + 77) % bytes.length : bytes.length - 1 - (bit - 32) * 3;
    damaged[place] = (damaged[place] as number) ^ (1 << (bit % 8));
    writeFileSync(path, damaged);
    if (place < bytes.length && readFileSync(path).equals(bytes)) continue;
    try {
      everything();
    } catch (error) {
      assert.ok(error instanceof SegmentDamage, String(error));
      continue;
    }
    // A page that these questions do not touch: it is found damaged by the one that does.
    untouched++;
    assert.ok(bit < 32, `bit ${bit % 8} of byte ${place}`);
  }
  assert.ok(untouched < 16, `${untouched} of 64 flipped bits went unnoticed`);
  for (const length of [0, 5, 8, 100, pageBytes, bytes.length - 1]) {
    writeFileSync(path, bytes.subarray(0, length));
    assert.throws(everything, SegmentDamage, `cut at ${length}`);
  }
});

/** Listed values and hashes together are the values of the documents, each as often. */
function checkValues(path: string, segment: SegmentIndex, documents: readonly Document[]): void {
  const [column] = segment.columns(path);
  const ordinals = column?.ordinals();
  assert.ok(column && ordinals);
  const told = new Map<string, number>();
  const count = (key: string): void => void told.set(key, (told.get(key) ?? 0) + 1);
  const hashed = ordinals.hashed?.(makeKeptOfHashed());
  const hashOf = (text: string): number => hashed?.hash(text) ?? 0;
  for (const [row, hash] of (hashed?.byRow().of ?? []).entries()) if (hash !== 0) count(`${row} ${hash}`);
  for (const row of documents.keys()) {
    const of = ordinals.of[row] as number;
    const listed = of === ordinals.many ? (ordinals.several(row) ?? []) : of === 0 ? [] : [of - 1];
    for (const ordinal of listed) count(`${row} ${hashOf(String(ordinals.leaf(ordinal)))}`);
  }
  const wanted = documents.map((document, row) => `${row} ${hashOf(String(document[path]))}`);
  assert.deepEqual([...told].map(([key, times]) => [key, times]).sort(), wanted.map((key) => [key, 1]).sort(), path);
}

function check(query: Document, mapping: Mapping, segment: SegmentIndex, documents: readonly Document[]): void {
  let lucene: Lucene;
  try {
    lucene = lower(query, mapping);
  } catch (error) {
    if (error instanceof TrailhoundError) return;
    throw error;
  }
  const matches = compileLucene(lucene, mapping);
  const asked = { segment, number: 1, name: 'i', mapping, analysis: '' };
  const { sure, maybe } = evaluate(lucene, asked);
  for (const [row, source] of documents.entries()) {
    const truth = matches({ index: 'i', id: String(row), version: 1, seqNo: row, source });
    const told = `${JSON.stringify(query)} of ${JSON.stringify(source)} in ${segment.sealed ? 'a sealed' : 'the hot'} segment`;
    if (hasRow(sure, row)) assert.ok(truth, `sure of ${told}`);
    if (truth) assert.ok(hasRow(maybe, row), `misses ${told}`);
  }
}

function lower(query: Document, mapping: Mapping): Lucene {
  return lowerQuery(parseQuery(query, 'query'), mapping, at);
}

function filled(
  body: Document,
  documents: readonly Document[],
  start?: Mapping,
): { mapping: Mapping; taken: Document[] } {
  let mapping = start ?? parseMapping(body.mappings, (body.settings ?? {}) as Document);
  const taken: Document[] = [];
  for (const document of documents) {
    const mapped = mapDocument(mapping, document);
    if ('error' in mapped) continue;
    mapping = mapped.mapping;
    taken.push(document);
  }
  return { mapping, taken };
}

function hotOf(mapping: Mapping, documents: readonly Document[], before?: HotSegment): HotSegment {
  const hot = makeHotSegment(0, makeHashKey(7), before?.hints());
  for (let from = 0; from < documents.length; from += 64) {
    const some = documents.slice(from, from + 64);
    hot.add({ first: from + 1, count: some.length, index: 1 }, some, mapping, '');
  }
  return hot;
}

let files = 0;

function seal(hot: HotSegment): SealedSegment {
  const { bytes, sum } = written(hot);
  const path = join(root, `s${files++}`);
  writeFileSync(path, bytes);
  return openSealedSegment(path, sum, makeSegmentCache());
}

function written(hot: HotSegment): { readonly bytes: Buffer; readonly sum: number } {
  const steps = writeSegment(hot);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
