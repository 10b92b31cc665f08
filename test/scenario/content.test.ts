import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, run, temporaryFolder } from '../program.ts';

/** What ships is proved by its own examples, through the whole chain. */

test('every shipped monitor and rule has cases, and all are as they must be', { timeout: 300_000 }, async () => {
  const { code, out, err } = await run(['test', join(root, 'content')]);
  assert.equal(code, 0, `${out}\n${err}`);
  const [, cases, exercised, all] = /(\d+) cases, 0 failed; detections exercised: (\d+) of (\d+)/.exec(out) ?? [];
  assert.equal(exercised, all);
  assert.ok(Number(all) >= 22 && Number(cases) >= 300, out);
});

test('a monitor without cases, and one whose case fails, are told', { timeout: 120_000 }, async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'monitors'));
  const monitor = (name: string): string =>
    JSON.stringify({
      type: 'monitor',
      name,
      monitor_type: 'query_level_monitor',
      schedule: { period: { interval: 1, unit: 'MINUTES' } },
      inputs: [
        { search: { indices: ['wazuh-alerts-4.x-*'], query: { query: { term: { 'data.aws.eventName': name } } } } },
      ],
      triggers: [
        {
          query_level_trigger: {
            name,
            severity: '1',
            condition: { script: { source: 'ctx.results[0].hits.total.value > 0', lang: 'painless' } },
            actions: [],
          },
        },
      ],
      ui_metadata: { trailhound: { evaluate: 'arrived' } },
    });
  writeFileSync(join(folder, 'monitors/alone.json'), monitor('GetCallerIdentity'));
  writeFileSync(join(folder, 'monitors/wrong.json'), monitor('GetUser'));
  writeFileSync(
    join(folder, 'monitors/wrong.cases.yaml'),
    'base: {eventSource: iam.amazonaws.com, eventVersion: "1.08"}\nfires:\n  - {name: right, record: {eventName: GetUser}}\n  - {name: wrong, record: {eventName: GetRole}}\nsilent:\n  - {name: empty}\n',
  );
  const { code, out, err } = await run(['test', folder]);
  assert.equal(code, 1);
  assert.match(out, /FAILED .*wrong\.cases\.yaml: wrong: did not fire on 1 of 1/);
  assert.match(out, /detections exercised: 0 of 2/);
  assert.match(err, /not exercised .*alone, wrong/);
  assert.match(err, /wrong\.cases\.yaml silent\[0\]: has neither a record nor records/);
});
