import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What the store is asked, each under its name: bodies of `_search` on `wazuh-alerts-4.x-*`. */
export function storeQuestions(): readonly (readonly [name: string, body: Record<string, unknown>])[] {
  const words = (query: string): object => ({ query_string: { query } });
  const counts = (aggs: object): Record<string, unknown> => ({ size: 0, aggs });
  const terms = (field: string): Record<string, unknown> => counts({ values: { terms: { field } } });
  return [
    ...monitors(),
    [
      'words: AllUsers OR "public-read" OR PublicRead',
      { size: 0, query: words('AllUsers OR "public-read" OR PublicRead') },
    ],
    ['words: an absent one', { size: 0, query: words('absentfromthislake') }],
    ['one event by its id', { size: 0, query: { term: { 'data.aws.eventID': 'none-of-them' } } }],
    ['terms: eventName', terms('data.aws.eventName')],
    ['terms: sourceIPAddress', terms('data.aws.sourceIPAddress')],
    ['terms: userIdentity.arn', terms('data.aws.userIdentity.arn')],
    ['terms: eventID', terms('data.aws.eventID')],
    ['terms: requestID', terms('data.aws.requestID')],
    [
      'terms: requestID, of GetObject',
      { ...terms('data.aws.requestID'), query: { term: { 'data.aws.eventName': 'GetObject' } } },
    ],
    ['value_count: eventID', counts({ ids: { value_count: { field: 'data.aws.eventID' } } })],
    ['cardinality: eventID', counts({ ids: { cardinality: { field: 'data.aws.eventID' } } })],
    [
      'terms of terms by day',
      counts({
        days: {
          date_histogram: { field: '@timestamp', calendar_interval: 'day' },
          aggs: {
            sources: {
              terms: { field: 'data.aws.eventSource' },
              aggs: { names: { terms: { field: 'data.aws.eventName' } } },
            },
          },
        },
      }),
    ],
    [
      'date_histogram by hour',
      counts({ hours: { date_histogram: { field: 'timestamp', calendar_interval: 'hour' } } }),
    ],
    ['cardinality: sourceIPAddress', counts({ callers: { cardinality: { field: 'data.aws.sourceIPAddress' } } })],
    [
      'newest fifty of all',
      { size: 50, query: { match_all: {} }, sort: [{ '@timestamp': 'desc' }], track_total_hits: true },
    ],
    ['the first ten by eventID', { size: 10, sort: [{ 'data.aws.eventID': 'asc' }] }],
    ['un-fielded *AllUsers*', { size: 0, query: words('*AllUsers*') }],
    ['un-fielded /.*zebraq.*/', { size: 0, query: words('/.*zebraq.*/') }],
    ['object keys *backup*', { size: 0, query: words('data.aws.requestParameters.key:*backup*') }],
    ['event ids a1*', { size: 0, query: words('data.aws.eventID:a1*') }],
    [
      'wildcard on eventName',
      { size: 0, query: { wildcard: { 'data.aws.eventName': '*Bucket*' } }, track_total_hits: true },
    ],
  ];
}

/** The guide's six, letter for letter. */
function monitors(): (readonly [string, Record<string, unknown>])[] {
  const folder = resolve(import.meta.dirname, '../content/monitors/guide');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const monitor = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      return [`monitor ${name.slice(0, -5)}`, monitor.inputs[0].search.query] as const;
    });
}
