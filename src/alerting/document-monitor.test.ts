import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Document, own } from '../base/document.ts';
import { alertsOf, events, extra, hour, index, minute, openWorld, shown, type World } from './alerting.suite.ts';

function monitorJson(condition: string, more: Document = {}, actions: readonly Document[] = []): Document {
  return {
    type: 'monitor',
    name: 'documents',
    monitor_type: 'doc_level_monitor',
    schedule: { period: { interval: 1, unit: 'MINUTES' } },
    inputs: [
      {
        doc_level_input: {
          description: 'd',
          indices: ['wazuh-alerts-4.x-*'],
          queries: [
            { id: 'q1', name: 'attach', query: 'data.aws.eventName:AttachUserPolicy', tags: ['T1098'] },
            { id: 'q2', name: 'address', query: 'data.aws.sourceIPAddress:203.0.113.9', tags: [] },
          ],
        },
      },
    ],
    triggers: [
      {
        document_level_trigger: {
          id: 't1',
          name: 'any',
          severity: '1',
          condition: { script: { source: condition, lang: 'painless' } },
          actions,
        },
      },
    ],
    ...more,
  };
}

const attach = { eventName: 'AttachUserPolicy', sourceIPAddress: '198.51.100.1' };
const address = { eventName: 'ListUsers', sourceIPAddress: '203.0.113.9' };
const both = { eventName: 'AttachUserPolicy', sourceIPAddress: '203.0.113.9' };
const neither = { eventName: 'ListUsers', sourceIPAddress: '198.51.100.1' };

async function openWith(json: Document): Promise<World & { readonly id: string }> {
  const world = await openWorld();
  await events(world, both);
  const { id } = await world.alerting.createMonitor(json);
  return { ...world, id };
}

/** Conditions over four documents: attach, address, both, neither. */
const conditions: readonly [condition: string, selected: string, error?: RegExp][] = [
  ['return true', 'attach both address both'],
  ['return false', ''],
  ['query[name=attach]', 'attach both'],
  ['query[id=q2]', 'address both'],
  ['query[tag=T1098] && query[name=address]', 'both'],
  ['query[name=attach] || query[name=address]', 'attach both address'],
  ['!query[name=attach]', 'address'],
  ['query[name=attach] && !query[name=address]', 'attach'],
  ['!(query[name=attach] && query[name=address])', 'attach address'],
  // Equal precedence, from the left: (both || …) && …
  ['query[name=attach] || query[name=address] && query[name=attach]', 'attach both'],
  [' query[ name = attach ] ', 'attach both'],
  ['query[name=nobody]', ''],
  ['ctx.results[0]', '', /Invalid trigger expression/],
  ['(query[name=attach]', '', /No matching right parenthesis/],
  ['query[name=attach])', '', /No matching left parenthesis/],
  ['query[name=attach] &&', '', /has nothing to work on/],
  ['', '', /must come to one set/],
];

for (const [condition, selected, error] of conditions) {
  test(`condition: ${condition}`, async () => {
    const world = await openWith(monitorJson(condition, { enabled: false }));
    const stored = await events(world, attach, address, both, neither);
    const names = new Map(stored.map(({ id }, at) => [`${id}|${index}`, ['attach', 'address', 'both', 'neither'][at]]));
    // A dry run looks at the newest ten, the one from before the monitor among them.
    const result = await world.alerting.execute(world.id);
    const trigger = (result.trigger_results as Record<string, Document>).t1;
    const documents = trigger?.triggeredDocs as readonly string[];
    assert.deepEqual(documents.map((name) => names.get(name)).join(' '), selected);
    if (error) assert.match(String(trigger?.error), error);
    else assert.equal(trigger?.error, null);
    await world.stop();
  });
}

test('each document is looked at once: an alert and a finding each, also for what came while stopped', async () => {
  let world: World & { id: string } = await openWith(monitorJson('query[name=attach]'));
  const [first] = await events(world, attach, neither);
  await world.pass(1000, 100);
  assert.deepEqual(
    shown(await alertsOf(world)),
    [`ACTIVE ${first?.id}`],
    'within a second; older documents are left alone',
  );
  await world.pass(2 * minute);
  await world.stop();
  const [second] = await events(world, both);
  world = { ...(await openWorld(true, world.store, world.clock)), id: world.id };
  await world.pass(2 * hour, hour);
  const alerts = await alertsOf(world);
  assert.deepEqual(shown(alerts), [`ACTIVE ${first?.id}`, `ACTIVE ${second?.id}`].sort());
  assert.deepEqual(
    (extra(alerts[1]).events as readonly Document[]).map(({ _id }) => _id),
    [second?.id],
  );
  const found = await world.alerting.listFindings({ sortString: 'timestamp' });
  assert.equal(found.total_findings, 2);
  const last = found.findings[1] ?? {};
  assert.deepEqual(own(last.finding, 'queries'), [
    {
      id: 'q1',
      name: 'attach',
      fields: [],
      query: 'data.aws.eventName:AttachUserPolicy',
      tags: ['T1098'],
      query_field_names: [],
    },
    {
      id: 'q2',
      name: 'address',
      fields: [],
      query: 'data.aws.sourceIPAddress:203.0.113.9',
      tags: [],
      query_field_names: [],
    },
  ]);
  assert.deepEqual((last.document_list as readonly Document[])[0], {
    index,
    id: second?.id,
    found: true,
    document: JSON.stringify(second?.source),
  });
  assert.deepEqual(alerts[1]?.finding_ids, [own(last.finding, 'id')]);
  await world.stop();
});

test('findings: by id, by words, in pages; a document that is gone', async () => {
  const world = await openWith(monitorJson('return false'));
  const stored = await events(world, attach, address, both);
  await world.pass(minute);
  const all = await world.alerting.listFindings({});
  const ids = all.findings.map(({ finding }) => (finding as Document).id as string);
  assert.equal(ids.length, 3, 'findings do not ask the trigger');
  assert.deepEqual([...ids].sort(), ids);
  const only = async (query: Document): Promise<number> => (await world.alerting.listFindings(query)).total_findings;
  assert.equal(await only({ findingId: ids[0] }), 1);
  assert.equal(await only({ findingId: 'nope' }), 0);
  assert.equal(await only({ searchString: world.id }), 3);
  assert.equal(await only({ searchString: 'T1098' }), 2);
  assert.equal((await world.alerting.listFindings({ size: 1, startIndex: 2 })).findings.length, 1);
  await assert.rejects(() => world.alerting.listFindings({ sortString: 'nope' }), /all shards failed/);
  await world.store.write([{ action: 'delete', index, id: stored[0]?.id ?? '' }]);
  const gone = (await world.alerting.listFindings({})).findings.flatMap(
    ({ document_list }) => document_list as Document[],
  );
  assert.deepEqual(
    gone.filter(({ found }) => !found).map(({ document }) => document),
    [''],
  );
  await world.stop();
});

test('an acknowledged document goes to the history', async () => {
  const world = await openWith(monitorJson('return true'));
  await events(world, attach);
  await world.pass(minute);
  const [alert] = await alertsOf(world);
  const id = String(alert?.id);
  assert.deepEqual(await world.alerting.acknowledge(world.id, [id]), { success: [id], failed: [] });
  assert.deepEqual(
    (await alertsOf(world)).map(({ state }) => state),
    ['ACKNOWLEDGED'],
  );
  const again = await world.alerting.acknowledge(world.id, [id]);
  assert.match(JSON.stringify(again.failed), /does not exist \(it may have already completed\)/);
  await world.stop();
});

test('a broken condition: one alert of the whole monitor, which the first good run ends', async () => {
  const world = await openWith(monitorJson('nonsense'));
  await events(world, attach);
  await world.pass(minute);
  const errors = await alertsOf(world);
  assert.equal(errors.length, 1);
  const [error] = errors;
  assert.equal(error?.state, 'ERROR');
  assert.equal(error?.trigger_name, 'NoOp trigger');
  assert.match(String(error?.id), new RegExp(`^error-alert-${world.id}-`));
  assert.match(String(error?.error_message), /^Trigger errors: \[t1\]: \[Invalid trigger expression/);
  await world.pass(3 * minute);
  const [same] = await alertsOf(world);
  assert.equal(same?.id, error?.id);
  assert.deepEqual(same?.alert_history, []);
  await world.alerting.updateMonitor(world.id, monitorJson('query[name='));
  await world.pass(minute);
  const [other] = await alertsOf(world);
  assert.equal(other?.id, error?.id);
  assert.equal(
    (other?.alert_history as unknown[] | undefined)?.length,
    1,
    'another message: the one before is history',
  );
  await world.alerting.updateMonitor(world.id, monitorJson('return true'));
  await world.pass(minute);
  const [ended] = await alertsOf(world);
  assert.equal(ended?.state, 'ERROR');
  assert.notEqual(ended?.end_time, null);
  await world.stop();
});

test('messages: one for each alert with its queries and its document, or one for all', async () => {
  const template = {
    source:
      '{{#ctx.alerts}}{{related_doc_ids}} {{#associated_queries}}{{name}},{{/associated_queries}} {{#sample_documents}}{{_source.data.aws.eventName}}{{/sample_documents}};{{/ctx.alerts}}',
  };
  const action = { id: 'a1', name: 'tell', destination_id: 'nowhere', message_template: template };
  const all = { ...action, id: 'a2', action_execution_policy: { action_execution_scope: { per_execution: {} } } };
  const world = await openWith(monitorJson('query[name=attach]', { enabled: false }, [action, all]));
  const [one, two] = await events(world, attach, both);
  const result = await world.alerting.execute(world.id, { dryRun: true });
  const results = (result.trigger_results as Record<string, Document>).t1?.action_results as Record<
    string,
    Record<string, { output: Document }>
  >;
  const messages = Object.values(results).map((actions) => String(actions.a1?.output.message));
  assert.ok(messages.includes(`${one?.id}|${index} attach, AttachUserPolicy;`));
  assert.ok(messages.includes(`${two?.id}|${index} attach,address, AttachUserPolicy;`));
  const told = Object.values(results).map((actions) => String(actions.a2?.output.message));
  assert.equal(new Set(told).size, 1);
  assert.equal(told[0]?.split(';').length, 4, 'three documents: the one from before is among the newest ten');
  await world.stop();
});

test('an index that is gone is told; disabled and enabled again it begins anew', async () => {
  const world = await openWith(monitorJson('return true', { inputs: undefined }));
  const inputs = (monitorJson('').inputs as Document[]).map(({ doc_level_input }) => ({
    doc_level_input: { ...(doc_level_input as Document), indices: [index] },
  }));
  await world.alerting.updateMonitor(world.id, monitorJson('return true', { inputs }));
  await world.store.deleteIndex(index);
  const result = await world.alerting.execute(world.id);
  assert.equal(result.error, `no such index [${index}]`);
  const [alert] = await alertsOf(world);
  assert.equal(alert?.error_message, `[${index}] IndexNotFoundException[no such index [${index}]]`);
  await events(world, neither);
  await world.alerting.updateMonitor(world.id, monitorJson('return true', { enabled: false, inputs }));
  await events(world, attach);
  await world.alerting.updateMonitor(world.id, monitorJson('return true', { inputs }));
  await world.pass(2 * minute);
  assert.equal((await alertsOf(world, { alertState: 'ACTIVE' })).length, 0);
  await events(world, attach);
  await world.pass(minute);
  assert.equal((await alertsOf(world, { alertState: 'ACTIVE' })).length, 1);
  await world.stop();
});

test('more documents than one run takes: all are looked at, none twice', async () => {
  const world = await openWith(monitorJson('return true', { enabled: false }));
  const documents = Array.from({ length: 10_500 }, (_, at) => ({
    action: 'create' as const,
    index,
    id: `m${at}`,
    document: { data: { aws: attach } },
  }));
  for (let at = 0; at < documents.length; at += 500) await world.store.write(documents.slice(at, at + 500));
  let runs = 0;
  while ((await world.alerting.listFindings({ size: 0 })).total_findings < documents.length && runs < 10) {
    await world.alerting.execute(world.id);
    runs++;
  }
  assert.ok(runs > 1);
  assert.equal((await world.alerting.listAlerts({ size: 0 })).totalAlerts, documents.length);
  await world.alerting.deleteMonitor(world.id);
  assert.equal((await world.alerting.listAlerts({ size: 0, alertState: 'DELETED' })).totalAlerts, documents.length);
  await world.stop();
});
