import { yieldToLoop } from '../base/clock.ts';
import { withSignals } from '../base/joined-signal.ts';
import { giveWay } from './slices.ts';
import type { SearchOptions } from './store.ts';

/** How one search runs: `signal` is the asker's, or aborts when the store is closed; `pass` lets others run. */
export type SearchTerms = SearchOptions & { readonly pass: () => Promise<void> };

/** The searches under way. */
export interface Searches {
  some(): boolean;
  /** Somebody waits for the answer of one. */
  asked(): boolean;
  run<T>(options: SearchOptions, work: (terms: SearchTerms) => Promise<T>): Promise<T>;
  /** Ends all of them, with this reason; resolves when none runs. */
  end(reason: Error): Promise<void>;
}

export function makeSearches(): Searches {
  const running = new Map<AbortController, Promise<unknown>>();
  let waitedFor = 0;
  const asked = (): boolean => waitedFor > 0;
  return {
    some: () => running.size > 0,
    asked,
    async run(options, work) {
      const { background = false, signal } = options;
      const end = new AbortController();
      if (!background) waitedFor++;
      const pass = background ? () => giveWay(asked) : yieldToLoop;
      const done = withSignals([signal, end.signal], (either) => work({ ...options, pass, signal: either }));
      running.set(end, done);
      try {
        return await done;
      } finally {
        running.delete(end);
        if (!background) waitedFor--;
      }
    },
    async end(reason) {
      for (const search of running.keys()) search.abort(reason);
      await Promise.allSettled(running.values());
    },
  };
}
