import { type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Problem } from '../base/problem.ts';
import type { Operation, OperationResult, Store, StoredDocument } from '../store/store.ts';
import { contentHash, type PreparedEvent } from './judge.ts';
import { bodiesAside, setAside, skeleton } from './set-aside.ts';

export interface WriteOutcome {
  /** The new documents, as stored. */
  readonly stored: readonly StoredDocument[];
  readonly duplicates: number;
  readonly problems: readonly Problem[];
}

/** Writes events. Resolves when all are durable; throws when nothing could be written (read-only store). */
export interface EventWriter {
  write(events: readonly PreparedEvent[]): Promise<WriteOutcome>;
}

/**
 * The store never refuses an event of the spine: a document that its index rejects is written again with the offending
 * part as JSON text under `trailhound.unmapped`, then with all bodies so, then as a skeleton. Each step is a problem.
 * An id that is taken by another record is no reason either: the second one is kept beside it, under a longer id.
 */
export function createEventWriter(store: Pick<Store, 'write' | 'get'>): EventWriter {
  const commit = groupCommit(store);
  return {
    async write(events) {
      const outcome = { stored: [] as StoredDocument[], duplicates: 0, problems: [] as Problem[] };
      if (events.length === 0) return outcome;
      const results = await commit(events.map((event) => create(event, event.document)));
      for (let position = 0; position < events.length; position++) {
        const [event, result] = [events[position], results[position]];
        if (!event || !result) continue;
        // As nearly all are: nothing to wait for.
        if (!('error' in result) && !event.again) outcome.stored.push(storedAs(result, event.document));
        else await settle(event, event.document, result, outcome);
      }
      return outcome;
    },
  };

  async function settle(
    event: PreparedEvent,
    document: Document,
    result: OperationResult,
    outcome: { stored: StoredDocument[]; duplicates: number; problems: Problem[] },
  ): Promise<void> {
    if (!('error' in result)) {
      outcome.stored.push(storedAs(result, event.again ? await judgeLate(event) : document));
    } else if (result.error === 'conflict') {
      const existing = await store.get(event.index, event.id);
      const content = contentHash(document);
      if (!existing || contentHash(existing.source) === content || event.id.endsWith(`~${content}`)) {
        outcome.duplicates++;
        return;
      }
      // Whoever can choose an id (a client may choose a request's) must not be able to hide an event behind another.
      const other: PreparedEvent = { ...event, id: `${event.id}~${content}` };
      const message = `eventID ${event.id} is stored already with other content; this one is kept as ${other.id}`;
      outcome.problems.push({ place: event.place, message });
      const form = event.again?.() ?? document;
      const [again] = await commit([create(other, form)]);
      if (again)
        await settle({ index: other.index, id: other.id, document: form, place: other.place }, form, again, outcome);
    } else if (result.error !== 'mapping') {
      throw new TrailhoundError('read-only', `${event.index} takes no documents: ${result.reason}`);
    } else {
      const next = nextForm(withContent(document), result);
      outcome.problems.push({
        place: event.place,
        ...(result.path ? { path: result.path } : {}),
        message: `${result.reason}; ${next.how}`,
      });
      const [again] = await commit([create(event, next.document)]);
      if (again) await settle(event, next.document, again, outcome);
    }
  }

  /** The id was seen before, yet nothing was stored under it (its index was deleted since): the rules speak after all. */
  async function judgeLate(event: PreparedEvent): Promise<Document> {
    const document = event.again?.() ?? event.document;
    await store.write([{ action: 'index', index: event.index, id: event.id, document }]);
    return document;
  }
}

function storedAs(
  { index, id, version, seqNo }: Extract<OperationResult, { version: number }>,
  source: Document,
): StoredDocument {
  return { index, id, version, seqNo, source };
}

function create(event: PreparedEvent, document: Document): Operation {
  return { action: 'create', index: event.index, id: event.id, document, plain: true };
}

/** The next simpler form of a refused document. A refused skeleton is a fault of ours and ends loudly. */
function nextForm(
  document: Document,
  refused: { readonly path?: string; readonly reason: string },
): { document: Document; how: string } {
  const parts = unmappedParts(document);
  if (refused.path !== undefined && parts < partsAsideMax) {
    const aside = setAside(document, refused.path);
    if (aside) return { document: aside, how: 'kept as text under trailhound.unmapped' };
  }
  const bodies = bodiesAside(document);
  if (bodies) return { document: bodies, how: 'the bodies of the record are kept as text under trailhound.unmapped' };
  const bare = skeleton(document);
  if (bare)
    return { document: bare, how: 'only its main fields can be searched, all of it is text under trailhound.unmapped' };
  throw new Error(`the store refused the skeleton of an event: ${refused.reason}`);
}

/** Notes what the whole document said, so that a redelivery can be told from another record after parts were set aside. */
function withContent(document: Document): Document {
  const trailhound = isDocument(document.trailhound) ? document.trailhound : {};
  return { ...document, trailhound: { ...trailhound, content: contentHash(document) } };
}

/** Single fields set aside before all bodies are: a record with more odd fields than this is hostile or broken. */
const partsAsideMax = 8;

function unmappedParts(document: Document): number {
  const trailhound = document.trailhound;
  const unmapped = isDocument(trailhound) ? trailhound.unmapped : undefined;
  return Array.isArray(unmapped) ? unmapped.length : 0;
}

/** Operations of several files that wait together become durable together: one transaction instead of one a file. */
function groupCommit(
  store: Pick<Store, 'write'>,
): (operations: readonly Operation[]) => Promise<readonly OperationResult[]> {
  interface Waiting {
    readonly operations: readonly Operation[];
    resolve(results: readonly OperationResult[]): void;
    reject(error: unknown): void;
  }
  let waiting: Waiting[] = [];
  let writing = false;

  const flush = async (): Promise<void> => {
    writing = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        const results = await store.write(group.flatMap((entry) => entry.operations));
        let from = 0;
        for (const entry of group) {
          entry.resolve(results.slice(from, from + entry.operations.length));
          from += entry.operations.length;
        }
      } catch (error) {
        for (const entry of group) entry.reject(error);
      }
    }
    writing = false;
  };

  return (operations) =>
    new Promise((resolve, reject) => {
      waiting.push({ operations, resolve, reject });
      if (!writing) void flush();
    });
}
