import type { Instant } from '../base/clock.ts';
import type { Problem } from '../base/problem.ts';
import type { SkipReason } from '../trail/record.ts';

/** One file as it arrived: an S3 object, a file in a folder, standard input. Nothing is read before `read`. */
export interface Delivery {
  /** Where it came from, for people and problems: `s3://bucket/key`, an absolute file path, `-`. */
  readonly origin: string;
  /** The object key: for a folder the path below it with `/`; it tells account and region (trail/object-key.ts). */
  readonly key: string;
  /** The bucket; for a folder its name. */
  readonly bucket: string;
  /** Which version of the file: etag, or size and mtime. Changes whenever the content may have changed. */
  readonly version: string;
  /** When the file became visible at its source (S3 LastModified, mtime). */
  readonly deliveredAt: Instant;
  /**
   * The whole content as stored (often gzipped); retries by itself what may pass. Throws 'too-large' over
   * limits.logFileCompressedMax (nack it as 'malformed'), 'not-found' when the file is gone and 'source-failed' when it
   * cannot be read (nack both with 'try-again'); 'forbidden' is a
   * 'source-failed' that lasts. After an abort it fails at once. The caller tells the problem: the source has not.
   */
  read(): Promise<Uint8Array>;
  /** Call only after the store said durable: the ledger then knows this version and it is not delivered again. */
  ack(): Promise<void>;
  /** 'try-again': it is delivered again after a pause. 'malformed': recorded as read, it is not delivered again until it changes. */
  nack(reason: 'try-again' | 'malformed'): Promise<void>;
}

/** Yields every file once per version. May yield a file again after a crash: ids make that harmless. Never loses one. */
export interface Source {
  /** As the user wrote it. */
  readonly name: string;
  /**
   * Ends when the signal aborts, or, for a source opened with `once`, when everything that was there has been delivered
   * **and settled** (ack, 'malformed', or 'try-again' limits.deliveryTriesMax times): so a reader that gathers several
   * deliveries for one write must settle them after a moment without a new one, and not wait for the end. Several
   * deliveries may be open at a time; another version of a file comes only after the one before is settled.
   * A listing that fails is retried with back-off while watching (and told through `problem`); with `once` it throws 'source-failed'.
   */
  deliveries(signal: AbortSignal): AsyncIterable<Delivery>;
}

/** Which versions of which files were read to the end. Survives restarts; pipeline/ledger.ts keeps it in the store. */
export interface Ledger {
  has(origin: string, version: string): boolean;
  add(origin: string, version: string): Promise<void>;
}

/** Several processes may read one lake; each file is to be read by one of them. */
export interface Sharing {
  /** This process reads a lake from now on: `lake` is what all its readers call it. Resolves when it is known who they are. */
  join(lake: string): Promise<Share>;
}

export interface Share {
  /** How long to leave a file to other processes, in ms since it was found; 0: it is this one's. Changes as they come and go. */
  leaveMs(origin: string): number;
  /** This process reads the lake no more. */
  leave(): void;
}

export interface SourceOptions {
  /** Deliver what is there and end, instead of watching. */
  readonly once: boolean;
  readonly ledger: Ledger;
  /** With other processes; the ledger then learns what they read too. */
  readonly sharing?: Sharing | undefined;
  readonly problem: (problem: Problem) => void;
  /** Told after a whole pass over a bucket, and by a queue from time to time, with the number so far: files that by their key are no logs and were not delivered. */
  readonly skipped?: (skipped: Skipped) => void;
}

/**
 * `other-name`: not `*.json`, `*.json.gz`, `*.jsonl` or `*.jsonl.gz`. `foreign-message`: a message of a queue that announces
 * nothing; it stays there, and the source has told each as a problem.
 */
export interface Skipped {
  readonly place: string;
  readonly reason: SkipReason | 'other-name' | 'foreign-message';
  readonly files: number;
}
