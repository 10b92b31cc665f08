import { at, type Document } from '../base/document.ts';
import type { Store } from '../store/store.ts';
import { indicesOf } from './monitor.ts';
import type { Fetched, IndexStates, Order } from './run.ts';
import { isTimed } from './timeless.ts';
import type { Watch } from './watch.ts';

/** Index → how many documents alerting was told of (`observe`) since it was opened. */
export type Seen = ReadonlyMap<string, number>;

/** Answers with more documents are not worth the memory. */
const hitsMax = 10;

/**
 * The last answer, where it is still right: nothing woke the monitor since, and its indices have just as many documents more as
 * alerting was told of. What was deleted, changed or written past it makes these numbers differ, and the question is asked again.
 */
export async function recalled(watch: Watch, order: Order, store: Store, seen: Seen): Promise<Fetched | undefined> {
  const { memo } = watch;
  if (!memo || order.kind !== 'scheduled' || watch.woken || memo.version !== watch.version) return undefined;
  const now = await indexStates(watch, store, seen);
  if (!now || now.size !== memo.indices.size) return undefined;
  for (const [name, state] of now) {
    const before = memo.indices.get(name);
    if (before?.uuid !== state.uuid || state.documents - before.documents !== state.seen - before.seen)
      return undefined;
  }
  return watch.woken ? undefined : memo.fetched;
}

/** How the indices stand, to be read before the question is asked; undefined where its answer cannot be kept. */
export async function indexStates(watch: Watch, store: Store, seen: Seen): Promise<IndexStates | undefined> {
  const { monitor } = watch;
  const counts = monitor.type === 'query_level_monitor' && monitor.evaluate === 'opensearch';
  if (!counts || !monitor.enabled || !monitor.live || !monitor.input || isTimed(monitor.input.query)) return undefined;
  try {
    const indices = await store.indices(indicesOf(monitor).join(','));
    return new Map(indices.map(({ name, uuid, documents }) => [name, { uuid, documents, seen: seen.get(name) ?? 0 }]));
  } catch {
    // The run itself tells what is wrong with the indices.
    return undefined;
  }
}

/** Keeps an answer that was right when the indices stood so. */
export function remember(watch: Watch, fetched: Fetched, indices: IndexStates): void {
  const answers = [...fetched.answers.values()];
  const small = answers.every(({ cause, results }) => cause === null && hitsIn(results) <= hitsMax);
  if (small) watch.memo = { version: watch.version, fetched, indices };
}

function hitsIn(results: readonly Document[]): number {
  const hits = at(results[0], 'hits.hits');
  return Array.isArray(hits) ? hits.length : 0;
}
