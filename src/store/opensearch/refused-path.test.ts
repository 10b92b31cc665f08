import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusedPath } from './refused-path.ts';

/** As 2.19.4 words them. */
const cases: readonly [reason: string, causedBy: string, path: string | undefined][] = [
  [
    "failed to parse field [data.aws.n] of type [long] in document with id '2'. Preview of field's value: '{x=1}'",
    'Current token (START_OBJECT) not numeric',
    'data.aws.n',
  ],
  [
    'object mapping for [data.aws.key] tried to parse field [key] as object, but found a concrete value',
    '',
    'data.aws.key',
  ],
  [
    'object mapping for [data.aws.list] tried to parse field [null] as object, but found a concrete value',
    '',
    'data.aws.list',
  ],
  [
    'Could not dynamically add mapping for field [data.a.b]. Existing mapping for [data.a] must be of type object but found [keyword].',
    '',
    'data.a.b',
  ],
  ['mapper [data.x] cannot be changed from type [long] to [text]', '', 'data.x'],
  ["can't merge a non object mapping [data.y] with an object mapping", '', 'data.y'],
  [
    'Document contains at least one immense term in field="data.aws.long" (whose UTF8 encoding is longer than the max length 32766), all of which were skipped.',
    'bytes can be at most 32766 in length; got 40000',
    'data.aws.long',
  ],
  [
    'failed to parse',
    'object field starting or ending with a [.] makes object resolution ambiguous: [a..b]',
    undefined,
  ],
  ["object field cannot contain only whitespace: ['data.aws. ']", '', 'data.aws. '],
  ['failed to parse', 'field name cannot be an empty string', undefined],
  ['Limit of total fields [1000] has been exceeded', '', undefined],
  [
    "failed to parse field [data.odd] of type [date] in document with id 'x] of type [y'. Preview of field's value: 'a [b] of type [c]'",
    '',
    'data.odd',
  ],
];

for (const [reason, causedBy, path] of cases) {
  test(`${reason.slice(0, 60)} … → ${path}`, () => assert.equal(refusedPath(reason, causedBy), path));
}
