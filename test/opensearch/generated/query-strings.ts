import fc from 'fast-check';
import { addresses, dateMath, networks, oneOf, texts, words } from './stock.ts';

/** Texts of query_string: Lucene's whole grammar, and sometimes what is not in it. */

const special = /[\\+\-!():^[\]"{}~*?|&/\s]/g;
const escaped = (text: string): string => text.replace(special, '\\$&');

export const fieldNames = [
  ...[
    'k',
    'k',
    'k2',
    't',
    't',
    't2',
    'n',
    'n2',
    'd',
    'd2',
    'ip',
    'b',
    'o.k',
    'o.t',
    'o.l',
    'ne.k',
    'ne.t',
    'all',
    'whole',
  ],
  ...['k.text', 't.keyword', 'ka', 'na', 'fo', 'fo.a', 'fo.b.c', 'fo.x.y', 'dyn.s', 'dyn.s.keyword', 'dyn.n', 'dyn.f'],
  ...[
    'dyn.d',
    'dyn.b',
    'dyn.o.deep',
    'dyn.src_ip',
    'dyn.any',
    'dx',
    'off.k',
    'still.k',
    'still.other',
    'missing',
    '_id',
    'o',
    'ne',
  ],
];

const bare = fc.oneof(
  { weight: 6, arbitrary: oneOf(words) },
  { weight: 2, arbitrary: oneOf(texts).map(escaped) },
  {
    weight: 1,
    arbitrary: oneOf([
      'AND',
      'OR',
      'NOT',
      'TO',
      'and',
      'or',
      '&',
      '|',
      'a+b',
      'a-b',
      'x;y',
      'p#c',
      'a=b',
      'a!b',
      'a/b',
      '>5',
      '<=5',
      '>=x',
      '<',
      '\\u0061lpha',
      '\\\\',
      '\\',
    ]),
  },
  {
    weight: 1,
    arbitrary: oneOf([...addresses.slice(0, 5).map(String), ...networks].map((each) => each.replace(/[/:]/g, '\\$&'))),
  },
);
const wild = oneOf([
  'al*',
  'Al*',
  '*a',
  'b?ta',
  'B*',
  '*',
  '?',
  '**',
  '*.amazonaws.com',
  'public-*',
  's3*',
  '*-read*',
  'a*b*c',
  'al\\*',
  '*é*',
  'É*',
  '4*',
  '2024-*',
  '10.1.*',
  'PUT*',
  '*\\ *',
  'qu?ck',
]);
const fuzzy = fc
  .tuple(
    oneOf(['alpa', 'bta', 'gamam', 'Alpha', 'publik', 'reda', 'x', 'PutBucketAcx', '43', '日本']),
    oneOf(['~', '~1', '~2', '~0', '~0.5', '~0.8', '~3', '~1.5']),
  )
  .map(([word, distance]) => word + distance);
const phrase = fc
  .tuple(
    oneOf([...texts, 'beta alpha', 'alpha gamma', 'quick foxes', 'groups global']),
    oneOf(['', '', '', '~1', '~2', '~10', '~']),
  )
  .map(([text, slop]) => `"${text.replace(/[\\"]/g, '\\$&')}"${slop}`);
const regexp = oneOf([
  '/al.*/',
  '/[ab]l?.+/',
  '/Al.*/',
  '/(alpha|beta)/',
  '/.*read.*/',
  '/[0-9]+/',
  '/al/',
  '/<1-50>/',
  '/~x/',
  '/./',
  '/(/',
  '/a\\/b/',
  '/@/',
  '/é.*/',
  '//',
  '/public-.{4}/',
]);
const end = fc.oneof(
  oneOf(words).map((word) => word.replace(/[\s\]}]/g, '_')),
  oneOf([
    '*',
    '5',
    '-1',
    '5.5',
    '42',
    '9007199254740992',
    '"alpha"',
    '"2024-05-01"',
    '"2024-05-01T10:00:00Z"',
    '10.1.0.0',
    '10.1.255.255',
    '2024',
    '2024-05',
    'now',
    'now-1d',
    'true',
    '2024-05-01||/M',
    'TO',
    '\\*',
  ]),
);
const range = fc
  .tuple(oneOf(['[', '{']), end, end, oneOf([']', '}']))
  .map(([open, from, to, close]) => `${open}${from} TO ${to}${close}`);

const term = fc.oneof(
  { weight: 8, arbitrary: bare },
  { weight: 3, arbitrary: wild },
  { weight: 2, arbitrary: fuzzy },
  { weight: 3, arbitrary: phrase },
  { weight: 1, arbitrary: regexp },
  { weight: 2, arbitrary: range },
);

const namePattern = oneOf(['o.\\*', 'dyn.\\*', 't\\*', 'k\\*', '*', '\\*', '\\*.k', 'fo.\\*', 'miss\\*', 'k*']);
const field = fc.oneof({ weight: 8, arbitrary: oneOf(fieldNames) }, { weight: 1, arbitrary: namePattern });

/** Values that a field of this name can have, more often than not. */
function fitting(name: string): fc.Arbitrary<string> {
  if (/^(?:n|na|o\.l|n2|dyn\.n)$/.test(name))
    return oneOf([
      '1',
      '5',
      '42',
      '-1',
      '5.5',
      '[1 TO 50]',
      '{1 TO *}',
      '>5',
      '>=42',
      '9007199254740993',
      '"42"',
      'abc',
      '4*',
      '(1 OR 42)',
      '0x1',
      '1e2',
      '\\-1',
    ]);
  if (/^(?:d2?|dyn\.d)$/.test(name)) {
    return fc.oneof(
      oneOf(dateMath).map((each) => `"${each}"`),
      fc.tuple(oneOf(dateMath), oneOf(dateMath)).map(([from, to]) => `["${from}" TO "${to}"]`),
      oneOf([
        '2024-05-01',
        '[2024-01 TO 2024-12}',
        '[* TO 2024-05-01]',
        '>2024-04',
        '<=2024-05-01',
        '2024',
        '2024*',
        '>"now-1d"',
      ]),
    );
  }
  if (name === 'ip' || name === 'dyn.src_ip') {
    return oneOf([
      '10.1.2.3',
      '"10.1.0.0/16"',
      '10.1.0.0\\/16',
      '[10.1.0.0 TO 10.1.255.255]',
      '{10.1.2.3 TO *]',
      '"::1"',
      '10.*',
      '"::/0"',
      'bogus',
    ]);
  }
  if (name === 'b' || name === 'dyn.b') return oneOf(['true', 'false', '[false TO true]', 'yes', '"true"', 't*', '1']);
  return term;
}

const boost = oneOf(['', '', '', '', '', '', '^2', '^0.5']);
const fielded = fc
  .tuple(field, fc.boolean())
  .chain(([name, fits]) => (fits ? fitting(name) : term).map((value) => `${name}:${value}`));
const exists = oneOf(fieldNames).chain((name) =>
  oneOf([`_exists_:${name}`, `${name}:*`, `_exists_:"${name}"`, `_exists_:${name}*`]),
);

const { expression } = fc.letrec<{ expression: string; clause: string }>((tie) => ({
  clause: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 6, arbitrary: term },
    { weight: 8, arbitrary: fielded },
    { weight: 1, arbitrary: exists },
    { weight: 3, arbitrary: tie('expression').map((inner) => `(${inner})`) },
    { weight: 2, arbitrary: fc.tuple(field, tie('expression')).map(([name, inner]) => `${name}:(${inner})`) },
  ),
  expression: fc
    .tuple(
      fc.tuple(oneOf(['', '', '', '', '+', '-', '!', 'NOT ']), tie('clause'), boost),
      fc.array(
        fc.tuple(
          oneOf([
            ' ',
            ' ',
            ' AND ',
            ' AND ',
            ' OR ',
            ' OR ',
            ' && ',
            ' || ',
            ' NOT ',
            ' AND NOT ',
            ' OR NOT ',
            ' +',
            ' -',
            ' !',
            '  ',
            ' OR +',
            ' AND -',
            ' AND +',
            '\u3000',
          ]),
          tie('clause'),
          boost,
        ),
        { maxLength: 3 },
      ),
    )
    .map(([first, rest]) => first.join('') + rest.map((part) => part.join('')).join('')),
}));

const soup = fc
  .array(
    oneOf([
      ...'+-!():^[]"{}~*?\\/&| <>=.a1k'.split(''),
      'AND',
      'OR',
      'NOT',
      'TO',
      'k:',
      't:alpha',
      ' ',
      ' ',
      'alpha',
      'beta',
    ]),
    {
      minLength: 1,
      maxLength: 9,
    },
  )
  .map((parts) => parts.join(''));

export const queryStringText = fc.oneof(
  { weight: 12, arbitrary: expression },
  { weight: 1, arbitrary: soup },
  {
    weight: 1,
    arbitrary: oneOf([
      'AllUsers OR public-read OR PublicRead',
      '*',
      '*:*',
      '',
      ' ',
      'NOT k:*',
      '-alpha',
      '*:alpha',
      'NOT *:*',
    ]),
  },
);

/** simple_query_string never fails: any soup will do. */
export const simpleText = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: oneOf(words) },
      { weight: 1, arbitrary: oneOf(texts) },
      {
        weight: 3,
        arbitrary: oneOf([
          '+',
          '|',
          '-',
          '-x',
          '-alpha',
          '+beta',
          '(',
          ')',
          '"alpha beta"',
          '"alpha gamma"~2',
          '"',
          'al*',
          'be*',
          '*',
          'alpa~',
          'bta~1',
          'gamm~2',
          '\\+',
          'AND',
          'OR',
          'a|b',
          '(alpha | beta)',
          '-(alpha + beta)',
          'alpha+beta',
          '~',
          '"x"*',
          '+-alpha',
          '|alpha',
        ]),
      },
    ),
    { minLength: 1, maxLength: 5 },
  )
  .chain((parts) => oneOf([' ', ' ', ' ', '', ' + ', ' | ']).map((glue) => parts.join(glue)));
