import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, run, temporaryFolder } from '../program.ts';

test('what ships has no errors here; for Wazuh it has, and what --fix writes has none', async (context) => {
  const content = join(root, 'content');
  const here = await run(['lint', content]);
  assert.equal(here.code, 0, here.out);
  assert.match(here.err, /^0 errors and \d+ warnings in \d+ files\n$/);
  // The hardened monitors ask for what only documents of this program have: they are not for an unmodified Wazuh.
  const guide = [join(content, 'rules'), join(content, 'monitors', 'guide')];
  const there = await run(['lint', ...guide, '--for', 'wazuh', '--json']);
  assert.equal(there.code, 1);
  const findings = there.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(findings.every(({ level, place, line, message }) => level && place && line && message));
  const before = readFileSync(join(content, 'rules', '0500-guide-s3-data-events.xml'), 'utf8');
  const out = join(temporaryFolder(context), 'fixed');
  assert.equal((await run(['lint', ...guide, '--fix', '--for', 'wazuh', '--out', out])).code, 0);
  assert.equal(readdirSync(join(out, 'monitors')).length, 6);
  const fixed = await run(['lint', out, '--for', 'wazuh']);
  assert.deepEqual([fixed.code, fixed.out], [0, '']);
  assert.equal(
    readFileSync(join(content, 'rules', '0500-guide-s3-data-events.xml'), 'utf8'),
    before,
    'nothing else changed',
  );
  const again = await run(['lint', out, '--fix', '--for', 'wazuh', '--out', out]);
  assert.match(again.err, /nothing has to change/);
});

test("a user's folder: rules, lists and monitors, with file and line; hostile names cannot steer the terminal", async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'etc/lists'), { recursive: true });
  writeFileSync(join(folder, 'etc/lists/names'), 'GetObject:\n');
  const rules = `<group name="local,">
<rule id="100100" level="5"><if_sid>80200</if_sid><list field="aws.eventName">etc/lists/names</list><description>d</description></rule>
<rule id="100101" level="5"><if_sid>80200</if_sid><field name="aws.\u001b[31mred">x</field><description>d</description></rule>
<rule id="100102" level="5"><if_sid>99</if_sid><description>d</description></rule>
</group>`;
  writeFileSync(join(folder, 'local_rules.xml'), rules);
  writeFileSync(
    join(folder, 'monitor.yaml'),
    'name: m\nschedule: {period: {interval: 1, unit: MINUTES}}\ninputs: []\ntriggers: []\n',
  );
  writeFileSync(join(folder, 'other.json'), '{"index_patterns": []}');
  const answer = await run(['lint', folder]);
  assert.equal(answer.code, 1);
  const lines = answer.out
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('    fix:'));
  assert.deepEqual(
    lines.map((line) => line.slice(folder.length + 1, folder.length + 26)),
    [
      'local_rules.xml:3: error: ',
      'local_rules.xml:4: warnin',
      'local_rules.xml:4: error: ',
      'monitor.yaml:3 inputs: er',
      'monitor.yaml:4 triggers: ',
    ].map((line) => line.slice(0, 25)),
  );
  assert.match(answer.out, /\\u001b\[31mred/);
  const named = await run(['lint', join(folder, 'other.json'), join(folder, 'not-there')]);
  assert.equal(named.code, 1);
  assert.match(named.out, /the API refuses it: Monitor name is null|not-there: error: cannot be read/);
  assert.equal((await run(['lint', folder, '--fix'])).code, 2);
  assert.equal((await run(['lint', folder, '--for', 'nobody'])).code, 2);
});
