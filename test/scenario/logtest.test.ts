import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, run } from '../program.ts';

/**
 * What `bin/trailhound logtest` prints for people, as recorded files: test/logtest/CASE/answer.txt. After a wanted change run
 * `TRAILHOUND_UPDATE_GOLDEN=1 npm test` and read the difference before it is committed.
 */
const cases = join(root, 'test', 'logtest');

for (const name of readdirSync(cases)) {
  test(`logtest: ${name}`, async () => {
    const folder = join(cases, name);
    const lines = readFileSync(join(folder, 'lines.jsonl'), 'utf8');
    const flags = existsSync(join(folder, 'flags'))
      ? readFileSync(join(folder, 'flags'), 'utf8').trim().split(/\s+/)
      : [];
    const rules = existsSync(join(folder, 'rules')) ? ['--rules', join(folder, 'rules')] : [];
    const answer = await run(['logtest', ...rules, ...flags], lines);
    const file = join(folder, 'answer.txt');
    if (process.env.TRAILHOUND_UPDATE_GOLDEN) writeFileSync(file, answer.out);
    assert.equal(answer.err, '');
    assert.equal(answer.out, readFileSync(file, 'utf8'));
    assert.doesNotMatch(
      answer.out,
      /[^\n\t\x20-\x7e\u00a0-\u2010\u2030-\u2064\u206a-\uffff]/,
      'nothing can steer a terminal',
    );
  });
}

test('logtest --json tells the rules tried and whether it alerts', async () => {
  const { out } = await run(['logtest', '--json', join(cases, 'guide', 'lines.jsonl')]);
  const [first, second] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([first.rule.id, first.alert, first.decoder], ['119500', true, 'json']);
  const description = 'AWS CloudTrail S3 Data Event detected';
  const why = 'level 0 without a parent, the search goes on';
  assert.deepEqual(first.tried, [
    { id: '80200', level: 0, description: 'An event of AWS', depth: 0, outcome: 'silent', why },
    { id: '119500', level: 5, description, depth: 0, outcome: 'final' },
  ]);
  assert.match(second.tried[1].why, /eventCategory is "Management", wanted osregex Data/);
});
