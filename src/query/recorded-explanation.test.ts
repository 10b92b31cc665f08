import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Document, isDocument } from '../base/document.ts';
import { luceneTree } from './lucene-tree.suite.ts';
import { parseQuery } from './parse.ts';
import { buildSuite, readSuite } from './recorded-suite.suite.ts';
import { validateQuery } from './validation.ts';

/** How a real OpenSearch 2.19 reads a query_string: what Lucene would run, or that it is refused. */
test('recorded explanations of query_string', async (t) => {
  const suite = readSuite('query_string-parse');
  const mapping = buildSuite(suite).get('p')?.mapping;
  assert.ok(mapping);
  for (const recorded of suite.cases) {
    await t.test(recorded.name.slice(0, 120), () => {
      const found = validateQuery(parseQuery((recorded.body as Document).query), mapping, 0);
      const wanted = explanationOf(recorded.response);
      assert.equal(found.valid, wanted !== undefined, JSON.stringify(found));
      if (found.valid && wanted !== undefined)
        assert.deepEqual(luceneTree(found.explanation), luceneTree(wanted), found.explanation);
    });
  }
});

function explanationOf(response: Document | undefined): string | undefined {
  const [first] = (response?.explanations ?? []) as readonly unknown[];
  return isDocument(first) && typeof first.explanation === 'string' ? first.explanation : undefined;
}
