import { createHash } from 'node:crypto';
import type { Clock, Instant } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { openBell } from './bell.ts';
import { tooLarge } from './file-content.ts';
import { deliverFound } from './outbox.ts';
import type { Source, SourceOptions } from './source.ts';

/** Files held in memory: for tests and replays. */
export interface MemorySource extends Source {
  /** A new file, or a new version of one. `deliveredAt` is now unless told. */
  put(key: string, bytes: Uint8Array, deliveredAt?: Instant): void;
  remove(key: string): void;
}

export function openMemory(options: SourceOptions & { readonly clock: Clock; readonly bucket?: string }): MemorySource {
  const bucket = options.bucket ?? 'memory';
  const files = new Map<string, { bytes: Uint8Array; version: string; deliveredAt: Instant }>();
  const changed = openBell();
  let changes = 0;

  const read = async (key: string): Promise<Uint8Array> => {
    const file = files.get(key);
    if (!file) throw new TrailhoundError('not-found', `memory:${key} is gone`);
    if (file.bytes.length > limits.logFileCompressedMax) throw tooLarge(`memory:${key}`, file.bytes.length);
    return file.bytes;
  };
  return {
    name: `memory:${bucket}`,
    put(key, bytes, deliveredAt = options.clock.now()) {
      changes += 1;
      files.set(key, { bytes, version: createHash('sha256').update(bytes).digest('hex'), deliveredAt });
      changed.ring();
    },
    remove: (key) => void files.delete(key),
    deliveries: (signal) =>
      deliverFound(options, signal, async (outbox, stopped) => {
        stopped.addEventListener('abort', () => changed.ring());
        while (!stopped.aborted) {
          const before = changes;
          for (const [key, { version, deliveredAt }] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
            await outbox.offer({
              origin: `memory:${bucket}/${key}`,
              key,
              bucket,
              version,
              deliveredAt,
              read: () => read(key),
            });
          }
          if (options.once) return;
          if (before === changes && !stopped.aborted) await changed.wait();
        }
      }),
  };
}
