import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { type Json, root, until } from '../program.ts';
import { s3Record } from '../records.ts';
import { type Console, openPage, startConsole, withBrowser } from './start.ts';

/** The console as a person uses it: the real program, a real browser, clicks by label. */

const getObject = 'S3 GetObject from Anonymous Principal';
const listBucket = 'S3 ListBucket / ListObjectsV2 from Anonymous Principal';

/** What an attacker writes where he may: markup that would run, and characters that turn text around. */
const canary = '<img src=x onerror="globalThis.canary=1"><script>globalThis.canary=1</script>\u202egpj.exe';
const shownCanary = canary.replace('\u202e', '\\u202e');

describe('the console', withBrowser, () => {
  let running: Console;
  const folder = mkdtempSync(join(tmpdir(), 'trailhound-console-'));

  before(async () => {
    running = await startConsole(folder);
    running.deliver([
      s3Record(1, 'GetObject', 'anonymous', {
        userAgent: canary,
        requestParameters: { bucketName: 'delete-me-projectx-leaky-bucket', key: `config/${canary}` },
      }),
      s3Record(2, 'ListObjects', 'ANONYMOUS_PRINCIPAL', { requestParameters: { bucketName: 'leaky', [canary]: '1' } }),
      ...Array.from({ length: 60 }, (_, number) => s3Record(100 + number, 'HeadObject', 'user')),
    ]);
    await until('the alerts of the first delivery', async () => {
      const { body } = await running.program.call('GET', '/_plugins/_alerting/monitors/alerts?alertState=ACTIVE');
      return body.totalAlerts >= 2 ? true : undefined;
    });
  });

  after(async () => {
    await running?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function api(method: string, path: string, body?: unknown): Promise<Json> {
    return (await running.program.call(method, path, body)).body;
  }

  test("the guide's walk: create a monitor by its labels, and see its alert come", async (context) => {
    const query = guideQuery('s3-getobject-anonymous');
    const { page, faults, context: visit } = await openPage(running);
    context.after(() => visit.close());
    await page.goto('/app');
    await heading(page, 'Alerts').waitFor();
    assert.match(page.url(), /\/app\/alerting#\/dashboard$/);
    await page.getByRole('link', { name: 'Monitors', exact: true }).first().click();
    await page.getByRole('link', { name: 'Create monitor' }).click();
    await heading(page, 'Create monitor').waitFor();
    assert.match(page.url(), /\/app\/alerting#\/create-monitor$/);

    await page.getByLabel('Monitor name').fill('My anonymous reads');
    await page.getByLabel('Per query monitor').check();
    await page.getByLabel('Extraction query editor').check();
    await page.getByLabel('Frequency').selectOption('By interval');
    await page.getByLabel('Run every').fill('1');
    await page.getByLabel('Unit of the interval').selectOption('Minute(s)');
    await page.getByLabel('Indexes').fill('wazuh-alerts-4.x-*');
    await page.getByLabel('Indexes').press('Enter');
    await page.getByLabel('Define extraction query').fill(JSON.stringify(query, null, 2));
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText(/^1 hit in /).waitFor();
    await page.getByLabel('Trigger name').fill('Somebody reads without credentials');
    await page.getByLabel('Severity level').selectOption('1 (Highest)');
    assert.equal(await page.getByLabel('Trigger condition').inputValue(), 'ctx.results[0].hits.total.value > 0');
    await page.getByRole('button', { name: 'Preview condition response' }).click();
    await page.getByText('Trigger condition response: true').waitFor();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await heading(page, 'My anonymous reads').waitFor();

    const id = /#\/monitors\/([^?]+)/.exec(page.url())?.[1] ?? '';
    const { monitor } = await api('GET', `/_plugins/_alerting/monitors/${id}`);
    assert.equal(monitor.name, 'My anonymous reads');
    assert.equal(monitor.monitor_type, 'query_level_monitor');
    assert.equal(monitor.enabled, true);
    assert.deepEqual(monitor.schedule, { period: { interval: 1, unit: 'MINUTES' } });
    assert.deepEqual(monitor.inputs[0].search.indices, ['wazuh-alerts-4.x-*']);
    assert.deepEqual(monitor.inputs[0].search.query.query.bool.filter, query.query.bool.filter);
    assert.equal(monitor.triggers[0].query_level_trigger.severity, '1');

    // The next attack shows by itself, and screen readers hear of it.
    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await page.getByRole('row').filter({ hasText: getObject }).waitFor();
    running.deliver([s3Record(3, 'GetObject', 'anonymous')]);
    await page.getByRole('row').filter({ hasText: 'Somebody reads without credentials' }).waitFor();
    const said = page.locator('[data-test-subj="announcements"]');
    await said.filter({ hasText: 'new alert: Somebody reads without credentials, severity 1 (Highest)' }).waitFor({
      state: 'attached',
    });
    assert.deepEqual(faults, []);
  });

  test('an incomplete monitor is not sent, and every wrong field says why', async (context) => {
    const { page, faults, context: visit } = await openPage(running);
    context.after(() => visit.close());
    await page.goto('/app/alerting#/create-monitor');
    await page.getByLabel('Define extraction query').fill('{ "size": 0,\n  "query": }');
    await page.getByLabel('Run every').fill('0');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('Fix all highlighted error(s) before continuing.').waitFor();
    assert.equal(await page.getByText('Required.', { exact: true }).count(), 2, 'monitor name and trigger name');
    await page.getByText('Must specify an index.').waitFor();
    await page.getByText('Must be a positive integer.').waitFor();
    await page.getByText(/^Invalid JSON\. Line 2, column 12: unexpected }/).waitFor();
    await focused(page, page.getByLabel('Monitor name'));
    await page.getByLabel('Monitor name').fill(getObject);
    await page.getByText('Monitor name is already used.').waitFor();
    assert.deepEqual(faults, []);
  });

  test('an alert opens with its events, and text of attackers stays text', async (context) => {
    const { page, faults, context: visit } = await openPage(running);
    context.after(() => visit.close());
    await page.goto('/app/alerting#/dashboard');
    await page.getByRole('button', { name: getObject, exact: true }).click();
    const flyout = page.getByRole('dialog', { name: `Alerts by ${getObject}` });
    await flyout.getByText(`config/${shownCanary}`).waitFor();
    await flyout.getByText('198.51.100.7').first().waitFor();
    await flyout.getByText('ctx.results[0].hits.total.value > 0').waitFor();
    await page.keyboard.press('Escape');
    await flyout.waitFor({ state: 'detached' });
    await focused(page, page.getByRole('button', { name: getObject, exact: true }));

    await page.getByRole('button', { name: getObject, exact: true }).click();
    await flyout.getByRole('row').filter({ hasText: 'config/<img' }).getByRole('link', { name: 'GetObject' }).click();
    await heading(page, 'GetObject').waitFor();
    assert.match(page.url(), /\/app\/discover#\/doc\//);
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    const document = JSON.parse((await page.getByLabel('Document as JSON').textContent()) ?? '');
    assert.equal(document.data.aws.userAgent, canary);

    await page.goto('/app/alerting#/dashboard');
    await page.getByRole('button', { name: listBucket, exact: true }).click();
    await page.getByRole('link', { name: /^List/ }).first().click();
    await page.getByText(`data.aws.requestParameters.${shownCanary}`).waitFor();
    assert.equal(await page.evaluate('globalThis.canary'), undefined);
    assert.deepEqual(faults, []);
  });

  test('alerts are acknowledged one by one and several at once; filters stand in the address', async (context) => {
    const { page, faults, context: visit } = await openPage(running);
    context.after(() => visit.close());
    await page.goto('/app/alerting#/dashboard?alertState=ACTIVE');
    const row = (name: string) =>
      page.getByRole('row').filter({ has: page.getByRole('button', { name, exact: true }) });
    await row(listBucket).waitFor();
    await page.getByRole('button', { name: listBucket, exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('Successfully acknowledged 1 alert.').waitFor();
    await row(listBucket).waitFor({ state: 'detached' });

    await page.getByLabel('Alert state').selectOption('Acknowledged');
    await row(listBucket).getByText('Acknowledged').waitFor();
    assert.match(page.url(), /alertState=ACKNOWLEDGED/);

    const open = (await api('GET', '/_plugins/_alerting/monitors/alerts?alertState=ACTIVE')).totalAlerts;
    assert.ok(open >= 2, `${open} alerts are open`);
    await page.goto('/app/alerting#/dashboard?alertState=ACTIVE');
    await row(getObject).waitFor();
    await page.getByLabel('Select all triggers').check();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page.getByRole('button', { name: `Acknowledge ${open} alerts` }).click();
    await page.getByText(`Successfully acknowledged ${open} alerts.`).waitFor();
    await page.getByText('There are no alerts matching your applied filters').waitFor();
    await page.getByRole('button', { name: 'Reset filters' }).click();
    await row(getObject).getByText('Acknowledged').waitFor();

    await page.getByLabel('Search alerts').fill('listbucket anonymous');
    await row(getObject).waitFor({ state: 'detached' });
    await row(listBucket).waitFor();
    assert.match(page.url(), /search=listbucket\+anonymous/);
    await page.getByLabel('Search alerts').fill('');
    await page.getByLabel('Severity level').selectOption('2 (High)');
    await row(listBucket).waitFor({ state: 'detached' });
    assert.deepEqual(faults, []);
  });

  test('a monitor is run, tried, disabled, enabled, exported and deleted', async (context) => {
    const made = await makeMonitor('To be handled');
    const { page, faults, context: visit } = await openPage(running);
    context.after(() => visit.close());
    await page.goto(`/app/alerting#/monitors/${made._id}`);
    const result = page.locator('[data-test-subj="runResult"]');
    await page.getByLabel('Dry run: raise no alert and send nothing').check();
    await page.getByRole('button', { name: 'Run now' }).click();
    await result.getByText('would be triggered').waitFor();
    await page.getByText('This monitor has not raised an alert').waitFor();
    await page.getByLabel('Dry run: raise no alert and send nothing').uncheck();
    await page.getByRole('button', { name: 'Run now' }).click();
    await result.getByText(/^To be handled triggered$/).waitFor();
    await page.getByRole('row').filter({ hasText: 'Active' }).waitFor();

    const enabled = async () => (await api('GET', `/_plugins/_alerting/monitors/${made._id}`)).monitor.enabled;
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Enable' }).waitFor();
    assert.equal(await enabled(), false);
    await page.getByRole('link', { name: 'Monitors', exact: true }).first().click();
    await page.getByLabel('Select To be handled').check();
    await page.locator('[data-test-subj="actionsButton"]').click();
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByText('Enabled 1 monitor.').waitFor();
    assert.equal(await enabled(), true);

    await page.getByRole('link', { name: 'To be handled' }).click();
    await page.getByRole('button', { name: 'Export as JSON' }).click();
    const exported = JSON.parse((await page.getByLabel('Monitor as JSON').textContent()) ?? '');
    assert.equal(exported.name, 'To be handled');
    assert.deepEqual(exported.ui_metadata, { theirs: { kept: [1, 2] }, trailhound: { evaluate: 'opensearch' } });
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as file' }).click();
    assert.equal((await download).suggestedFilename(), 'To-be-handled.json');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.locator('[data-test-subj="confirmModalConfirmButton"]').click();
    await heading(page, 'Monitors').waitFor();
    await page.getByRole('link', { name: getObject }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'To be handled' }).count(), 0);
    assert.equal((await running.program.call('GET', `/_plugins/_alerting/monitors/${made._id}`)).status, 404);
    assert.deepEqual(faults, []);
  });

  test('an edit keeps what the form does not show, and never writes over a change it has not seen', async (context) => {
    const made = await makeMonitor('To be edited');
    const { page, faults, context: visit } = await openPage(running);
    context.after(() => visit.close());
    await page.goto(`/app/alerting#/monitors/${made._id}?type=monitor&action=edit-monitor`);
    await page.getByLabel('Monitor name').fill('Edited');
    await page.getByLabel('Severity level').selectOption('4 (Low)');
    await page.getByRole('button', { name: 'Save' }).click();
    await heading(page, 'Edited').waitFor();
    const stored = await api('GET', `/.opendistro-alerting-config/_doc/${made._id}`);
    const before = made.monitor.triggers[0].query_level_trigger;
    const trigger = stored._source.monitor.triggers[0].query_level_trigger;
    assert.deepEqual({ ...trigger, severity: before.severity }, before);
    assert.equal(trigger.severity, '4');
    assert.deepEqual(stored._source.monitor.ui_metadata.theirs, { kept: [1, 2] });

    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Monitor name').fill('Mine');
    const theirs = await api('GET', `/_plugins/_alerting/monitors/${made._id}`);
    await api('PUT', `/_plugins/_alerting/monitors/${made._id}`, { ...theirs.monitor, name: 'Theirs' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody changed this monitor meanwhile.').waitFor();
    assert.equal((await api('GET', `/_plugins/_alerting/monitors/${made._id}`)).monitor.name, 'Theirs');
    assert.deepEqual(faults, []);
  });

  test('a monitor that fails shows its error', async (context) => {
    const made = await makeMonitor('Broken', 'ctx.results[0].nonexistent.field.value > 0');
    await api('POST', `/_plugins/_alerting/monitors/${made._id}/_execute`, {});
    const { page, faults, context: visit } = await openPage(running);
    context.after(() => visit.close());
    await page.goto('/app/alerting#/dashboard?alertState=ERROR');
    await page.getByRole('button', { name: 'Broken', exact: true }).click();
    await page.getByRole('dialog').getByText('Failed evaluating trigger').waitFor();
    assert.deepEqual(faults, []);
  });

  test('events are searched, paged, opened and narrowed by a click', async (context) => {
    const { page, faults, context: visit } = await openPage(running);
    context.after(() => visit.close());
    await page.goto('/app/discover#/');
    await page.getByText(/^6\d events, newest first/).waitFor();
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText('Page 2 of 2').waitFor();
    assert.match(page.url(), /page=2/);
    await page
      .getByLabel('Search events')
      .fill('data.aws.eventName:GetObject AND data.aws.requestParameters.key:config*');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText(/^1 event, newest first/).waitFor();
    const row = page.getByRole('row').filter({ hasText: 'GetObject' });
    await row.getByText('Anonymous', { exact: true }).waitFor();
    await row.getByText('119500').waitFor();
    await page.getByRole('button', { name: 'Details of GetObject' }).click();
    await page.getByText(shownCanary, { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Only events with this data.aws.eventName' }).click();
    await page.waitForURL(/q=.*AND\+data\.aws\.eventName/);
    await page.getByText(/^1 event, newest first/).waitFor();

    await page.getByLabel('Search events').fill('data.aws.eventName:(');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Events could not be loaded').waitFor();
    await page.goto(
      '/app/discover#/?q=data.aws.eventName:HeadObject&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z',
    );
    await page.getByText('No events match').waitFor();
    await page.getByRole('button', { name: 'Show all events' }).click();
    await page.getByText(/^6\d events, newest first/).waitFor();
    await page.getByLabel('Time range').selectOption('Last 15 minutes');
    await page.waitForURL(/from=now-15m/);
    await page.getByText(/^6\d events, newest first/).waitFor();
    assert.equal(await page.evaluate('globalThis.canary'), undefined);
    assert.deepEqual(faults, []);
  });

  test('the keyboard reaches everything, and a server that is gone is said to be gone', async (context) => {
    const { page, context: visit } = await openPage(running);
    context.after(() => visit.close());
    await page.goto('/app/alerting#/dashboard');
    await page.getByRole('table').waitFor();
    await page.keyboard.press('Tab');
    await focused(page, page.getByRole('button', { name: 'Skip to main content' }));
    await page.keyboard.press('Enter');
    await focused(page, page.getByRole('main'));
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await visit.setOffline(true);
    await page.getByText('Not up to date: The Trailhound server does not answer.').waitFor();
    assert.ok((await page.getByRole('row').count()) > 1, 'what was loaded stays');
    await visit.setOffline(false);
    await page.getByText('Not up to date').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /problem/ }).click();
    await page.getByRole('dialog', { name: 'Problems' }).waitFor();
  });

  test('every page is accessible in both themes, and keeps the strict content security policy', async (context) => {
    const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
    const { hits } = await api('POST', '/_plugins/_alerting/monitors/_search', { query: { match_all: {} } });
    const monitor = hits.hits[0]._id;
    const { alerts } = await api('GET', '/_plugins/_alerting/monitors/alerts');
    const alert = alerts.find((one: Json) => one.monitor_name === getObject);
    const { _index, _id } = alert.trailhound.events[0];
    const routes: readonly (readonly [address: string, heading: string])[] = [
      ['/app/alerting#/dashboard', 'Alerts'],
      [`/app/alerting#/dashboard?trigger=${encodeURIComponent(`${alert.monitor_id}/${alert.trigger_id}`)}`, 'Alerts'],
      ['/app/alerting#/dashboard?search=nothing', 'Alerts'],
      ['/app/alerting#/monitors', 'Monitors'],
      [`/app/alerting#/monitors/${monitor}`, ''],
      [`/app/alerting#/monitors/${monitor}?action=edit-monitor`, 'Edit monitor'],
      ['/app/alerting#/create-monitor', 'Create monitor'],
      ['/app/discover#/', 'Events'],
      [`/app/discover#/doc/wazuh-alerts-4.x-*/${_index}?id=${_id}`, ''],
      ['/app/nowhere', 'Not found'],
    ];
    for (const colorScheme of ['light', 'dark'] as const) {
      // axe is not part of the console: it is put in past the policy.
      const { page, faults, context: visit } = await openPage(running, { colorScheme, bypassCSP: true });
      for (const [address, title] of routes) {
        await page.goto('about:blank');
        await page.goto(address);
        await heading(page, title).waitFor();
        await page.getByText(/^Loading/).waitFor({ state: 'detached' });
        if (title === 'Events')
          await page
            .getByRole('button', { name: /^Details of/ })
            .first()
            .click();
        assert.deepEqual(await violations(page, axe), [], `${address} in ${colorScheme}`);
      }
      assert.deepEqual(faults, []);
      await visit.close();
    }
    const { page, faults, context: visit } = await openPage(running);
    context.after(() => visit.close());
    for (const [address] of routes) {
      await page.goto('about:blank');
      await page.goto(address);
      await page.getByRole('heading', { level: 1 }).waitFor();
    }
    assert.deepEqual(faults, []);
  });

  test('the chosen theme stays', async (context) => {
    const { page, context: visit } = await openPage(running, { colorScheme: 'light' });
    context.after(() => visit.close());
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.goto('/app/alerting#/monitors');
    await heading(page, 'Monitors').waitFor();
    const light = await ground();
    await page.getByRole('button', { name: /^Theme: Auto/ }).click();
    await page.getByRole('button', { name: /^Theme: Light/ }).click();
    await page.getByRole('button', { name: /^Theme: Dark/ }).waitFor();
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.reload();
    await heading(page, 'Monitors').waitFor();
    assert.equal(await ground(), dark);
  });

  test('monitors of the other kinds: their labels, run and switched off, and what their alerts are about', async (context) => {
    const { page, faults, context: visit } = await openPage(running);
    context.after(() => visit.close());
    const schedule = { period: { interval: 1, unit: 'DAYS' } };
    const common = { type: 'monitor', enabled: true, schedule };
    const sources = [{ event: { terms: { field: 'data.aws.eventName' } } }];
    const bucket = await api('POST', '/_plugins/_alerting/monitors', {
      ...common,
      name: 'grouped',
      monitor_type: 'bucket_level_monitor',
      inputs: [
        { search: { indices: ['wazuh-alerts-4.x-*'], query: { size: 0, aggs: { by: { composite: { sources } } } } } },
      ],
      triggers: [
        {
          bucket_level_trigger: {
            name: 'each event name',
            severity: '2',
            condition: {
              parent_bucket_path: 'by',
              buckets_path: { n: '_count' },
              script: { source: 'params.n > 0', lang: 'painless' },
            },
            actions: [],
          },
        },
      ],
    });
    await api('POST', '/_plugins/_alerting/monitors', {
      ...common,
      name: 'each document',
      monitor_type: 'doc_level_monitor',
      inputs: [
        { doc_level_input: { indices: ['wazuh-alerts-4.x-*'], queries: [{ name: 'q', query: '*', tags: [] }] } },
      ],
      triggers: [],
    });
    await page.goto('/app/alerting#/monitors');
    const row = (name: string): Locator => page.getByRole('row').filter({ hasText: name });
    await row('grouped').getByText('Per bucket').waitFor();
    await row('each document').getByText('Per document').waitFor();

    await row('grouped').getByRole('link', { name: 'grouped' }).click();
    await heading(page, 'grouped').waitFor();
    await page.getByText('Per bucket monitor').waitFor();
    await page.getByText('params.n > 0').first().waitFor();
    await page.getByLabel(/Dry run/).uncheck();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByText(/triggered \(\d buckets\)/).waitFor();
    await page.getByRole('row').filter({ hasText: 'HeadObject' }).waitFor();
    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    await page.getByRole('button', { name: 'Enable', exact: true }).waitFor();
    const { monitor } = await api('GET', `/_plugins/_alerting/monitors/${bucket._id}`);
    assert.equal(monitor.enabled, false);
    assert.equal(monitor.triggers[0].bucket_level_trigger.condition.parent_bucket_path, 'by');

    await page.goto('/app/alerting#/dashboard');
    await page.getByRole('button', { name: 'each event name', exact: true }).click();
    await page.getByText('HeadObject').first().waitFor();
    assert.deepEqual(faults, []);
  });

  /** A monitor over everything that OpenSearch's way counts, with metadata of somebody else. */
  async function makeMonitor(name: string, condition = 'ctx.results[0].hits.total.value > 0'): Promise<Json> {
    const made = await api('POST', '/_plugins/_alerting/monitors', {
      type: 'monitor',
      name,
      monitor_type: 'query_level_monitor',
      enabled: true,
      schedule: { period: { interval: 1, unit: 'DAYS' } },
      inputs: [{ search: { indices: ['wazuh-alerts-4.x-*'], query: { size: 0, query: { match_all: {} } } } }],
      triggers: [
        {
          query_level_trigger: {
            name,
            severity: '3',
            condition: { script: { source: condition, lang: 'painless' } },
            actions: [],
          },
        },
      ],
      ui_metadata: { theirs: { kept: [1, 2] }, trailhound: { evaluate: 'opensearch' } },
    });
    assert.ok(made._id, JSON.stringify(made));
    return made;
  }
});

function heading(page: Page, name: string): Locator {
  return page.getByRole('heading', { level: 1, ...(name ? { name, exact: true } : {}) });
}

/** Waits until the element has the focus. */
async function focused(page: Page, element: Locator): Promise<void> {
  await element.and(page.locator(':focus')).waitFor();
}

/** What axe finds wrong with the page as it stands, a line each. */
async function violations(page: Page, axe: string): Promise<readonly string[]> {
  await page.evaluate(axe);
  const found = (await page.evaluate('axe.run(document).then((result) => result.violations)')) as Json[];
  return found.map(({ id, help, nodes }) => `${id}: ${help} ${nodes.map((node: Json) => node.target).join(' ')}`);
}

function guideQuery(file: string): Json {
  return JSON.parse(readFileSync(join(root, `content/monitors/guide/${file}.json`), 'utf8')).inputs[0].search.query;
}
