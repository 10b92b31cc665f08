import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logKey, parseObjectKey, skipByKey } from './object-key.ts';

const file = '123456789012_CloudTrail_eu-west-1_20260801T0935Z_Abcdefgh12345678.json.gz';
const at = Date.UTC(2026, 7, 1, 9, 35);
const plain = {
  prefix: '',
  organization: undefined,
  account: '123456789012',
  region: 'eu-west-1',
  kind: 'CloudTrail',
  deliveredAt: at,
};

test('keys tell what they hold', async (t) => {
  const digest = '123456789012_CloudTrail-Digest_eu-west-1_t1_eu-west-1_20260801T100131Z.json.gz';
  const cases: readonly (readonly [key: string, wanted: object | undefined])[] = [
    [`AWSLogs/123456789012/CloudTrail/eu-west-1/2026/08/01/${file}`, plain],
    [`a/b/AWSLogs/123456789012/CloudTrail/eu-west-1/2026/08/01/${file}`, { ...plain, prefix: 'a/b' }],
    [`AWSLogs/o-abc123/123456789012/CloudTrail/eu-west-1/2026/08/01/${file}`, { ...plain, organization: 'o-abc123' }],
    [`eu-west-1/2026/08/01/${file}`, plain],
    [file, plain],
    [
      '218007301253_CloudTrail_us-east-1_20230710T1145Z_7xgocspSowgK0Gto.json.gz',
      { ...plain, account: '218007301253', region: 'us-east-1', deliveredAt: Date.UTC(2023, 6, 10, 11, 45) },
    ],
    [
      `AWSLogs/123456789012/CloudTrail-Digest/eu-west-1/2026/08/01/${digest}`,
      { ...plain, kind: 'CloudTrail-Digest', deliveredAt: Date.UTC(2026, 7, 1, 10, 1, 31) },
    ],
    [digest, { ...plain, kind: 'CloudTrail-Digest', deliveredAt: Date.UTC(2026, 7, 1, 10, 1, 31) }],
    [
      'AWSLogs/123456789012/CloudTrail-Insight/eu-west-1/2026/08/01/x.json.gz',
      { ...plain, kind: 'CloudTrail-Insight', deliveredAt: undefined },
    ],
    ['123456789012_CloudTrail_eu-west-1_20261399T0935Z_x.json.gz', { ...plain, deliveredAt: undefined }],
    ['AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/08/01/x.log', undefined],
    ['some/events.json', undefined],
    ['', undefined],
  ];
  for (const [key, wanted] of cases) await t.test(key, () => assert.deepEqual(parseObjectKey(key), wanted));
});

test('what is no log is known before it is read', () => {
  const key = (kind: string): string => `AWSLogs/123456789012/${kind}/eu-west-1/2026/08/01/x.json.gz`;
  assert.equal(skipByKey(key('CloudTrail-Digest')), 'digest');
  assert.equal(skipByKey(key('CloudTrail-Insight')), 'insight');
  assert.equal(skipByKey(key('CloudTrail-Aggregated')), 'aggregated');
  assert.equal(skipByKey(key('CloudTrail-NetworkActivity')), undefined);
  assert.equal(skipByKey(key('CloudTrail')), undefined);
  assert.equal(skipByKey('x.json'), undefined);
});

test('a key that we write is a key that we read', () => {
  const parts = { account: '123456789012', region: 'eu-west-1', deliveredAt: at, unique: 'Abcdefgh12345678' };
  assert.equal(logKey(parts), `AWSLogs/123456789012/CloudTrail/eu-west-1/2026/08/01/${file}`);
  assert.deepEqual(parseObjectKey(logKey(parts)), plain);
  const inOrganization = { ...parts, prefix: 'p', organization: 'o-abc123' };
  assert.deepEqual(parseObjectKey(logKey(inOrganization)), { ...plain, prefix: 'p', organization: 'o-abc123' });
});
