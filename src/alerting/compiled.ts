import type { Instant } from '../base/clock.ts';
import { type Document, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Query } from '../query/query.ts';
import { parseSearchBody, type SearchBody } from '../query/search-body.ts';
import { type Condition, compileCondition } from './condition.ts';
import { compileDocumentCondition, type DocumentCondition } from './document-condition.ts';
import { type DocumentInput, queryClause } from './document-input.ts';
import type { Monitor } from './monitor.ts';
import { isTimed, timelessQuery } from './timeless.ts';

export interface Period {
  readonly start: Instant;
  readonly end: Instant;
}

/** A monitor made ready to run: done once for each version of it. */
export interface Compiled {
  /** Trigger id → its condition, of query-level and bucket-level monitors. */
  readonly conditions: ReadonlyMap<string, Condition>;
  /** Trigger id → its expression, of document-level monitors. */
  readonly expressions: ReadonlyMap<string, DocumentCondition>;
  /** The search of one run, of a document-level monitor that of all its queries; throws what the query room throws. */
  search(period: Period): SearchBody;
  /** The same as JSON, with its templates filled in. */
  json(period: Period): Document;
  /** The newest events that the run's query finds, for the alert; `sorted` false where an index cannot sort by event time. */
  events(period: Period, sorted: boolean): SearchBody;
  /** What a document must match to wake the monitor: the query, or more than it finds. */
  wakes(period: Period): Query;
  /** `wakes` means something else at another time. */
  readonly timed: boolean;
}

/** The newest event first. */
export const newestFirst: Document = {
  'data.aws.eventTime': { order: 'desc', unmapped_type: 'date', missing: '_last' },
};

export function compileMonitor(monitor: Monitor): Compiled {
  const body = monitor.documents ? anyQuery(monitor.documents) : (monitor.input?.query ?? {});
  const text = JSON.stringify(body);
  const templated = !monitor.documents && text.includes('{{');
  const kept = new Map<string, SearchBody>();
  const filled = (period: Period): Document => (templated ? rendered(text, period) : body);
  /** A body without templates is read once. */
  const read = (name: string, json: (rendered: Document) => Document, period: Period): SearchBody => {
    const known = kept.get(name);
    if (known) return known;
    const parsed = parseSearchBody(json(filled(period)));
    if (!templated) kept.set(name, parsed);
    return parsed;
  };
  const awake = wakingBody(body);
  const context = monitor.type === 'bucket_level_monitor' ? 'bucket' : 'run';
  const { triggers } = monitor;
  return {
    conditions: new Map(
      monitor.documents ? [] : triggers.map(({ id, condition }) => [id, compileCondition(condition, context)]),
    ),
    expressions: new Map(
      monitor.documents ? triggers.map(({ id, condition }) => [id, compileDocumentCondition(condition)]) : [],
    ),
    search: (period) => read('search', (json) => json, period),
    json: filled,
    events: (period, sorted) => read(sorted ? 'sorted' : 'unsorted', (json) => eventsBody(json, sorted), period),
    wakes: (period) => (awake ?? parseSearchBody({ query: own(filled(period), 'query') })).query,
    timed: awake === undefined,
  };
}

/** undefined where time stands in it elsewhere than in a range, or where it does not read: its runs tell why. */
function wakingBody(body: Document): SearchBody | undefined {
  const query = own(body, 'query');
  if (query === undefined) return parseSearchBody({});
  const timeless = isDocument(query) ? timelessQuery(query) : query;
  if (isTimed(timeless)) return undefined;
  try {
    return parseSearchBody({ query: timeless });
  } catch (thrown) {
    if (!(thrown instanceof TrailhoundError)) throw thrown;
    return undefined;
  }
}

function anyQuery({ queries }: DocumentInput): Document {
  if (queries.length === 0) return { query: { match_none: {} } };
  return { query: { bool: { should: queries.map(queryClause), minimum_should_match: 1 } } };
}

function eventsBody(json: Document, sorted: boolean): Document {
  return {
    ...(Object.hasOwn(json, 'query') ? { query: json.query } : {}),
    ...(Object.hasOwn(json, 'post_filter') ? { post_filter: json.post_filter } : {}),
    size: limits.eventsPerAlertMax,
    track_total_hits: true,
    ...(sorted ? { sort: [newestFirst] } : {}),
  };
}

/** The body as a template with the two variables of the original, epoch milliseconds; any other name is empty, as there. */
function rendered(text: string, period: Period): Document {
  const filled = text.replace(/\{\{\{?&?\s*([\w.]*)\s*\}?\}\}/g, (_tag, name: string) => {
    if (name === 'period_start') return String(period.start);
    return name === 'period_end' ? String(period.end) : '';
  });
  return JSON.parse(filled) as Document;
}
