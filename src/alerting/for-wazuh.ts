import { type Document, isDocument, own } from '../base/document.ts';
import { queryLeaves } from './query-leaf.ts';

/** What a monitor written for Wazuh needs beside itself: rules that make alert documents of the events it asks for. */
export interface WatchedEvents {
  /** `custom`: an API's access log, which Wazuh's wodle ingests as custom logs. */
  readonly source: 'cloudtrail' | 'custom';
  readonly eventSources: readonly string[];
  readonly eventNames: readonly string[];
}

export interface MonitorForWazuh {
  readonly json: Document;
  readonly watched: WatchedEvents;
}

/**
 * A monitor as it must be written for an unmodified Wazuh and its index template (strings are keywords; words without a field
 * are looked for in 602 listed fields): real spellings of an anonymous caller, fields for bare words, names that events have, a
 * range of time so that its alert ends. undefined when nothing has to change, or the file holds no search.
 */
export function monitorForWazuh(monitor: unknown): MonitorForWazuh | undefined {
  const input = own(monitor, 'inputs');
  const search = Array.isArray(input) ? own(input[0], 'search') : undefined;
  const body = own(search, 'query');
  const query = own(body, 'query');
  if (!isDocument(monitor) || !isDocument(search) || !isDocument(body) || !isDocument(query)) return undefined;
  const watched = watchedBy(query);
  const asked = watched.source === 'custom' ? accessLogQuery() : (rewritten(query) as Document);
  const timed = hasTime(query) ? asked : withTime(asked, windowOf(monitor));
  if (JSON.stringify(timed) === JSON.stringify(query)) return undefined;
  const json = {
    ...monitor,
    inputs: [{ search: { ...search, query: { ...body, query: timed } } }],
    ...uiMetadata(monitor),
  };
  return { json, watched };
}

/** Whether it asks for what only this program writes into documents: no other spelling of it works on Wazuh. */
export function onlyHere(monitor: unknown): boolean {
  const input = own(monitor, 'inputs');
  const query = Array.isArray(input) ? own(own(own(input[0], 'search'), 'query'), 'query') : undefined;
  return queryLeaves(query).some(({ field, role }) => role === 'must' && field?.startsWith('trailhound.'));
}

/** Our own settings mean nothing there. */
function uiMetadata(monitor: Document): Document {
  if (!isDocument(monitor.ui_metadata)) return {};
  const { trailhound: _, ...rest } = monitor.ui_metadata;
  return { ui_metadata: rest };
}

function watchedBy(query: Document): WatchedEvents {
  const leaves = queryLeaves(query).filter((leaf) => leaf.role === 'must');
  const valuesOf = (field: string): readonly string[] =>
    leaves.filter((leaf) => leaf.field === field).flatMap((leaf) => leaf.values);
  const eventSources = valuesOf('data.aws.eventSource');
  return {
    source: eventSources.includes('execute-api.amazonaws.com') ? 'custom' : 'cloudtrail',
    eventSources,
    eventNames: realNames(valuesOf('data.aws.eventName')),
  };
}

const anonymousCallers = 'data.aws.userIdentity.accountId:(anonymous OR ANONYMOUS_PRINCIPAL)';

function rewritten(node: unknown, around: readonly string[] = []): unknown {
  if (Array.isArray(node)) {
    const names = node
      .flatMap((one) => queryLeaves(one).filter(({ field }) => field === 'data.aws.eventName'))
      .flatMap(({ values }) => values);
    return node.map((inner) => rewritten(inner, names.length > 0 ? names : around));
  }
  if (!isDocument(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (key === 'query_string' && isDocument(value)) return [key, wordsForWazuh(value, around)];
      if ((key === 'term' || key === 'terms') && isDocument(value)) return termForWazuh(key, value);
      return [key, rewritten(value, around)];
    }),
  );
}

function wordsForWazuh(body: Document, eventNames: readonly string[]): Document {
  if (typeof body.query !== 'string') return body;
  const named = body.query.replace(
    /data\.aws\.userIdentity\.(?:type|principalId):(?:"Anonymous"|Anonymous\b)/g,
    anonymousCallers,
  );
  if (named !== body.query)
    return { ...body, query: named.replaceAll(`${anonymousCallers} OR ${anonymousCallers}`, anonymousCallers) };
  const leaves = queryLeaves({ query_string: body });
  const bare = leaves.length > 0 && leaves.every((leaf) => leaf.field === undefined && leaf.values.length > 0);
  if (!bare || !/^[\w\s-]+$/.test(body.query)) return body;
  const query = body.query
    .trim()
    .split(/\s+/)
    .map((word) => (/^(AND|OR|NOT)$/.test(word) ? word : `*${word}*`))
    .join(' ');
  return { ...body, query, fields: fieldsFor(eventNames) };
}

/** Where the words of a grant stand. Elsewhere in the request a bucket's name could hold them by chance. */
function fieldsFor(eventNames: readonly string[]): readonly string[] {
  const below = 'data.aws.requestParameters.';
  const acl = eventNames.length > 0 && eventNames.every((name) => /^Put(Bucket|Object)Acl$/.test(name));
  return acl ? [`${below}x-amz-acl`, `${below}x-amz-grant-*`, `${below}AccessControlPolicy.*`] : [`${below}*`];
}

function termForWazuh(key: 'term' | 'terms', body: Document): [string, unknown] {
  const [field, value] = Object.entries(body)[0] ?? [];
  const plain = isDocument(value) ? value.value : value;
  if (field !== undefined && /userIdentity\.(type|principalId)$/.test(field) && plain === 'Anonymous')
    return ['query_string', { query: anonymousCallers }];
  if (field !== 'data.aws.eventName') return [key, body];
  const given = Array.isArray(plain) ? plain.map(String) : [String(plain)];
  const names = realNames(given);
  if (names.join() === given.join()) return [key, body];
  const boost = body.boost === undefined ? {} : { boost: body.boost };
  return ['terms', { [field]: names, ...boost }];
}

/** A change of a REST API's policy has four names; listing a bucket has one. */
function realNames(names: readonly string[]): readonly string[] {
  const found = new Set(names);
  if (found.delete('UpdateRestApiPolicy'))
    for (const name of ['PutRestApi', 'UpdateRestApi', 'CreateRestApi', 'ImportRestApi']) found.add(name);
  if (found.has('ListBucket') || found.has('ListObjectsV2')) found.add('ListObjects');
  return [...found];
}

/** A line of an access log as Wazuh's wodle sends custom logs: its own fields below `data.aws`, "-" where nobody is named. */
function accessLogQuery(): Document {
  const named = ['caller', 'user', 'userArn', 'apiKeyId', 'apiKey', 'principalId'].map((key) => `data.aws.${key}`);
  return {
    bool: {
      filter: [
        { term: { 'data.aws.source': { value: 'custom', boost: 1 } } },
        { exists: { field: 'data.aws.requestId' } },
        { exists: { field: 'data.aws.httpMethod' } },
      ],
      must_not: named.map((field) => ({
        bool: { filter: [{ exists: { field } }], must_not: [{ term: { [field]: { value: '-', boost: 1 } } }] },
      })),
      adjust_pure_negative: true,
      boost: 1,
    },
  };
}

function hasTime(query: Document): boolean {
  return queryLeaves(query).some(({ field }) => field === 'timestamp' || field === '@timestamp');
}

/** Twice the interval, and at least five minutes: a run that is late must miss nothing. */
function windowOf(monitor: Document): string {
  const period = own(own(monitor, 'schedule'), 'period');
  const interval = Number(own(period, 'interval'));
  const unit = { MINUTES: 1, HOURS: 60, DAYS: 1440 }[String(own(period, 'unit'))];
  const minutes = unit !== undefined && interval > 0 ? Math.max(5, 2 * interval * unit) : 60;
  return `${minutes}m`;
}

function withTime(query: Document, window: string): Document {
  const range = {
    range: { timestamp: { gte: `{{period_end}}||-${window}`, lte: '{{period_end}}', format: 'epoch_millis' } },
  };
  const bool = query.bool;
  const only = Object.keys(query).length === 1;
  if (!only || !isDocument(bool)) return { bool: { filter: [query, range] } };
  const filter = bool.filter === undefined ? [] : Array.isArray(bool.filter) ? bool.filter : [bool.filter];
  // In a bool of `should` alone, a filter would make them optional.
  if (filter.length === 0 && bool.must === undefined && bool.should !== undefined)
    return { bool: { filter: [query, range] } };
  return { bool: { ...bool, filter: [...filter, range] } };
}
