import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { asText, at } from '../base/document.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Ledger } from '../sources/source.ts';
import type { Store, StoredDocument } from '../store/store.ts';

/** One document a file version that was read to the end. */
export const ledgerIndex = '.trailhound-ledger';

/**
 * The ledger of sources, kept in the store. In memory it is a set of short hashes (some 60 bytes a file); an entry is
 * durable when `add` resolves. A lost entry costs a second reading, never a second document.
 */
export async function openLedger(store: Store, clock: Clock): Promise<SharedLedger> {
  const known = new Set<string>();
  let newest = -1;
  const learn = ({ id, seqNo }: StoredDocument): void => {
    known.add(id);
    newest = Math.max(newest, seqNo);
  };
  const [index] = await store.indices(ledgerIndex, { ignoreUnavailable: true });
  if (!index) {
    await store.createIndex(ledgerIndex, {
      settings: { auto_expand_replicas: '0-1', hidden: true, max_result_window: pageSize },
      mappings: { dynamic: false, properties: { at: { type: 'date' } } },
    });
  } else if (asText(at(index.settings, 'index.max_result_window')) !== String(pageSize)) {
    await store.updateIndices([{ index: ledgerIndex, settings: { index: { max_result_window: pageSize } } }]);
  }
  let after: readonly unknown[] | undefined;
  for (;;) {
    const page = await store.search(
      ledgerIndex,
      parseSearchBody({
        size: pageSize,
        query: { match_all: {} },
        _source: false,
        sort: [{ _id: 'asc' }],
        ...(after ? { search_after: after } : {}),
      }),
    );
    page.hits.forEach(learn);
    const last = page.hits.at(-1);
    if (!last || page.hits.length < pageSize) break;
    after = last.sort ?? [last.id];
  }
  return {
    has: (origin, version) => known.has(entryId(origin, version)),
    async add(origin, version) {
      const id = entryId(origin, version);
      await store.write([{ action: 'index', index: ledgerIndex, id, document: { origin, version, at: clock.now() } }]);
      known.add(id);
    },
    async catchUp() {
      // What was written at one moment may be seen in another order: what is a little older is looked at again.
      const from = Math.max(0, newest - recentMax);
      for (let after: readonly unknown[] | undefined; ; ) {
        const page = { size: catchUpSize, _source: false, sort: [{ _seq_no: 'asc' }], track_total_hits: false };
        const query = { range: { _seq_no: { gte: from } } };
        const body = parseSearchBody({ ...page, query, ...(after ? { search_after: after } : {}) });
        const { hits } = await store.search(ledgerIndex, body);
        hits.forEach(learn);
        after = hits.at(-1)?.sort;
        if (!after || hits.length < catchUpSize) return;
      }
    },
  };
}

/** Of a store that several processes write to. */
export interface SharedLedger extends Ledger {
  /** Reads what others added since. */
  catchUp(): Promise<void>;
}

const catchUpSize = 5000;
/** More than all processes together have under way at one time. */
const recentMax = 500;

/** Each page goes through all entries, so there should be few; the index is told that so many may be asked for. */
const pageSize = 50_000;

/** 96 bits of sha256: short enough for millions in memory, long enough that no two files ever meet. */
function entryId(origin: string, version: string): string {
  return createHash('sha256')
    .update(origin)
    .update('\0')
    .update(version)
    .digest()
    .subarray(0, 12)
    .toString('base64url');
}
