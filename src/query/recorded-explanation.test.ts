import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Document, isDocument } from '../base/document.ts';
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
        assert.deepEqual(tree(found.explanation), tree(wanted), found.explanation);
    });
  }
});

function explanationOf(response: Document | undefined): string | undefined {
  const [first] = (response?.explanations ?? []) as readonly unknown[];
  return isDocument(first) && typeof first.explanation === 'string' ? first.explanation : undefined;
}

/** Where the parenthesis that opened before `from` is closed. */
function closing(text: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < text.length && depth > 0) {
    const letter = text[at++];
    if (letter === '(') depth++;
    if (letter === ')') depth--;
  }
  return at;
}

type Tree = readonly (string | Tree)[];

/** The parts in parentheses; alternatives `(a | b)` have no order: OpenSearch's is that of a hash map. */
function tree(text: string): Tree {
  let at = 0;
  const group = (): Tree => {
    const parts: (string | Tree)[] = [];
    let word = '';
    const close = (): void => {
      if (word !== '') parts.push(word);
      word = '';
    };
    while (at < text.length) {
      const letter = text[at++] as string;
      if (letter === '(' && (word === '' || '+-#'.includes(word))) {
        parts.push([word, group()]);
        word = '';
      } else if (letter === '(') {
        const end = closing(text, at);
        word += text.slice(at - 1, end);
        at = end;
      } else if (letter === ')') break;
      else if (letter === ' ') close();
      else word += letter;
    }
    close();
    if (!parts.includes('|')) return parts;
    const shown = (part: string | Tree): string => JSON.stringify(part);
    return parts.filter((part) => part !== '|').sort((a, b) => (shown(a) < shown(b) ? -1 : 1));
  };
  return group();
}
