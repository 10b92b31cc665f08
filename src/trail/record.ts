import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { Problem } from '../base/problem.ts';

/** One entry of `Records`, one line of JSON, the `detail` of an EventBridge event, or an access-log line made an event. */
export interface TrailRecord {
  /** Its place in the file, counted from 0 over everything that was seen there, skipped entries too. */
  readonly number: number;
  /** The record's eventID; for an access-log line its request id; else sha256 of the canonical record. */
  readonly id: string;
  /** undefined where eventTime is missing or no time. */
  readonly eventTime: Instant | undefined;
  readonly kind: 'cloudtrail' | 'access-log';
  /** The record as it stood in the file. */
  readonly raw: Document;
}

/** Why an entry or a whole file is not an event: counted by name and told as a problem with its place. */
export type SkipReason =
  | 'insight'
  | 'aggregated'
  | 'digest'
  | 'not-an-object'
  | 'too-large'
  | 'too-deep'
  | 'not-json'
  | 'unknown-shape';

/** A part of a file: at most limits.recordsPerBatchMax records. */
export interface RecordBatch {
  readonly records: readonly TrailRecord[];
  /** Forgets the records. */
  release(): void;
  readonly problems: readonly Problem[];
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
}
