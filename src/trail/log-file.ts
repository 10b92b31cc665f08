import { elapsedMs, yieldToLoop } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Parsed, Problem } from '../base/problem.ts';
import { inflated, isGzip } from './gzip.ts';
import type { RecordBatch, TrailRecord } from './record.ts';
import { openRecordReader, type RecordReader } from './record-reader.ts';

/**
 * Bytes of a trail file → records, in batches of at most limits.recordsPerBatchMax; never throws on input.
 *
 * Gzip is told by content. Inside: `{"Records":[…]}` (anywhere among the keys), a list, one record, JSON lines (records,
 * EventBridge envelopes, access-log lines, mixed), what a subscription of CloudWatch Logs or `aws cloudtrail lookup-events` puts
 * around them, or JSON values one after another. What is no event is counted in
 * `skipped` and told as a problem; damage costs the entries that it hit. An empty file is a problem, an empty list not.
 * CPU only; yields to the loop every limits.sliceMs.
 */
export async function* readLogFile(bytes: Uint8Array, origin: string): AsyncGenerator<RecordBatch> {
  const reader = openRecordReader(origin);
  for await (const slice of slicesOf(bytes, reader)) {
    reader.push(slice);
    while (reader.full()) yield reader.batch();
    if (reader.count() > limits.logFileEntriesMax) {
      reader.complain(`has more than ${limits.logFileEntriesMax} entries: the rest is not read`);
      break;
    }
  }
  reader.end();
  while (!reader.empty()) yield reader.batch();
}

/** JSON values (a line of standard input, an EventBridge event) → records, by the rules of readLogFile. */
export function recordsOf(values: readonly unknown[], origin: string): Parsed<readonly TrailRecord[]> {
  const reader = openRecordReader(origin);
  for (const value of values) reader.value(value, 0);
  const value: TrailRecord[] = [];
  const problems: Problem[] = [];
  while (!reader.empty()) {
    const batch = reader.batch();
    value.push(...batch.records);
    problems.push(...batch.problems);
  }
  return { value, problems };
}

/** Small enough that one push stays far below limits.sliceMs. */
const sliceSize = 256 * 1024;

/** The file's text in slices, inflated, its byte order mark cut off; tells what is no text of ours, and damage. */
async function* slicesOf(bytes: Uint8Array, reader: RecordReader): AsyncGenerator<Uint8Array> {
  const parts = isGzip(bytes) ? inflated(bytes) : plain(bytes);
  let elapsed = elapsedMs();
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await parts.next();
      if (done) {
        if (value !== undefined) reader.complain(`gzip: ${value}; ${total} bytes could be inflated`);
        else if (total === 0) reader.complain('is empty');
        return;
      }
      const mark = total === 0 ? markOf(value) : undefined;
      if (mark?.refused) return reader.complain(mark.refused);
      for (let from = mark?.length ?? 0; from < value.length; from += sliceSize) {
        yield value.subarray(from, from + sliceSize);
        if (elapsed() > limits.sliceMs) {
          await yieldToLoop();
          elapsed = elapsedMs();
        }
      }
      total += value.length;
    }
  } finally {
    // Whoever stops early leaves no inflater behind.
    await parts.return(undefined);
  }
}

async function* plain(bytes: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  if (bytes.length > 0) yield bytes;
  return undefined;
}

interface Mark {
  readonly bytes: readonly number[];
  readonly length?: number;
  readonly refused?: string;
}

const utf16 = 'is UTF-16 text: CloudTrail files are UTF-8';

/** First bytes that mean something: a mark to pass over, or another format. */
const marks: readonly Mark[] = [
  { bytes: [0xef, 0xbb, 0xbf], length: 3 },
  { bytes: [0xff, 0xfe], refused: utf16 },
  { bytes: [0xfe, 0xff], refused: utf16 },
  { bytes: [0x7b, 0x00], refused: utf16 },
  { bytes: [0x00, 0x7b], refused: utf16 },
  { bytes: [0x1f, 0x8b], refused: 'is gzip inside gzip: only one layer is read' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], refused: 'is zstd: only gzip and plain JSON are read' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], refused: 'is a zip archive: only gzip and plain JSON are read' },
  { bytes: [0x50, 0x41, 0x52, 0x31], refused: 'is Parquet: only gzip and plain JSON are read' },
];

function markOf(part: Uint8Array): Mark | undefined {
  return marks.find((mark) => mark.bytes.every((byte, index) => part[index] === byte));
}
