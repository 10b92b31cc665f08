/** CloudTrail's eventVersion is two integers, not a decimal number: 1.10 is newer than 1.9. */
export interface EventVersion {
  readonly major: number;
  readonly minor: number;
}

/** `'1.08'` → {1, 8}. undefined for anything that is not two integers of at most four digits. */
export function parseEventVersion(value: unknown): EventVersion | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(\d{1,4})\.(\d{1,4})$/.exec(value);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

/** True when `version` has everything that `wanted` introduced: the same major, and at least its minor. */
export function atLeast(version: EventVersion, wanted: EventVersion): boolean {
  return version.major === wanted.major && version.minor >= wanted.minor;
}
