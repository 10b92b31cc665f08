import fc from 'fast-check';
import type { Document } from '../../../src/base/document.ts';
import { oneOf } from './stock.ts';

/** What an index may look like: every type, with the parameters that change what a query finds. */

export const analysis = {
  analyzer: {
    alike: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'same'] },
    pieces: { type: 'custom', tokenizer: 'separators', filter: ['lowercase', 'canned'] },
    folded: { type: 'custom', tokenizer: 'whitespace', filter: ['lowercase', 'asciifolding'] },
    split: { type: 'pattern', pattern: '[\\s,]+' },
    stopped: { type: 'stop' },
  },
  tokenizer: { separators: { type: 'pattern', pattern: '[\\s/:="\',;()\\[\\]{}<>|]+' } },
  filter: {
    same: { type: 'synonym', synonyms: ['alpha, beta', 'gamma => delta, x'] },
    canned: { type: 'synonym', synonyms: ['public-read-write => public-read-write, public-read'] },
  },
  normalizer: {
    low: { type: 'custom', filter: ['lowercase'] },
    plain: { type: 'custom', filter: ['lowercase', 'asciifolding'] },
  },
};

const keywords: readonly Document[] = [
  { type: 'keyword' },
  { type: 'keyword' },
  { type: 'keyword', ignore_above: 5 },
  { type: 'keyword', normalizer: 'low' },
  { type: 'keyword', normalizer: 'plain' },
  { type: 'keyword', normalizer: 'lowercase' },
  { type: 'keyword', null_value: 'alpha' },
  { type: 'keyword', copy_to: ['all', 'whole'] },
  { type: 'keyword', index: false },
  { type: 'keyword', doc_values: false },
  { type: 'keyword', split_queries_on_whitespace: true },
  { type: 'keyword', fields: { text: { type: 'text' }, low: { type: 'keyword', normalizer: 'low' } } },
];

const fullTexts: readonly Document[] = [
  { type: 'text' },
  { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } },
  { type: 'text', copy_to: 'all', fields: { keyword: { type: 'keyword', ignore_above: 5 } } },
  { type: 'text', analyzer: 'english' },
  { type: 'text', analyzer: 'whitespace' },
  { type: 'text', analyzer: 'keyword' },
  { type: 'text', analyzer: 'simple' },
  { type: 'text', analyzer: 'alike' },
  { type: 'text', analyzer: 'pieces' },
  { type: 'text', analyzer: 'folded' },
  { type: 'text', analyzer: 'split' },
  { type: 'text', analyzer: 'stopped' },
  { type: 'text', analyzer: 'whitespace', search_analyzer: 'standard' },
  { type: 'text', analyzer: 'standard', search_analyzer: 'alike' },
  { type: 'text', search_quote_analyzer: 'whitespace' },
  { type: 'text', norms: false },
  { type: 'text', position_increment_gap: 0 },
];

const whole = ['long', 'integer', 'short', 'byte'];
const numbers: readonly Document[] = [
  ...[...whole, ...whole, 'long', 'long', 'double', 'float', 'half_float'].map((type) => ({ type })),
  { type: 'scaled_float', scaling_factor: 100 },
  { type: 'long', coerce: false },
  { type: 'long', ignore_malformed: true },
  { type: 'long', null_value: 42 },
  { type: 'double', ignore_malformed: true },
  { type: 'integer', fields: { text: { type: 'keyword' } } },
];

const moments: readonly Document[] = [
  { type: 'date' },
  { type: 'date' },
  { type: 'date', ignore_malformed: true },
  { type: 'date', format: 'strict_date_optional_time||epoch_millis' },
  { type: 'date', format: 'yyyy-MM-dd' },
  { type: 'date', format: 'yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis' },
  { type: 'date', format: 'epoch_second' },
  { type: 'date', format: 'strict_date' },
  { type: 'date', format: 'basic_date' },
  { type: 'date', format: 'dd.MM.yyyy' },
  { type: 'date', format: 'date_optional_time' },
  { type: 'date', null_value: '2024-05-01' },
];

const inner = fc.record({
  k: oneOf(keywords.map(withoutCopy)),
  t: oneOf(fullTexts.map(withoutCopy)),
  l: oneOf(numbers),
});

function withoutCopy({ copy_to: _, ...definition }: Document): Document {
  return definition;
}

const templates: readonly (readonly Document[])[] = [
  [],
  [],
  [{ strings: { match_mapping_type: 'string', mapping: { type: 'keyword', ignore_above: 20, copy_to: 'all' } } }],
  [
    { ips: { match: '*_ip', mapping: { type: 'ip', ignore_malformed: true } } },
    { names: { path_match: 'dyn.*', path_unmatch: 'dyn.skip*', mapping: { type: 'keyword' } } },
    { longs: { match_mapping_type: 'long', mapping: { type: 'keyword' } } },
  ],
  [{ any: { match: '^d.*', match_pattern: 'regex', mapping: { type: '{dynamic_type}', index: true } } }],
];

/** The body of `PUT /index`. */
export const indexBody: fc.Arbitrary<Document> = fc
  .record({
    properties: fc.record({
      k: oneOf(keywords),
      k2: oneOf(keywords),
      t: oneOf(fullTexts),
      t2: oneOf(fullTexts),
      n: oneOf(numbers),
      n2: oneOf(numbers),
      d: oneOf(moments),
      d2: oneOf(moments),
      ip: oneOf<Document>([{ type: 'ip' }, { type: 'ip' }, { type: 'ip', ignore_malformed: true }]),
      b: oneOf<Document>([{ type: 'boolean' }, { type: 'boolean', null_value: true }]),
      o: inner.map((properties) => ({ properties })),
      ne: inner.map(({ k, t, l }) => ({
        type: 'nested',
        properties: { k, t, l, in: { type: 'nested', properties: { k } } },
      })),
    }),
    templates: oneOf(templates),
    options: fc.record(
      {
        date_detection: fc.boolean(),
        numeric_detection: fc.constant(true),
        dynamic: oneOf<unknown>([true, true, true, false, 'strict']),
        dynamic_date_formats: fc.constant(['dd.MM.yyyy']),
      },
      { requiredKeys: [] },
    ),
    defaultField: oneOf<unknown>([undefined, undefined, undefined, ['all', 'k'], ['t^2', 'n'], 'whole']),
  })
  .map(({ properties, templates: dynamic, options, defaultField }) => ({
    settings: {
      number_of_replicas: 0,
      analysis,
      ...(defaultField === undefined ? {} : { index: { query: { default_field: defaultField } } }),
    },
    mappings: {
      ...options,
      ...(dynamic.length > 0 ? { dynamic_templates: dynamic } : {}),
      properties: {
        ...properties,
        fo: { type: 'flat_object' },
        all: { type: 'text' },
        whole: { type: 'keyword' },
        ka: { type: 'alias', path: 'k' },
        na: { type: 'alias', path: 'n' },
        off: { type: 'object', enabled: false },
        still: { type: 'object', dynamic: false, properties: { k: { type: 'keyword' } } },
      },
    },
  }));
