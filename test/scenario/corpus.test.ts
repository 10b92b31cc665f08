import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Json, root, run, serve, temporaryFolder } from '../program.ts';

/** A made corpus with known attacks in it, in both spellings of the anonymous account: each is found, and nothing else is. */

test('a corpus, held against its manifest', { timeout: 600_000, ...needsPython() }, async (context) => {
  const folder = temporaryFolder(context);
  const lake = join(folder, 'lake');
  const args = ['--records', '20000', '--days', '2', '--seed', '5', '--anon-lower', '0.5', '--jobs', '1'];
  execFileSync('python3', [join(root, 'bench/gen_corpus.py'), lake, ...args], { stdio: 'ignore' });
  const { planted, records } = JSON.parse(readFileSync(join(lake, 'manifest.json'), 'utf8'));
  context.diagnostic(JSON.stringify(planted));
  assert.ok(
    planted.s3_anon_real > 0 && planted.s3_anon_legacy > 0 && planted.put_policy_public > 0,
    'there is something to find',
  );
  const data = join(folder, 'data');
  const summary = JSON.parse((await run(['ingest', join(lake, 'AWSLogs'), '--data', data, '--json'])).out);
  assert.equal(summary.events, records);
  const program = await serve(['--data', data]);
  context.after(() => program.stop());

  const is = (field: string, ...values: readonly unknown[]): object => ({ terms: { [field]: values } });
  const count = async (...filter: readonly object[]): Promise<number> =>
    (await program.call('POST', '/wazuh-alerts-4.x-*/_count', { query: { bool: { filter } } })).body.count;
  const exposure = (name: string, ...values: readonly unknown[]): object =>
    is(`trailhound.exposure.${name}`, ...values);
  const name = (...names: readonly string[]): object => is('data.aws.eventName', ...names);
  const anonymous = is('trailhound.anonymous', true);
  const anonymousS3 = planted.s3_anon_legacy + planted.s3_anon_real;
  assert.equal(await count(anonymous, is('data.aws.eventSource', 's3.amazonaws.com')), anonymousS3);
  assert.equal(await count(anonymous, is('data.aws.eventSource', 'execute-api.amazonaws.com')), planted.invoke_anon);
  assert.equal(await count(exposure('kind', 's3-policy'), exposure('verdict', 'public')), planted.put_policy_public);
  assert.equal(
    await count(exposure('kind', 's3-policy'), exposure('verdict', 'not-public')),
    planted.put_policy_private,
  );
  assert.equal(await count(name('PutBucketAcl'), exposure('verdict', 'public')), planted.put_acl_public);
  assert.equal(await count(name('PutBucketAcl'), exposure('verdict', 'not-public')), planted.put_acl_private);
  const opened = planted.update_rest_api + planted.update_rest_api_policy;
  assert.equal(await count(exposure('kind', 'api-policy'), exposure('verdict', 'public')), opened);
  assert.equal(await count(name('PutRestApi'), exposure('verdict', 'unknown')), planted.put_rest_api);

  const { body } = await program.call('GET', '/_plugins/_alerting/monitors/alerts?size=10000');
  const total = (...monitors: readonly string[]): number =>
    body.alerts
      .filter((alert: Json) => monitors.includes(alert.monitor_name))
      .reduce((sum: number, alert: Json) => sum + alert.trailhound.total, 0);
  assert.equal(total('S3 object read without credentials', 'S3 bucket listed without credentials'), anonymousS3);
  assert.equal(total('S3 bucket written without credentials', 'S3 bucket probed without credentials'), 0);
  assert.equal(total('API called without credentials'), planted.invoke_anon);
  assert.equal(total('S3 policy made public', 'S3 policy lets strangers write'), planted.put_policy_public);
  assert.equal(total('S3 ACL made public', 'S3 ACL lets strangers write'), planted.put_acl_public);
  assert.equal(total('API opened to callers without credentials'), opened);
  assert.equal(total('Change of a door that cannot be judged'), planted.put_rest_api);
  assert.equal(total('S3 public access block removed', 'Lambda function opened to strangers'), 0);
  // The guide's monitors see the same in every spelling.
  const guide = ['S3 GetObject from Anonymous Principal', 'S3 ListBucket / ListObjectsV2 from Anonymous Principal'];
  assert.equal(total(...guide), anonymousS3);
  assert.equal(total('S3 PutBucketPolicy'), planted.put_policy_public + planted.put_policy_private);
});

function needsPython(): { readonly skip?: string } {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return {};
  } catch {
    return { skip: 'needs python3, which makes the corpus' };
  }
}
