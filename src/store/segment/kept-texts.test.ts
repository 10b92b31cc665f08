import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeFileParts } from './file-parts.ts';
import { areDear, eachKept, eachStored, keepText, makeKeptTexts, writeTexts } from './kept-texts.ts';
import { makePageCache, openPagedFile } from './paged-file.ts';
import { rowsOf } from './rows.ts';
import { finish } from './steps.ts';

test('what is kept is read as it came, from memory and from a file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-texts-'));
  const text = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('', 'é', 'x'.repeat(255), 'x'.repeat(256)));
  const rows = fc.oneof(fc.nat(65_535), fc.nat(300));
  try {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, rows), { maxLength: 700 }), fc.boolean(), (pairs, ascending) => {
        const all = ascending ? pairs.map(([one], at) => [one, at * 3] as const) : pairs;
        const texts = makeKeptTexts();
        const kept = all.filter(([one, row]) => keepText(texts, row, one));
        assert.deepEqual(
          kept,
          all.filter(([one]) => one.length < 256 && /^[\x00-\x7f]*$/.test(one)),
        );
        const read: [string, number][] = [];
        finish(eachKept(texts, (one, row) => void read.push([one, row])));
        assert.deepEqual(
          read,
          kept.map((pair) => [...pair]),
        );
        const known = rowsOf(kept.map(([, row]) => row));
        const out = makeFileParts();
        const entry = { ...writeTexts(out, texts, known), unkept: [0, 0] as const };
        if (ascending) assert.equal(entry.rows, false);
        const { bytes, sum } = finish(out.finish());
        const path = join(dir, 'file');
        writeFileSync(path, bytes);
        const file = openPagedFile(path, sum, makePageCache());
        const stored: [string, number][] = [];
        finish(
          eachStored(
            file,
            entry,
            () => known,
            (one, row) => void stored.push([one, row]),
          ),
        );
        file.close();
        assert.deepEqual(stored, read);
      }),
      { numRuns: 60 },
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('random texts and numbers prove dear, names do not', () => {
  const randoms = makeKeptTexts();
  const names = makeKeptTexts();
  const numbers = makeKeptTexts();
  let seed = 1;
  const digit = (): string => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return Math.floor((seed / 2 ** 32) * 16).toString(16);
  };
  const dear = { randoms: 0, names: 0, numbers: 0 };
  for (let row = 0; row < 5000; row++) {
    keepText(randoms, row, Array.from({ length: 36 }, digit).join(''));
    keepText(names, row, `logs/2026/01/${row % 31}/part-${digit()}${digit()}${digit()}${digit()}.json.gz`);
    keepText(numbers, row, `10.0.${row % 256}.${row % 99}`);
    if (areDear(numbers)) dear.numbers++;
    if (areDear(randoms)) dear.randoms++;
    if (areDear(names)) dear.names++;
  }
  assert.deepEqual(dear, { randoms: 2, names: 0, numbers: 2 });
});
