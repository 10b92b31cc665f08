import fc from 'fast-check';
import type { Document } from '../base/document.ts';

/** Bodies of indices that are made up: every kind of field that can be searched, and every way in which new fields are typed. */

const ofWords: readonly Document[] = [
  { type: 'keyword' },
  { type: 'keyword' },
  { type: 'keyword', ignore_above: 5 },
  { type: 'keyword', normalizer: 'lowercase' },
  { type: 'keyword', null_value: 'alpha' },
  { type: 'keyword', copy_to: ['all', 'whole'] },
  { type: 'keyword', fields: { text: { type: 'text' }, low: { type: 'keyword', normalizer: 'lowercase' } } },
  { type: 'text' },
  { type: 'text', copy_to: 'all', fields: { keyword: { type: 'keyword', ignore_above: 256 } } },
  { type: 'text', analyzer: 'english' },
  { type: 'text', analyzer: 'whitespace', search_analyzer: 'standard' },
  { type: 'text', analyzer: 'alike' },
  { type: 'wildcard' },
];

/** Most queries are refused on these. */
const ofPoints: readonly Document[] = [
  { type: 'long', ignore_malformed: true },
  { type: 'double', ignore_malformed: true },
  { type: 'date', ignore_malformed: true, format: 'strict_date_optional_time||epoch_millis' },
  { type: 'boolean', ignore_malformed: true },
  { type: 'ip', ignore_malformed: true },
];

const analysis = {
  analyzer: { alike: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'same'] } },
  filter: { same: { type: 'synonym', synonyms: ['alpha, beta', 'gamma => delta'] } },
};

/** `dyn`, `new` and what is in them is left to dynamic mapping, by these or by detection. */
const templates: readonly Document[] = [
  { words: { match_mapping_type: 'string', mapping: { type: 'keyword' } } },
  { copied: { match_mapping_type: 'string', mapping: { type: 'keyword', copy_to: 'all' } } },
  { inner: { path_match: 'new.*', mapping: { type: 'text', fields: { raw: { type: 'keyword' } } } } },
  { numbers: { match_mapping_type: 'long', mapping: { type: 'keyword' } } },
  { dates: { match_mapping_type: 'date', match: 'd*', mapping: { type: 'text' } } },
  { rest: { match: '*', unmatch: 'p', mapping: { type: '{dynamic_type}', ignore_malformed: true } } },
  { objects: { match_mapping_type: 'object', path_match: 'new', mapping: { type: 'flat_object' } } },
  { children: { match_mapping_type: 'object', match: 'new', mapping: { type: 'nested' } } },
];

const dynamics = ['true', 'true', 'true', 'false', 'false_allow_templates'];

/** Leaves that the mapping has; `o.e` is not one, and `constructor` may come as a dotted key. */
export const leaves: readonly string[] = ['a', 'b', 'constructor', 'o.c', 'o.d', 'ne.k', 'ne.t', 'ne.in.k'];

export function indexBody(): fc.Arbitrary<Document> {
  const definition = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...ofWords) },
    { weight: 1, arbitrary: fc.constantFrom(...ofPoints) },
  );
  const detection = fc.record(
    {
      dynamic_templates: fc.subarray([...templates], { maxLength: 3 }),
      date_detection: fc.boolean(),
      numeric_detection: fc.boolean(),
      dynamic: fc.constantFrom(...dynamics),
    },
    { requiredKeys: [] },
  );
  const definitions = fc.array(definition, { minLength: leaves.length, maxLength: leaves.length });
  return fc.tuple(definitions, detection).map(([chosen, rules]) => {
    const [a, b, ctor, c, d, k, t, inner] = chosen.map((each, index) => (index < 5 ? each : withoutCopy(each)));
    const nested = { type: 'nested', properties: { k, t, in: { type: 'nested', properties: { k: inner } } } };
    const properties = {
      a,
      b,
      constructor: ctor,
      o: { properties: { c, d } },
      ne: nested,
      fo: { type: 'flat_object' },
    };
    const copies = { all: { type: 'text' }, whole: { type: 'keyword' }, other: { type: 'alias', path: 'a' } };
    return { settings: { analysis }, mappings: { ...steady(rules), properties: { ...properties, ...copies } } };
  });
}

/**
 * A field that is mapped for some of its values only would be a question of which came first: here a search reads the source
 * of all documents, by the mapping of now.
 */
function steady(rules: Document): Document {
  if (rules.dynamic !== 'false_allow_templates') return rules;
  return { ...rules, dynamic_templates: templates.filter((each) => 'inner' in each || 'rest' in each) };
}

/** Nested values are not copied: OpenSearch copies within one nested object only. */
function withoutCopy({ copy_to: _, ...definition }: Document): Document {
  return definition;
}
