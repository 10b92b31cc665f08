import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQueueAddress } from './sqs-address.ts';

for (const [uri, name, account, region, url] of [
  ['sqs://trail', 'trail', undefined, undefined, undefined],
  ['sqs://trail.fifo', 'trail.fifo', undefined, undefined, undefined],
  ['SQS://a-b_C9', 'a-b_C9', undefined, undefined, undefined],
  ['arn:aws:sqs:eu-west-1:111122223333:trail', 'trail', '111122223333', 'eu-west-1', undefined],
  ['arn:aws-us-gov:sqs:us-gov-west-1:111122223333:trail', 'trail', '111122223333', 'us-gov-west-1', undefined],
  [
    'https://sqs.eu-west-1.amazonaws.com/111122223333/trail',
    'trail',
    '111122223333',
    'eu-west-1',
    'https://sqs.eu-west-1.amazonaws.com/111122223333/trail',
  ],
  [
    'https://sqs.eu-west-1.amazonaws.com/111122223333/trail/',
    'trail',
    '111122223333',
    'eu-west-1',
    'https://sqs.eu-west-1.amazonaws.com/111122223333/trail',
  ],
  [
    'https://sqs.cn-north-1.amazonaws.com.cn/111122223333/trail',
    'trail',
    '111122223333',
    'cn-north-1',
    'https://sqs.cn-north-1.amazonaws.com.cn/111122223333/trail',
  ],
  [
    'https://sqs-fips.us-gov-east-1.amazonaws.com/111122223333/trail',
    'trail',
    '111122223333',
    'us-gov-east-1',
    'https://sqs-fips.us-gov-east-1.amazonaws.com/111122223333/trail',
  ],
  [
    'https://sqs.eu-west-1.api.aws/111122223333/trail',
    'trail',
    '111122223333',
    'eu-west-1',
    'https://sqs.eu-west-1.api.aws/111122223333/trail',
  ],
  [
    'https://vpce-0a1.sqs.eu-west-1.vpce.amazonaws.com/111122223333/trail',
    'trail',
    '111122223333',
    'eu-west-1',
    'https://vpce-0a1.sqs.eu-west-1.vpce.amazonaws.com/111122223333/trail',
  ],
  [
    'http://127.0.0.1:9410/000000000000/trail',
    'trail',
    '000000000000',
    undefined,
    'http://127.0.0.1:9410/000000000000/trail',
  ],
] as const) {
  test(`${uri} is a queue`, () => assert.deepEqual(parseQueueAddress(uri), { name, account, region, url }));
}

for (const uri of [
  'trail',
  './trail',
  's3://trail',
  'sqs:trail',
  'https://example.org/x',
  'https://example.org/12/trail',
  'arn:aws:sns:eu-west-1:111122223333:t',
  'http://',
]) {
  test(`${uri} is none`, () => assert.equal(parseQueueAddress(uri), undefined));
}

for (const uri of [
  'sqs://',
  'sqs://a b',
  'sqs://a/b',
  `sqs://${'a'.repeat(90)}`,
  'arn:aws:sqs:eu-west-1:111122223333:a:b',
  'https://sqs.eu-west-1.amazonaws.com/111122223333/a%20b',
  'https://user:pw@sqs.eu-west-1.amazonaws.com/111122223333/trail',
  'https://sqs.eu-west-1.amazonaws.com/111122223333/trail?Action=x',
]) {
  test(`${uri} is refused`, () =>
    assert.throws(() => parseQueueAddress(uri), { code: 'bad-request', message: /write sqs:\/\/QUEUE/ }));
}
