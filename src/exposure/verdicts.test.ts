import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ExposureKind } from './exposure.ts';
import { judge } from './judge.ts';

function lines(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}

const verdicts = fileURLToPath(new URL('verdicts.jsonl', import.meta.url));

for (const line of lines(verdicts)) {
  const { id, kind, policy, why, ...expected } = JSON.parse(line);
  test(`${id} ${why}`, () => {
    const verdict = expected.public === null ? 'unknown' : expected.public ? 'public' : 'not-public';
    for (const input of [policy, JSON.stringify(policy), JSON.stringify(policy, null, 2)]) {
      const answer = judge(input, kind as ExposureKind);
      assert.deepEqual([answer.verdict, answer.anonymous], [verdict, expected.anonymous], answer.sentence);
      assert.equal(answer.actions.length > 0, expected.public === true || expected.anonymous === true);
    }
  });
}

/** Where another tool's cases and AWS's meaning of public part: case → our verdict, and why. */
const differences: Readonly<Record<string, readonly [verdict: string, why: string]>> = {
  statement07: ['public', 'ForAllValues and IfExists are both true of a request without the key: it confines nobody'],
  statement27: ['public', 'the same with one value'],
  statement22: [
    'not-public',
    'the tool wants an account in the ARN; the value is fixed, and no request carries such a source',
  ],
  statement36: ['not-public', 'the tool wants a user id of another form; the value has no wildcard, so it is fixed'],
};

const universe = fileURLToPath(new URL('../../../shared/data/policies/policyuniverse_cases.jsonl', import.meta.url));

test('the cases of policyuniverse, but for the listed differences', {
  skip: existsSync(universe) ? false : 'needs ../shared/data/policies, which is not part of the repository',
}, () => {
  const seen = new Set<string>();
  for (const line of lines(universe)) {
    const { name, kind, policy, expected_internet_accessible: accessible } = JSON.parse(line);
    const answer = judge(kind === 'statement' ? { Statement: [policy] } : policy, 's3');
    const difference = differences[name];
    if (difference) seen.add(name);
    assert.equal(
      answer.verdict,
      difference?.[0] ?? (accessible ? 'public' : 'not-public'),
      `${name}: ${answer.sentence}`,
    );
  }
  assert.deepEqual([...seen].sort(), Object.keys(differences).sort());
});
