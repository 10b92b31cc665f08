import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../base/limits.ts';
import { entryScanner, type Scanned } from './entry-scanner.ts';

function scan(bytes: Uint8Array, cuts: readonly number[] = []): Scanned[] {
  const out: Scanned[] = [];
  const scanner = entryScanner((scanned) => out.push(scanned));
  const edges = [0, ...[...cuts].sort((one, other) => one - other), bytes.length];
  edges.forEach((edge, index) => {
    // A copy: what is pushed may be reused by its owner only after the push, never be relied on later.
    if (index > 0) scanner.push(Uint8Array.from(bytes.subarray(edges[index - 1], edge)));
  });
  scanner.end();
  return out;
}

const texts = (scanned: readonly Scanned[]): unknown[] => scanned.map((one) => ('text' in one ? one.text : one.skip));

test('the scanner agrees with JSON.parse, wherever the parts of the file are cut', () => {
  const json = fc.jsonValue({ maxDepth: 5, noUnicodeString: false });
  fc.assert(
    fc.property(
      fc.array(json, { maxLength: 6 }),
      fc.constantFrom('list', 'records', 'behind', 'lines'),
      fc.constantFrom(undefined, 1, 2),
      fc.array(fc.nat(400), { maxLength: 8 }),
      (values, form, indent, at) => {
        const objects = values.map((value) => ({ value }));
        const text = {
          list: () => JSON.stringify(values, null, indent),
          records: () => JSON.stringify({ Records: values, rest: values }, null, indent),
          behind: () => JSON.stringify({ rest: values, Records: values }, null, indent),
          lines: () => objects.map((value) => JSON.stringify(value)).join('\n'),
        }[form]();
        const bytes = Buffer.from(text);
        const found = scan(
          bytes,
          at.filter((cut) => cut < bytes.length),
        );
        const wanted = form === 'lines' ? objects : values;
        assert.deepEqual(
          found.map((one) => ('text' in one ? JSON.parse(one.text) : one.skip)),
          JSON.parse(JSON.stringify(wanted)),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('byte by byte it finds the same as at once', () => {
  const samples = [
    '{"Records":[{"eventVersion":"1.08","a":"\\"}]"},{"eventVersion":"1.0"x},{"eventVersion":"2"},null,"s",]}tail',
    '{"a":1}\nno json {"b":2}\n{"c":[1,\n{"d":4}\n[{"e":5}]{"Records":{}}',
    '\n\n[1,[2],{"a":tru',
    '{"\\u0052ecords":[{"x":1}],"Records":[{"x":2}]}',
  ];
  for (const sample of samples) {
    const bytes = Buffer.from(sample);
    const every = Array.from({ length: bytes.length }, (_, index) => index);
    assert.deepEqual(texts(scan(bytes, every)), texts(scan(bytes)));
  }
});

test('positions count bytes of the file', () => {
  const bytes = Buffer.from('{"Records":[{"a":"ä"}, {"b":1},{"c":]');
  const found = scan(bytes, [20]);
  assert.deepEqual(
    found.map(({ position }) => position),
    [12, 24, 37],
  );
  assert.equal(bytes.toString('utf8', 24, 31), '{"b":1}');
});

test('hostile nesting and damage cost time in proportion', () => {
  const samples = [
    '{"eventVersion":['.repeat(60_000),
    '{"a":[1,\n'.repeat(100_000),
    '{"\n'.repeat(200_000),
    '{"eventVersion"x'.repeat(60_000),
    '['.repeat(2_000_000),
    `{"Records":[${'{"a":"'.repeat(100_000)}`,
  ];
  for (const sample of samples) {
    const bytes = Buffer.from(sample);
    let found = 0;
    const scanner = entryScanner(() => found++);
    const before = process.cpuUsage().user;
    for (let from = 0; from < bytes.length; from += 65_536) scanner.push(bytes.subarray(from, from + 65_536));
    scanner.end();
    // A guard against quadratic behaviour, a hundred times above what it takes.
    assert.ok(process.cpuUsage().user - before < 20e6, sample.slice(0, 20));
    assert.ok(found <= sample.length);
  }
  assert.ok(limits.logFileRescanMax > 0);
});

test('a value too large is passed over without being kept', () => {
  const scanner = entryScanner((scanned) => found.push(scanned));
  const found: Scanned[] = [];
  scanner.push(Buffer.from('{"Records":[{"a":"'));
  const part = Buffer.alloc(1024 * 1024, 'x');
  for (let megabytes = 0; megabytes < 64; megabytes++) scanner.push(part);
  scanner.push(Buffer.from('"},{"b":1}],"c":"'));
  for (let megabytes = 0; megabytes < 64; megabytes++) scanner.push(part);
  scanner.push(Buffer.from('"}'));
  scanner.end();
  assert.deepEqual(texts(found), ['too-large', '{"b":1}']);
});
