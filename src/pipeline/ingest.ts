import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Problem } from '../base/problem.ts';
import type { Delivery, Source } from '../sources/source.ts';
import type { StoredDocument } from '../store/store.ts';
import { readLogFile } from '../trail/log-file.ts';
import { parseObjectKey, skipByKey } from '../trail/object-key.ts';
import type { Provenance } from './enrich.ts';
import type { EventWriter } from './event-writer.ts';
import type { Judge, PreparedEvent } from './judge.ts';
import type { Progress } from './progress.ts';

/**
 * THE SPINE: from a delivery to stored, observed events. Read this file first.
 *
 * delivery → bytes → records → (event → rules → document) → store, durable → observed by monitors → acknowledged.
 * A crash anywhere before the acknowledgement delivers the file again; ids make that harmless.
 */
export interface IngestPorts {
  readonly source: Source;
  /** Record → document with its index and id; runs the rules. */
  readonly judge: Judge;
  /** Writes documents so that none is refused; answers which are new. */
  readonly writer: EventWriter;
  /** Told of each new document after it is durable and before its file is acknowledged (app.ts: the percolator). */
  readonly stored: (documents: readonly StoredDocument[]) => Promise<void>;
  readonly problem: (problem: Problem) => void;
  readonly progress: Progress;
  readonly clock: Clock;
}

/** Runs until the source ends or the signal aborts. Throws what the source throws; a failing file never ends it. */
export async function ingest(ports: IngestPorts, signal: AbortSignal): Promise<void> {
  const deliveries = ports.source.deliveries(signal)[Symbol.asyncIterator]();
  const lane = async (): Promise<void> => {
    for (;;) {
      const next = await deliveries.next();
      if (next.done) return;
      await ingestDelivery(next.value, ports, signal);
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: limits.deliveriesAtOnceMax }, lane));
  for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** One file, whole: everything in it is durable and observed when this resolves, or it will be delivered again. */
export async function ingestDelivery(delivery: Delivery, ports: IngestPorts, signal: AbortSignal): Promise<void> {
  const reason = skipByKey(delivery.key);
  if (reason) {
    // A bucket gets digests every hour, for each region, and they are no loss: they are counted. Of others the first is told.
    const told = reason === 'digest' || ports.progress.skipped[reason] !== undefined;
    skip(ports, reason, 1);
    if (!told) {
      const message = `skipped by its key, as all others like it will be: ${reason} objects are no event logs`;
      ports.problem({ place: delivery.origin, message });
    }
    await delivery.ack();
    return;
  }
  try {
    const bytes = await delivery.read();
    await ingestBytes(bytes, delivery, ports);
    ports.progress.files++;
    ports.progress.bytes += bytes.length;
    await delivery.ack();
  } catch (error) {
    // A stop cuts reads short: that is no problem of the file, it comes again at the next start.
    if (signal.aborted) return delivery.nack('try-again');
    await refuse(delivery, error, ports);
  }
}

async function ingestBytes(bytes: Uint8Array, delivery: Delivery, ports: IngestPorts): Promise<void> {
  const account = parseObjectKey(delivery.key)?.account;
  const from: Provenance = {
    bucket: delivery.bucket,
    key: delivery.key,
    version: delivery.version,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    deliveredAt: delivery.deliveredAt,
    ...(account ? { account } : {}),
  };
  for await (const batch of readLogFile(bytes, delivery.origin)) {
    for (const problem of batch.problems) ports.problem(problem);
    for (const [reason, number] of Object.entries(batch.skipped)) skip(ports, reason, number);
    const events: PreparedEvent[] = [];
    const read = batch.records.length;
    for (const record of batch.records) {
      const judged = ports.judge.prepare(record, from, delivery.origin, ports.clock.now());
      for (const problem of judged.problems) ports.problem(problem);
      if (judged.event) events.push(judged.event);
      else ports.progress.dropped++;
    }
    // While these are written other files are read: the records, as large as their documents, need not outlive them.
    batch.release();
    const outcome = await ports.writer.write(events);
    for (const problem of outcome.problems) ports.problem(problem);
    ports.progress.records += read;
    ports.progress.events += outcome.stored.length;
    ports.progress.duplicates += outcome.duplicates;
    if (outcome.stored.length > 0) await ports.stored(outcome.stored);
  }
}

/** A file too large stays as it is until it changes; anything else (a failing read, a full disk) is tried again. */
async function refuse(delivery: Delivery, error: unknown, ports: IngestPorts): Promise<void> {
  const tooLarge = error instanceof TrailhoundError && error.code === 'too-large';
  ports.problem({
    place: delivery.origin,
    message: `${reasonOf(error)}${tooLarge ? '' : ' (it will be tried again)'}`,
  });
  await delivery.nack(tooLarge ? 'malformed' : 'try-again');
}

function skip(ports: IngestPorts, reason: string, number: number): void {
  ports.progress.skipped[reason] = (ports.progress.skipped[reason] ?? 0) + number;
}
