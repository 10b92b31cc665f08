import type { Clock } from '../base/clock.ts';
import { openCore } from './core.ts';
import { memoryShelf } from './memory-shelf.ts';
import type { Store } from './store.ts';

/** A store that ends with the process: for replays and tests. */
export function openMemory({ clock }: { readonly clock: Clock }): Store {
  return openCore(memoryShelf(), clock);
}
