import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Candidate, Matcher, RequiredTerms } from './candidate.ts';
import { compileQuery, requiredTerms } from './compile.ts';
import { mapDocument } from './document-mapping.ts';
import { executeSearch } from './execute.ts';
import { generatedIndex } from './generated-search.suite.ts';
import type { Mapping } from './mapping.ts';
import { parseMapping } from './mapping.ts';
import { parseQuery } from './parse.ts';
import { parseSearchBody } from './search-body.ts';
import { eachTerm } from './terms.ts';

/** Oracles over made-up indices: fast-check prints the seed of a failure. */
const runs = { numRuns: 400 };
const at = Date.UTC(2026, 0, 1);

test('a search finds exactly what the matcher says yes to', async () => {
  await fc.assert(
    fc.asyncProperty(generatedIndex(), fc.nat(3), async ({ body, documents, queries }, from) => {
      const { mapping, candidates } = filled(body, documents);
      const searchable = { name: 'i', mapping, settings: {}, candidates: () => batches(candidates) };
      for (const query of queries) {
        const matcher = matcherOf(query, mapping);
        const search = (more: Document) =>
          executeSearch(parseSearchBody({ query, size: 100, ...more }), [searchable], { at });
        if (matcher instanceof TrailhoundError) {
          await assert.rejects(async () => search({}), { message: matcher.message });
          continue;
        }
        const wanted = candidates.filter(matcher).map(({ id }) => id);
        const found = await search({ sort: ['_doc'] });
        assert.deepEqual(ids(found.hits), wanted, JSON.stringify(query));
        assert.equal(found.total, wanted.length);
        assert.deepEqual(ids((await search({})).hits).sort(), [...wanted].sort(), 'by score');
        assert.equal((await search({ size: 0 })).total, wanted.length);
        const page = await search({ sort: ['_doc'], from, size: 2 });
        assert.deepEqual(ids(page.hits), wanted.slice(from, from + 2), 'a page');
      }
    }),
    runs,
  );
});

test('what matches holds the required terms', () => {
  fc.assert(
    fc.property(generatedIndex(), ({ body, documents, queries }) => {
      const { mapping, candidates } = filled(body, documents);
      for (const query of queries) {
        const matcher = matcherOf(query, mapping);
        if (matcher instanceof TrailhoundError) continue;
        const required = requiredTerms(parseQuery(query), mapping);
        for (const candidate of candidates.filter(matcher)) {
          assert.ok(holds(candidate, required, mapping), `${JSON.stringify(query)} ${JSON.stringify(required)}`);
        }
      }
    }),
    runs,
  );
});

test('a count of everything reads no source', async () => {
  const candidate: Candidate = {
    index: 'i',
    id: '1',
    version: 1,
    seqNo: 0,
    get source(): Document {
      throw new Error('the source was read');
    },
  };
  const searchable = { name: 'i', mapping: parseMapping({}), settings: {}, candidates: () => batches([candidate]) };
  for (const query of [{ match_all: {} }, { ids: { values: ['1'] } }, { bool: { filter: [{ match_all: {} }] } }]) {
    const found = await executeSearch(parseSearchBody({ query, size: 0 }), [searchable], { at });
    assert.equal(found.total, 1);
  }
});

/** The mapping after the documents that it takes, and those as candidates. */
function filled(body: Document, documents: readonly Document[]): { mapping: Mapping; candidates: Candidate[] } {
  let mapping = parseMapping(body.mappings, body.settings as Document);
  const candidates: Candidate[] = [];
  for (const [number, source] of documents.entries()) {
    const mapped = mapDocument(mapping, source);
    if ('error' in mapped) continue;
    mapping = mapped.mapping;
    candidates.push({ index: 'i', id: String(number), version: 1, seqNo: number, source });
  }
  return { mapping, candidates };
}

async function* batches(candidates: readonly Candidate[]): AsyncIterable<readonly Candidate[]> {
  for (let start = 0; start < candidates.length; start += 5) yield candidates.slice(start, start + 5);
}

/** The matcher, or the error that the query is refused with. */
function matcherOf(query: Document, mapping: Mapping): Matcher | TrailhoundError {
  try {
    return compileQuery(parseQuery(query), mapping, at);
  } catch (thrown) {
    if (thrown instanceof TrailhoundError) return thrown;
    throw thrown;
  }
}

function holds({ source }: Candidate, required: RequiredTerms, mapping: Mapping): boolean {
  if (required === 'none-known') return true;
  const held = new Set<string>();
  eachTerm(mapping, source, (field, term) => held.add(`${field}\n${term}`));
  return required.every(({ field, anyOf }) => anyOf.some((term) => held.has(`${field}\n${term}`)));
}

function ids(hits: readonly { readonly candidate: Pick<Candidate, 'id'> }[]): string[] {
  return hits.map(({ candidate }) => candidate.id);
}
