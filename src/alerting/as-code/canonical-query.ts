import { type Document, isDocument, own, put } from '../../base/document.ts';

/**
 * Search bodies in one spelling, so that two can be compared. OpenSearch reads a monitor's query and writes it anew: `term` with
 * `value` and `boost`, `range` as `from`/`to`/`include_…`, every default spelt out. What means the same becomes the same here;
 * what is not known stays as it is.
 */
export function canonicalBody(body: Document): Document {
  const result: { [field: string]: unknown } = {};
  for (const [key, value] of Object.entries(body)) {
    if (key === 'query' || key === 'post_filter') put(result, key, clause(value));
    else if (key === 'aggs' || key === 'aggregations') put(result, 'aggregations', aggregations(value));
    else if (key === 'sort') put(result, key, sorts(value));
    else if (key === '_source') put(result, key, sourceFilter(value));
    else if (!(key === 'from' && value === 0) && !(key === 'size' && value === 10)) put(result, key, sorted(value));
  }
  return sorted(result) as Document;
}

/** What a clause means without saying it: left out. Words are compared in lower case. */
const defaults: Readonly<Record<string, Document>> = {
  bool: { adjust_pure_negative: true },
  match: {
    operator: 'or',
    prefix_length: 0,
    max_expansions: 50,
    fuzzy_transpositions: true,
    lenient: false,
    zero_terms_query: 'none',
    auto_generate_synonyms_phrase_query: true,
  },
  match_phrase: { slop: 0, zero_terms_query: 'none' },
  match_phrase_prefix: { slop: 0, max_expansions: 50, zero_terms_query: 'none' },
  match_bool_prefix: { operator: 'or', prefix_length: 0, max_expansions: 50, fuzzy_transpositions: true },
  multi_match: {
    type: 'best_fields',
    operator: 'or',
    slop: 0,
    prefix_length: 0,
    max_expansions: 50,
    zero_terms_query: 'none',
    auto_generate_synonyms_phrase_query: true,
    fuzzy_transpositions: true,
    lenient: false,
  },
  query_string: {
    fields: [],
    type: 'best_fields',
    default_operator: 'or',
    max_determinized_states: 10000,
    enable_position_increments: true,
    fuzziness: 'auto',
    fuzzy_prefix_length: 0,
    fuzzy_max_expansions: 50,
    phrase_slop: 0,
    escape: false,
    auto_generate_synonyms_phrase_query: true,
    fuzzy_transpositions: true,
    analyze_wildcard: false,
    lenient: false,
  },
  simple_query_string: {
    fields: [],
    flags: -1,
    default_operator: 'or',
    analyze_wildcard: false,
    lenient: false,
    auto_generate_synonyms_phrase_query: true,
    fuzzy_prefix_length: 0,
    fuzzy_max_expansions: 50,
    fuzzy_transpositions: true,
  },
  term: { case_insensitive: false },
  prefix: { case_insensitive: false },
  wildcard: { case_insensitive: false },
  regexp: { flags_value: 255, max_determinized_states: 10000, case_insensitive: false },
  fuzzy: { fuzziness: 'auto', prefix_length: 0, max_expansions: 50, transpositions: true },
  nested: { ignore_unmapped: false, score_mode: 'avg' },
  dis_max: { tie_breaker: 0 },
  range: { relation: 'intersects' },
};

/** Clauses on one field, and the key that a bare value stands for. */
const valueKeys: Readonly<Record<string, string>> = {
  term: 'value',
  prefix: 'value',
  wildcard: 'value',
  regexp: 'value',
  fuzzy: 'value',
  match: 'query',
  match_phrase: 'query',
  match_phrase_prefix: 'query',
  match_bool_prefix: 'query',
};

/** Keys whose value is a clause or a list of clauses, in which order says nothing. */
const inner: Readonly<Record<string, readonly string[]>> = {
  bool: ['must', 'filter', 'should', 'must_not'],
  constant_score: ['filter'],
  nested: ['query'],
  dis_max: ['queries'],
  boosting: ['positive', 'negative'],
  function_score: ['query'],
};

const single = new Set(['constant_score.filter', 'nested.query', 'boosting.positive', 'boosting.negative']);

function clause(json: unknown): unknown {
  if (!isDocument(json)) return json;
  const names = Object.keys(json);
  const [name] = names;
  if (name === undefined || names.length !== 1) return sorted(json);
  const body = own(json, name);
  const key = valueKeys[name];
  if (key !== undefined) return { [name]: onField(name, body, key) };
  if (name === 'range') return { range: ranges(body) };
  if (name === 'match_all' || name === 'match_none') return { [name]: withoutDefaults(name, body) };
  const kept = withoutDefaults(name, body);
  if (!isDocument(kept)) return { [name]: kept };
  const result: { [field: string]: unknown } = {};
  for (const [field, value] of Object.entries(kept)) {
    const holds = inner[name]?.includes(field) === true;
    if (holds) put(result, field, single.has(`${name}.${field}`) ? clause(value) : clauses(value));
    else if (field === 'fields') put(result, field, fieldNames(value));
    else put(result, field, sorted(value));
  }
  return { [name]: result };
}

function clauses(json: unknown): unknown {
  const list = Array.isArray(json) ? json : [json];
  return byText(list.map(clause));
}

/** `{f: 'x'}` is `{f: {value: 'x'}}`. */
function onField(name: string, body: unknown, key: string): unknown {
  if (!isDocument(body)) return body;
  const result: { [field: string]: unknown } = {};
  for (const [field, value] of Object.entries(body)) {
    if (field === 'boost' && value === 1) continue;
    const spelt = isDocument(value) ? renamed(value, name, key) : { [key]: value };
    put(result, field, withoutDefaults(name, spelt));
  }
  return result;
}

/** `wildcard` may say `wildcard` for `value`. */
function renamed(value: Document, name: string, key: string): Document {
  if (name !== 'wildcard' || !Object.hasOwn(value, 'wildcard')) return value;
  const { wildcard, ...rest } = value;
  return { ...rest, [key]: wildcard };
}

/** `from`, `to` and `include_…` as `gt`, `gte`, `lt`, `lte`. */
function ranges(body: unknown): unknown {
  if (!isDocument(body)) return body;
  const result: { [field: string]: unknown } = {};
  for (const [field, value] of Object.entries(body)) {
    if (!isDocument(value)) {
      if (!(field === 'boost' && value === 1)) put(result, field, value);
      continue;
    }
    const { from, to, include_lower: lower = true, include_upper: upper = true, ...rest } = value;
    const bounds = {
      ...(from === undefined || from === null ? {} : { [lower === false ? 'gt' : 'gte']: from }),
      ...(to === undefined || to === null ? {} : { [upper === false ? 'lt' : 'lte']: to }),
    };
    const kept = Object.fromEntries(Object.entries({ ...rest, ...bounds }).filter(([, bound]) => bound !== null));
    put(result, field, withoutDefaults('range', kept));
  }
  return result;
}

function withoutDefaults(name: string, body: unknown): unknown {
  if (!isDocument(body)) return body;
  const usual = defaults[name] ?? {};
  const result: { [field: string]: unknown } = {};
  for (const [key, value] of Object.entries(body)) {
    if (key === 'boost' && value === 1) continue;
    const word = typeof value === 'string' && enumerated.has(key) ? value.toLowerCase() : value;
    if (Object.hasOwn(usual, key) && JSON.stringify(usual[key]) === JSON.stringify(word)) continue;
    put(result, key, word);
  }
  return result;
}

const enumerated = new Set([
  'operator',
  'default_operator',
  'zero_terms_query',
  'fuzziness',
  'type',
  'score_mode',
  'relation',
]);

function fieldNames(json: unknown): unknown {
  if (!Array.isArray(json)) return json;
  return json.map((name) => (typeof name === 'string' ? name.replace(/\^1(?:\.0)?$/, '') : name)).sort();
}

const aggregationDefaults: Readonly<Record<string, Document>> = {
  terms: {
    size: 10,
    min_doc_count: 1,
    shard_min_doc_count: 0,
    show_term_doc_count_error: false,
    order: [{ _count: 'desc' }, { _key: 'asc' }],
    missing_bucket: false,
  },
  composite: { size: 10 },
  date_histogram: { offset: 0, order: { _key: 'asc' }, keyed: false, min_doc_count: 0 },
  histogram: { offset: 0, order: { _key: 'asc' }, keyed: false, min_doc_count: 0 },
  range: { keyed: false },
  date_range: { keyed: false },
  top_hits: { from: 0, size: 3, version: false, seq_no_primary_term: false, explain: false },
};

function aggregations(json: unknown): unknown {
  if (!isDocument(json)) return json;
  const result: { [name: string]: unknown } = {};
  for (const [name, body] of Object.entries(json)) put(result, name, aggregation(body));
  return result;
}

function aggregation(json: unknown): unknown {
  if (!isDocument(json)) return json;
  const result: { [field: string]: unknown } = {};
  for (const [key, value] of Object.entries(json)) {
    if (key === 'aggs' || key === 'aggregations') put(result, 'aggregations', aggregations(value));
    else if (key === 'filter') put(result, key, clause(value));
    else if (key === 'composite') put(result, key, composite(value));
    else put(result, key, sorted(bucketBody(key, value)));
  }
  return result;
}

function bucketBody(name: string, body: unknown): unknown {
  if (!isDocument(body)) return body;
  const usual = aggregationDefaults[name] ?? {};
  const order = own(body, 'order');
  const plain =
    name === 'terms' && JSON.stringify(order) === '{"_count":"desc"}' ? { ...body, order: usual.order } : body;
  return Object.fromEntries(
    Object.entries(plain).filter(([key, value]) => JSON.stringify(usual[key]) !== JSON.stringify(value)),
  );
}

/** The order of its sources is the order of its keys. */
function composite(json: unknown): unknown {
  const body = bucketBody('composite', json);
  const sources = own(body, 'sources');
  if (!isDocument(body) || !Array.isArray(sources)) return body;
  const usual: Document = { missing_bucket: false, order: 'asc' };
  const plain = sources.map((source) => {
    if (!isDocument(source)) return source;
    const named = Object.entries(source).map(([name, kinds]) => {
      const kept = Object.entries(isDocument(kinds) ? kinds : {}).map(([kind, settings]) => {
        const said = Object.entries(isDocument(settings) ? settings : {});
        return [kind, Object.fromEntries(said.filter(([key, value]) => usual[key] !== value))];
      });
      return [name, Object.fromEntries(kept)];
    });
    return Object.fromEntries(named);
  });
  return { ...body, sources: plain };
}

/** `"f"`, `{"f": "desc"}` and `{"f": {"order": "desc"}}` as the last. */
function sorts(json: unknown): unknown {
  return (Array.isArray(json) ? json : [json]).map((entry) => {
    if (typeof entry === 'string') return { [entry]: { order: entry === '_score' ? 'desc' : 'asc' } };
    if (!isDocument(entry)) return entry;
    const fields = Object.entries(entry).map(([field, value]) => [
      field,
      typeof value === 'string'
        ? { order: value }
        : sorted({ order: field === '_score' ? 'desc' : 'asc', ...(value as object) }),
    ]);
    return Object.fromEntries(fields);
  });
}

function sourceFilter(json: unknown): unknown {
  if (typeof json === 'string') return { includes: [json], excludes: [] };
  if (Array.isArray(json)) return { includes: json, excludes: [] };
  return isDocument(json) ? { includes: [], excludes: [], ...json } : json;
}

/** Objects with their keys in one order. */
export function sorted(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sorted);
  if (!isDocument(json)) return json;
  const result: { [field: string]: unknown } = {};
  for (const key of Object.keys(json).sort()) put(result, key, sorted(json[key]));
  return result;
}

function byText(list: readonly unknown[]): readonly unknown[] {
  return list
    .map((item) => sorted(item))
    .map((item) => [JSON.stringify(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item);
}
