import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../base/clock.ts';
import { openSource } from './open-source.ts';
import { keptOptions, readAll } from './source.suite.ts';

const options = { ...keptOptions(true), clock: systemClock };

test('folders, files and file addresses open; the name is what the user wrote', async () => {
  const root = mkdtempSync(join(tmpdir(), 'trailhound open %20 '));
  writeFileSync(join(root, 'a.json'), '1');
  for (const uri of [root, join(root, 'a.json'), pathToFileURL(root).href, pathToFileURL(join(root, 'a.json')).href]) {
    const source = openSource(uri, { ...options, ledger: keptOptions(true).ledger });
    assert.equal(source.name, uri);
    assert.deepEqual(await readAll(source), [['a.json', '1']]);
  }
  rmSync(root, { recursive: true });
});

for (const [uri, code, message] of [
  ['./no/such/folder', 'source-failed', /"\.\/no\/such\/folder" is not there: create it/],
  ['file:///no/such/folder', 'source-failed', /is not there/],
  ['file://host/share', 'bad-request', /file:\/\/\/path/],
  ['http://example.org/x', 'bad-request', /is no source: it may be .*s3:\/\/bucket\/prefix/],
  ['sqs:queue', 'bad-request', /is no source/],
  ['', 'bad-request', /is no source/],
  ['s3://', 'bad-request', /s3:\/\/bucket/],
  ['s3:bucket', 'bad-request', /s3:\/\/bucket/],
  ['s3://no spaces/x', 'bad-request', /s3:\/\/bucket/],
] as const) {
  test(`"${uri}" is refused with what to do`, () => {
    assert.throws(() => openSource(uri, options), { code, message });
  });
}

test('a bucket and standard input open without being read', () => {
  assert.equal(openSource('s3://bucket/some/prefix', options).name, 's3://bucket/some/prefix');
  assert.equal(openSource('-', options).name, '-');
});
