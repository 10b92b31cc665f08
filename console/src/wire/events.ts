import type { CountAnswer, DocumentAnswer, ProblemsAnswer, SearchAnswer, StatusAnswer } from '../../../src/api/wire.ts';
import { get, post } from './client.ts';

/** Every document of CloudTrail, whatever its day. */
export const eventIndices = 'wazuh-alerts-4.x-*';

/** When the event was received (historic events: when it happened); every document has it. */
const timeField = '@timestamp';

export type EventSource = Readonly<Record<string, unknown>>;

export interface EventQuery {
  readonly text: string;
  /** Milliseconds since 1970; undefined: no bound. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly offset: number;
  readonly size: number;
}

export function searchEvents(query: EventQuery, signal?: AbortSignal): Promise<SearchAnswer<EventSource>> {
  return post(`/${eventIndices}/_search`, searchBody(query), signal);
}

/** The body of the search: a mistake in the text is refused by the server, never guessed at here. */
export function searchBody(query: EventQuery): unknown {
  const filter: unknown[] = [];
  if (query.text.trim() !== '') filter.push({ query_string: { query: query.text, analyze_wildcard: true } });
  const range: Record<string, unknown> = {};
  if (query.from !== undefined) range.gte = new Date(query.from).toISOString();
  if (query.to !== undefined) range.lte = new Date(query.to).toISOString();
  if (Object.keys(range).length > 0) filter.push({ range: { [timeField]: range } });
  return {
    from: query.offset,
    size: query.size,
    track_total_hits: true,
    query: filter.length > 0 ? { bool: { filter } } : { match_all: {} },
    sort: [{ [timeField]: { order: 'desc', unmapped_type: 'date' } }],
  };
}

export function fetchEvent(index: string, id: string, signal?: AbortSignal): Promise<DocumentAnswer<EventSource>> {
  return get(`/${encodeURIComponent(index)}/_doc/${encodeURIComponent(id)}`, signal);
}

export function countEvents(signal?: AbortSignal): Promise<CountAnswer> {
  return get(`/${eventIndices}/_count`, signal);
}

export function fetchIndices(signal?: AbortSignal): Promise<readonly { readonly index: string }[]> {
  return get('/_cat/indices?format=json&h=index', signal);
}

export function fetchStatus(signal?: AbortSignal): Promise<StatusAnswer> {
  return get('/_trailhound/status', signal);
}

export function fetchProblems(signal?: AbortSignal): Promise<ProblemsAnswer> {
  return get('/_trailhound/problems', signal);
}
