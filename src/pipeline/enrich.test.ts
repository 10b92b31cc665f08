import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Document, isDocument } from '../base/document.ts';
import type { TrailRecord } from '../trail/record.ts';
import { enrich } from './enrich.ts';
import type { Expectation } from './expectation.ts';

const from = { bucket: 'lake', key: 'k', version: '1', sha256: '', deliveredAt: 0 };
const now = Date.UTC(2026, 10, 26);
const site: Expectation = { bucket: 'site', author: 'alice', expires: now + 1000, why: 'our web site' };

function enriched(raw: Document, expected: readonly Expectation[] = [site]): { aws: Document; trailhound: Document } {
  const record: TrailRecord = { number: 0, id: 'e', kind: 'cloudtrail', raw, eventTime: now };
  const { data, trailhound } = enrich(record, { aws: raw }, from, now, { strict: false, expected });
  return { aws: isDocument(data.aws) ? data.aws : {}, trailhound };
}

function read(bucketName: string, more: Document = {}): Document {
  return {
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    userIdentity: { type: 'AWSAccount', principalId: '', accountId: 'anonymous' },
    requestParameters: { bucketName, key: 'k' },
    ...more,
  };
}

test('an anonymous read carries the command that closes the door', () => {
  const { trailhound, aws } = enriched(read('b'));
  assert.match(String(trailhound.close), /^aws s3api put-public-access-block --bucket b /);
  assert.deepEqual(aws.userIdentity, { type: 'AWSAccount', principalId: 'Anonymous', accountId: 'anonymous' });
  assert.equal(trailhound.expected, undefined);
});

test('an expected read is marked, and not named as the guide asks for', () => {
  const { trailhound, aws } = enriched(read('site'));
  assert.deepEqual(trailhound.expected, {
    author: 'alice',
    expires: new Date(now + 1000).toISOString(),
    why: 'our web site',
  });
  assert.deepEqual(aws.userIdentity, { type: 'AWSAccount', principalId: '', accountId: 'anonymous' });
  assert.equal(trailhound.anonymous, true);
});

test('what is not expected', () => {
  const marked = (raw: Document, expected?: readonly Expectation[]): boolean =>
    enriched(raw, expected).trailhound.expected !== undefined;
  assert.equal(marked(read('site'), [{ ...site, expires: now }]), false, 'run out');
  assert.equal(marked(read('site', { eventName: 'PutObject' })), false, 'writing');
  assert.equal(marked(read('site', { eventName: 'PutObject' }), [{ ...site, writes: true }]), true, 'writing, said so');
  assert.equal(marked(read('site', { userIdentity: { type: 'IAMUser' } })), false, 'a signed call');
  assert.equal(marked(read('site', { eventName: 'PutBucketPolicy' })), false, 'its own changes');
  assert.equal(marked(read('other')), false);
});

test('an expected API call of an access log loses the name that we gave it', () => {
  const call = {
    eventSource: 'execute-api.amazonaws.com',
    eventName: 'Invoke',
    eventType: 'ApiGatewayAccessLog',
    userIdentity: { type: 'Anonymous', principalId: 'Anonymous' },
    requestParameters: { apiId: 'abc' },
  };
  const { aws, trailhound } = enriched(call, [{ api: 'abc', author: 'bob', expires: now + 1 }]);
  assert.deepEqual(aws.userIdentity, { type: 'Unknown', accountId: 'anonymous' });
  assert.deepEqual(trailhound.normalized, ['data.aws.userIdentity.principalId']);
});

test('a change carries its verdict', () => {
  const { trailhound } = enriched({
    eventSource: 's3.amazonaws.com',
    eventName: 'PutBucketAcl',
    errorCode: 'AccessDenied',
    requestParameters: { bucketName: 'b', 'x-amz-acl': ['public-read'] },
  });
  const { verdict, anonymous, actions, outcome, kind, resource, access, change } = trailhound.exposure as Document;
  assert.deepEqual(
    { verdict, anonymous, actions, outcome, kind, resource, access, change },
    {
      verdict: 'public',
      anonymous: true,
      actions: ['s3:ListBucket'],
      outcome: 'refused',
      kind: 's3-acl',
      resource: 'b',
      access: 'read',
      change: 'set',
    },
  );
});
