import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { isAbort, reasonOf } from '../wire/client.ts';

export interface Polled<Data> {
  /** What came last; it stays while later calls fail. */
  readonly data: Data | undefined;
  /** Why the last call failed; undefined after one that worked. */
  readonly error: string | undefined;
  /** When the data came, in milliseconds since 1970. */
  readonly at: number | undefined;
  readonly busy: boolean;
  /** Calls again at once. */
  readonly reload: () => void;
}

/**
 * Calls now, whenever `key` changes, and every `everyMs` after an answer (0: never again). A hidden tab does not call.
 * A change of `key` gives up the call under way and forgets the data.
 */
export function usePolled<Data>(key: string, load: (signal: AbortSignal) => Promise<Data>, everyMs = 0): Polled<Data> {
  const [state, setState] = useState<{ key: string; data?: Data; error?: string; at?: number; busy: boolean }>({
    key,
    busy: true,
  });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  // `turn` is what reload() changes.
  useEffect(() => {
    const ending = new AbortController();
    let timer = 0;
    const again = () => {
      if (everyMs > 0 && !ending.signal.aborted) timer = window.setTimeout(call, everyMs);
    };
    const call = async () => {
      if (document.hidden) return again();
      setState((before) => (before.key === key ? { ...before, busy: true } : { key, busy: true }));
      try {
        const data = await latest.current(ending.signal);
        if (!ending.signal.aborted) setState({ key, data, at: Date.now(), busy: false });
      } catch (thrown) {
        if (ending.signal.aborted || isAbort(thrown)) return;
        setState((before) => ({ ...(before.key === key ? before : { key }), error: reasonOf(thrown), busy: false }));
      }
      again();
    };
    void call();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const current = state.key === key ? state : { key, busy: true };
  return { data: current.data, error: current.error, at: current.at, busy: current.busy, reload };
}

/** The time, renewed every `everyMs` milliseconds. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
