import { type Clock, elapsedMs } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { EngineClient } from './engine-client.ts';

/**
 * What this process wrote and no search can see yet. The contract of the store is that a search sees every write that was
 * answered; a cluster shows it after a refresh. Event indices are refreshed at most once in `pauseMs`, all waiting searches
 * together; the program's own small ones (`.trailhound-…`) at once.
 */
export interface Freshness {
  written(index: string): void;
  /** Resolves when a search over these expressions sees what was written before this call. */
  fresh(parts: readonly string[]): Promise<void>;
  /** Refreshes these indices, whoever wrote to them. */
  refresh(names: readonly string[]): Promise<void>;
}

export function makeFreshness(client: EngineClient, clock: Clock, pauseMs: number): Freshness {
  const dirty = new Set<string>();
  let last = elapsedMs();
  let none = true;
  let turn: Promise<void> = Promise.resolve();

  const refresh = async (names: readonly string[]): Promise<void> => {
    for (const list of lists(names)) {
      await client.text({ method: 'POST', path: `/${list}/_refresh?ignore_unavailable=true`, repeatable: true });
    }
  };
  const refreshDirty = async (own: boolean): Promise<void> => {
    const wanted = (name: string): boolean => name.startsWith('.') === own;
    if (![...dirty].some(wanted)) return;
    if (!own && !none) await clock.sleep(Math.max(0, pauseMs - last()));
    const names = [...dirty].filter(wanted);
    for (const name of names) dirty.delete(name);
    try {
      await refresh(names);
    } catch (error) {
      for (const name of names) dirty.add(name);
      throw error;
    }
    if (!own) {
      last = elapsedMs();
      none = false;
    }
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work, work);
    return turn;
  };
  return {
    written: (index) => void dirty.add(index),
    async fresh(parts) {
      if (dirty.size === 0) return;
      const own = parts.some((part) => /^(?:\.|\*|_all$|$)/.test(part));
      const events = parts.some((part) => !part.startsWith('.'));
      if (own) await refreshDirty(true);
      if (events) await inTurn(() => refreshDirty(false));
    },
    async refresh(names) {
      for (const name of names) dirty.delete(name);
      await refresh(names);
    },
  };
}

/** Comma lists short enough for a request line. */
function lists(names: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const name of names.map(encodeURIComponent)) {
    const open = found.at(-1);
    if (open !== undefined && open.length + name.length < limits.enginePathMax)
      found[found.length - 1] = `${open},${name}`;
    else found.push(name);
  }
  return found;
}
