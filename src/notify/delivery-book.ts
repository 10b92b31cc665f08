import type { Instant } from '../base/clock.ts';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Operation, Store } from '../store/store.ts';
import { type Delivery, type DeliveryState, deliveryJson, storedDelivery } from './delivery.ts';
import { recordsIndex } from './system-index.ts';

/** What memory knows of a message that waits; its text stays in the store. */
export interface Waiting {
  readonly key: string;
  readonly channelId: string;
  /** Alert and action of a message that may be replaced by one that repeats it. */
  readonly slot: string | undefined;
  readonly createdAt: Instant;
  readonly nextAt: Instant;
  readonly tries: number;
}

/** The messages that wait and the newest that are done. What `keep` answered survives a crash. */
export interface DeliveryBook {
  readonly waiting: ReadonlyMap<string, Waiting>;
  get(key: string): Promise<Delivery | undefined>;
  /**
   * Keeps the message as it is now. One that waits and repeats what an older one of the same alert and action says replaces it.
   * False when the store would not take it: the message must not be lost for that, and the log says so.
   */
  keep(delivery: Delivery): Promise<boolean>;
}

/** Reads what waits. */
export async function openDeliveryBook(store: Store, log: Log): Promise<DeliveryBook> {
  const waiting = new Map<string, Waiting>();
  const slots = new Map<string, string>();
  const done: string[] = [];
  for (const delivery of await stored(store, ['waiting'])) note(delivery);
  for (const { key } of await stored(store, ['sent', 'failed', 'replaced'])) done.push(key);

  function note(delivery: Delivery): void {
    const { key } = delivery;
    const slot = slotOf(delivery);
    if (delivery.state === 'waiting') {
      waiting.set(key, { ...delivery, slot });
      if (slot !== undefined) slots.set(slot, key);
      return;
    }
    if (waiting.delete(key) && slot !== undefined && slots.get(slot) === key) slots.delete(slot);
    done.push(key);
  }

  const get = async (key: string): Promise<Delivery | undefined> => {
    const found = await store.get(recordsIndex, key);
    return found && storedDelivery(key, found.source);
  };

  const replaced = async (delivery: Delivery): Promise<Delivery | undefined> => {
    const slot = slotOf(delivery);
    const older = slot === undefined || delivery.state !== 'waiting' ? undefined : slots.get(slot);
    if (older === undefined || older === delivery.key) return undefined;
    const found = await get(older);
    return found && { ...found, state: 'replaced' };
  };

  return {
    waiting,
    get,
    async keep(delivery) {
      try {
        const older = await replaced(delivery);
        const operations: Operation[] = [delivery, ...(older ? [older] : [])].map(write);
        while (done.length > limits.notificationsKeptMax) {
          operations.push({ action: 'delete', index: recordsIndex, id: done.shift() ?? '' });
        }
        const results = await store.write(operations);
        const refused = results.find((result) => 'error' in result);
        if (refused && 'error' in refused) throw new Error(refused.reason);
        if (older) note(older);
        note(delivery);
        return true;
      } catch (error) {
        log.error(`the record of a message to ${delivery.channelId} could not be stored: ${reasonOf(error)}`);
        // What was tried is remembered all the same: a full disk must not send a message again and again.
        if (delivery.tries > 0) note(delivery);
        return false;
      }
    },
  };
}

function slotOf({ origin, channelId, repeats }: Delivery): string | undefined {
  if (!repeats || !origin) return undefined;
  return JSON.stringify([origin.alertId, origin.actionId, channelId]);
}

function write(delivery: Delivery): Operation {
  return { action: 'index', index: recordsIndex, id: delivery.key, document: deliveryJson(delivery) };
}

/** Oldest first. */
async function stored(store: Store, states: readonly DeliveryState[]): Promise<readonly Delivery[]> {
  const body = parseSearchBody({
    query: { terms: { state: states } },
    sort: [{ created_time_ms: { order: 'asc' } }],
    size: limits.resultWindowMax,
  });
  const { hits } = await store.search(recordsIndex, body);
  return hits.map(({ id, source }) => storedDelivery(id, source));
}
