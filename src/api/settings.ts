import { asNumber, asText, type Document, isDocument, own, put } from '../base/document.ts';
import type { IndexInfo } from '../store/store.ts';
import { illegal } from './error.ts';

/** Index settings as OpenSearch shows them: below `index`, every value a string (or a list of strings). */
export function shownSettings(info: IndexInfo, flat: boolean, human = false): Document {
  const settings = flattened({
    number_of_shards: '1',
    number_of_replicas: '1',
    replication: { type: 'DOCUMENT' },
    ...nested(flattened(info.settings)),
    provided_name: info.name,
    creation_date: String(info.createdAt),
    uuid: info.uuid,
    ...(human ? { creation_date_string: new Date(info.createdAt).toISOString() } : {}),
    version: { created: '136408027', ...(human ? { created_string: '2.19.4' } : {}) },
  });
  return flat
    ? Object.fromEntries(
        [...settings].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [`index.${name}`, value]),
      )
    : wrapped(settings);
}

/** Defaults that clients look for, `include_defaults=true`; not all that a real cluster has. */
export function defaultSettings(info: IndexInfo, flat: boolean): Document {
  const known = flatSettings(info.settings);
  const defaults = Object.entries({
    refresh_interval: '1s',
    max_result_window: '10000',
    max_docvalue_fields_search: '100',
    max_terms_count: '65536',
    max_regex_length: '1000',
    'mapping.total_fields.limit': '1000',
    'mapping.depth.limit': '20',
    'query.default_field': ['*'],
    hidden: 'false',
  }).filter(([name]) => !known.has(name));
  if (flat) return Object.fromEntries(defaults.map(([name, value]) => [`index.${name}`, value]));
  return wrapped(new Map(defaults));
}

/** The settings of a template or of a request, in the same spelling. */
export function normalizedSettings(settings: unknown): Document {
  const flat = flattened(settings);
  return flat.size === 0 ? {} : wrapped(flat);
}

/** One setting by its name without `index.`, however it was nested or dotted when it came. */
export function settingOf(settings: unknown, name: string): unknown {
  return flattened(settings).get(name);
}

/** Settings by their dotted names without `index.`; null stands for "as by default". */
export function flatSettings(settings: unknown): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (value: unknown, path: string): void => {
    if (isDocument(value)) {
      for (const [key, member] of Object.entries(value)) walk(member, path === '' ? key : `${path}.${key}`);
    } else {
      found.set(path.startsWith('index.') ? path.slice('index.'.length) : path, value);
    }
  };
  walk(settings, '');
  return found;
}

/** Refuses settings that OpenSearch does not know: a misspelt one would silently do nothing. */
export function checkSettings(settings: unknown): void {
  if (settings === undefined || settings === null) return;
  if (!isDocument(settings)) throw illegal('[settings] must be an object');
  for (const name of flattened(settings).keys()) {
    if (!known.some((pattern) => pattern === name || (pattern.endsWith('.') && name.startsWith(pattern)))) {
      throw illegal(
        `unknown setting [index.${name}] please check that any required plugins are installed, or check the breaking changes documentation for removed settings`,
      );
    }
    if (/^number_of_(?:shards|replicas)$/.test(name)) {
      const value = flattened(settings).get(name);
      const least = name === 'number_of_shards' ? 1 : 0;
      if (!/^\d+$/.test(asText(value))) {
        throw illegal(`Failed to parse value [${asText(value)}] for setting [index.${name}]`);
      }
      if (asNumber(value) < least) {
        throw illegal(`Failed to parse value [${asText(value)}] for setting [index.${name}] must be >= ${least}`);
      }
    }
  }
}

/** A name that ends in a dot stands for the whole group. */
const known: readonly string[] = [
  'number_of_shards',
  'number_of_replicas',
  'number_of_routing_shards',
  'auto_expand_replicas',
  'refresh_interval',
  'codec',
  'codec.',
  'hidden',
  'priority',
  'format',
  'load_fixed_bitset_filters_eagerly',
  'shard.',
  'sort.',
  'uuid',
  'max_result_window',
  'max_inner_result_window',
  'max_rescore_window',
  'max_docvalue_fields_search',
  'max_script_fields',
  'max_ngram_diff',
  'max_shingle_diff',
  'max_refresh_listeners',
  'max_terms_count',
  'max_regex_length',
  'max_slices_per_scroll',
  'max_slices_per_pit',
  'max_adjacency_matrix_filters',
  'mapper.dynamic',
  'mapping.',
  'analysis.',
  'analyze.',
  'query.',
  'query_string.',
  'percolator.',
  'routing.',
  'routing_partition_size',
  'blocks.',
  'merge.',
  'translog.',
  'search.',
  'indexing.',
  'highlight.',
  'similarity.',
  'soft_deletes.',
  'store.',
  'unassigned.',
  'warmer.',
  'write.',
  'gc_deletes',
  'default_pipeline',
  'final_pipeline',
  'lifecycle.',
  'plugins.',
  'opendistro.',
  'knn',
  'knn.',
  'requests.',
  'allocation.',
  'compound_format',
  'replication.',
  'provided_name',
  'creation_date',
  'version.',
  'verified_before_close',
  'optimize_auto_generated_id',
  'queries.',
  'append_only.',
  'composite_index.',
  'derived_source.',
  'check_on_startup',
  'data_path',
  'force_memory_term_dictionary',
];

/** Dotted names without `index.`, in the order they came. Null means "as by default" and is left out. */
function flattened(settings: unknown): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (value: unknown, path: string): void => {
    if (isDocument(value)) {
      for (const [key, member] of Object.entries(value)) walk(member, path === '' ? key : `${path}.${key}`);
      return;
    }
    if (value === null || value === undefined) return;
    const name = path.startsWith('index.') ? path.slice('index.'.length) : path;
    found.set(name, Array.isArray(value) ? value.map(asText) : asText(value));
  };
  walk(settings, '');
  return found;
}

function wrapped(settings: ReadonlyMap<string, unknown>): Document {
  return { index: nested(settings) };
}

function nested(settings: ReadonlyMap<string, unknown>): Document {
  const tree: { [field: string]: unknown } = {};
  for (const [name, value] of settings) {
    const steps = name.split('.');
    const last = steps.pop() ?? '';
    let level = tree;
    for (const step of steps) {
      const next = own(level, step);
      const child = isDocument(next) ? (next as { [field: string]: unknown }) : {};
      if (child !== next) put(level, step, child);
      level = child;
    }
    put(level, last, value);
  }
  return tree;
}
