import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldAt, parseMapping } from '../query/mapping.ts';
import { fuzzyQuery } from '../query/pattern-query.ts';
import { nearFilter } from './near-words.ts';

const mapping = parseMapping(
  {
    properties: {
      k: { type: 'keyword' },
      low: { type: 'keyword', normalizer: 'lowercase' },
      t: { type: 'text', analyzer: 'split' },
      s: { type: 'text' },
    },
  },
  {
    analysis: {
      filter: { both: { type: 'synonym', synonyms: ['open-door => public'] } },
      analyzer: { split: { tokenizer: 'parts', filter: ['lowercase', 'both'] } },
      tokenizer: { parts: { type: 'pattern', pattern: '[\\s/:="]+' } },
    },
  },
);

function filterOf(name: string, word: string): ((text: Buffer) => boolean) | undefined {
  const field = fieldAt(mapping, name);
  assert.ok(field);
  const query = fuzzyQuery(field, word, 1, 0, true);
  assert.equal(query.kind, 'pattern');
  return query.kind === 'pattern' ? nearFilter(query) : undefined;
}

const cases: readonly (readonly [name: string, word: string, json: string, may: boolean])[] = [
  ['t', 'backup', '{"a":"logs/BACKUPS/x"}', true],
  ['t', 'backup', '{"a":"logs/bakcup"}', true],
  ['t', 'backup', '{"a":"logs/backups2"}', false],
  ['t', 'backup', '{"backup":"x","c":[1,true,null]}', false],
  ['t', 'backup', '{"backup" :"x"}', true],
  ['t', 'backup', '{"a":"say \\"backup\\" twice"}', true],
  ['t', 'backup', '{"a":"tab\\tbackup\\/x"}', true],
  ['t', 'backup', '{"a":"back\\\\up"}', true],
  ['t', 'backup', '{"a":"b\\u0061ckup"}', true],
  ['t', 'backup', '{"a":"rückwärts"}', true],
  ['t', 'public', '{"a":"an open-door there"}', true],
  ['t', 'public', '{"a":"an open-gate there"}', false],
  ['k', 'backup', '{"a":"backup"}', true],
  ['k', 'backup', '{"a":"backup now"}', false],
  ['k', 'backup', '{"a":"Backup"}', true],
  ['k', 'backup', '{"a":"BAckup"}', false],
  ['k', 'xy', '{"a":"","b":"y"}', true],
  ['k', 'xy', '{"a":"","b":"zz"}', false],
];

for (const [name, word, json, may] of cases) {
  test(`${json} ${may ? 'may hold' : 'holds'} ${may ? 'something' : 'nothing'} near ${word} in ${name}`, () => {
    assert.equal(filterOf(name, word)?.(Buffer.from(json)), may);
  });
}

test('where numbers or constants are near, or values become other terms, texts tell nothing', () => {
  for (const [name, word] of [
    ['k', '1000'],
    ['t', 'tru'],
    ['t', '1.0e21'],
    ['k', 'x'],
    ['low', 'backup'],
    ['s', 'backup'],
  ] as const) {
    assert.equal(filterOf(name, word), undefined, `${word} in ${name}`);
  }
});
