import type { Filter } from './token.ts';

/** The `english` analyzer's parts: stop words, the possessive, and Porter's stemmer (1980) in its original form. */
export const stemEnglish: { readonly stop: Filter; readonly stem: Filter } = {
  stop: { apply: (tokens) => tokens.filter(({ term }) => !stopWords.has(term.replace(/['’]s$/, ''))) },
  stem: { apply: (tokens) => tokens.map((token) => ({ ...token, term: stem(token.term.replace(/['’]s$/, '')) })) },
};

const stopWords = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  ),
);

const consonants = '[^aeiou][^aeiouy]*';
const vowels = '[aeiouy][aeiou]*';
const measured = new RegExp(`^(?:${consonants})?${vowels}${consonants}`);
const measuredOnce = new RegExp(`^(?:${consonants})?${vowels}${consonants}(?:${vowels})?$`);
const measuredTwice = new RegExp(`^(?:${consonants})?${vowels}${consonants}${vowels}${consonants}`);
const hasVowel = new RegExp(`^(?:${consonants})?[aeiouy]`);
const shortEnd = new RegExp(`^${consonants}[aeiouy][^aeiouwxy]$`);

const second: Readonly<Record<string, string>> = {
  ational: 'ate',
  tional: 'tion',
  enci: 'ence',
  anci: 'ance',
  izer: 'ize',
  bli: 'ble',
  alli: 'al',
  entli: 'ent',
  eli: 'e',
  ousli: 'ous',
  ization: 'ize',
  ation: 'ate',
  ator: 'ate',
  alism: 'al',
  iveness: 'ive',
  fulness: 'ful',
  ousness: 'ous',
  aliti: 'al',
  iviti: 'ive',
  biliti: 'ble',
  logi: 'log',
};
const third: Readonly<Record<string, string>> = {
  icate: 'ic',
  ative: '',
  alize: 'al',
  iciti: 'ic',
  ical: 'ic',
  ful: '',
  ness: '',
};
const fourth = /^(.+?)(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize)$/;

function stem(word: string): string {
  if (word.length < 3) return word;
  let value = plural(word);
  value = pastTense(value);
  if (value.endsWith('y') && hasVowel.test(value.slice(0, -1))) value = `${value.slice(0, -1)}i`;
  value = replaceSuffix(value, second);
  value = replaceSuffix(value, third);
  const match = fourth.exec(value);
  if (match?.[1] && measuredTwice.test(match[1])) value = match[1];
  else if (/^.+?(s|t)ion$/.test(value) && measuredTwice.test(value.slice(0, -3))) value = value.slice(0, -3);
  if (value.endsWith('e')) {
    const root = value.slice(0, -1);
    if (measuredTwice.test(root) || (measuredOnce.test(root) && !shortEnd.test(root))) value = root;
  }
  return value.endsWith('ll') && measuredTwice.test(value) ? value.slice(0, -1) : value;
}

function plural(word: string): string {
  if (/^.+?(ss|i)es$/.test(word)) return word.slice(0, -2);
  return /^.+?[^s]s$/.test(word) ? word.slice(0, -1) : word;
}

function pastTense(word: string): string {
  if (word.endsWith('eed')) return measured.test(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const match = /^(.+?)(ed|ing)$/.exec(word);
  const root = match?.[1];
  if (!root || !hasVowel.test(root)) return word;
  if (/(at|bl|iz)$/.test(root)) return `${root}e`;
  if (/([^aeiouylsz])\1$/.test(root)) return root.slice(0, -1);
  return shortEnd.test(root) ? `${root}e` : root;
}

function replaceSuffix(word: string, table: Readonly<Record<string, string>>): string {
  const suffix = Object.keys(table)
    .filter((end) => word.endsWith(end))
    .sort((a, b) => b.length - a.length)[0];
  if (suffix === undefined) return word;
  const root = word.slice(0, -suffix.length);
  return measured.test(root) ? root + table[suffix] : word;
}
