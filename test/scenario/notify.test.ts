import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { certificateFile, mailPassword, mailUser, startMailServer } from '../../src/notify/mail-server.suite.ts';
import { startReceiver } from '../../src/notify/receiver.suite.ts';
import { type Json, type Program, serve, temporaryFolder, until } from '../program.ts';
import { deliver, s3Record } from '../records.ts';

/** The guide's alert on its way to people: channels over the API, real mail and post, through the real program. */

const monitors = '/_plugins/_alerting/monitors';
const configs = '/_plugins/_notifications/configs';
const getObject = 'S3 GetObject from Anonymous Principal';

async function add(program: Program, id: string, type: string, settings: object): Promise<void> {
  const config = { name: id, config_type: type, is_enabled: true, [type]: settings };
  const { status, body } = await program.call('POST', configs, { config_id: id, config });
  assert.equal(status, 200, JSON.stringify(body));
}

async function monitorOf(program: Program, name: string): Promise<Json> {
  const query = { term: { 'monitor.name.keyword': name } };
  const { body } = await program.call('POST', `${monitors}/_search`, { query });
  return body.hits.hits[0];
}

/** As a user does it: read the monitor, add actions to its trigger, write it back. */
async function addActions(program: Program, name: string, channels: readonly string[]): Promise<string> {
  const { _id: id, _source: monitor } = await monitorOf(program, name);
  monitor.triggers[0].query_level_trigger.actions = channels.map((channel) => ({
    name: channel,
    destination_id: channel,
    subject_template: { source: 'Alert: {{ctx.monitor.name}}' },
    message_template: {
      source:
        'Trigger {{ctx.trigger.name}}, severity {{ctx.trigger.severity}}: {{ctx.results.0.hits.total.value}} events',
    },
  }));
  const { status, body } = await program.call('PUT', `${monitors}/${id}`, monitor);
  assert.equal(status, 200, JSON.stringify(body));
  return id;
}

async function alertOf(program: Program, monitorId: string): Promise<Json> {
  const { body } = await program.call(
    'GET',
    `${monitors}/alerts?monitorId=${monitorId}&sortString=start_time&sortOrder=desc`,
  );
  return body.alerts[0];
}

function configFile(folder: string): string {
  const password = join(folder, 'password');
  writeFileSync(password, mailPassword, { mode: 0o600 });
  const config = join(folder, 'trailhound.yaml');
  const login = { username: mailUser, passwordFile: password, caFile: certificateFile };
  writeFileSync(config, JSON.stringify({ notifications: { smtp: { account: login } } }));
  return config;
}

async function start(t: TestContext): Promise<{ program: Program; lake: string; args: readonly string[] }> {
  const folder = temporaryFolder(t);
  const lake = join(folder, 'lake');
  mkdirSync(lake);
  const args = ['--config', configFile(folder), '--data', join(folder, 'data'), '--source', lake];
  const program = await serve(args);
  t.after(() => program.stop());
  return { program, lake, args };
}

test('the guide alert arrives by mail and by post, and each try is seen in the alert', async (t) => {
  const mail = await startMailServer(t);
  const receiver = await startReceiver(t);
  const { program, lake } = await start(t);
  await add(program, 'account', 'smtp_account', {
    host: 'localhost',
    port: mail.port,
    method: 'start_tls',
    from_address: 'trailhound@example.com',
  });
  await add(program, 'people', 'email_group', { recipient_list: [{ recipient: 'second@example.com' }] });
  await add(program, 'mail', 'email', {
    email_account_id: 'account',
    recipient_list: [{ recipient: 'first@example.com' }],
    email_group_id_list: ['people'],
  });
  const token = 'hook-t0k3n-hook-t0k3n';
  await add(program, 'post', 'webhook', {
    url: `${receiver.url}/hook`,
    header_params: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/plain' },
  });
  const id = await addActions(program, getObject, ['mail', 'post']);

  deliver(lake, [s3Record(1, 'GetObject', 'anonymous'), s3Record(2, 'GetObject', 'anonymous')]);
  await until('two mails', async () => (mail.mails.length >= 2 ? true : undefined));
  const [first, second] = mail.mails;
  assert.deepEqual([first?.to, second?.to], [['first@example.com'], ['second@example.com']]);
  assert.ok(first?.secure && first.user === mailUser);
  assert.equal(first.headers.get('subject'), `Alert: ${getObject}`);
  assert.equal(first.body, `Trigger ${getObject}, severity 1: 2 events`);
  const post = await until('the post', async () => receiver.received[0]);
  assert.equal(post.body, `Trigger ${getObject}, severity 1: 2 events`);
  assert.equal(post.headers.authorization, `Bearer ${token}`);
  assert.match(String(post.headers['idempotency-key']), /^[\w-]{20}$/);

  const alert = await until('both tries in the alert', async () => {
    const found = await alertOf(program, id);
    const results: Json[] = found?.action_execution_results ?? [];
    return results.length === 2 && results.every((result) => result.trailhound?.attempts?.[0]?.sent)
      ? found
      : undefined;
  });
  assert.equal(alert.state, 'ACTIVE');
  assert.equal(mail.mails.length, 2);

  // Nothing that can be asked shows a secret.
  const asked = await Promise.all(
    [
      configs,
      `${configs}/post`,
      `${monitors}/alerts`,
      '/.opensearch-notifications-config/_search',
      '/.trailhound-notifications/_search',
      '/_search?expand_wildcards=all',
    ].map(async (path) => JSON.stringify((await program.call('GET', path)).body)),
  );
  for (const text of [...asked, program.output()]) {
    assert.ok(!text.includes(token) && !text.includes(mailPassword), text.slice(0, 2000));
  }
});

test('an acknowledged alert sends nothing', async (t) => {
  const receiver = await startReceiver(t);
  const { program, lake } = await start(t);
  await add(program, 'post', 'webhook', { url: `${receiver.url}/hook` });
  deliver(lake, [s3Record(1, 'GetObject', 'anonymous')]);
  const { _source: guide } = await until('the guide monitor', async () => monitorOf(program, getObject));
  const action = { name: 'a', destination_id: 'post', message_template: { source: 'hi' } };
  const mine = {
    ...guide,
    name: 'every second, as OpenSearch counts',
    ui_metadata: { trailhound: { interval_seconds: 1 } },
    triggers: [{ query_level_trigger: { ...guide.triggers[0].query_level_trigger, actions: [action] } }],
  };
  const { body: made } = await program.call('POST', monitors, mine);
  assert.equal(made.monitor.ui_metadata.trailhound.interval_seconds, 1);
  await until('some posts', async () => (receiver.received.length >= 2 ? true : undefined));
  const alert = await alertOf(program, made._id);
  const { body } = await program.call('POST', `${monitors}/${made._id}/_acknowledge/alerts`, { alerts: [alert.id] });
  assert.deepEqual(body.success, [alert.id]);
  // What was handed over before is still sent; then there is silence, though the condition holds.
  await until('silence', async () => {
    const before = receiver.received.length;
    const { body: run } = await program.call('POST', `${monitors}/${made._id}/_execute`);
    assert.deepEqual(Object.values(run.trigger_results as Record<string, Json>)[0].action_results, {});
    await new Promise((done) => setTimeout(done, 1500));
    return receiver.received.length === before ? true : undefined;
  });
  const quiet = receiver.received.length;
  await new Promise((done) => setTimeout(done, 2500));
  assert.equal(receiver.received.length, quiet);
  const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
  assert.equal(new Set(keys).size, keys.length, 'each occurrence is a message of its own');
});

test('killed while a receiver hangs: another monitor is not held up, and the message comes after the restart under its key', async (t) => {
  const receiver = await startReceiver(t);
  receiver.answers.set('/dead', { silent: true });
  const { program, lake, args } = await start(t);
  await add(program, 'dead', 'webhook', { url: `${receiver.url}/dead` });
  await add(program, 'live', 'webhook', { url: `${receiver.url}/live` });
  const id = await addActions(program, getObject, ['dead']);
  await addActions(program, 'S3 ListBucket / ListObjectsV2 from Anonymous Principal', ['live']);
  const at = (path: string) => receiver.received.filter((post) => post.path === path);

  deliver(lake, [s3Record(1, 'GetObject', 'anonymous')]);
  await until('the dead receiver to be tried', async () => at('/dead')[0]);
  const alert = await until('the alert, though nobody answered', async () => alertOf(program, id));
  deliver(lake, [s3Record(2, 'ListObjects', 'anonymous')]);
  await until('the live receiver', async () => at('/live')[0]);
  await program.kill();

  receiver.answers.clear();
  const again = await serve(args);
  t.after(() => again.stop());
  const post = await until('the message', async () => at('/dead')[1]);
  assert.equal(post.headers['idempotency-key'], at('/dead')[0]?.headers['idempotency-key']);
  assert.equal(post.body, at('/dead')[0]?.body);
  const sent = await until('the try in the alert', async () => {
    const found = await alertOf(again, id);
    return found?.action_execution_results[0]?.trailhound?.attempts[0]?.sent ? found : undefined;
  });
  assert.equal(sent.id, alert.id);
  assert.equal(sent.state, 'ACTIVE');
});
