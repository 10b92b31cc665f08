import type { Instant } from '../base/clock.ts';
import { asText, type Document, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { SearchResult, Store, StoredDocument } from '../store/store.ts';
import { newId } from './identity.ts';
import { refusal } from './refusal.ts';
import { alertsPattern, commentsIndex, commentsPattern, ensureIndex } from './system-index.ts';

/** A comment as the API answers it. */
export interface SavedComment {
  readonly id: string;
  readonly seqNo: number;
  readonly comment: Document;
}

/** What people write about alerts. There are no users here, so nobody's comment is another's. */
export interface Comments {
  /** 404 for an alert that is not there. */
  create(alertId: string, json: unknown, at: Instant): Promise<SavedComment>;
  update(id: string, json: unknown, at: Instant): Promise<SavedComment>;
  remove(id: string): Promise<void>;
  search(json: unknown): Promise<SearchResult>;
}

export function openComments(store: Store): Comments {
  return {
    async create(alertId, json, at) {
      const content = contentOf(json);
      if ((await countOf(store, alertsPattern, { term: { _id: alertId } })) === 0) {
        throw refusal(`Alert with ${alertId} is not found`, 404);
      }
      if ((await countOf(store, commentsPattern, { term: { entity_id: alertId } })) >= limits.commentsPerAlertMax) {
        throw refusal(
          `This request would create more than the allowed number of Comments for this Alert: ${limits.commentsPerAlertMax}`,
        );
      }
      const comment = {
        entity_id: alertId,
        entity_type: 'alert',
        content,
        created_time: at,
        last_updated_time: null,
        user: null,
      };
      return write(store, commentsIndex(at), newId(), comment);
    },
    async update(id, json, at) {
      const stored = await find(store, id);
      const comment = { ...stored.source, content: contentOf(json), last_updated_time: at };
      return write(store, stored.index, id, comment);
    },
    async remove(id) {
      const stored = await find(store, id);
      await store.write([{ action: 'delete', index: stored.index, id }]);
    },
    async search(json) {
      if (!isDocument(json)) throw refusal('A search body is expected');
      return store.search(commentsPattern, parseSearchBody(json), { ignoreUnavailable: true });
    },
  };
}

function contentOf(json: unknown): string {
  const content = own(json, 'content') ?? null;
  if (content === null || asText(content).trim() === '') throw refusal('Missing comment content');
  const text = asText(content);
  if (text.length > limits.commentLengthMax) {
    throw refusal(`Comment content exceeds max length of ${limits.commentLengthMax} characters`);
  }
  return text;
}

async function write(store: Store, index: string, id: string, comment: Document): Promise<SavedComment> {
  await ensureIndex(store, index);
  const [result] = await store.write([{ action: 'index', index, id, document: comment }]);
  if (!result || 'error' in result) {
    throw new TrailhoundError('internal', `comment ${id} could not be stored: ${result?.reason ?? 'no answer'}`);
  }
  return { id, seqNo: result.seqNo, comment };
}

async function find(store: Store, id: string): Promise<StoredDocument> {
  const body = parseSearchBody({ size: 1, query: { term: { _id: id } } });
  const { hits } = await store.search(commentsPattern, body, { ignoreUnavailable: true });
  const [hit] = hits;
  if (!hit) throw refusal(`Comment with ${id} is not found`, 404);
  return hit;
}

async function countOf(store: Store, pattern: string, query: Document): Promise<number> {
  const body = parseSearchBody({ size: 0, track_total_hits: true, query });
  return (await store.search(pattern, body, { ignoreUnavailable: true })).total;
}
