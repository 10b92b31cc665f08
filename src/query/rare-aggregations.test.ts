import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { valuesOfHashes } from './aggregations/cardinality.ts';
import { makeNames } from './aggregations/names.ts';
import type { Candidate, Columns, FoundRows } from './candidate.ts';
import type { Column, Leaf } from './columns.ts';
import { mapDocument } from './document-mapping.ts';
import { executeSearch } from './execute.ts';
import type { Field } from './field.ts';
import { scalarText } from './field-value.ts';
import { generatedCounts } from './generated-aggregations.suite.ts';
import { madeHashedRows } from './hashed-rows.suite.ts';
import { type Mapping, parseMapping } from './mapping.ts';
import { parseSearchBody } from './search-body.ts';
import type { SearchableIndex } from './search-plan.ts';
import { isCopied, pathReader } from './source-values.ts';
import type { Keep, Made, Stretches } from './stretch.ts';

/** Aggregations over values of which only hashes are known, most of which collide, are those over the documents. */
const at = Date.UTC(2026, 0, 1);

interface Kind {
  /** Different hashes there are. */
  readonly hashes: number;
  /** A value in so many rows is listed. */
  readonly listed: number;
  /** Bits of a first character that are not in its place among others; undefined where places are not known. */
  readonly coarse: number | undefined;
  readonly chunk: number;
}

const kind: fc.Arbitrary<Kind> = fc.record({
  hashes: fc.constantFrom(1, 2, 3, 1000),
  listed: fc.constantFrom(2, 3, 1000),
  coarse: fc.constantFrom(undefined, 0, 3, 16),
  chunk: fc.constantFrom(1, 4, 20),
});

/** Of which is kept what values they saw. */
const plainCounts: readonly Document[] = [
  { a: { terms: { field: 'k', size: 2 } } },
  { a: { terms: { field: 'f.x', order: { _key: 'desc' } } }, b: { value_count: { field: 'k' } } },
  { a: { terms: { field: 'k', missing: 'alpha' } }, b: { value_count: { field: 'f.x', missing: 'none' } } },
  {
    a: { terms: { field: 'f.x', include: ['alpha', 'beta', 'é'] } },
    b: { cardinality: { field: 'k', missing: 'none' } },
  },
  {
    a: {
      terms: { field: 'k', include: ['alpha', '1'], order: { _count: 'asc' } },
      aggs: { b: { max: { field: 'n' } } },
    },
  },
  { a: { terms: { field: 'm.kw', min_doc_count: 2 } }, b: { cardinality: { field: 'k' } } },
].map((aggs) => ({ size: 0, aggs }));

test('hashes that collide, in part beside listed values, change no aggregation', async () => {
  let taken = 0;
  let rare = 0;
  const property = fc.asyncProperty(generatedCounts(), kind, fc.nat(20), fc.nat(7), async (index, how, split, kept) => {
    const parts = [index.documents.slice(0, split), index.documents.slice(split)].map((documents, number) =>
      filled(`i${number}`, index.body, documents),
    );
    for (const search of [...index.searches, ...plainCounts]) {
      const expected = await answer(search, parts.map(fromDocuments));
      const all = parts.map((part) => fromColumns(part, how, () => taken++));
      // From documents, with what was kept of them, with a part of it, and with all that can be.
      for (const stretches of [0, 7, kept, 7]) {
        for (const one of all) one.keeps(stretches);
        assert.deepEqual(await answer(search, all), expected, `${JSON.stringify(search)} ${stretches}`);
      }
      rare += all.reduce((sum, one) => sum + one.rareKept(), 0);
    }
  });
  await fc.assert(property, { numRuns: 500 });
  assert.ok(taken > 2000, `only ${taken} columns were asked for hashes`);
  assert.ok(rare > 400, `only ${rare} stretches with hashes were kept`);
});

test('of a hundred thousand values that come once, few documents are read', async () => {
  const mapping = parseMapping({ properties: { k: { type: 'keyword' } } });
  const name = (n: number): string => ((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0');
  const documents = Array.from({ length: 100_000 }, (_, n): Document => ({ k: name(n) }));
  documents.push({ k: name(5) }, { k: name(5) }, { k: name(77) });
  const part = { name: 'i', mapping, documents };
  let read = 0;
  const counted: Part = {
    ...part,
    documents: documents.map((document) => ({
      get k() {
        read++;
        return document.k;
      },
    })),
  };
  const how = { hashes: 2 ** 32, listed: 1000, coarse: 0, chunk: 5000 };
  const searches: readonly Document[] = [
    { terms: { field: 'k' } },
    { terms: { field: 'k', size: 3, order: { _key: 'desc' } } },
    { terms: { field: 'k', min_doc_count: 2 } },
    { value_count: { field: 'k' } },
  ];
  for (const aggs of searches) {
    const search = { size: 0, aggs: { a: aggs } };
    const expected = await answer(search, [fromDocuments(part)]);
    const columns = fromColumns(counted, how, () => {});
    // To make the columns, all are read.
    await answer(search, [columns]);
    read = 0;
    assert.deepEqual(await answer(search, [columns]), expected, JSON.stringify(aggs));
    assert.ok(read < 2500, `${read} values were read for ${JSON.stringify(aggs)}`);
  }
});

test('a cardinality is exact up to its threshold, and told by hashes above it', async () => {
  const mapping = parseMapping({ properties: { k: { type: 'keyword' } } });
  const documents = Array.from({ length: 5000 }, (_, n): Document => ({ k: `id-${n % 4000}` }));
  const index = fromColumns(
    { name: 'i', mapping, documents },
    { hashes: 2000, listed: 1000, coarse: 0, chunk: 500 },
    () => {},
  );
  for (const [threshold, least, most] of [
    [5000, 4000, 4000],
    [100, 1, 2000],
  ] as const) {
    const aggs = { a: { cardinality: { field: 'k', precision_threshold: threshold } } };
    const found = await executeSearch(parseSearchBody({ size: 0, aggs }), [index], { at });
    const { value } = (found.aggregations as { a: { value: number } }).a;
    assert.ok(value >= least && value <= most, `${value} at ${threshold}`);
  }
});

test('hashes stand for the number of values that have so many of them', () => {
  for (const [hashes, values] of [
    [0, 0],
    [1, 1],
    [50_000, 50_000],
    [1_000_000, 1_000_116],
    [10_000_000, 10_011_660],
  ] as const) {
    assert.equal(valuesOfHashes(hashes), values);
  }
});

interface Part {
  readonly name: string;
  readonly mapping: Mapping;
  readonly documents: readonly Document[];
}

function filled(name: string, body: Document, documents: readonly Document[]): Part {
  let mapping = parseMapping(body.mappings as Document);
  const taken: Document[] = [];
  for (const document of documents) {
    const mapped = mapDocument(mapping, document);
    if ('error' in mapped) continue;
    mapping = mapped.mapping;
    taken.push(document);
  }
  return { name, mapping, documents: taken };
}

function fromDocuments({ name, mapping, documents }: Part): SearchableIndex {
  const candidates = documents.map((source, row) => candidateOf(name, source, row));
  return { name, mapping, settings: {}, candidates: () => batches([candidates]) };
}

function candidateOf(index: string, source: Document, row: number): Candidate {
  return { index, id: String(row), version: 1, seqNo: row, source };
}

async function* batches<T>(all: readonly T[]): AsyncIterable<T> {
  yield* all;
}

interface KeptIndex extends SearchableIndex {
  /** From now on of which of every three stretches it is kept what aggregations made of them, by bits; what was kept of others is forgotten. */
  keeps(stretches: number): void;
  /** Of how many stretches values were kept that are known by their hashes. */
  rareKept(): number;
}

/** The same documents as rows of chunks, whose columns list some values and tell hashes of the others. */
function fromColumns(part: Part, how: Kind, asked: () => void): KeptIndex {
  const { name, mapping, documents } = part;
  const chunks: { readonly columns: Columns; readonly candidates: readonly Candidate[] }[] = [];
  for (let from = 0; from < documents.length; from += how.chunk) {
    const inside = documents.slice(from, from + how.chunk);
    const columns: Columns = {
      number: chunks.length,
      column: cached((field) => columnOf(field, mapping, inside, how, asked)),
      verdicts: () => () => undefined,
      candidate: (row) => candidates[row] as Candidate,
    };
    const candidates = inside.map((source, row) => ({ ...candidateOf(name, source, from + row), columns, row }));
    chunks.push({ columns, candidates });
  }
  const names = makeNames();
  const kept = new Map<number, Made>();
  let stretches = 0;
  /** Two chunks a stretch; of every three stretches some are kept. */
  const inStretches = async function* (
    all: readonly FoundRows[],
    told: Stretches | undefined,
  ): AsyncIterable<FoundRows> {
    for (let at = 0; at * 2 < all.length; at++) {
      const keep: Keep = {
        names,
        columns: (number) => chunks[number]?.columns as Columns,
        get: () => kept.get(at),
        set: (made) => kept.set(at, made),
      };
      const opened = ((stretches >> (at % 3)) & 1) === 1 && told;
      if (opened && !opened.begin(keep)) continue;
      for (const found of all.slice(at * 2, at * 2 + 2)) if (found.rows.length > 0) yield found;
      if (opened) opened.end();
    }
  };
  return {
    name,
    mapping,
    settings: {},
    keeps(some) {
      stretches = some;
      for (const at of kept.keys()) if (((some >> (at % 3)) & 1) === 0) kept.delete(at);
    },
    rareKept: () => [...kept.values()].filter(({ parts }) => parts.some(({ rare = [] }) => rare.length > 0)).length,
    candidates: (wanted) => {
      if (!wanted.query) return batches(chunks.map(({ candidates }) => candidates));
      return inStretches(chunks.map(rowsOf), wanted.stretches);
      function rowsOf({ columns, candidates }: (typeof chunks)[number]): FoundRows {
        const rows = candidates.flatMap((candidate, row) => (wanted.matches(candidate) ? [row] : []));
        return { columns, rows: Uint32Array.from(rows) };
      }
    },
  };
}

function cached(make: (field: Field) => Column | undefined): (field: Field) => Column | undefined {
  const known = new Map<string, Column | undefined>();
  return (field) => {
    if (!known.has(field.path)) known.set(field.path, make(field));
    return known.get(field.path);
  };
}

function columnOf(
  field: Field,
  mapping: Mapping,
  documents: readonly Document[],
  how: Kind,
  asked: () => void,
): Column | undefined {
  const leafPath = field.kind === 'flat_object' ? field.leaf?.split('.') : [];
  if ((field.kind !== 'keyword' && field.kind !== 'flat_object') || !leafPath || isCopied(mapping, field))
    return undefined;
  if (field.nested !== undefined || (field.kind === 'keyword' && field.nullValue !== undefined)) return undefined;
  const read = pathReader([...field.source, ...leafPath]);
  const leaves: Leaf[] = [];
  const numbers = new Map<Leaf, number>();
  const of = new Uint32Array(documents.length);
  const hashes = new Uint32Array(documents.length);
  const order = new Uint32Array(documents.length);
  const others: [number, number][] = [];
  const lists = new Map<number, number[]>();
  const many = 0xffffffff;
  for (const [row, document] of documents.entries()) {
    const found: Leaf[] = [];
    read(document, (leaf) => {
      if (leaf !== null && typeof leaf !== 'object') found.push(leaf as Leaf);
      return false;
    });
    const listed = found.filter((leaf) => (row + String(leaf).length) % how.listed === 0);
    const ordinals = listed.map((leaf) => {
      const number = numbers.get(leaf) ?? leaves.push(leaf) - 1;
      numbers.set(leaf, number);
      return number;
    });
    const [first] = ordinals;
    if (found.length === 0) continue;
    of[row] = found.length === 1 && first !== undefined ? first + 1 : many;
    if (listed.length === found.length) lists.set(row, ordinals);
    else if (found.length === 1) {
      const text = scalarText(found[0]);
      hashes[row] = hashOf(text, how);
      order[row] = how.coarse === undefined ? 0 : placeOf(text, how.coarse);
    } else {
      for (const leaf of found) if (!listed.includes(leaf)) others.push([hashOf(scalarText(leaf), how), row]);
    }
  }
  const hashed = madeHashedRows({
    of: hashes,
    places: how.coarse === undefined ? undefined : order,
    others,
    hash: (text) => hashOf(text, how),
    place: (text) => placeOf(text, how.coarse ?? 0),
    least: (place) => (how.coarse === undefined || place === 0 ? '' : leastOf(place, how.coarse)),
  });
  return {
    kind: 'ordinals',
    of,
    many,
    count: leaves.length,
    leaf: (ordinal) => leaves[ordinal] as Leaf,
    several: (row) => lists.get(row),
    hashed() {
      asked();
      return hashed;
    },
  };
}

function hashOf(text: string, { hashes }: Kind): number {
  let hash = 17;
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193) >>> 0;
  // In all parts of their space, few as they are.
  return hashes === 2 ** 32 ? hash || 1 : (((hash % hashes) + 1) * 0x2545f491) >>> 0 || 1;
}

/** Of the first two characters. */
function placeOf(text: string, coarse: number): number {
  const code = (at: number): number => Math.min(text.charCodeAt(at) || 0, 0x7ff);
  return ((code(0) << 11) | code(1)) >>> coarse;
}

function leastOf(place: number, coarse: number): string {
  const code = place << coarse;
  const [first, second] = [code >>> 11, code & 0x7ff];
  return first === 0 ? '' : String.fromCharCode(first) + (second === 0 ? '' : String.fromCharCode(second));
}

async function answer(search: Document, indices: readonly SearchableIndex[]): Promise<unknown> {
  try {
    const { hits, ...found } = await executeSearch(parseSearchBody(search), indices, { at });
    return { ...found, hits: hits.map(({ candidate, ...hit }) => ({ ...hit, id: candidate.id })) };
  } catch (thrown) {
    if (thrown instanceof TrailhoundError) return thrown.message;
    throw thrown;
  }
}
