import { type Clock, elapsedMs } from '../../base/clock.ts';
import { own } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { pauseBefore } from '../../base/retry.ts';
import { type EngineClient, enginePauses } from './engine-client.ts';
import { ownPrefix } from './index-names.ts';
import { joinedWork } from './joined-work.ts';

/**
 * What this process wrote and no search can see yet. The contract of the store is that a search sees every write that was
 * answered; a cluster shows it after a refresh. Event indices are refreshed at most once in `pauseMs`, all waiting searches
 * together; the program's own small ones (`.trailhound-…`) at once, and only those that are asked for: each refresh of a copy costs
 * the cluster some milliseconds, and some of ours are written every second and never searched.
 */
export interface Freshness {
  /** `real`: the cluster itself called it so, so that it is no alias. */
  written(index: string, real?: boolean): void;
  /** Resolves when a search over these expressions sees what was written before this call. */
  fresh(parts: readonly string[]): Promise<void>;
  /** Refreshes these indices, whoever wrote to them. */
  refresh(names: readonly string[]): Promise<void>;
}

export function makeFreshness(client: EngineClient, clock: Clock, pauseMs: number): Freshness {
  // Index → the number of its last write: who comes while a refresh is under way still finds it here, and waits too.
  const dirty = new Map<string, number>();
  // Our own indices under their names, which no alias can have.
  const ours = new Set<string>();
  // Our own ones that a search waits for.
  const wanted = new Set<string>();
  let writes = 0;
  let last = elapsedMs();
  let none = true;

  const refresh = async (names: readonly string[]): Promise<void> => {
    const before = new Map(dirty);
    for (const list of lists(names)) await refreshAll(list, client, clock);
    for (const name of names) if (dirty.get(name) === before.get(name)) dirty.delete(name);
  };
  const dirtyNames = (own: boolean): readonly string[] =>
    [...dirty.keys()].filter((name) => name.startsWith('.') === own);
  const ownTurn = joinedWork(async () => {
    const due = dirtyNames(true).filter((name) => wanted.has(name));
    if (due.length > 0) await refresh(due);
    for (const name of wanted) if (!dirty.has(name)) wanted.delete(name);
  });
  /** A pattern may mean any of them, and a name that nothing was written to may be an alias. */
  const wantOwn = (parts: readonly string[]): boolean => {
    const all = dirtyNames(true);
    const asked = parts.every((part) => ours.has(part)) ? all.filter((name) => parts.includes(name)) : all;
    for (const name of asked) wanted.add(name);
    return asked.length > 0;
  };
  const eventsTurn = joinedWork(async () => {
    if (dirtyNames(false).length === 0) return;
    if (!none) await clock.sleep(Math.max(0, pauseMs - last()));
    await refresh(dirtyNames(false));
    last = elapsedMs();
    none = false;
  });
  return {
    written(index, real = false) {
      dirty.set(index, ++writes);
      if (real && index.startsWith(ownPrefix)) ours.add(index);
    },
    async fresh(parts) {
      if (dirty.size === 0) return;
      const own = parts.filter((part) => /^(?:\.|\*|_all$|$)/.test(part));
      const events = parts.some((part) => !part.startsWith('.'));
      if (own.length > 0 && wantOwn(own)) await ownTurn();
      if (events) await eventsTurn();
    },
    refresh,
  };
}

/** A shard that moves to another node just then may have been left out: that is asked again. */
async function refreshAll(list: string, client: EngineClient, clock: Clock): Promise<void> {
  const elapsed = elapsedMs();
  const path = `/${list}/_refresh?ignore_unavailable=true`;
  for (let tries = 1; ; tries++) {
    const answer: unknown = JSON.parse(await client.text({ method: 'POST', path, repeatable: true }));
    if (!own(own(answer, '_shards'), 'failed')) return;
    if (elapsed() >= client.deadlineMs) {
      throw new TrailhoundError('engine-unavailable', `not all shards of ${decodeURIComponent(list)} can be refreshed`);
    }
    await clock.sleep(pauseBefore(tries, enginePauses));
  }
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
