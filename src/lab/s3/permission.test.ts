import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../../base/document.ts';
import { virtualClock } from '../../base/virtual-clock.ts';
import { account } from '../account.ts';
import { administrator, analyst, anonymous, type Caller, stranger } from '../caller.ts';
import { internalRequest } from '../services.ts';
import { privateAcl } from './acl.ts';
import type { Bucket } from './bucket.ts';
import { permits } from './permission.ts';

/**
 * A second evaluator, written from IAM's documentation and sharing no code with exposure/: it must decide as the lab does on
 * generated policies and requests.
 */

interface Asked {
  readonly caller: 'anonymous' | 'admin' | 'analyst' | 'stranger';
  readonly action: string;
  readonly key: string | undefined;
  readonly ip: string;
  readonly agent: string;
}

const callers: Readonly<Record<Asked['caller'], Caller>> = {
  anonymous,
  admin: { kind: 'user', user: administrator, proof: { version: 'SigV4', method: 'AuthHeader' } },
  analyst: { kind: 'user', user: analyst, proof: { version: 'SigV4', method: 'AuthHeader' } },
  stranger: { kind: 'user', user: stranger, proof: { version: 'SigV4', method: 'AuthHeader' } },
};

function wild(pattern: string, text: string, fold: boolean): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, fold ? 'is' : 's').test(text);
}

const listed = (value: unknown): string[] => (Array.isArray(value) ? value : [value]) as string[];

function principalMatches(principal: unknown, caller: Asked['caller']): boolean {
  const arn = { anonymous: '', admin: administrator.arn, analyst: analyst.arn, stranger: stranger.arn }[caller];
  const accountId = caller === 'stranger' ? '999999999999' : account;
  const names = principal === '*' ? ['*'] : listed((principal as { AWS: unknown }).AWS);
  return names.some(
    (name) =>
      name === '*' ||
      (caller !== 'anonymous' && (name === arn || name === accountId || name === `arn:aws:iam::${accountId}:root`)),
  );
}

function conditionHolds(condition: Document, asked: Asked): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys as Document).every(([key, values]) => {
      const given = key === 'aws:SourceIp' ? asked.ip : key === 'aws:UserAgent' ? asked.agent : undefined;
      const any = (test: (value: string) => boolean): boolean => given !== undefined && listed(values).some(test);
      const inRange = (value: string): boolean => {
        const [base = '', width = '32'] = value.split('/');
        const number = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
        const size = 2 ** (32 - Number(width));
        return Math.floor(number(base) / size) === Math.floor(number(given ?? '') / size);
      };
      if (operator === 'IpAddress') return any(inRange);
      if (operator === 'NotIpAddress') return !any(inRange);
      if (operator === 'StringEquals') return any((value) => value === given);
      if (operator === 'StringNotEquals') return !any((value) => value === given);
      return any((value) => wild(value, given ?? '', false));
    }),
  );
}

function says(policy: Document, asked: Asked): 'Allow' | 'Deny' | undefined {
  const resource = asked.key === undefined ? 'arn:aws:s3:::b' : `arn:aws:s3:::b/${asked.key}`;
  const effects = (policy.Statement as Document[])
    .filter((statement) => principalMatches(statement.Principal, asked.caller))
    .filter((statement) => listed(statement.Action).some((action) => wild(action, asked.action, true)))
    .filter((statement) => listed(statement.Resource).some((pattern) => wild(pattern, resource, false)))
    .filter((statement) => conditionHolds((statement.Condition ?? {}) as Document, asked))
    .map((statement) => statement.Effect);
  return effects.includes('Deny') ? 'Deny' : effects.includes('Allow') ? 'Allow' : undefined;
}

function secondOpinion(policy: Document, asked: Asked): boolean {
  const said = says(policy, asked);
  if (said === 'Deny') return false;
  const own = { anonymous: false, admin: true, analyst: /^s3:(Get|List)/.test(asked.action), stranger: true }[
    asked.caller
  ];
  if (asked.caller === 'anonymous') return said === 'Allow';
  return asked.caller === 'stranger' ? said === 'Allow' && own : said === 'Allow' || own;
}

const principal = fc.oneof(
  fc.constant<unknown>('*'),
  fc.record({
    AWS: fc.constantFrom<unknown>(
      '*',
      ['*'],
      administrator.arn,
      analyst.arn,
      '999999999999',
      `arn:aws:iam::${account}:root`,
      [stranger.arn, analyst.arn],
    ),
  }),
);
const condition = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record({
      IpAddress: fc.record({
        'aws:SourceIp': fc.constantFrom<unknown>('198.51.100.0/24', ['10.0.0.0/8', '203.0.113.7']),
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      NotIpAddress: fc.record({ 'aws:SourceIp': fc.constantFrom('198.51.100.0/24', '0.0.0.0/0') }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      StringEquals: fc.record({ 'aws:UserAgent': fc.constantFrom<unknown>('curl', ['curl', 'aws']) }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ StringNotEquals: fc.record({ 'aws:UserAgent': fc.constant('curl') }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ StringLike: fc.record({ 'aws:UserAgent': fc.constantFrom('c*', '?ws', '*') }) }),
  },
);
const statement = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    Principal: principal,
    Action: fc.constantFrom<unknown>(
      's3:GetObject',
      's3:*',
      'S3:getobject',
      ['s3:ListBucket', 's3:GetObject'],
      's3:Put*',
      '*',
      's3:List?ucket',
    ),
    Resource: fc.constantFrom<unknown>(
      'arn:aws:s3:::b',
      'arn:aws:s3:::b/*',
      ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'],
      'arn:aws:s3:::b/a*',
      'arn:aws:s3:::*',
      'arn:aws:s3:::b/?',
    ),
    Condition: condition,
  })
  .map(({ Condition, ...rest }) => (Condition === undefined ? rest : { ...rest, Condition }));
const policies = fc.record({
  Version: fc.constant('2012-10-17'),
  Statement: fc.array(statement, { minLength: 1, maxLength: 4 }),
});
const requests: fc.Arbitrary<Asked> = fc
  .record({
    caller: fc.constantFrom<Asked['caller']>('anonymous', 'anonymous', 'admin', 'analyst', 'stranger'),
    action: fc.constantFrom('s3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:DeleteObject'),
    key: fc.constantFrom('a', 'abc', 'b/c', 'A'),
    ip: fc.constantFrom('198.51.100.9', '203.0.113.7', '10.1.2.3', '8.8.8.8'),
    agent: fc.constantFrom('curl', 'aws', 'Other'),
  })
  .map((asked) => (asked.action === 's3:ListBucket' ? { ...asked, key: undefined } : asked));

test('who may do what: a second evaluator agrees on generated policies and requests', () => {
  const clock = virtualClock(Date.UTC(2026, 10, 24));
  let allowed = 0;
  let runs = 0;
  fc.assert(
    fc.property(policies, requests, (policy, asked) => {
      const bucket = bucketWith(policy);
      const request = {
        ...internalRequest(clock, 'GET', '/', 'b.s3.amazonaws.com', Buffer.alloc(0), { 'user-agent': asked.agent }),
        sourceAddress: asked.ip,
      };
      const decided = permits(bucket, asked.action, asked.key, callers[asked.caller], request).allowed;
      runs += 1;
      allowed += decided ? 1 : 0;
      assert.equal(decided, secondOpinion(policy, asked));
    }),
    { numRuns: 3000 },
  );
  assert.ok(
    allowed > runs / 10 && allowed < (runs * 9) / 10,
    `both answers are common: ${allowed} of ${runs} were allowed`,
  );
});

function bucketWith(document: Document): Bucket {
  return {
    name: 'b',
    owner: account,
    createdAt: 0,
    objects: new Map(),
    uploads: new Map(),
    policy: { text: JSON.stringify(document), document },
    acl: privateAcl(account),
    publicAccessBlock: undefined,
    ownership: 'BucketOwnerEnforced',
    notification: undefined,
    settings: new Map(),
    sorted: undefined,
  };
}
