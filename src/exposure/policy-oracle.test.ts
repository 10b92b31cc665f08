import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgePolicy } from './policy-verdict.ts';

/**
 * A slow oracle: no search, no patterns of ours. It enumerates who (without credentials, or with those of a strange account),
 * from where, doing what to what, and asks for each request, statement by statement, whether it gets in.
 */

interface Request {
  readonly signed: boolean;
  readonly action: string;
  readonly resource: string;
  readonly ip: string | undefined;
  readonly vpce: string | undefined;
  readonly org: string | undefined;
  readonly tls: string;
  readonly referer: string | undefined;
}

type Values = readonly string[];
interface Rule {
  readonly effect: 'Allow' | 'Deny';
  readonly who: 'everyone' | 'owner' | 'not-owner' | 'any-account';
  readonly actions: Values;
  readonly notAction: boolean;
  readonly resources: Values;
  readonly notResource: boolean;
  readonly conditions: readonly (readonly [operator: string, key: Key, values: Values])[];
}
type Key = 'aws:SourceIp' | 'aws:SourceVpce' | 'aws:PrincipalOrgID' | 'aws:SecureTransport' | 'aws:Referer';

/** One of each kind that the patterns below can tell apart: so the enumeration leaves nothing out. */
const actions = [
  's3:GetObject',
  's3:GetObjectAcl',
  's3:GetBucketAcl',
  's3:GetOther',
  's3:PutObject',
  's3:PutOther',
  's3:DeleteObject',
  's3:Other',
];
const resources = ['b', 'b/x', 'b/y', 'b/p/x', 'c/x', 'cc'].map((name) => `arn:aws:s3:::${name}`);
const ranges: Record<string, { readonly narrow: boolean; readonly holds: Values }> = {
  '0.0.0.0/0': { narrow: false, holds: ['8.8.8.8', '54.1.1.1', '203.0.113.7', '200.1.1.1', '10.1.1.1'] },
  '0.0.0.0/1': { narrow: false, holds: ['8.8.8.8', '54.1.1.1', '10.1.1.1'] },
  '128.0.0.0/1': { narrow: false, holds: ['203.0.113.7', '200.1.1.1'] },
  '54.0.0.0/8': { narrow: true, holds: ['54.1.1.1'] },
  '203.0.113.0/24': { narrow: true, holds: ['203.0.113.7'] },
  '203.0.113.7': { narrow: true, holds: ['203.0.113.7'] },
  '10.0.0.0/8': { narrow: true, holds: ['10.1.1.1'] },
  '::/0': { narrow: false, holds: ['2001:db8::1', '2a00::1'] },
  '2001:db8::/32': { narrow: true, holds: ['2001:db8::1'] },
};
const addresses = ['8.8.8.8', '54.1.1.1', '203.0.113.7', '200.1.1.1', '10.1.1.1', '2001:db8::1', '2a00::1'];

const expressions = new Map<string, RegExp>();

function like(pattern: string, text: string): boolean {
  const known = expressions.get(pattern) ?? expression(pattern);
  expressions.set(pattern, known);
  return known.test(text);
}

function expression(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .replace(/[.+^$()|[\]{}\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );
}

function said(request: Request, key: Key): string | undefined {
  if (key === 'aws:SourceIp') return request.ip;
  if (key === 'aws:SourceVpce') return request.vpce;
  if (key === 'aws:PrincipalOrgID') return request.org;
  return key === 'aws:SecureTransport' ? request.tls : request.referer;
}

function conditionHolds(operator: string, values: Values, given: string | undefined): boolean {
  const all = operator.startsWith('ForAllValues:');
  const ifExists = operator.endsWith('IfExists');
  const plain = operator.replace('ForAllValues:', '').replace('IfExists', '');
  if (plain === 'Null') return values.includes(given === undefined ? 'true' : 'false');
  const not = plain.includes('Not');
  if (given === undefined) return all || ifExists || not;
  const met = values.some((value) => {
    if (plain.includes('IpAddress')) return ranges[value]?.holds.includes(given) === true;
    return plain.endsWith('Like') ? like(value, given) : value === given;
  });
  return met !== not;
}

function speaks(rule: Rule, request: Request): boolean {
  const isMeant = { everyone: true, owner: false, 'not-owner': true, 'any-account': request.signed }[rule.who];
  if (!isMeant) return false;
  const action = rule.actions.some((one) => like(one.toLowerCase(), request.action.toLowerCase()));
  const resource = rule.resources.some((one) => like(one, request.resource));
  if (action === rule.notAction || resource === rule.notResource) return false;
  return rule.conditions.every(([operator, key, values]) => conditionHolds(operator, values, said(request, key)));
}

function getsIn(rules: readonly Rule[], request: Request): boolean {
  const spoken = rules.filter((rule) => speaks(rule, request));
  return spoken.some(({ effect }) => effect === 'Allow') && !spoken.some(({ effect }) => effect === 'Deny');
}

/** A key that no rule asks for makes no difference: one value stands for all. */
function* requests(signed: boolean, asked: ReadonlySet<Key>): Generator<Request> {
  const some = <T>(key: Key, values: readonly T[], otherwise: T): readonly T[] =>
    asked.has(key) ? values : [otherwise];
  const ips = some<string | undefined>('aws:SourceIp', signed ? [...addresses, undefined] : addresses, '8.8.8.8');
  const vpces = some(
    'aws:SourceVpce',
    signed ? ['vpce-1', 'vpce-2', 'vpce-zz', 'vpce-qqq', 'zz', undefined] : [undefined],
    undefined,
  );
  const orgs = some('aws:PrincipalOrgID', signed ? ['o-1', 'o-2', 'o-zz', 'zz', undefined] : [undefined], undefined);
  const referers = some('aws:Referer', ['https://a/', 'https://zz/', 'https://*', 'other', undefined], undefined);
  for (const action of actions)
    for (const resource of resources)
      for (const ip of ips)
        for (const vpce of vpces)
          for (const org of orgs)
            for (const tls of some('aws:SecureTransport', ['true', 'false'], 'true'))
              for (const referer of referers) yield { signed, action, resource, ip, vpce, org, tls, referer };
}

/** What nobody but those whom the policy means can say: its values without a wildcard, its narrow ranges. */
function isStrange(rules: readonly Rule[], request: Request): boolean {
  for (const { conditions } of rules) {
    for (const [operator, key, values] of conditions) {
      const given = said(request, key);
      if (given === undefined || key === 'aws:SecureTransport' || key === 'aws:Referer' || operator === 'Null')
        continue;
      for (const value of values) {
        if (key === 'aws:SourceIp' ? ranges[value]?.narrow && ranges[value]?.holds.includes(given) : value === given)
          return false;
      }
    }
  }
  return true;
}

function answer(rules: readonly Rule[]): { readonly verdict: string; readonly anonymous: boolean } {
  const asked = new Set(rules.flatMap(({ conditions }) => conditions.map(([, key]) => key)));
  let anonymous = false;
  let open = false;
  for (const signed of [false, true]) {
    for (const request of requests(signed, asked)) {
      if (open && (signed || anonymous)) break;
      if (!getsIn(rules, request)) continue;
      if (!signed && request.ip !== '10.1.1.1') anonymous = true;
      if (isStrange(rules, request)) open = true;
    }
  }
  return { verdict: open ? 'public' : 'not-public', anonymous };
}

const someOf = <T>(values: readonly T[], max = 2): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: max });
const condition: fc.Arbitrary<readonly [string, Key, Values]> = fc.oneof(
  fc.tuple(
    fc.constantFrom('IpAddress', 'NotIpAddress', 'IpAddressIfExists', 'NotIpAddressIfExists'),
    fc.constant<Key>('aws:SourceIp'),
    someOf(Object.keys(ranges)),
  ),
  fc.tuple(
    fc.constantFrom(
      'StringEquals',
      'StringNotEquals',
      'StringLike',
      'StringNotLike',
      'StringEqualsIfExists',
      'StringNotEqualsIfExists',
      'ForAllValues:StringEquals',
      'ForAllValues:StringLike',
    ),
    fc.constant<Key>('aws:SourceVpce'),
    someOf(['vpce-1', 'vpce-2']),
  ),
  fc.tuple(
    fc.constantFrom('StringLike', 'StringNotLike', 'StringLikeIfExists'),
    fc.constant<Key>('aws:SourceVpce'),
    someOf(['vpce-*', 'vpce-1', 'vpce-z?']),
  ),
  fc.tuple(
    fc.constantFrom('StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringNotEqualsIfExists'),
    fc.constant<Key>('aws:PrincipalOrgID'),
    someOf(['o-1', 'o-2']),
  ),
  fc.tuple(
    fc.constantFrom('StringLike', 'StringNotLike'),
    fc.constant<Key>('aws:PrincipalOrgID'),
    someOf(['o-*', 'o-1', '*']),
  ),
  fc.tuple(
    fc.constantFrom('Null'),
    fc.constantFrom<Key>('aws:PrincipalOrgID', 'aws:SourceVpce', 'aws:Referer'),
    someOf(['true', 'false'], 1),
  ),
  fc.tuple(
    fc.constantFrom('Bool', 'BoolIfExists'),
    fc.constant<Key>('aws:SecureTransport'),
    someOf(['true', 'false'], 1),
  ),
  fc.tuple(
    fc.constantFrom('StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike'),
    fc.constant<Key>('aws:Referer'),
    someOf(['https://a/', 'https://*']),
  ),
);
const rule = (effect: 'Allow' | 'Deny'): fc.Arbitrary<Rule> =>
  fc.record({
    effect: fc.constant(effect),
    who:
      effect === 'Allow'
        ? fc.constantFrom('everyone', 'everyone', 'owner', 'not-owner', 'any-account')
        : fc.constantFrom('everyone', 'everyone', 'owner', 'not-owner'),
    // With a wildcard, so that S3's "objects only" does not come in: it has cases of its own.
    actions: someOf(['s3:*', 's3:Get*', 's3:P?t*', 's3:*Object*', '*', 'S3:get*acl']),
    notAction: fc.boolean().map((not) => not && effect === 'Allow'),
    resources: someOf([
      'arn:aws:s3:::b/*',
      'arn:aws:s3:::b',
      'arn:aws:s3:::b/p/*',
      'arn:aws:s3:::*',
      '*',
      'arn:aws:s3:::?/x',
    ]),
    notResource: fc.integer({ min: 0, max: 3 }).map((number) => number === 0),
    conditions: fc.array(condition, { maxLength: effect === 'Allow' ? 2 : 3 }),
  }) as fc.Arbitrary<Rule>;

function statement(one: Rule): object {
  const names = (not: boolean, name: string, values: Values): object => ({
    [`${not ? 'Not' : ''}${name}`]: values.length === 1 ? values[0] : values,
  });
  const Condition: { [operator: string]: { [key: string]: Values } } = {};
  for (const [operator, key, values] of one.conditions) Condition[operator] = { ...Condition[operator], [key]: values };
  const principal = {
    everyone: { Principal: '*' },
    owner: { Principal: { AWS: '111122223333' } },
    'not-owner': { NotPrincipal: { AWS: '111122223333' } },
    'any-account': { Principal: { AWS: 'arn:aws:iam::*:root' } },
  }[one.who];
  return {
    Effect: one.effect,
    ...principal,
    ...names(one.notAction, 'Action', one.actions),
    ...names(one.notResource, 'Resource', one.resources),
    ...(one.conditions.length > 0 ? { Condition } : {}),
  };
}

/** A key under the same operator twice is one in JSON: the later values count. */
function written(one: Rule): Rule {
  return {
    ...one,
    conditions: [...new Map(one.conditions.map((entry) => [`${entry[0]} ${entry[1]}`, entry])).values()],
  };
}

test('at least 1,000 generated policies, against the enumeration of requests', (context) => {
  const seed = Number(process.env.TRAILHOUND_SEED ?? Date.now() % 2 ** 31);
  context.diagnostic(`seed ${seed} (TRAILHOUND_SEED repeats it, TRAILHOUND_RUNS makes more)`);
  const runs = Number(process.env.TRAILHOUND_RUNS ?? 1000);
  let closed = 0;
  let fixed = 0;
  const policies = fc.tuple(
    fc.array(rule('Allow'), { minLength: 1, maxLength: 2 }),
    fc.array(rule('Deny'), { maxLength: 3 }),
  );
  fc.assert(
    fc.property(policies, ([allows, denies]) => {
      const rules = [...allows, ...denies].map(written);
      const policy = { Version: '2012-10-17', Statement: rules.map(statement) };
      const found = judgePolicy(policy, 's3');
      const wanted = answer(rules);
      if (wanted.verdict === 'not-public') closed++;
      if (wanted.verdict === 'not-public' && wanted.anonymous) fixed++;
      assert.deepEqual(
        { verdict: found.verdict, anonymous: found.anonymous },
        wanted,
        `${JSON.stringify(policy)} ${found.sentence}`,
      );
    }),
    { numRuns: runs, seed, verbose: 1, endOnFailure: true },
  );
  context.diagnostic(`${closed} of ${runs} not public, ${fixed} of these open to fixed networks`);
  assert.ok(closed > runs / 10 && closed < runs * 0.9, 'the generator reaches both answers');
});
