import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Instant } from '../base/clock.ts';

/** An id as OpenSearch makes them: 20 characters of url-safe base64. */
export function newId(): string {
  return randomBytes(15).toString('base64url');
}

/**
 * An id of the same kind that is the same for the same parts: a monitor file keeps its id over starts, and a run that is
 * repeated after a crash writes the same alert instead of a second one.
 */
export function idOf(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 15).toString('base64url');
}

/** `{monitorId}_{UTC date and time without zone}_{uuid}`, as the original names an execution. */
export function executionId(monitorId: string, at: Instant): string {
  return `${monitorId}_${new Date(at).toISOString().replace('Z', '')}_${randomUUID()}`;
}

/** An id as the original gives to findings, alerts of documents and queries without one. */
export function newUuid(): string {
  return randomUUID();
}

/** An id of that kind that is the same for the same parts. */
export function uuidOf(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
