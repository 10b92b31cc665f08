import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import { parseSearchBody, type SearchBody } from '../query/search-body.ts';
import { type Condition, compileCondition } from './conditions/condition.ts';
import type { Monitor } from './monitor.ts';

export interface Period {
  readonly start: Instant;
  readonly end: Instant;
}

/** A monitor made ready to run: done once for each version of it. */
export interface Compiled {
  /** Trigger id → its condition. */
  readonly conditions: ReadonlyMap<string, Condition>;
  /** The search of one run; throws what the query room throws. */
  search(period: Period): SearchBody;
  /** The newest events that the run's query finds, for the alert; `sorted` false where an index cannot sort by event time. */
  events(period: Period, sorted: boolean): SearchBody;
  /** The query means something else at another time: it has `{{period_…}}` or `now` in it. */
  readonly timed: boolean;
}

const eventTime = 'data.aws.eventTime';

export function compileMonitor(monitor: Monitor): Compiled {
  const body = monitor.input?.query ?? {};
  const text = JSON.stringify(body);
  const templated = text.includes('{{');
  const kept = new Map<string, SearchBody>();
  /** A body without templates is read once. */
  const read = (name: string, json: (rendered: Document) => Document, period: Period): SearchBody => {
    const known = kept.get(name);
    if (known) return known;
    const parsed = parseSearchBody(json(templated ? rendered(text, period) : body));
    if (!templated) kept.set(name, parsed);
    return parsed;
  };
  return {
    conditions: new Map(monitor.triggers.map(({ id, condition }) => [id, compileCondition(condition)])),
    search: (period) => read('search', (json) => json, period),
    events: (period, sorted) => read(sorted ? 'sorted' : 'unsorted', (json) => eventsBody(json, sorted), period),
    timed: templated || text.includes('now'),
  };
}

function eventsBody(json: Document, sorted: boolean): Document {
  return {
    ...(Object.hasOwn(json, 'query') ? { query: json.query } : {}),
    ...(Object.hasOwn(json, 'post_filter') ? { post_filter: json.post_filter } : {}),
    size: limits.eventsPerAlertMax,
    track_total_hits: true,
    ...(sorted ? { sort: [{ [eventTime]: { order: 'desc', unmapped_type: 'date', missing: '_last' } }] } : {}),
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
