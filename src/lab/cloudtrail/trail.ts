import type { Instant } from '../../base/clock.ts';
import type { Document } from '../../base/document.ts';
import { account, region } from '../account.ts';

/** One trail: what it wants, where it delivers, and what waits. */
export interface Trail {
  readonly name: string;
  bucket: string;
  prefix: string;
  multiRegion: boolean;
  globalEvents: boolean;
  validation: boolean;
  logging: boolean;
  /** As PutEventSelectors gave them; exactly one of the two is set. */
  eventSelectors: readonly Document[] | undefined;
  advancedEventSelectors: readonly Document[] | undefined;
  readonly createdAt: Instant;
  startedAt: Instant | undefined;
  stoppedAt: Instant | undefined;
  deliveredAt: Instant | undefined;
  deliveryError: string | undefined;
  digestedAt: Instant | undefined;
  waiting: Document[];
  /** Log files since the last digest. */
  undigested: LogFile[];
  /** When the last digest ended; the next begins there. */
  digestEnd: Instant;
  previousDigest: PreviousDigest | undefined;
}

export interface LogFile {
  readonly bucket: string;
  readonly key: string;
  readonly hash: string;
  readonly newest: string;
  readonly oldest: string;
}

export interface PreviousDigest {
  readonly bucket: string;
  readonly key: string;
  readonly hash: string;
  readonly signature: string;
}

export function trailArn(name: string): string {
  return `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;
}

/** What a new trail logs: management events, reads and writes, and no data events. */
export const usualSelectors: readonly Document[] = [
  { ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] },
];
