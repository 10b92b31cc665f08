import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { alertsOf, day, events, extra, hour, index, minute, openWorld, shown, type World } from './alerting.suite.ts';

/** Grouped by bucket and source address, as the hardened monitors are. */
function monitorJson(more: Document = {}, condition: Document = {}, actions: readonly Document[] = []): Document {
  return {
    type: 'monitor',
    name: 'by address',
    monitor_type: 'bucket_level_monitor',
    schedule: { period: { interval: 1, unit: 'MINUTES' } },
    inputs: [
      {
        search: {
          indices: ['wazuh-alerts-4.x-*'],
          query: {
            size: 0,
            query: { term: { 'data.aws.eventName': 'GetObject' } },
            aggs: {
              by: {
                composite: {
                  size: 2,
                  sources: [
                    { bucket: { terms: { field: 'data.aws.bucket' } } },
                    { ip: { terms: { field: 'data.aws.sourceIPAddress' } } },
                  ],
                },
              },
            },
          },
        },
      },
    ],
    triggers: [
      {
        bucket_level_trigger: {
          id: 't1',
          name: 'any',
          severity: '2',
          condition: {
            buckets_path: { n: '_count' },
            parent_bucket_path: 'by',
            script: { source: 'params.n > 0', lang: 'painless' },
            ...condition,
          },
          actions,
        },
      },
    ],
    ...more,
  };
}

const arrived = { ui_metadata: { trailhound: { evaluate: 'arrived' } } };
const get = (bucket: string, sourceIPAddress: string, more: Document = {}): Document => ({
  eventName: 'GetObject',
  bucket,
  sourceIPAddress,
  ...more,
});

async function openWith(json: Document): Promise<World & { readonly id: string }> {
  const world = await openWorld();
  // An index of that name, so that the run counts; what is in it does not match.
  await events(world, { eventName: 'PutObject', bucket: 'x', sourceIPAddress: 'x' });
  const { id } = await world.alerting.createMonitor(json);
  return { ...world, id };
}

test('new, known and gone buckets, over several pages', async () => {
  const world = await openWith(monitorJson());
  await events(world, get('a', '1'), get('a', '2'), get('b', '1'), get('b', '2'), get('c', '1'));
  await world.pass(1000, 100);
  assert.deepEqual(shown(await alertsOf(world)), [
    'ACTIVE a 1',
    'ACTIVE a 2',
    'ACTIVE b 1',
    'ACTIVE b 2',
    'ACTIVE c 1',
  ]);
  const before = new Map((await alertsOf(world)).map(({ id, start_time }) => [id, start_time]));
  await world.pass(2 * minute);
  for (const { id, start_time } of await alertsOf(world)) assert.equal(before.get(id), start_time, 'the same alert');
  const gone = await world.store.search(index, parseSearchBody({ query: { term: { 'data.aws.bucket': 'b' } } }));
  await world.store.write(gone.hits.map(({ id }) => ({ action: 'delete', index, id })));
  await world.pass(minute);
  assert.deepEqual(shown(await alertsOf(world)), [
    'ACTIVE a 1',
    'ACTIVE a 2',
    'ACTIVE c 1',
    'COMPLETED b 1',
    'COMPLETED b 2',
  ]);
  await world.stop();
});

test('an alert holds its bucket and the events of it', async () => {
  const world = await openWith(monitorJson());
  const [first] = await events(world, get('a', '1'), get('b', '9'));
  await world.pass(1000, 100);
  const [more] = await events(world, get('a', '1'));
  await world.pass(minute);
  const alert = (await alertsOf(world)).find(({ agg_alert_content }) =>
    JSON.stringify(agg_alert_content).includes('"a"'),
  );
  assert.deepEqual(alert?.agg_alert_content, {
    parent_bucket_path: 'by',
    // The order of Java's hash map: ip before bucket.
    bucket_keys: ['a', '1'],
    bucket: { doc_count: 2, key: { bucket: 'a', ip: '1' } },
  });
  assert.equal(extra(alert).total, 2);
  assert.deepEqual(
    (extra(alert).events as readonly Document[]).map(({ _id }) => _id),
    [more?.id, first?.id],
  );
  await world.stop();
});

test('acknowledged buckets stay so while they hold; a new one is a new alert', async () => {
  const world = await openWith(monitorJson());
  await events(world, get('a', '1'));
  await world.pass(1000, 100);
  const [alert] = await alertsOf(world);
  await world.alerting.acknowledge(world.id, [String(alert?.id)]);
  await events(world, get('a', '1'), get('a', '2'));
  await world.pass(minute);
  assert.deepEqual(shown(await alertsOf(world)), ['ACKNOWLEDGED a 1', 'ACTIVE a 2']);
  await world.stop();
});

test('arrived: one alert a bucket, which grows; after an acknowledge a new one', async () => {
  let world: World & { id: string } = await openWith(monitorJson(arrived));
  await events(world, get('a', '1'), get('b', '1'));
  await world.pass(1000, 100);
  assert.deepEqual(shown(await alertsOf(world)), ['ACTIVE a 1', 'ACTIVE b 1']);
  await events(world, get('a', '1'), get('a', '1'));
  await world.pass(5000, 100);
  await world.pass(3 * minute);
  const totals = async (): Promise<readonly string[]> =>
    (await alertsOf(world))
      .map((alert) => `${shown([alert])[0]} ${extra(alert).total} ${(extra(alert).events as unknown[]).length}`)
      .sort();
  assert.deepEqual(await totals(), ['ACTIVE a 1 3 3', 'ACTIVE b 1 1 1']);

  const [a] = (await alertsOf(world)).filter((alert) => extra(alert).total === 3);
  await world.alerting.acknowledge(world.id, [String(a?.id)]);
  await world.pass(2 * minute);
  assert.deepEqual(await totals(), ['ACKNOWLEDGED a 1 3 3', 'ACTIVE b 1 1 1']);
  await events(world, get('a', '1'));
  await world.pass(1000, 100);
  assert.deepEqual(await totals(), ['ACTIVE a 1 1 1', 'ACTIVE b 1 1 1', 'COMPLETED a 1 3 3']);

  // A crash: what was counted stays counted, what arrives meanwhile is looked at.
  await world.stop();
  await events(world, get('b', '1'));
  world = { ...(await openWorld(true, world.store, world.clock)), id: world.id };
  await world.pass(2 * minute);
  assert.deepEqual(await totals(), ['ACTIVE a 1 1 1', 'ACTIVE b 1 2 2', 'COMPLETED a 1 3 3']);

  await world.pass(day - 2 * hour, hour);
  await events(world, get('b', '1'));
  await world.pass(3 * hour, hour);
  assert.deepEqual(await totals(), ['ACTIVE b 1 3 3', 'COMPLETED a 1 1 1', 'COMPLETED a 1 3 3'], 'quiet for a day');
  await world.stop();
});

test('arrived: each bucket is counted by itself in the schedule’s minute, whatever wakes the monitor', async () => {
  const world = await openWith(monitorJson(arrived, { script: { source: 'params.n >= 3', lang: 'painless' } }));
  await events(world, get('a', '1'), get('a', '1'), get('b', '1'), get('b', '1'), get('b', '1'));
  await world.pass(5000, 100);
  assert.deepEqual(shown(await alertsOf(world)), ['ACTIVE b 1']);
  await events(world, get('a', '1'));
  await world.pass(5000, 100);
  assert.deepEqual(shown(await alertsOf(world)), ['ACTIVE a 1', 'ACTIVE b 1']);
  await world.pass(minute);
  await events(world, get('c', '1'), get('c', '1'));
  await world.pass(minute);
  await events(world, get('c', '1'));
  await world.pass(minute);
  assert.deepEqual(
    shown(await alertsOf(world)),
    ['ACTIVE a 1', 'ACTIVE b 1'],
    'three in two minutes are not three in one',
  );
  await world.stop();
});

test('arrived: history that was read in is marked', async () => {
  const world = await openWith(monitorJson(arrived));
  await events(world, get('a', '1', { trailhound: { historic: true } }), get('b', '1'));
  await world.pass(1000, 100);
  const historic = (await alertsOf(world)).map((alert) => `${shown([alert])[0]} ${extra(alert).historic}`).sort();
  assert.deepEqual(historic, ['ACTIVE a 1 true', 'ACTIVE b 1 false']);
  await world.stop();
});

const action = (more: Document = {}): Document => ({
  id: 'a1',
  name: 'tell',
  destination_id: 'nowhere',
  message_template: {
    source:
      'n={{ctx.newAlerts.size}}:{{#ctx.newAlerts}}{{bucket_keys}};{{/ctx.newAlerts}} ' +
      'd={{ctx.dedupedAlerts.size}} c={{ctx.completedAlerts.size}} {{ctx.trigger.parentBucketPath}}',
  },
  ...more,
});
const scope = (action_execution_scope: Document): Document => ({ action_execution_policy: { action_execution_scope } });

const dryRuns: readonly [name: string, policy: Document, messages: Readonly<Record<string, string>>][] = [
  ['each alert by default', {}, { 'a#1': 'n=1:a,1; d=0 c=0 by', 'a#2': 'n=1:a,2; d=0 c=0 by' }],
  [
    'each new alert',
    scope({ per_alert: { actionable_alerts: ['NEW'] } }),
    { 'a#1': 'n=1:a,1; d=0 c=0 by', 'a#2': 'n=1:a,2; d=0 c=0 by' },
  ],
  ['only completed ones', scope({ per_alert: { actionable_alerts: ['COMPLETED'] } }), {}],
  [
    'once for all',
    scope({ per_execution: {} }),
    { 'a#1': 'n=2:a,1;a,2; d=0 c=0 by', 'a#2': 'n=2:a,1;a,2; d=0 c=0 by' },
  ],
];

for (const [name, policy, messages] of dryRuns) {
  test(`actions: ${name}`, async () => {
    const world = await openWith(monitorJson({ enabled: false }, {}, [action(policy)]));
    await events(world, get('a', '1'), get('a', '2'));
    const result = await world.alerting.execute(world.id, { dryRun: true });
    assert.deepEqual(messagesOf(result), messages);
    assert.deepEqual(await alertsOf(world), [], 'a dry run stores nothing');
    await world.stop();
  });
}

test('actions: with more than fifty alerts one message tells all', async () => {
  const world = await openWith(monitorJson({ enabled: false }, {}, [action()]));
  await events(world, ...Array.from({ length: 51 }, (_, at) => get('a', String(at))));
  const messages = Object.values(messagesOf(await world.alerting.execute(world.id, { dryRun: true })));
  assert.equal(messages.length, 51);
  assert.equal(new Set(messages).size, 1);
  assert.match(String(messages[0]), /^n=51:/);
  await world.stop();
});

test('a failed action does not make the alert of a bucket an error; throttling counts on each alert', async () => {
  const throttle = { throttle_enabled: true, throttle: { value: 10, unit: 'MINUTES' } };
  const world = await openWith(monitorJson({ enabled: false }, {}, [action(throttle)]));
  await events(world, get('a', '1'));
  await world.alerting.execute(world.id);
  const second = await world.alerting.execute(world.id);
  const [alert] = await alertsOf(world);
  assert.equal(alert?.state, 'ACTIVE');
  const [memory] = (alert?.action_execution_results ?? []) as readonly Document[];
  assert.equal(memory?.throttled_count, 1);
  const results = (second.trigger_results as Record<string, Document>).t1?.action_results as Record<
    string,
    Record<string, Document>
  >;
  assert.equal(results['a#1']?.a1?.throttled, true);
  await world.stop();
});

function messagesOf(result: Document): Record<string, unknown> {
  const trigger = (result.trigger_results as Record<string, Document>).t1;
  const results = trigger?.action_results as Record<string, Record<string, { output: Document }>>;
  return Object.fromEntries(Object.entries(results).map(([bucket, actions]) => [bucket, actions.a1?.output.message]));
}

test('a script that cannot work: no alert, the original’s empty words, and the reason beside them', async () => {
  const world = await openWith(monitorJson({}, { script: { source: 'params.nope > 1', lang: 'painless' } }));
  await events(world, get('a', '1'));
  const result = await world.alerting.execute(world.id);
  assert.deepEqual(result.input_results, { results: [], error: '' });
  const trigger = (result.trigger_results as Record<string, Document>).t1;
  assert.equal(trigger?.error, "Empty list doesn't contain element at index 0.");
  assert.match(String(extra(trigger).error), /null/);
  assert.deepEqual(await alertsOf(world), []);
  await world.stop();
});

const conditions: readonly [name: string, condition: Document, marked: readonly string[]][] = [
  ['a count', { script: { source: 'params.n > 1' } }, ['a#1']],
  ['a metric', { buckets_path: { most: 'most' }, script: { source: 'params.most >= 7' } }, ['a#1', 'b#2']],
  ['a metric of stats', { buckets_path: { s: 'sizes.sum' }, script: { source: 'params.s == 12.0' } }, ['a#1']],
  [
    'a metric that a bucket lacks is skipped',
    { buckets_path: { m: 'most' }, script: { source: 'params.m < 100' } },
    ['a#1', 'b#2'],
  ],
  [
    '… or zero',
    { gap_policy: 'insert_zeros', buckets_path: { m: 'most' }, script: { source: 'params.m < 1' } },
    ['c#3'],
  ],
  ['inside a bucket', { buckets_path: { n: 'large>_count' }, script: { source: 'params.n > 0' } }, ['a#1', 'b#2']],
  [
    'a filter by key',
    { composite_agg_filter: { bucket: { include: '[ab]' }, ip: { exclude: ['1'] } }, script: { source: 'true' } },
    ['b#2'],
  ],
  ['a filter that does not name a source refuses all', { composite_agg_filter: { bucket: { include: 'a' } } }, []],
];

for (const [name, condition, marked] of conditions) {
  test(`condition: ${name}`, async () => {
    const world = await openWith(monitorJson({ enabled: false, inputs: metrics }, condition));
    await events(
      world,
      get('a', '1', { size: 5 }),
      get('a', '1', { size: 7 }),
      get('b', '2', { size: 8 }),
      get('c', '3'),
    );
    const result = await world.alerting.execute(world.id, { dryRun: true });
    const trigger = (result.trigger_results as Record<string, Document>).t1;
    assert.equal(trigger?.error, null);
    assert.deepEqual(Object.keys(trigger?.agg_result_buckets as object).sort(), marked);
    await world.stop();
  });
}

const metrics: readonly Document[] = [
  {
    search: {
      indices: ['wazuh-alerts-4.x-*'],
      query: {
        size: 0,
        query: { term: { 'data.aws.eventName': 'GetObject' } },
        aggs: {
          by: {
            composite: {
              sources: [
                { bucket: { terms: { field: 'data.aws.bucket' } } },
                { ip: { terms: { field: 'data.aws.sourceIPAddress' } } },
              ],
            },
            aggs: {
              most: { max: { field: 'data.aws.size' } },
              sizes: { stats: { field: 'data.aws.size' } },
              large: { filter: { range: { 'data.aws.size': { gt: 6 } } } },
            },
          },
        },
      },
    },
  },
];

test('buckets of terms, named by one key', async () => {
  const inputs = [
    {
      search: {
        indices: ['wazuh-alerts-4.x-*'],
        query: {
          aggs: {
            inside: {
              filter: { exists: { field: 'data.aws.bucket' } },
              aggs: { by: { terms: { field: 'data.aws.bucket' } } },
            },
          },
        },
      },
    },
  ];
  const world = await openWith(monitorJson({ inputs }, { parent_bucket_path: 'inside>by' }));
  await events(world, get('a', '1'), get('b', '1'));
  await world.pass(minute);
  assert.deepEqual(shown(await alertsOf(world)), ['ACTIVE a', 'ACTIVE b', 'ACTIVE x']);
  await world.stop();
});

test('a trigger dropped and a monitor deleted end all their alerts', async () => {
  const world = await openWith(monitorJson());
  await events(world, ...Array.from({ length: 15 }, (_, at) => get('a', String(at))));
  await world.pass(1000, 100);
  const saved = world.alerting.getMonitor(world.id);
  const [trigger] = (saved?.monitor.triggers ?? []) as { bucket_level_trigger: Document }[];
  const other = { bucket_level_trigger: { ...trigger?.bucket_level_trigger, id: 't2' } };
  await world.alerting.updateMonitor(world.id, { ...saved?.monitor, triggers: [other] });
  assert.deepEqual(new Set((await alertsOf(world)).map(({ state }) => state)), new Set(['DELETED']));
  await world.pass(minute);
  assert.equal((await alertsOf(world, { alertState: 'ACTIVE' })).length, 15);
  await world.alerting.deleteMonitor(world.id);
  assert.equal((await alertsOf(world, { alertState: 'DELETED' })).length, 30);
  await world.stop();
});

test('a day of virtual time: a bucket comes, stays and goes, and each of 1,440 runs keeps its minute', async () => {
  const world = await openWith(monitorJson({ ui_metadata: { trailhound: { live: false } } }));
  const stored = await events(world, get('a', '1'));
  const runs = world.alerting.stats().runs;
  await world.pass(12 * hour);
  assert.deepEqual(shown(await alertsOf(world)), ['ACTIVE a 1']);
  await world.store.write(stored.map(({ id }) => ({ action: 'delete', index, id })));
  await world.pass(minute);
  const [ended] = await alertsOf(world);
  assert.equal(ended?.state, 'COMPLETED');
  assert.equal(Number(ended?.end_time) - Number(ended?.start_time), 12 * hour);
  await world.pass(12 * hour - minute);
  assert.equal(world.alerting.stats().runs - runs, 1440);
  assert.equal((await alertsOf(world)).length, 1);
  await world.stop();
});

test('an index that goes: no alert opens or ends, and the ones that a message tells of are errors until it is back', async () => {
  const inputs = (monitorJson().inputs as Document[]).map(({ search }) => ({
    search: { ...(search as Document), indices: [index] },
  }));
  const world = await openWith(monitorJson({ inputs }, {}, [action()]));
  await events(world, get('a', '1'));
  await world.alerting.execute(world.id);
  await world.store.deleteIndex(index);
  const gone = await world.alerting.execute(world.id);
  assert.deepEqual(gone.input_results, { results: [], error: `no such index [${index}]` });
  const [alert] = await alertsOf(world);
  assert.equal(alert?.state, 'ERROR');
  assert.match(String(alert?.error_message), /^Failed fetching inputs:/);
  await events(world, get('a', '1'));
  await world.alerting.execute(world.id);
  assert.deepEqual(shown(await alertsOf(world)), ['ACTIVE a 1']);
  assert.equal((await alertsOf(world))[0]?.id, alert?.id, 'the same alert');
  await world.stop();
});

test('disabled, the alerts stay as they are; enabled again the next run goes on with them', async () => {
  const world = await openWith(monitorJson({ ui_metadata: { trailhound: { live: false } } }));
  const stored = await events(world, get('a', '1'));
  await world.pass(minute);
  await world.alerting.updateMonitor(world.id, monitorJson({ enabled: false }));
  await world.store.write(stored.map(({ id }) => ({ action: 'delete', index, id })));
  await world.pass(hour);
  assert.deepEqual(shown(await alertsOf(world)), ['ACTIVE a 1']);
  await world.alerting.updateMonitor(world.id, monitorJson());
  await world.pass(minute);
  assert.deepEqual(shown(await alertsOf(world)), ['COMPLETED a 1']);
  await world.stop();
});

test('a monitor file without ids: its triggers keep theirs when the file changes, and so do the alerts', async () => {
  const world = await openWorld();
  await events(world, get('a', '1'));
  const [trigger] = (monitorJson(arrived).triggers as { bucket_level_trigger: Document }[]) ?? [];
  const { id: _, ...nameless } = trigger?.bucket_level_trigger ?? {};
  const file = (name: string): { name: string; json: Document } => ({
    name: 'grouped.json',
    json: monitorJson({ ...arrived, name, triggers: [{ bucket_level_trigger: nameless }] }),
  });
  await world.alerting.install([file('one')]);
  await world.pass(1000, 100);
  await world.alerting.install([file('two')]);
  await world.pass(minute);
  await events(world, get('a', '1'));
  await world.pass(1000, 100);
  const alerts = await alertsOf(world);
  assert.deepEqual(shown(alerts), ['ACTIVE a 1']);
  assert.equal(extra(alerts[0]).total, 2);
  await world.stop();
});
