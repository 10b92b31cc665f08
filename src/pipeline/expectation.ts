import type { Instant } from '../base/clock.ts';
import { own, text } from '../base/document.ts';
import { doorOf } from '../exposure/event-access.ts';

/** A bucket, API or function that its owner says is public on purpose, until a day. */
export interface Expectation {
  readonly bucket?: string | undefined;
  readonly api?: string | undefined;
  readonly function?: string | undefined;
  /** Who answers for it. */
  readonly author: string;
  /** From then on it is no longer expected. */
  readonly expires: Instant;
  readonly why?: string | undefined;
  /** Whether strangers may also write: a public bucket is meant to be read. */
  readonly writes?: boolean | undefined;
}

/** Names of S3 calls that change something; what a public bucket is not for. */
const write = /^(Put|Post|Delete|Copy|Create|Complete|Upload|Abort|Restore|Rename)/;

/** The expectation that explains an anonymous call, at the time of the call; undefined when nobody said so. */
export function expectationOf(record: unknown, at: Instant, expected: readonly Expectation[]): Expectation | undefined {
  if (expected.length === 0) return undefined;
  const door = doorOf(record);
  if (!door) return undefined;
  const member = door.kind.startsWith('s3') ? 'bucket' : door.kind.startsWith('api') ? 'api' : 'function';
  const writes = member === 'bucket' && write.test(text(own(record, 'eventName')) ?? '');
  return expected.find((one) => one[member] === door.name && at < one.expires && (!writes || one.writes === true));
}
