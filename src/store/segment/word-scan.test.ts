import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAnalysis } from '../../query/analysis/analysis.ts';
import { makeHashKey, textHash } from './hash.ts';
import { isWord, makeScanner, scanned, scanWords } from './word-scan.ts';

/** The shipped analyzer, with shorter bounds so that made-up texts meet them. */
const shipped = {
  analysis: {
    analyzer: { shipped: { type: 'custom', tokenizer: 'split', filter: ['lowercase', 'bound', 'acl'] } },
    tokenizer: { split: { type: 'pattern', pattern: '[\\s/:="\',;()\\[\\]{}<>|]+' } },
    filter: {
      bound: { type: 'truncate', length: 20 },
      acl: { type: 'synonym', synonyms: ['public-read-write => public-read-write, public-read'] },
    },
  },
};

const texts = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(
      fc.constantFrom('arn:aws:s3:::', 'Public-Read-Write', 'public-read', '/', ' ', 'GetObject', 'x'.repeat(21), 'ß'),
    )
    .map((parts) => parts.join('')),
);

test('words are those of the analyzer, or left to it', () => {
  const { split, analyze } = parseAnalysis(shipped).analyzer('shipped');
  assert.ok(split);
  let scans = 0;
  fc.assert(
    fc.property(texts, fc.integer(), (text, secret) => {
      const key = makeHashKey(secret);
      const scanner = makeScanner(key, split);
      const count = scanWords(scanner, text);
      if (count < 0) return;
      scans++;
      const terms = analyze(text).map(({ term }) => term);
      assert.deepEqual(
        [...scanned.words.subarray(0, count)],
        terms.map((term) => textHash(key, term) | 0),
      );
      assert.equal(scanned.hash, textHash(key, text));
      for (const [at, term] of terms.entries()) {
        assert.ok(isWord(scanner, term, text, scanned.starts[at] as number, scanned.ends[at] as number));
        assert.ok(!isWord(scanner, `${term}x`, text, scanned.starts[at] as number, scanned.ends[at] as number));
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(scans > 800, `${scans} of 2000 texts were scanned`);
});

test('only an analyzer that splits at single characters and lowercases is scanned', () => {
  const of = (filter: string[], tokenizer = 'pattern') =>
    parseAnalysis({ analysis: { analyzer: { a: { type: 'custom', tokenizer, filter } } } }).analyzer('a').split;
  assert.ok(of(['lowercase']));
  for (const filter of [[], ['uppercase'], ['lowercase', 'reverse'], ['trim', 'lowercase'], ['lowercase', 'stop']]) {
    assert.equal(of(filter), undefined, filter.join());
  }
  for (const tokenizer of ['standard', 'keyword', 'whitespace', 'letter'])
    assert.equal(of(['lowercase'], tokenizer), undefined);
});
