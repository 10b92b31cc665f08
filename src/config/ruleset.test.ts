import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readRuleset } from './ruleset.ts';

test('a folder of Wazuh: rules and lists are found, decoders and compiled lists are not read', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'ruleset-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const files = [
    'etc/rules/local_rules.xml',
    'ruleset/rules/0350-cloud.xml',
    'ruleset/decoders/0006-json.xml',
    'etc/decoders/local.xml',
    'etc/lists/amazon/aws-eventnames',
    'etc/lists/amazon/aws-eventnames.cdb',
    'etc/lists/ips.txt',
    'etc/ossec.conf',
  ];
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), file);
  }
  symlinkSync(folder, join(folder, 'etc', 'again'));
  const { rules, lists, problems } = readRuleset([join(folder, 'ruleset'), join(folder, 'etc/rules')]);
  assert.deepEqual(
    rules.map((file) => file.name),
    ['0350-cloud.xml', 'local_rules.xml'],
  );
  assert.deepEqual([lists, problems], [[], []]);
  assert.deepEqual(
    new Set(readRuleset([folder]).lists.map((file) => file.name)),
    new Set(['amazon/aws-eventnames', 'ips.txt']),
    'a link in a circle ends',
  );
  const one = readRuleset([join(folder, 'etc/lists/ips.txt'), join(folder, 'etc/ossec.conf'), join(folder, 'nope')]);
  assert.deepEqual(
    [one.lists.map((file) => file.name), one.rules.map((file) => file.name), one.problems.length],
    [['ips.txt'], ['ossec.conf'], 1],
    'a file that is named is read whatever its ending',
  );
});
