import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../base/clock.ts';
import { follow, keptLedger, keptOptions, readAll } from './source.suite.ts';
import { openStdin } from './stdin.ts';

const clock = systemClock;

test('standard input ends with its input; the same text again is delivered again', async () => {
  const ledger = keptLedger();
  for (let run = 0; run < 2; run++) {
    const input = Readable.from([Buffer.from('{"Records":['), Buffer.from('{"a":1}]}')]);
    assert.deepEqual(await readAll(openStdin({ ...keptOptions(true, ledger), clock, input })), [
      ['-', '{"Records":[{"a":1}]}\n'],
    ]);
  }
  assert.equal(ledger.entries.size, 0);
  assert.deepEqual(await readAll(openStdin({ ...keptOptions(true), clock, input: Readable.from([]) })), []);
});

test('a silent stream is handed on after a second, whole values only', async () => {
  const input = new PassThrough();
  const reader = follow(openStdin({ ...keptOptions(false), clock, input }));
  input.write('{"a":1}\n{"b":');
  const first = await reader.next(3000);
  assert.equal(Buffer.from(await first.read()).toString(), '{"a":1}\n');
  await first.nack('try-again');
  const again = await reader.next(3000);
  assert.equal(again.origin, first.origin);
  await again.ack();
  input.write('2}\n');
  const second = await reader.next(3000);
  assert.equal(Buffer.from(await second.read()).toString(), '{"b":2}\n');
  assert.match(second.origin, /^- \(part 2, from line 2\)$/);
  await second.ack();
  await reader.stop();
  assert.equal(input.destroyed, true);
});

test('gzipped input is told by content, several files on end too; a cut one gives what came and a problem', async () => {
  const packed = Buffer.concat([gzipSync('{"a":1}'), gzipSync('{"b":2}\n')]);
  const options = keptOptions(true);
  const whole = await readAll(
    openStdin({ ...options, clock, input: Readable.from([packed.subarray(0, 1), packed.subarray(1)]) }),
  );
  assert.deepEqual(whole, [['-', '{"a":1}\n{"b":2}\n']]);
  assert.deepEqual(options.told, []);
  const lines = Array.from(
    { length: 5000 },
    (_, index) => `{"number":${index},"noise":"${(index * 2654435761) % 4294967296}"}`,
  );
  const cut = gzipSync(lines.join('\n'));
  const read = await readAll(openStdin({ ...options, clock, input: Readable.from([cut.subarray(0, cut.length / 2)]) }));
  assert.ok((read[0]?.[1].split('\n').length ?? 0) > 1000);
  assert.match(options.told.join('\n'), /^-: standard input broke off: .*(unexpected end|aborted|closed)/);
});

test('a byte order mark is no part of the first record', async () => {
  const input = Readable.from([Buffer.from('\ufeff{"a":1}\n')]);
  assert.deepEqual(await readAll(openStdin({ ...keptOptions(true), clock, input })), [['-', '{"a":1}\n']]);
});
