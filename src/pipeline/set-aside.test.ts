import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../base/document.ts';
import { bodiesAside, setAside, skeleton } from './set-aside.ts';

const document = {
  timestamp: '2026-11-23T10:00:00.000+0000',
  '@timestamp': '2026-11-23T10:00:00.000Z',
  data: {
    integration: 'aws',
    aws: {
      eventID: 'id-1',
      eventSource: 's3.amazonaws.com',
      eventName: 'PutObject',
      userIdentity: { type: 'AWSAccount', principalId: 'Anonymous', accountId: 'anonymous', sessionContext: {} },
      requestParameters: { key: 'a', 'dotted.name': { inner: 1 }, list: [{ a: 1 }, { a: 'x' }] },
      responseElements: { 'a..b': 1 },
    },
  },
  trailhound: { anonymous: true },
};

test('a field is set aside by its path, whatever dots its keys hold', () => {
  const cases: [path: string, kept: string, unmapped: string][] = [
    ['data.aws.requestParameters.key', '"list"', 'data.aws.requestParameters.key="a"'],
    [
      'data.aws.requestParameters.dotted.name.inner',
      '"dotted.name":{}',
      'data.aws.requestParameters.dotted.name.inner=1',
    ],
    ['data.aws.requestParameters.list.a', '"key":"a"', 'data.aws.requestParameters.list=[{"a":1},{"a":"x"}]'],
    ['data.aws.responseElements.a..b', '"responseElements":{}', 'data.aws.responseElements.a..b=1'],
  ];
  for (const [path, kept, part] of cases) {
    const aside = setAside(document, path);
    assert.deepEqual(unmapped(aside), [part]);
    assert.ok(JSON.stringify(aside).includes(kept), path);
    assert.equal(at(aside, 'trailhound.anonymous'), true);
  }
  assert.equal(setAside(document, 'data.aws.nothing'), undefined);
  assert.equal(setAside(document, 'timestamp'), undefined, 'only what the record brought');
});

test('several fields go aside one after the other', () => {
  const once = setAside(document, 'data.aws.requestParameters.key');
  const twice = once && setAside(once, 'data.aws.responseElements');
  assert.deepEqual(unmapped(twice), ['data.aws.requestParameters.key="a"', 'data.aws.responseElements={"a..b":1}']);
});

test('bodies go aside, the identity stays', () => {
  const aside = bodiesAside(document);
  const aws = at(aside, 'data.aws');
  assert.deepEqual(Object.keys(aws ?? {}), ['eventID', 'eventSource', 'eventName', 'userIdentity']);
  assert.equal(unmapped(aside).length, 2);
  assert.equal(aside && bodiesAside(aside), undefined, 'nothing is left to set aside');
});

test('a skeleton keeps what detections ask and all of the data as text', () => {
  const bare = skeleton(document);
  assert.deepEqual(at(bare, 'data.aws'), {
    eventID: 'id-1',
    eventSource: 's3.amazonaws.com',
    eventName: 'PutObject',
    userIdentity: { type: 'AWSAccount', principalId: 'Anonymous', accountId: 'anonymous' },
    source: 'cloudtrail',
  });
  assert.deepEqual(unmapped(bare), [`data=${JSON.stringify(document.data)}`]);
  assert.equal(bare && skeleton(bare), undefined, 'there is no simpler form');
});

test('a key called __proto__ is only a key', () => {
  const hostile = JSON.parse('{"data":{"aws":{"__proto__":{"polluted":true},"a":1}}}');
  const aside = setAside(hostile, 'data.aws.a');
  assert.ok(JSON.stringify(aside).includes('"__proto__":{"polluted":true}'));
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

function unmapped(document: unknown): readonly string[] {
  return at(document, 'trailhound.unmapped') as readonly string[];
}
