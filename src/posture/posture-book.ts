import { createHash } from 'node:crypto';
import { type Document, isDocument, own } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import type { Door } from '../exposure/door.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Store } from '../store/store.ts';
import { before, type History, type Known, withChange } from './posture.ts';

/** One document a door: what it was made, last. */
export const postureIndex = '.trailhound-posture';

/** The last known exposure of each bucket, access point, API and function. */
export interface PostureBook {
  /** Notes a change that succeeded, and answers what the door was before it; undefined when nothing earlier is known. */
  note(door: Door, change: Known): Known['verdict'] | undefined;
  /** What was noted is durable when this resolves. */
  save(): Promise<void>;
}

/** Opens the book kept in the store; what was saved by an earlier run is known again. */
export async function openPosture(store: Store): Promise<PostureBook> {
  const known = new Map<string, { readonly door: Document; readonly history: History }>();
  if ((await store.indices(postureIndex, { ignoreUnavailable: true })).length === 0) {
    await store.createIndex(postureIndex, {
      settings: { auto_expand_replicas: '0-1', hidden: true },
      mappings: { dynamic: false, properties: { kind: { type: 'keyword' }, name: { type: 'keyword' } } },
    });
  }
  await load(store, known);
  const changed = new Set<string>();
  return {
    note(door, change) {
      if (door.kind === 's3-object-acl' || door.name === '') return undefined;
      const id = idOf(door);
      const history = known.get(id)?.history ?? [];
      const was = before(history, change)?.verdict;
      const next = withChange(history, change);
      if (next !== history) {
        known.delete(id);
        known.set(id, { door: wordsOf(door), history: next });
        changed.add(id);
        forgetOldest(known, changed);
      }
      return was;
    },
    async save() {
      const ids = [...changed];
      if (ids.length === 0) return;
      const operations = ids.flatMap((id) => {
        const entry = known.get(id);
        if (!entry) return [];
        const document = { ...entry.door, changes: entry.history };
        return [{ action: 'index' as const, index: postureIndex, id, document }];
      });
      await store.write(operations);
      // What was noted while this was written stays for the next time.
      for (const id of ids)
        if (known.get(id)?.history === operations.find((one) => one.id === id)?.document.changes) changed.delete(id);
    },
  };
}

async function load(store: Store, known: Map<string, { door: Document; history: History }>): Promise<void> {
  let after: readonly unknown[] | undefined;
  for (;;) {
    const body = {
      size: pageSize,
      query: { match_all: {} },
      sort: [{ _id: 'asc' }],
      ...(after ? { search_after: after } : {}),
    };
    const { hits } = await store.search(postureIndex, parseSearchBody(body));
    for (const { id, source } of hits) {
      const { changes, ...door } = source;
      if (known.size < limits.postureDoorsMax) known.set(id, { door, history: historyOf(changes) });
    }
    const last = hits.at(-1);
    if (hits.length < pageSize || !last) return;
    after = [last.id];
  }
}

const pageSize = 1000;

function historyOf(changes: unknown): History {
  return (Array.isArray(changes) ? changes : []).flatMap((change) => {
    const at = own(change, 'at');
    const id = own(change, 'id');
    const verdict = own(change, 'verdict');
    const known = verdict === 'public' || verdict === 'not-public' || verdict === 'unknown';
    return isDocument(change) && typeof at === 'number' && typeof id === 'string' && known ? [{ at, id, verdict }] : [];
  });
}

/** Bucket names are the world's; APIs and functions belong to an account and region. */
function idOf({ kind, name, part, verb, account, region }: Door): string {
  const where = kind.startsWith('s3') ? [] : [account, region];
  return createHash('sha256')
    .update(JSON.stringify([kind, name, part, verb, ...where]))
    .digest('hex')
    .slice(0, 32);
}

function wordsOf({ kind, name, part, verb, account, region }: Door): Document {
  return Object.fromEntries(
    Object.entries({ kind, name, part, verb, account, region }).filter(([, value]) => value !== undefined),
  );
}

/** Saved ones are found again at the next start. */
function forgetOldest(known: Map<string, unknown>, changed: ReadonlySet<string>): void {
  if (known.size <= limits.postureDoorsMax) return;
  for (const id of known.keys()) {
    if (!changed.has(id)) {
      known.delete(id);
      return;
    }
  }
}
