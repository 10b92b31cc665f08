import { randomBytes } from 'node:crypto';
import type { Clock, Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { parseSearchBody, type SearchBody } from '../query/search-body.ts';
import type { IndexOptions, Position, SearchHit, SearchResult, Store, StoredDocument } from '../store/store.ts';
import { illegal } from './error.ts';
import { keepAliveMs } from './keep-alive.ts';
import { filterSource } from './source-filter.ts';
import { invalid } from './write.ts';

/** Searches that clients read page by page (`?scroll=1m`). */
export interface Scrolls {
  /** The first page. It and the pages after it see what had been stored at this moment. */
  open(expression: string, json: Document, keepAlive: string, options: ScrollOptions): Promise<ScrollPage>;
  /** The next page; empty when all were read. Throws 400 for what is no scroll id, 404 for one that is over. */
  next(scrollId: string, keepAlive: string | undefined, signal: AbortSignal): Promise<ScrollPage>;
  /** Forgets these, or all. Answers how many there were. */
  clear(scrollIds: readonly string[] | '_all'): number;
}

export interface ScrollOptions extends IndexOptions {
  readonly signal: AbortSignal;
}

export interface ScrollPage {
  readonly scrollId: string;
  readonly result: SearchResult;
  readonly body: SearchBody;
}

interface Scroll {
  readonly body: SearchBody;
  /** What every page repeats: total, aggregations, shards. */
  readonly whole: SearchResult;
  keptMs: number;
  until: Instant;
  page(signal: AbortSignal): Promise<readonly SearchHit[]>;
}

/**
 * A scroll in the order of arrival (no sort, or `_doc`) reads the store by windows of positions, so it may be as long as
 * it likes; one with a sort of its own keeps the order of its hits, at most limits.resultWindowMax of them.
 */
export function openScrolls({ store, clock }: { readonly store: Store; readonly clock: Clock }): Scrolls {
  const open = new Map<string, Scroll>();
  const page = async (scrollId: string, scroll: Scroll, signal: AbortSignal): Promise<ScrollPage> => {
    const hits = await scroll.page(signal);
    scroll.until = clock.now() + scroll.keptMs;
    return { scrollId, result: { ...scroll.whole, hits }, body: scroll.body };
  };
  const dropOld = (): void => {
    for (const [id, scroll] of open) if (scroll.until < clock.now()) open.delete(id);
  };

  return {
    async open(expression, json, keepAlive, options) {
      const keptMs = keepAliveMs(keepAlive, 'scroll', 'search.max_keep_alive');
      dropOld();
      if (open.size >= limits.scrollsMax) throw tooMany();
      const { signal, ...indexOptions } = options;
      // The store may know an answer by the JSON it is for, so each kind of page has JSON of its own.
      const { aggs: _, aggregations: __, ...plain } = json;
      const body = parseSearchBody({ ...plain, track_total_hits: true });
      const wide = parseSearchBody({ ...plain, size: limits.resultWindowMax });
      const count = parseSearchBody({ ...json, size: 0, track_total_hits: true });
      if (body.size === 0) throw invalid('[size] cannot be [0] in a scroll context');
      if (body.from > 0) throw invalid('using [from] is not allowed in a scroll context');
      if (body.size > limits.resultWindowMax) throw tooWide(body.size);
      const upTo = await store.position();
      const window = { after: -1, upTo };
      const whole = await store.search(expression, count, { ...indexOptions, window, signal });
      const inOrder = body.sort.length === 0 || (body.sort.length === 1 && body.sort[0]?.field === '_doc');
      const source = { store, expression, body, wide, indexOptions, upTo };
      const scroll: Scroll = {
        body,
        whole,
        keptMs,
        until: clock.now() + keptMs,
        page: inOrder ? arrivalPages(source) : sortedPages(source, whole.total),
      };
      const scrollId = randomBytes(idBytes).toString('base64url');
      const first = await page(scrollId, scroll, signal);
      open.set(scrollId, scroll);
      return first;
    },
    async next(scrollId, keepAlive, signal) {
      if (!idPattern.test(scrollId)) {
        throw new TrailhoundError('bad-request', 'Cannot parse scroll id', {
          fields: { caused_by: { type: 'e_o_f_exception', reason: null } },
        });
      }
      dropOld();
      const scroll = open.get(scrollId);
      if (!scroll) throw missing(scrollId);
      if (keepAlive !== undefined) scroll.keptMs = keepAliveMs(keepAlive, 'scroll', 'search.max_keep_alive');
      return page(scrollId, scroll, signal);
    },
    clear(scrollIds) {
      dropOld();
      const before = open.size;
      if (scrollIds === '_all') open.clear();
      else for (const id of scrollIds) open.delete(id);
      return before - open.size;
    },
  };
}

const idBytes = 32;
const idPattern = /^[A-Za-z0-9_-]{43}$/;

interface Source {
  readonly store: Store;
  readonly expression: string;
  readonly body: SearchBody;
  /** The same search with the largest page there is. */
  readonly wide: SearchBody;
  readonly indexOptions: IndexOptions;
  readonly upTo: Position;
}

/** Each document that arrived has a position of its own, so a window of n positions holds at most n hits. */
function arrivalPages({ store, expression, body, wide, indexOptions, upTo }: Source): Scroll['page'] {
  let after: Position = -1;
  let waiting: SearchHit[] = [];
  return async (signal) => {
    while (waiting.length < body.size && after < upTo) {
      const window = { after, upTo: Math.min(upTo, after + limits.resultWindowMax) };
      const { hits } = await store.search(expression, wide, { ...indexOptions, window, signal });
      waiting = waiting.length === 0 ? [...hits] : [...waiting, ...hits];
      after = window.upTo;
    }
    return waiting.splice(0, body.size);
  };
}

/** The hits' order is kept, not their sources: those are read again for each page; what was deleted meanwhile is left out. */
function sortedPages(source: Source, total: number): Scroll['page'] {
  const { store, expression, body, wide, indexOptions, upTo } = source;
  if (total > limits.resultWindowMax) {
    throw illegal(
      `A scroll with a sort of its own is limited to ${limits.resultWindowMax} hits, and ${total} were found: sort by _doc, or use search_after.`,
    );
  }
  let left: { index: string; id: string; score: number | null; sort: readonly unknown[] }[] | undefined;
  return async (signal) => {
    if (!left) {
      const { hits } = await store.search(expression, wide, { ...indexOptions, window: { after: -1, upTo }, signal });
      left = hits.map(({ index, id, score, sort = [] }) => ({ index, id, score, sort }));
    }
    const hits: SearchHit[] = [];
    for (const { index, id, score, sort } of left.splice(0, body.size)) {
      const document = await store.get(index, id).catch(() => undefined);
      if (document) hits.push({ ...filtered(document, body), score, sort });
    }
    return hits;
  };
}

function filtered({ text, ...document }: StoredDocument, body: SearchBody): StoredDocument {
  const source = filterSource(document.source, body.sourceFilter) ?? {};
  return source === document.source && text !== undefined ? { ...document, source, text } : { ...document, source };
}

function missing(id: string): TrailhoundError {
  const cause = { type: 'search_context_missing_exception', reason: `No search context found for id [${id}]` };
  return new TrailhoundError('not-found', 'all shards failed', {
    wire: 'search_phase_execution_exception',
    fields: { root_cause: [cause], phase: 'query', grouped: true, failed_shards: [], caused_by: cause },
  });
}

function tooWide(size: number): TrailhoundError {
  const most = limits.resultWindowMax;
  return illegal(
    `Batch size is too large, size must be less than or equal to: [${most}] but was [${size}]. Scroll batch sizes cost as much memory as result windows so they are controlled by the [index.max_result_window] index level setting.`,
  );
}

function tooMany(): TrailhoundError {
  const reason = `Trying to create too many scroll contexts. Must be less than or equal to: [${limits.scrollsMax}].`;
  return new TrailhoundError('bad-request', reason, { wire: 'rejected_execution_exception', status: 429 });
}
