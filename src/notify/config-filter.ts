import type { Document } from '../base/document.ts';
import { invalid, statusError } from './refusal.ts';

/** Which configs a client asks for, as the parameters of `GET /configs`. */
export interface ConfigQuery {
  readonly ids: readonly string[];
  readonly fromIndex: number;
  readonly maxItems: number;
  readonly sortField: string | undefined;
  readonly sortOrder: string | undefined;
  /** Parameters that filter, by name. */
  readonly filters: Readonly<Record<string, string>>;
}

/** The original's `DEFAULT_MAX_ITEMS`. */
export const maxItemsDefault = 1000;

const times = ['last_updated_time_ms', 'created_time_ms'];
const texts = [
  'name',
  'description',
  'slack.url',
  'chime.url',
  'microsoft_teams.url',
  'webhook.url',
  'smtp_account.host',
  'smtp_account.from_address',
  'sns.topic_arn',
  'sns.role_arn',
  'ses_account.role_arn',
  'ses_account.from_address',
];
const keywords = [
  'config_type',
  'email.email_account_id',
  'email.email_group_id_list',
  'smtp_account.method',
  'ses_account.region',
  ...texts.map((field) => `${field}.keyword`),
];
const nestedPaths = ['email.recipient_list', 'email_group.recipient_list'];
const nestedTexts = nestedPaths.map((path) => `${path}.recipient`);
/** The original knows their names and has no query for them. */
const nestedKeywords = nestedTexts.map((field) => `${field}.keyword`);

/** The parameters that filter. */
export const filterNames: readonly string[] = [
  ...times,
  'is_enabled',
  ...keywords,
  ...texts,
  ...nestedTexts,
  ...nestedKeywords,
  'query',
  'text_query',
];

/** The search body of a list. Throws 406 with the original's words for what cannot be sorted or filtered by. */
export function configSearch({ fromIndex, maxItems, sortField, sortOrder, filters }: ConfigQuery): Document {
  const wrong = [...(fromIndex < 0 ? ['fromIndex is -ve'] : []), ...(maxItems <= 0 ? ['maxItems is not +ve'] : [])];
  if (wrong.length > 0) {
    const list = wrong.map((reason, at) => `${at + 1}: ${reason};`).join('');
    throw invalid(`Validation Failed: ${list}`, 'action_request_validation_exception');
  }
  return {
    query: { bool: { filter: Object.entries(filters).map(([name, value]) => filter(name, value)) } },
    sort: [{ [sortPath(sortField)]: { order: order(sortOrder) } }],
    from: fromIndex,
    size: maxItems,
    track_total_hits: true,
  };
}

function order(text: string | undefined): string {
  const word = (text ?? 'asc').toUpperCase();
  if (word === 'ASC' || word === 'DESC') return word.toLowerCase();
  throw invalid(`No enum constant org.opensearch.search.sort.SortOrder.${word}`);
}

function sortPath(field: string | undefined): string {
  if (field === undefined) return 'metadata.last_updated_time_ms';
  if (times.includes(field)) return `metadata.${field}`;
  if (field === 'is_enabled' || keywords.includes(field)) return `config.${field}`;
  if (texts.includes(field)) return `config.${field}.keyword`;
  throw statusError(406, `Sort on ${field} not acceptable`);
}

function filter(name: string, value: string): Document {
  if (name === 'query') return anywhere(value, [...keywords, ...texts], [...nestedKeywords, ...nestedTexts]);
  if (name === 'text_query') return anywhere(value, texts, nestedTexts);
  if (times.includes(name)) return timeFilter(name, value);
  if (name === 'is_enabled') return { term: { 'config.is_enabled': value } };
  if (keywords.includes(name)) return { terms: { [`config.${name}`]: value.split(',') } };
  if (texts.includes(name)) return { match: { [`config.${name}`]: value } };
  const path = nestedPaths.find((candidate) => name === `${candidate}.recipient`);
  if (path === undefined) throw statusError(406, `Query on ${name} not acceptable`);
  return { nested: { path: `config.${path}`, query: { match: { [`config.${name}`]: value } } } };
}

function timeFilter(name: string, value: string): Document {
  const [from = '', to, ...more] = value.split('..');
  if (more.length > 0) {
    throw statusError(406, `Invalid Range format ${value}, allowed format 'exact' or 'from..to'`);
  }
  const field = `metadata.${name}`;
  if (to === undefined) return { term: { [field]: from } };
  return { range: { [field]: { gte: from, lte: to } } };
}

/** The text as a query string over many fields; recipients are objects of their own and asked by themselves. */
function anywhere(query: string, fields: readonly string[], nested: readonly string[]): Document {
  const should: Document[] = [{ query_string: { query, fields: fields.map((field) => `config.${field}`) } }];
  for (const path of nestedPaths) {
    const inner = nested.filter((field) => field.startsWith(path)).map((field) => `config.${field}`);
    should.push({ nested: { path: `config.${path}`, query: { query_string: { query, fields: inner } } } });
  }
  return { bool: { should, minimum_should_match: 1 } };
}
