import { createGunzip, type Gunzip, gunzipSync, constants as zlib } from 'node:zlib';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';

/** True for bytes that begin as gzip does; names of files say nothing. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The inflated bytes in parts, several members one after another. Ends early, with the returned reason, at damage (all
 * that can be inflated before it is given), at the end of a truncated file and at limits.logFileInflatedMax. Never more
 * than a few MB at a time, whatever the file claims to hold.
 */
export async function* inflated(bytes: Uint8Array): AsyncGenerator<Uint8Array, string | undefined> {
  const whole = inflateWhole(bytes);
  if (whole) {
    if (whole.length > 0) yield whole;
    return undefined;
  }
  return yield* inflatePieces(bytes);
}

/** One call for an ordinary file; undefined when it is large or damaged, which the slow way below tells apart. */
function inflateWhole(bytes: Uint8Array): Uint8Array | undefined {
  // Shorter than a head and an end: the slow way says that it is cut.
  if (bytes.length < 18) return undefined;
  // The last four bytes are the inflated size of the last member: a hint for the buffer, never trusted further.
  const claimed = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
  if (claimed > limits.logFileWholeMax || bytes.length > limits.logFileWholeMax) return undefined;
  try {
    const chunkSize = Math.max(4096, claimed + 64);
    return gunzipSync(bytes, { maxOutputLength: limits.logFileWholeMax, chunkSize });
  } catch {
    return undefined;
  }
}

/** Compressed bytes handed to zlib together: at most a thousandfold comes out, so at most some 4 MB. */
const pieceSize = 4096;

async function* inflatePieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, string | undefined> {
  const inflater = openInflater();
  let total = 0;
  try {
    for (let from = 0, ended = false; !ended; from += pieceSize) {
      ended = from >= bytes.length;
      const step = ended ? await inflater.end() : await inflater.push(bytes.subarray(from, from + pieceSize));
      for (const part of step.parts) {
        total += part.length;
        yield part;
      }
      if (step.error !== undefined) {
        if (!ended) yield* salvage(bytes, from, step.parts);
        return step.error;
      }
      if (total > limits.logFileInflatedMax)
        return `more than ${limits.logFileInflatedMax} bytes inflated: the rest is not read`;
    }
    return undefined;
  } finally {
    inflater.close();
  }
}

/**
 * What zlib had inflated of the damaged piece is lost with its error; given byte by byte it comes out up to the damage.
 * `given` are the parts of that piece which came out before the error: they are not given twice.
 */
async function* salvage(
  bytes: Uint8Array,
  damaged: number,
  given: readonly Uint8Array[],
): AsyncGenerator<Uint8Array, void> {
  let known = given.reduce((sum, part) => sum + part.length, 0);
  const inflater = openInflater();
  try {
    for (let from = 0; from < damaged; from += pieceSize) await inflater.push(bytes.subarray(from, from + pieceSize));
    for (let at = damaged; at < Math.min(damaged + pieceSize, bytes.length); at++) {
      const step = await inflater.push(bytes.subarray(at, at + 1));
      for (const part of step.parts) {
        if (known < part.length) yield part.subarray(known);
        known = Math.max(0, known - part.length);
      }
      if (step.error !== undefined) return;
    }
  } finally {
    inflater.close();
  }
}

interface Step {
  readonly parts: readonly Uint8Array[];
  readonly error: string | undefined;
}

interface Inflater {
  push(piece: Uint8Array): Promise<Step>;
  end(): Promise<Step>;
  close(): void;
}

function openInflater(): Inflater {
  const gunzip: Gunzip = createGunzip({ chunkSize: 64 * 1024, flush: zlib.Z_NO_FLUSH });
  let parts: Uint8Array[] = [];
  let error: string | undefined;
  let settle: (() => void) | undefined;
  const done = (): void => settle?.();
  gunzip.on('data', (part: Uint8Array) => parts.push(part));
  gunzip.on('error', (thrown) => {
    error = reasonOf(thrown);
    done();
  });
  // Zero padding behind the last member ends the stream without calling the write back.
  gunzip.on('end', done);
  const run = (start: () => void): Promise<Step> =>
    new Promise((resolve) => {
      settle = () => {
        settle = undefined;
        const step = { parts, error };
        parts = [];
        resolve(step);
      };
      if (error !== undefined || gunzip.readableEnded) done();
      else start();
    });
  return {
    push: (piece) => run(() => gunzip.write(piece, done)),
    end: () => run(() => gunzip.end()),
    close: () => gunzip.destroy(),
  };
}
