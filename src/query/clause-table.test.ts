import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { clauseTable } from './clause-table.ts';

const path = new URL('../../docs/COMPATIBILITY.md', import.meta.url);
const [begin, end] = ['<!-- clauses: made by src/query/clause-table.ts -->\n', '\n<!-- end of clauses -->'];

/** TRAILHOUND_WRITE_DOCS=1 writes it anew. */
test('the documents list the clauses that there are', () => {
  const text = readFileSync(path, 'utf8');
  const [before = '', rest = ''] = text.split(begin);
  const [inside, after] = rest.split(end);
  assert.notEqual(after, undefined, 'docs/COMPATIBILITY.md has the marks of the table');
  if (process.env.TRAILHOUND_WRITE_DOCS === '1') {
    writeFileSync(path, `${before}${begin}${clauseTable()}${end}${after}`);
    return;
  }
  assert.equal(inside, clauseTable(), 'run it with TRAILHOUND_WRITE_DOCS=1');
});
