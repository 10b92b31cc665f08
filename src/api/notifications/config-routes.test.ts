import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { keptLog } from '../../base/log.ts';
import { virtualClock } from '../../base/virtual-clock.ts';
import { openNotifications } from '../../notify/notify.ts';
import { startReceiver } from '../../notify/receiver.suite.ts';
import { mask } from '../../notify/secret.ts';
import { openMemory } from '../../store/memory.ts';
import { startServer, type TestServer } from '../server.suite.ts';

/** The words and statuses of the Notifications API, where no recording says them: from the plugin's sources. */

const path = '/_plugins/_notifications/configs';

async function open(t: TestContext): Promise<TestServer & { later(): Promise<void> }> {
  const clock = virtualClock(1_795_458_637_651);
  const store = openMemory({ clock });
  const log = keptLog();
  const settings = {
    allow: [],
    deny: ['denied.example.com', '10.0.0.0/8'],
    allowedTypes: ['slack', 'webhook', 'email', 'smtp_account', 'email_group', 'microsoft_teams', 'ses_account'],
    smtp: {},
  };
  const notifications = await openNotifications({ store, clock, log, settings });
  const server = await startServer(t, { clock, services: { store, notifications, log } });
  return { ...server, later: () => clock.advance(10) };
}

const webhook = (more: object = {}, settings: object = {}): object => ({
  config: { name: 'n', config_type: 'webhook', webhook: { url: 'http://127.0.0.1:9/x', ...settings }, ...more },
});
const typed = (type: string, settings: unknown): object => ({
  config: { name: 'n', config_type: type, [type]: settings },
});
const smtp = { host: 'mail.example.com', port: 587, method: 'start_tls', from_address: 'a@example.com' };

const refused: readonly [name: string, body: unknown, status: number, reason: RegExp][] = [
  ['no body', undefined, 400, /^request body is required$/],
  ['no config', {}, 400, /^config field absent$/],
  ['no name', { config: { config_type: 'webhook', webhook: { url: 'http://a/' } } }, 400, /^name field absent$/],
  ['an empty name', webhook({ name: '' }), 400, /^name is null or empty$/],
  ['no type', { config: { name: 'n', webhook: { url: 'http://a/' } } }, 400, /^config_type field absent$/],
  [
    'other settings',
    { config: { name: 'n', config_type: 'slack', webhook: { url: 'http://a/' } } },
    400,
    /^ConfigType: slack and data doesn't match$/,
  ],
  ['no settings', { config: { name: 'n', config_type: 'slack' } }, 400, /^ConfigType: slack and data doesn't match$/],
  [
    'a flag',
    webhook({ is_enabled: 'perhaps' }),
    400,
    /^Failed to parse value \[perhaps\] as only \[true\] or \[false\] are allowed\.$/,
  ],
  ['an id', { config_id: 'a b#c', ...webhook() }, 400, /^Invalid characters in id : {2}#$/],
  ['no URL', typed('slack', {}), 400, /^url field absent$/],
  ['an empty URL', typed('slack', { url: '' }), 400, /^URL is null or empty$/],
  ['a protocol', typed('slack', { url: 'ftp://a/' }), 400, /^Invalid URL or unsupported$/],
  ['an unknown protocol', typed('slack', { url: 'gopher://a/' }), 400, /^unknown protocol: gopher$/],
  ['a Teams URL', typed('microsoft_teams', { url: 'https://example.com/' }), 400, /^Wrong Microsoft Teams url/],
  ['a header name', webhook({}, { header_params: { 'a b': 'c' } }), 400, /is no header name/],
  ['a header with a line end', webhook({}, { header_params: { a: 'b\r\nc: d' } }), 400, /control characters/],
  ['a metadata address', webhook({}, { url: 'http://2852039166/latest' }), 400, /^Host of url is denied/],
  ['a masked URL', typed('slack', { url: `https://hooks.slack.com/services/${mask}` }), 400, /write the whole URL/],
  ['a port', typed('smtp_account', { ...smtp, port: 0 }), 400, /^port should be positive value$/],
  ['no method', typed('smtp_account', { ...smtp, method: undefined }), 400, /^method field absent$/],
  ['a sender', typed('smtp_account', { ...smtp, from_address: 'a' }), 400, /^Invalid email address$/],
  [
    'a recipient',
    typed('email_group', { recipient_list: [{ recipient: 'a@b.c\r\nBcc: d@e.f' }] }),
    400,
    /^Invalid email address$/,
  ],
  ['no recipients', typed('email_group', {}), 400, /^recipient_list field absent$/],
  ['an unknown account', typed('email', { email_account_id: 'nope' }), 404, /^Config IDs not found:\[nope\]$/],
  [
    'a role',
    typed('ses_account', { region: 'us-east-1', role_arn: 'x', from_address: 'a@example.com' }),
    400,
    /^Invalid AWS role ARN: x $/,
  ],
  [
    'a type that is not allowed',
    typed('chime', { url: 'https://hooks.chime.aws/x' }),
    403,
    /chime is not among the allowed/,
  ],
];

for (const [name, body, status, reason] of refused) {
  test(`a config is refused: ${name}`, async (t) => {
    const server = await open(t);
    const answer = await server.call('POST', path, body);
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.body.error.reason, reason);
    assert.equal((await server.call('GET', path)).body.total_hits, 0);
    assert.deepEqual(server.log.lines, []);
  });
}

async function make(server: TestServer, id: string, body: object): Promise<void> {
  const answer = await server.call('POST', path, { config_id: id, ...body });
  assert.equal(answer.status, 200, answer.text);
}

const named = (name: string, type: string, settings: object, more: object = {}): object => ({
  config: { name, config_type: type, [type]: settings, ...more },
});

test('lists are filtered, sorted and paged', async (t) => {
  const server = await open(t);
  for (const [id, body] of [
    ['s1', named('Slack one', 'slack', { url: 'https://hooks.slack.com/services/a/b/c' })],
    ['w1', named('Hook one', 'webhook', { url: 'http://127.0.0.1:9/one' }, { description: 'first' })],
    ['w2', named('Hook two', 'webhook', { url: 'http://127.0.0.1:9/two' }, { is_enabled: false })],
    ['acc', named('account', 'smtp_account', smtp)],
    ['grp', named('group', 'email_group', { recipient_list: [{ recipient: 'ops@example.com' }] })],
    ['mail', named('mail', 'email', { email_account_id: 'acc', email_group_id_list: ['grp'], recipient_list: [] })],
  ] as const) {
    await make(server, id, body);
    await server.later();
  }
  const ids = async (query: string): Promise<unknown> => {
    const { body } = await server.call('GET', `${path}?${query}`);
    return body.config_list?.map(({ config_id }: { config_id: string }) => config_id) ?? body.error.reason;
  };
  const cases: readonly [string, unknown][] = [
    ['', ['s1', 'w1', 'w2', 'acc', 'grp', 'mail']],
    ['sort_order=desc', ['mail', 'grp', 'acc', 'w2', 'w1', 's1']],
    [
      'sort_field=name&sort_order=desc',
      ['mail', 'group', 'account', 'Slack one', 'Hook two', 'Hook one'].map(
        (name) =>
          ({ mail: 'mail', group: 'grp', account: 'acc', 'Slack one': 's1', 'Hook two': 'w2', 'Hook one': 'w1' })[name],
      ),
    ],
    ['sort_field=config_type&max_items=2', ['mail', 'grp']],
    ['from_index=4', ['grp', 'mail']],
    ['config_type=webhook,slack', ['s1', 'w1', 'w2']],
    ['is_enabled=false', ['w2']],
    ['name=one', ['s1', 'w1']],
    ['name.keyword=Hook%20one', ['w1']],
    ['description=first', ['w1']],
    ['webhook.url=two', ['w2']],
    ['slack.url=hooks.slack.com', ['s1']],
    ['email.email_account_id=acc', ['mail']],
    ['email_group.recipient_list.recipient=ops@example.com', ['grp']],
    ['smtp_account.method=start_tls', ['acc']],
    ['query=Hook', ['w1', 'w2']],
    ['text_query=example.com', ['acc', 'grp']],
    ['query=start_tls', ['acc']],
    ['text_query=start_tls', []],
    ['created_time_ms=1795458637661..1795458637671', ['w1', 'w2']],
    ['config_id=w2', ['w2']],
    ['config_id_list=w2,s1', ['w2', 's1']],
    ['config_id_list=w2,nope', 'NotificationConfig [nope] not found'],
    ['sort_field=webhook', 'Sort on webhook not acceptable'],
    ['sort_order=up', 'No enum constant org.opensearch.search.sort.SortOrder.UP'],
    ['email.recipient_list.recipient.keyword=x', 'Query on email.recipient_list.recipient.keyword not acceptable'],
    ['created_time_ms=1..2..3', "Invalid Range format 1..2..3, allowed format 'exact' or 'from..to'"],
    ['max_items=0', 'Validation Failed: 1: maxItems is not +ve;'],
    ['from_index=-1&max_items=-1', 'Validation Failed: 1: fromIndex is -ve;2: maxItems is not +ve;'],
    ['nope=1', 'request [/_plugins/_notifications/configs] contains unrecognized parameter: [nope]'],
  ];
  for (const [query, expected] of cases) assert.deepEqual(await ids(query), expected, query);
  const { body } = await server.call('GET', '/_plugins/_notifications/channels');
  assert.deepEqual(
    body.channel_list.map((channel: { config_id: string }) => channel.config_id),
    ['s1', 'w1', 'w2', 'mail'],
  );
});

test('secrets are masked where a config is shown, and a client that writes masks back keeps them', async (t) => {
  const server = await open(t);
  const receiver = await startReceiver(t);
  const token = 'abcdefghijklmnop';
  const url = `${receiver.url}/hook?token=${token}`;
  await make(server, 'hook', named('hook', 'webhook', { url, header_params: { Authorization: token, 'X-Test': '1' } }));
  const shown = (await server.call('GET', `${path}/hook`)).body.config_list[0].config;
  assert.deepEqual(shown.webhook, {
    url: `${receiver.url}/hook?token=${mask}`,
    header_params: { Authorization: mask, 'X-Test': '1' },
    method: 'POST',
  });
  const put = await server.call('PUT', `${path}/hook`, { config: { ...shown, description: 'changed' } });
  assert.equal(put.status, 200, put.text);
  await server.call('POST', '/_plugins/_notifications/feature/test/hook');
  assert.deepEqual(
    [receiver.received[0]?.path, receiver.received[0]?.headers.authorization],
    [`/hook?token=${token}`, token],
  );
  const stored = await server.call('GET', '/.opensearch-notifications-config/_search');
  assert.equal(stored.body.hits.total.value, 1);
  assert.ok(!stored.text.includes(token));
});

test("changes and deletions have the original's words", async (t) => {
  const server = await open(t);
  await make(server, 'a', webhook());
  await make(server, 'b', webhook());
  const missing = await server.call('PUT', `${path}/nope`, webhook());
  assert.deepEqual([missing.status, missing.body.error.reason], [404, 'NotificationConfig nope not found']);
  const changed = await server.call('PUT', `${path}/a`, typed('slack', { url: 'https://hooks.slack.com/services/x' }));
  assert.deepEqual([changed.status, changed.body.error.reason], [409, 'Config type cannot be changed after creation']);
  const none = await server.call('DELETE', path);
  assert.deepEqual([none.status, none.text], [400, 'either config_id or config_id_list is required']);
  const some = await server.call('DELETE', `${path}?config_id_list=a,nope`);
  assert.deepEqual([some.status, some.body.error.reason], [404, 'NotificationConfig [nope] not found']);
  const both = await server.call('DELETE', `${path}?config_id_list=a,b`);
  assert.deepEqual(both.body, { delete_response_list: { a: 'OK', b: 'OK' } });
  const wrong = await server.call('PATCH', path);
  assert.equal(wrong.status, 405);
});

test('mail channels name accounts and groups that are such', async (t) => {
  const server = await open(t);
  await make(server, 'acc', typed('smtp_account', smtp));
  await make(server, 'grp', typed('email_group', { recipient_list: [] }));
  await make(server, 'hook', webhook());
  const cases: readonly [object, number, string][] = [
    [{ email_account_id: 'grp' }, 406, 'configId grp is not a valid email account ID'],
    [
      { email_account_id: 'acc', email_group_id_list: ['acc'] },
      400,
      'Config IDs acc is in both emailAccountID and emailGroupIds',
    ],
    [{ email_account_id: 'hook' }, 406, 'configId hook is not a valid email group ID or email account ID'],
    [
      { email_account_id: 'acc', email_group_id_list: ['hook'] },
      406,
      'configId hook is not a valid email group ID or email account ID',
    ],
  ];
  for (const [settings, status, reason] of cases) {
    const answer = await server.call('POST', path, typed('email', settings));
    assert.deepEqual([answer.status, answer.body.error.reason], [status, reason]);
  }
});

test('a test message that fails answers an error with the status in it', async (t) => {
  const server = await open(t);
  const receiver = await startReceiver(t);
  receiver.answers.set('/', { status: 404, body: 'gone' });
  await make(server, 'gone', named('gone', 'webhook', { url: `${receiver.url}/` }));
  await make(server, 'denied', named('denied', 'webhook', { url: 'http://denied.example.com/' }));
  await make(server, 'inside', named('inside', 'webhook', { url: 'http://10.1.2.3/' }));
  await make(server, 'acc', typed('smtp_account', smtp));
  const cases: readonly [id: string, status: number, code: string, text: RegExp][] = [
    ['gone', 500, '500', /^Failed to send webhook message Failed: gone$/],
    ['denied', 400, '400', /host_deny_list/],
    ['inside', 400, '400', /host_deny_list/],
    ['nope', 404, '404', /^Channel nope not found$/],
    ['acc', 404, '404', /^Channel not found$/],
  ];
  for (const [id, status, code, text] of cases) {
    const answer = await server.call('POST', `/_plugins/_notifications/feature/test/${id}`);
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.body.error.type, 'status_exception');
    const [event] = JSON.parse(answer.body.error.reason).event_status_list;
    assert.equal(event.config_id, id);
    assert.equal(event.delivery_status.status_code, code);
    assert.match(event.delivery_status.status_text, text);
  }
});
