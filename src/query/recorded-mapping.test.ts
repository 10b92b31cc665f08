import assert from 'node:assert/strict';
import { test } from 'node:test';
import { own } from '../base/document.ts';
import { analyzeRequest } from './analyze.ts';
import { mapDocument } from './document-mapping.ts';
import { mappingJson } from './mapping.ts';
import { type MemoryIndex, memoryIndex, readSuite } from './recorded-suite.suite.ts';

/** JSON.parse cannot give what these need: digits beyond 2^53, and 5.0 told from 5. */
const beyondJson = new Set(['map_big', 'map_exp', 'then_{"l": 9223372036854775807}']);

test('recorded dynamic mappings', () => {
  const indices = new Map<string, MemoryIndex>();
  for (const { name: label, path, body, status, response } of readSuite('dynmap').cases) {
    if (beyondJson.has(label)) continue;
    const [, name = '', kind, id] = path.split('?')[0]?.split('/') ?? [];
    const index = indices.get(name) ?? memoryIndex(name, kind === undefined ? (body ?? {}) : {});
    indices.set(name, index);
    if (kind === '_doc') {
      const mapped = mapDocument(index.mapping, body ?? {}, id);
      assert.equal('error' in mapped ? 400 : 201, status, label);
      if ('mapping' in mapped) index.mapping = mapped.mapping;
    } else if (kind === '_mapping') {
      assert.deepEqual(mappingJson(index.mapping), own(response?.[name], 'mappings'), label);
    }
  }
});

test('recorded analyses', () => {
  for (const { name, body, response } of readSuite('analysis').cases) {
    assert.deepEqual(analyzeRequest(body ?? {}), response?.tokens, name);
  }
});
