import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Json, type Program, root, serve, temporaryFolder } from '../program.ts';
import { s3Record } from '../records.ts';

/** The guide's step "Create Wazuh Rule Extractors" as a call, while events come in. */

const guide = readFileSync(join(root, 'content/rules/0500-guide-s3-data-events.xml'), 'utf8');

async function put(program: Program, name: string, text: string, query = ''): Promise<Json> {
  const headers = { 'content-type': 'application/octet-stream' };
  const answer = await fetch(`${program.url}/rules/files/${name}${query}`, { method: 'PUT', headers, body: text });
  return answer.json();
}

async function start(context: TestContext, folder: string): Promise<Program> {
  const flags = ['--no-shipped-rules', '--source', join(folder, 'lake'), '--data', join(folder, 'data')];
  const program = await serve(flags);
  context.after(() => program.stop());
  return program;
}

/** Writes one record and waits for its document; answers the id of its rule. */
async function ruleOf(program: Program, folder: string, number: number, eventName = 'GetObject'): Promise<string> {
  const record = s3Record(number, eventName, 'user');
  const draft = join(folder, 'draft');
  writeFileSync(draft, JSON.stringify({ Records: [record] }));
  renameSync(draft, join(folder, 'lake', `${number}.json`));
  const query = { query: { term: { 'data.aws.eventID': { value: record.eventID } } } };
  for (let tries = 0; tries < 300; tries++) {
    const { body } = await program.call('POST', '/wazuh-alerts-4.x-*/_search', query);
    const [hit] = body.hits?.hits ?? [];
    if (hit) return hit._source.rule.id;
    await sleep(100);
  }
  throw new Error(`no document of record ${number}:\n${program.output()}`);
}

test('a rule that is put judges the next event, survives a restart, and a broken one changes nothing', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'lake'));
  const first = await start(context, folder);
  assert.equal(await ruleOf(first, folder, 1), '119999', 'the floor alone');

  const answer = await put(first, 'local_rules.xml', guide);
  assert.equal(answer.error, 0, JSON.stringify(answer));
  assert.ok(answer.findings.every(({ level }: Json) => level === 'warning'));
  assert.equal(await ruleOf(first, folder, 2), '119500');
  const tested = await first.call('PUT', '/logtest', {
    event: JSON.stringify(s3Record(9, 'GetObject', 'user')),
    log_format: 'json',
    location: 'Wazuh-AWS',
  });
  assert.deepEqual([tested.body.data.output.rule.id, tested.body.data.alert], ['119500', true]);

  assert.equal((await put(first, 'local_rules.xml', guide)).data.failed_items[0].error.code, 1905);
  const broken = await put(first, 'local_rules.xml', guide.replace('</rule>', ''), '?overwrite=true');
  assert.equal(broken.error, 1);
  assert.match(broken.data.failed_items[0].error.message, /local_rules.xml:\d+/);
  assert.equal(await ruleOf(first, folder, 3), '119500');
  await first.stop();

  const second = await start(context, folder);
  assert.equal(await ruleOf(second, folder, 4), '119500');
  const changed = guide.replace('level="5"', 'level="7"').replaceAll('119500', '100700');
  assert.equal((await put(second, 'local_rules.xml', changed, '?overwrite=true')).error, 0);
  assert.equal(await ruleOf(second, folder, 5), '100700');
  assert.equal((await second.call('DELETE', '/rules/files/local_rules.xml')).body.error, 0);
  assert.equal(await ruleOf(second, folder, 6), '119999');
});
