import { asText, type Document } from '../base/document.ts';
import { defaultDateFormat } from './dates/date-format.ts';

/**
 * The parameters of a field as OpenSearch keeps and shows them: what says only the default is dropped, `copy_to` is a list,
 * `"true"` is true, and an analyzer for searching brings the one for indexing with it.
 */
export function keptParameters(type: string, given: Document): Document {
  const kept: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(given)) {
    const plain = typeof value === 'string' && flags.has(name) ? value === 'true' : value;
    if (plain === null || isDefault(type, name, plain)) continue;
    kept[name] = name === 'copy_to' && !Array.isArray(plain) ? [plain] : plain;
  }
  if (type === 'boolean' && typeof kept.null_value === 'string') kept.null_value = kept.null_value === 'true';
  if (type === 'text') return withAnalyzers(kept);
  return kept;
}

const flags = new Set(
  'index doc_values store norms coerce ignore_malformed fielddata eager_global_ordinals split_queries_on_whitespace'.split(
    ' ',
  ),
);

const defaults: Readonly<Record<string, unknown>> = {
  doc_values: true,
  index: true,
  store: false,
  boost: 1,
  split_queries_on_whitespace: false,
  eager_global_ordinals: false,
  fielddata: false,
  ignore_above: 2_147_483_647,
};

function isDefault(type: string, name: string, value: unknown): boolean {
  if (name === 'norms') return value === (type === 'text');
  if (name === 'index_options') return value === (type === 'text' ? 'positions' : 'docs');
  if (name === 'format') return type === 'date' && value === defaultDateFormat;
  return Object.hasOwn(defaults, name) && asText(defaults[name]) === asText(value);
}

function withAnalyzers({
  analyzer,
  search_analyzer: search,
  search_quote_analyzer: quote,
  ...rest
}: Document): Document {
  const several = search !== undefined || quote !== undefined;
  const searching = search ?? (quote === undefined ? undefined : (analyzer ?? 'default'));
  return {
    ...(several
      ? { analyzer: analyzer ?? 'default' }
      : analyzer === undefined || analyzer === 'default'
        ? {}
        : { analyzer }),
    ...(searching === undefined ? {} : { search_analyzer: searching }),
    ...(quote === undefined || quote === searching ? {} : { search_quote_analyzer: quote }),
    ...rest,
  };
}
