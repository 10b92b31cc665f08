import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../base/clock.ts';
import { openValueCutter, type Piece } from './json-stream.ts';
import { deliverFound, type Outbox } from './outbox.ts';
import type { Ledger, Source, SourceOptions } from './source.ts';

export interface StdinOptions extends SourceOptions {
  readonly clock: Clock;
  readonly name?: string;
  /** Standard input unless told. */
  readonly input?: Readable;
}

/** A stream is never "read before": what comes twice is told apart by its event ids. */
const noLedger: Ledger = { has: () => false, add: async () => undefined };

/** After so long without a byte, the whole values that came are handed on. */
const silenceMs = 1000;

/**
 * Standard input: `{"Records":[…]}` or one record a line, plain or gzipped. Cut into deliveries at ends of JSON values: at about limits.stdinDeliveryMax, or after a second of silence. A value that spans lines is a delivery of its
 * own. Ends with the input. Deliveries live in memory only, so what was not acked is lost with the process.
 */
export function openStdin(options: StdinOptions): Source {
  return {
    name: options.name ?? '-',
    deliveries: (signal) =>
      deliverFound({ ...options, ledger: noLedger, aheadMax: 2 }, signal, (outbox, stopped) =>
        readStream(options.input ?? process.stdin, options, outbox, stopped),
      ),
  };
}

async function readStream(input: Readable, options: StdinOptions, outbox: Outbox, signal: AbortSignal): Promise<void> {
  const { clock, problem } = options;
  const cutter = openValueCutter();
  const chunks = plainText(input);
  const aborted = new Promise<'aborted'>((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'));
  });
  let parts = 0;
  const hand = async (pieces: readonly Piece[]): Promise<void> => {
    for (const piece of pieces) {
      parts += 1;
      if (piece.dropped) problem({ place: '-', line: piece.line, message: piece.dropped });
      else await outbox.offer(asFound(piece, parts, clock));
    }
  };
  try {
    let coming = chunks.next();
    while (!signal.aborted) {
      const nap = new AbortController();
      const silence = clock.sleep(silenceMs, nap.signal).then(() => 'silence' as const);
      const got = await Promise.race([coming, silence, aborted]);
      nap.abort();
      if (got === 'aborted') return;
      if (got === 'silence') {
        await hand(cutter.flush());
        const later = await Promise.race([coming, aborted]);
        if (later === 'aborted') return;
        continue;
      }
      if (got.done) break;
      await hand(cutter.push(got.value));
      coming = chunks.next();
      // An abort leaves it behind: what it then ends with is nobody's concern.
      coming.catch(() => undefined);
    }
    await hand(cutter.end());
  } catch (error) {
    problem({
      place: '-',
      message: `standard input broke off: ${error instanceof Error ? error.message : String(error)}`,
    });
    await hand(cutter.end());
  } finally {
    input.destroy();
  }
}

/** The stream's bytes, unpacked if they are gzipped (told by content, several packed files on end too). */
async function* plainText(input: Readable): AsyncGenerator<Uint8Array> {
  const chunks = (input as AsyncIterable<Uint8Array | string>)[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < 3) {
    const got = await chunks.next();
    if (got.done) break;
    head = Buffer.concat([head, asBytes(got.value)]);
  }
  const rest = { [Symbol.asyncIterator]: () => chunks };
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const gunzip = createGunzip();
    const packed = async function* (): AsyncGenerator<Uint8Array> {
      yield head;
      for await (const chunk of rest) yield asBytes(chunk);
    };
    // The error of a broken stream reaches the reader of `gunzip`.
    const piping = pipeline(packed, gunzip).catch(() => undefined);
    yield* gunzip as AsyncIterable<Uint8Array>;
    await piping;
    return;
  }
  yield head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head;
  for await (const chunk of rest) yield asBytes(chunk);
}

function asBytes(chunk: Uint8Array | string): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

function asFound(piece: Piece, part: number, clock: Clock): Parameters<Outbox['offer']>[0] {
  const bytes = Buffer.concat(piece.parts);
  return {
    origin: part === 1 ? '-' : `- (part ${part}, from line ${piece.line})`,
    key: '-',
    bucket: '-',
    version: createHash('sha256').update(bytes).digest('hex').slice(0, 32),
    deliveredAt: clock.now(),
    read: async () => bytes,
  };
}
