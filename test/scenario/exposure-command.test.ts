import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, temporaryFolder } from '../program.ts';

/** `trailhound exposure`: one document or one a line, for each kind; what cannot be read is never safe. */

const open = { Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] };
const documents: readonly (readonly [kind: string, document: unknown, verdict: string])[] = [
  ['s3', open, 'public'],
  ['s3', { Statement: [] }, 'not-public'],
  ['s3-accesspoint', open, 'public'],
  ['apigw', open, 'public'],
  ['s3-acl', 'public-read', 'public'],
  ['s3-acl', 'private', 'not-public'],
  [
    's3-bpa',
    { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true },
    'not-public',
  ],
  ['lambda', { action: 'lambda:InvokeFunction', principal: '*' }, 'public'],
];

test('each kind, pretty-printed from a file and compact from standard input', async (context) => {
  const file = join(temporaryFolder(context), 'document.json');
  for (const [kind, document, verdict] of documents) {
    writeFileSync(file, JSON.stringify(document, undefined, 2));
    const fromFile = await run(['exposure', '--kind', kind, file, '--json']);
    const fromInput = await run(['exposure', '--kind', kind, '-', '--json'], JSON.stringify(document));
    assert.equal(JSON.parse(fromFile.out).verdict, verdict, `${kind} ${JSON.stringify(document)}: ${fromFile.out}`);
    assert.equal(fromInput.out, fromFile.out);
    assert.equal(fromFile.code, 0);
  }
});

test('one a line: one answer a line, in order, broken ones too', async () => {
  const lines = [JSON.stringify(open), '{"Statement": [', JSON.stringify({ Statement: [] })];
  const { out, code } = await run(['exposure', '--kind', 's3', '--json'], `${lines.join('\n')}\n`);
  const verdicts = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).verdict);
  assert.deepEqual(verdicts, ['public', 'unknown', 'not-public']);
  assert.equal(code, 0);
});

test('nothing, and what is no JSON, are unknown; a wrong kind is wrong use', async () => {
  for (const input of ['', '\n', '{"Statement": [', 'hello']) {
    const { out } = await run(['exposure', '--kind', 's3', '--json'], input);
    const answer = JSON.parse(out);
    assert.deepEqual([answer.verdict, answer.anonymous], ['unknown', null], JSON.stringify(input));
  }
  const wrong = await run(['exposure', '--kind', 'nonsense'], '{}');
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /s3-accesspoint/);
  assert.equal((await run(['exposure', '--kind', 's3', './not-there'])).code, 1);
});
