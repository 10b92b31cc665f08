import type { Clock, Instant } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { lookAt, versionOf } from './folder.ts';

/** A file seen in a tree. */
export interface Sight {
  readonly path: string;
  readonly key: string;
  readonly version: string;
  readonly mtimeMs: number;
}

/** Files that may still be written to, until their size and mtime stood still for limits.fileStillMs. */
export interface Stillness {
  readonly size: number;
  note(sight: Sight): void;
  /** Looks again at the files whose time has come; yields those that stood still. */
  settled(): AsyncGenerator<Sight>;
}

/** `patienceMs`: a file that never stands still is yielded as it is after so long. */
export function openStillness(clock: Clock, patienceMs = Number.POSITIVE_INFINITY): Stillness {
  const pending = new Map<string, { sight: Sight; since: Instant; first: Instant }>();
  return {
    get size() {
      return pending.size;
    },
    note(sight) {
      const known = pending.get(sight.path);
      if (known?.sight.version === sight.version) return;
      pending.set(sight.path, { sight, since: clock.now(), first: known?.first ?? clock.now() });
    },
    async *settled() {
      for (const [path, seen] of pending) {
        if (clock.now() - seen.since < limits.fileStillMs) continue;
        const stat = await lookAt(path);
        if (pending.get(path) !== seen) continue;
        if (typeof stat === 'string' || !stat.isFile()) {
          pending.delete(path);
          continue;
        }
        const version = versionOf(stat);
        const sight = { ...seen.sight, version, mtimeMs: stat.mtimeMs };
        if (version !== seen.sight.version && clock.now() - seen.first < patienceMs) {
          pending.set(path, { ...seen, sight, since: clock.now() });
          continue;
        }
        pending.delete(path);
        yield sight;
      }
    },
  };
}
