import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { compileQuery } from './compile.ts';
import { mapDocument } from './document-mapping.ts';
import { parseMapping } from './mapping.ts';
import { parseQuery } from './parse.ts';

/** Answers of a real 2.19.4 that made-up questions brought up: which of the documents below a query finds there. */

const documents: Readonly<Record<string, Document>> = {
  a: { k: 'É', x: 'K', fo: { a: 'beta', b: { c: 'beta gam' } } },
  b: { k: 'é', x: 'k', t: 'public read' },
  c: { k: 'alpha', x: 'alpha', ne: [{ k: 'x', in: [{ k: 'y' }] }] },
  d: { k: '', n: 1, d: '2024-02-29' },
};

const mapping = parseMapping({
  properties: {
    k: { type: 'keyword' },
    x: { type: 'keyword', index: false },
    t: { type: 'text' },
    n: { type: 'long' },
    b: { type: 'boolean' },
    d: { type: 'date' },
    fo: { type: 'flat_object' },
    ne: {
      type: 'nested',
      properties: { k: { type: 'keyword' }, in: { type: 'nested', properties: { k: { type: 'keyword' } } } },
    },
  },
});

const found: readonly (readonly [query: Document, ids: string])[] = [
  [{ term: { k: { value: 'é', case_insensitive: true } } }, 'b'],
  [{ prefix: { x: { value: 'k', case_insensitive: true } } }, 'a b'],
  [{ wildcard: { x: { value: 'k', case_insensitive: true } } }, ''],
  [{ fuzzy: { x: { value: 'alpa' } } }, 'c'],
  [{ fuzzy: { k: { value: '', fuzziness: 2 } } }, 'd'],
  [{ fuzzy: { 'fo.c': { value: 'bta' } } }, 'a'],
  [{ regexp: { 'fo.a': { value: 'b.*|x' } } }, 'a'],
  [{ query_string: { query: 'fo.a:b*a' } }, ''],
  [{ query_string: { query: 'fo.a:be*' } }, 'a'],
  [{ query_string: { query: 'fo:[a TO z]' } }, 'a'],
  [{ match: { t: { query: 'public read', operator: 'and' } } }, 'b'],
  [{ match: { t: { query: 'public read', operator: 'and', minimum_should_match: '2' } } }, ''],
  [{ match: { n: { query: 'x 1', lenient: true, analyzer: 'standard' } } }, 'd'],
  [
    { multi_match: { query: 'x 1', fields: ['k', 'n'], type: 'cross_fields', lenient: true, analyzer: 'standard' } },
    'd',
  ],
  [{ match_bool_prefix: { t: 'public re' } }, 'b'],
  [{ match_bool_prefix: { t: 're.' } }, ''],
  [{ simple_query_string: { query: 'alpha ~ read', fields: ['k'], flags: 'FUZZY' } }, ''],
  [{ query_string: { query: 'k:/alp\\/ha/ OR k:alpha' } }, 'c'],
  [{ query_string: { query: 'd:[2024-02-01 TO 2024-02-30]' } }, 'd'],
  [{ nested: { path: 'ne', query: { nested: { path: 'ne', query: { match_all: {} } } } } }, ''],
  [{ nested: { path: 'ne', query: { nested: { path: 'ne.in', query: { match_all: {} } } } } }, 'c'],
];

for (const [query, ids] of found) {
  test(`${JSON.stringify(query)} finds ${ids || 'nothing'}`, () => {
    const matches = compileQuery(parseQuery(query), mapping, 0);
    const hits = Object.entries(documents).filter(([id, source]) =>
      matches({ index: 'i', id, version: 1, seqNo: 0, source }),
    );
    assert.equal(hits.map(([id]) => id).join(' '), ids);
  });
}

const strict = parseMapping({ dynamic: 'strict', properties: { o: { properties: { k: { type: 'keyword' } } } } });
const taken: readonly (readonly [source: Document, taken: boolean])[] = [
  [{ new: null }, false],
  [{ new: [] }, false],
  [{ o: { new: null } }, true],
  [{ 'o.new': null }, false],
];

for (const [source, ok] of taken) {
  test(`a strict mapping ${ok ? 'takes' : 'refuses'} ${JSON.stringify(source)}`, () => {
    const mapped = mapDocument(strict, source);
    assert.equal('error' in mapped ? mapped.error.type : 'taken', ok ? 'taken' : 'strict_dynamic_mapping_exception');
  });
}

test('a date by a template is read in the format that found it', () => {
  const dynamic = parseMapping({
    dynamic_date_formats: ['dd.MM.yyyy'],
    dynamic_templates: [{ any: { match: 'd*', mapping: { type: '{dynamic_type}' } } }],
  });
  const mapped = mapDocument(dynamic, { day: '01.05.2024' });
  assert.ok('mapping' in mapped);
  assert.equal(mapped.mapping.fields.get('day')?.parameters.format, 'dd.MM.yyyy');
  const two = mapDocument(parseMapping({}), { d: ['2024/05/01', '2024-05-01'] });
  assert.equal('error' in two ? two.error.type : '', 'illegal_argument_exception');
});
