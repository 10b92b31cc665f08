import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toEvent } from './event.ts';
import { pythonText } from './python-text.ts';

const key =
  'AWSLogs/123456789012/CloudTrail/us-east-1/2021/07/29/123456789012_CloudTrail_us-east-1_20210729T2355Z_aaaaaaaaaaaaaaaa.json.gz';
const origin = { bucket: 'lake', key };
const log_info = { aws_account_alias: '', log_file: key, s3bucket: 'lake' };

/** Expected by specs/wazuh.md §1.5; `aws` without what every event has. */
const cases: readonly (readonly [name: string, raw: string, aws: object])[] = [
  ['source comes last and wins', '{"source":"x","a":1}', { a: 1, source: 'cloudtrail' }],
  ['nulls go, in objects only', '{"a":null,"b":{"c":null,"d":[null,{"e":null}]}}', { b: { d: [null, { e: null }] } }],
  ['lists of one collapse', '{"a":["x"],"b":{"c":[7]}}', { a: 'x', b: { c: 7 } }],
  ['but not inside what replaced one', '{"a":[{"b":["x"],"c":null}]}', { a: { b: ['x'], c: null } }],
  ['nor inside longer lists', '{"a":[["x"],["y"]],"b":[]}', { a: [['x'], ['y']], b: [] }],
  ['[null] and [""]', '{"a":[null],"b":[""]}', { a: null, b: '' }],
  [
    'an address',
    '{"sourceIPAddress":"203.0.113.9"}',
    { sourceIPAddress: '203.0.113.9', source_ip_address: '203.0.113.9' },
  ],
  [
    'anchored at its start only',
    '{"sourceIPAddress":"1.2x3y4.aws"}',
    { sourceIPAddress: '1.2x3y4.aws', source_ip_address: '1.2x3y4.aws' },
  ],
  ['IPv6 is none', '{"sourceIPAddress":"2001:db8::1"}', { sourceIPAddress: '2001:db8::1' }],
  ['a service is none', '{"sourceIPAddress":"AWS Internal"}', { sourceIPAddress: 'AWS Internal' }],
  ['tags that are no object', '{"tags":["a","b"]}', { tags: { value: ['a', 'b'] } }],
  ['tags that are one', '{"tags":{"a":"b"}}', { tags: { a: 'b' } }],
  ['a body that is text', '{"requestParameters":"x"}', { requestParameters: { string: 'x' } }],
  ['a body that is a list', '{"responseElements":["a","b"]}', { responseElements: { string: "['a', 'b']" } }],
  ['a body that was a list of one', '{"responseElements":["a"]}', { responseElements: { string: 'a' } }],
  ['a body that was a list of null', '{"responseElements":[null]}', { responseElements: { string: 'None' } }],
  ['a body that is a word', '{"additionalEventData":true}', { additionalEventData: { string: 'True' } }],
  ['a body that is null', '{"requestParameters":null}', {}],
  [
    'disableApiTermination',
    '{"requestParameters":{"a":1,"disableApiTermination":false}}',
    { requestParameters: { a: 1, disableApiTermination: { value: false } } },
  ],
  [
    'only when it is a word',
    '{"requestParameters":{"disableApiTermination":{"value":true}}}',
    { requestParameters: { disableApiTermination: { value: true } } },
  ],
  ['a record with a log_info', '{"log_info":"mine"}', { log_info: 'mine' }],
  [
    'the account of the path',
    '{"recipientAccountId":"999999999999","aws_account_id":"x"}',
    { recipientAccountId: '999999999999' },
  ],
];

test('the event is what the wodle sends', async (t) => {
  for (const [name, raw, aws] of cases) {
    await t.test(name, () => {
      const record = JSON.parse(raw);
      const event = toEvent({ raw: record }, origin);
      assert.deepEqual(event, {
        integration: 'aws',
        aws: { log_info, aws_account_id: '123456789012', source: 'cloudtrail', ...aws },
      });
      assert.deepEqual(record, JSON.parse(raw), 'the raw record is never changed');
    });
  }
});

test('where the account comes from', () => {
  const raw = { recipientAccountId: '999999999999' };
  const account = (record: object, from: { bucket: string; key: string; account?: string }): unknown =>
    (toEvent({ raw: record as { [field: string]: unknown } }, from).aws as { aws_account_id?: unknown }).aws_account_id;
  assert.equal(account(raw, { ...origin, account: '111111111111' }), '111111111111');
  assert.equal(account(raw, origin), '123456789012');
  assert.equal(account(raw, { bucket: 'b', key: 'x.json' }), '999999999999');
  assert.equal(account({}, { bucket: 'b', key: 'x.json' }), undefined);
});

test('hostile keys stay keys, and depth costs no stack and no time', () => {
  const raw = JSON.parse('{"__proto__":{"a":null,"b":1},"x":{"__proto__":["p"],"n":null}}');
  const aws = toEvent({ raw }, origin).aws as { [field: string]: unknown };
  assert.deepEqual(Object.getOwnPropertyDescriptor(aws, '__proto__')?.value, { b: 1 });
  assert.equal(JSON.stringify(aws.x), '{"__proto__":"p"}');
  assert.equal(({} as { b?: unknown }).b, undefined);
  const deep = JSON.parse(`${'{"a":'.repeat(50_000)}null${'}'.repeat(50_000)}`);
  assert.ok(toEvent({ raw: deep }, origin));
});

test('the oracle: the two walks of the wodle, one after the other', () => {
  type Json = unknown;
  const object = (value: Json): value is { [key: string]: Json } =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const map = (value: { [key: string]: Json }, change: (member: Json) => Json, keep: (member: Json) => boolean): Json =>
    Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => keep(member))
        .map(([name, member]) => [name, change(member)]),
    );
  const noNulls = (value: Json): Json => (object(value) ? map(value, noNulls, (member) => member !== null) : value);
  const single = (value: Json): Json => {
    if (object(value)) return map(value, single, () => true);
    return Array.isArray(value) && value.length === 1 ? value[0] : value;
  };
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 5 })), (value) => {
      const raw = JSON.parse(JSON.stringify(value));
      const aws = toEvent({ raw }, origin).aws;
      const wanted = single(noNulls(raw)) as object;
      assert.equal(
        JSON.stringify(aws),
        JSON.stringify({ log_info, ...wanted, source: 'cloudtrail', aws_account_id: '123456789012' }),
      );
      assert.deepEqual(raw, JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('text as Python writes it', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    ['as it is \n', 'as it is \n'],
    [['a', "it's", 'say "x"', `'"`], `['a', "it's", 'say "x"', '\\'"']`],
    [
      [true, false, null, 1, -0.5, 1e-7, 0.00001, 1e21, 2 ** 53],
      '[True, False, None, 1, -0.5, 1e-07, 1e-05, 1000000000000000000000, 9007199254740992]',
    ],
    [['\n\t\\\u0001é\u00a0\u2028\u{1f600}\ud800'], "['\\n\\t\\\\\\x01é\\xa0\\u2028\u{1f600}\\ud800']"],
    [[{ a: ['b'] }, {}], "[{'a': ['b']}, {}]"],
  ];
  for (const [value, wanted] of cases) assert.equal(pythonText(value), wanted);
});
