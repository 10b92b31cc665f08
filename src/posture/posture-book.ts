import { createHash } from 'node:crypto';
import { type Document, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Door } from '../exposure/door.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Operation, Store } from '../store/store.ts';
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

interface Entry {
  readonly door: Document;
  readonly history: History;
  /** Of the stored document as this process knows it; undefined where it knows none. */
  readonly seqNo: number | undefined;
}

/** Opens the book kept in the store; what was saved by an earlier run is known again. */
export async function openPosture(store: Store): Promise<PostureBook> {
  const known = new Map<string, Entry>();
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
      const entry = known.get(id);
      const history = entry?.history ?? [];
      const was = before(history, change)?.verdict;
      const next = withChange(history, change);
      if (next !== history) {
        known.delete(id);
        known.set(id, { door: wordsOf(door), history: next, seqNo: entry?.seqNo });
        changed.add(id);
        forgetOldest(known, changed);
      }
      return was;
    },
    save: () => save(store, known, changed),
  };
}

/**
 * Writes what was noted over what this process knows to be stored; where another process of a cluster noted something of the same
 * door meanwhile, the two are joined and written again.
 */
async function save(store: Store, known: Map<string, Entry>, changed: Set<string>): Promise<void> {
  let ids: readonly string[] = [...changed];
  while (ids.length > 0) {
    const entries = ids.flatMap((id) => {
      const entry = known.get(id);
      return entry ? [{ id, entry }] : [];
    });
    const results = await store.write(entries.map(({ id, entry }) => operationOf(id, entry)));
    const again: string[] = [];
    for (const [at, { id, entry }] of entries.entries()) {
      const result = results[at];
      const now = known.get(id);
      if (!result || !now) continue;
      if ('error' in result) {
        if (result.error !== 'conflict') throw new TrailhoundError('internal', `posture: ${result.reason}`);
        known.set(id, await joined(store, id, now));
        again.push(id);
        continue;
      }
      known.set(id, { ...now, seqNo: result.seqNo });
      // What was noted while this was written stays for the next time.
      if (now.history === entry.history) changed.delete(id);
    }
    ids = again;
  }
}

function operationOf(id: string, { door, history, seqNo }: Entry): Operation {
  const written = { index: postureIndex, id, document: { ...door, changes: history } };
  if (seqNo === undefined) return { ...written, action: 'create' };
  return { ...written, action: 'index', ifSeqNo: seqNo, ifPrimaryTerm: 1 };
}

/** Ours with what is stored by now. */
async function joined(store: Store, id: string, { door, history }: Entry): Promise<Entry> {
  const found = await store.get(postureIndex, id);
  return { door, history: historyOf(found?.source.changes).reduce(withChange, history), seqNo: found?.seqNo };
}

async function load(store: Store, known: Map<string, Entry>): Promise<void> {
  let after: readonly unknown[] | undefined;
  for (;;) {
    const body = {
      size: pageSize,
      query: { match_all: {} },
      sort: [{ _id: 'asc' }],
      ...(after ? { search_after: after } : {}),
    };
    const { hits } = await store.search(postureIndex, parseSearchBody(body));
    for (const { id, source, seqNo } of hits) {
      const { changes, ...door } = source;
      if (known.size < limits.postureDoorsMax) known.set(id, { door, history: historyOf(changes), seqNo });
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
