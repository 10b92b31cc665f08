import type { Document } from '../base/document.ts';

/**
 * Queries that somebody makes to hang or to fill the process, over the fields `k` (keyword), `t` (text), `l` (long), `d` (date)
 * and the nested `n.k`. Each must end in an answer or an error of the client, soon.
 */
const much = 500_000;

const patterns: Readonly<Record<string, Document>> = {
  'regexp that backtracks elsewhere': { regexp: { k: '(a+)+b' } },
  'regexp with huge repeats': { regexp: { k: '(a{1,1000}){1,1000}b' } },
  'regexp with states for every text': { regexp: { k: '.*a.{30}x' } },
  'regexp with complement and intersection': { regexp: { k: '~(.*a.{20}b)&~(.*b.{25}a)' } },
  'regexp whose states are large': { regexp: { k: '(.*a.{200}x.*)&(.*b.{190}y.*)' } },
  'regexp of groups': { regexp: { k: `${'('.repeat(400)}a${')'.repeat(400)}` } },
  'regexp of a number': { regexp: { k: '<1-999999999>' } },
  'regexp that is too long': { regexp: { k: 'a|'.repeat(much) } },
  'regexp on words': { regexp: { t: '.*(w[0-9]+)*.{40}z' } },
  'regexps in a query_string': { query_string: { query: list(20, (n) => `k:/.*a.{${20 + n}}x/`).join(' OR ') } },
  'wildcard of stars': { wildcard: { k: `${'*a'.repeat(200)}c` } },
  'wildcard of stars and marks': { wildcard: { k: `${'*a?'.repeat(5000)}c` } },
  'wildcard of a megabyte': { wildcard: { k: `*${'?'.repeat(much)}` } },
  'wildcard of any case': { wildcard: { k: { value: `${'*A'.repeat(200)}c`, case_insensitive: true } } },
  'prefix of a megabyte': { prefix: { k: 'a'.repeat(much) } },
  'fuzzy word of a megabyte': { fuzzy: { k: { value: 'a'.repeat(much), fuzziness: 2 } } },
  'fuzzy word like a long value': { fuzzy: { k: { value: 'a'.repeat(4999), fuzziness: 2 } } },
  'fuzzy words': { match: { t: { query: words(100), fuzziness: 2 } } },
  'exists of stars': { exists: { field: '*'.repeat(100_000) } },
  'fields of stars': { query_string: { query: 'a', fields: ['*a'.repeat(1000)] } },
};

const nesting: Readonly<Record<string, Document>> = {
  'bool in bool': nested(1000, (query) => ({ bool: { must: [query] } })),
  'bool in bool, as deep as JSON may be': nested(75, (query) => ({ bool: { must_not: [query] } })),
  'bool that doubles': doubled(10),
  'nested in nested': nested(75, (query) => ({ nested: { path: 'n', query } })),
  'query_string of parentheses': { query_string: { query: `${'('.repeat(2000)}a${')'.repeat(2000)}` } },
  'query_string of open parentheses': { query_string: { query: '('.repeat(much) } },
  'query_string of NOT': { query_string: { query: `${'NOT '.repeat(100_000)}a` } },
  'query_string of NOT and parentheses': { query_string: { query: `${'NOT ('.repeat(5000)}a${')'.repeat(5000)}` } },
  'simple_query_string of parentheses': { simple_query_string: { query: `${'('.repeat(much)}a` } },
};

const masses: Readonly<Record<string, Document>> = {
  '1,025 clauses': { bool: { should: list(1025, (n) => ({ term: { k: `v${n}` } })) } },
  '50,000 clauses': { bool: { should: list(50_000, (n) => ({ term: { k: `v${n}` } })) } },
  '1,025 alternatives': { dis_max: { queries: list(1025, (n) => ({ term: { k: `v${n}` } })) } },
  '65,000 terms of a keyword': { terms: { k: list(65_000, (n) => `v${n}`) } },
  '65,000 terms of a text': { terms: { t: list(65_000, (n) => `v${n}`) } },
  '65,000 numbers': { terms: { l: list(65_000, (n) => n * 7) } },
  '65,000 dates': { terms: { d: list(65_000, (n) => 1e12 + n) } },
  'more terms than may be': { terms: { k: list(100_000, (n) => `v${n}`) } },
  '300,000 ids': { ids: { values: list(300_000, (n) => `v${n}`) } },
  'words of a query_string': { query_string: { query: 'a '.repeat(much) } },
  'OR in a query_string': { query_string: { query: `${'a OR '.repeat(200_000)}a` } },
  'a quoted megabyte': { query_string: { query: `"${'a '.repeat(much)}"` } },
  'a quoted megabyte with slop': {
    query_string: { query: `"${'w1 w2 '.repeat(80_000)}"~1000000`, default_field: 't' },
  },
  'more than a megabyte': { query_string: { query: 'a '.repeat(1_100_000) } },
  'plus signs': { query_string: { query: '+'.repeat(much) } },
  quotes: { query_string: { query: '"'.repeat(much + 1) } },
  brackets: { query_string: { query: '['.repeat(much) } },
  colons: { query_string: { query: 'a:'.repeat(much) } },
  carets: { query_string: { query: 'a^'.repeat(much) } },
  slashes: { query_string: { query: '/'.repeat(much + 1) } },
  backslashes: { query_string: { query: '\\a'.repeat(much) } },
  'words of a simple_query_string': { simple_query_string: { query: 'a '.repeat(much) } },
  'signs of a simple_query_string': { simple_query_string: { query: 'a|-+"~*('.repeat(60_000), fields: ['t'] } },
  'quotes of a simple_query_string': { simple_query_string: { query: '"a '.repeat(200_000) } },
  'backslashes of a simple_query_string': { simple_query_string: { query: '\\'.repeat(much) } },
  'match of a megabyte': { match: { t: 'w1 '.repeat(340_000) } },
  'phrase of a megabyte': { match_phrase: { t: 'w1 w2 '.repeat(160_000) } },
  'phrase of one word and much slop': { match_phrase: { t: { query: 'w1 '.repeat(1000), slop: 100_000 } } },
  'minimum_should_match of a megabyte': {
    bool: { should: [{ match_all: {} }], minimum_should_match: '1<1% '.repeat(100_000) },
  },
  'date math of a megabyte': { range: { d: { gte: `now${'-1d+1d'.repeat(100_000)}` } } },
  'date of a megabyte': { range: { d: { gte: '1'.repeat(much) } } },
  'formats of dates': { range: { d: { gte: '2020', format: 'yyyy||'.repeat(10_000).slice(0, -2) } } },
  'a field of a megabyte': { term: { ['x'.repeat(much)]: 'a' } },
  'a field of dots': { term: { ['x.'.repeat(much)]: 'a' } },
  '__proto__ as a field': { term: JSON.parse('{"__proto__": "x"}') },
};

export const hostileQueries: readonly (readonly [name: string, query: Document])[] = Object.entries({
  ...patterns,
  ...nesting,
  ...masses,
});

/** A document that these queries have work with: long values, many words. `seed` tells documents apart. */
export function hostileDocument(seed: number): Document {
  let state = seed * 7919 + 1;
  const random = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (state >> 8) % below;
  };
  const letters = list(300, () => 'ab'[random(2)]).join('');
  return {
    k: seed % 100 === 0 ? 'a'.repeat(5000) : letters,
    t: list(100, () => `w${random(5000)}`).join(' '),
    l: seed,
    d: 1.6e12 + seed * 86_400_000,
    n: [{ k: letters.slice(0, 5) }, { k: 'x' }],
  };
}

export const hostileMapping: Document = {
  properties: {
    k: { type: 'keyword' },
    t: { type: 'text' },
    l: { type: 'long' },
    d: { type: 'date' },
    n: { type: 'nested', properties: { k: { type: 'keyword' } } },
  },
};

function list<T>(length: number, make: (n: number) => T): T[] {
  return Array.from({ length }, (_, n) => make(n));
}

function words(count: number): string {
  return list(count, (n) => `w${n}x`).join(' ');
}

function nested(depth: number, around: (query: Document) => Document): Document {
  let query: Document = { term: { k: 'x' } };
  for (let level = 0; level < depth; level++) query = around(query);
  return query;
}

function doubled(depth: number): Document {
  if (depth === 0) return { term: { k: 'x' } };
  return { bool: { should: [doubled(depth - 1), doubled(depth - 1)] } };
}
