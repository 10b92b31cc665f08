import { systemClock } from '../base/clock.ts';
import { openMemory } from './memory.ts';
import { type Shelf, sourceSuite } from './source.suite.ts';

sourceSuite('memory', async (): Promise<Shelf> => {
  const files = new Map<string, Uint8Array>();
  const sources = new Set<ReturnType<typeof openMemory>>();
  return {
    async put(key, bytes) {
      files.set(key, bytes);
      for (const source of sources) source.put(key, bytes);
    },
    async remove(key) {
      files.delete(key);
      for (const source of sources) source.remove(key);
    },
    open(options) {
      const source = openMemory({ ...options, clock: systemClock });
      for (const [key, bytes] of files) source.put(key, bytes);
      sources.add(source);
      return source;
    },
    close: async () => undefined,
  };
});
