import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Document } from '../base/document.ts';
import { channelSuite, type FarEnd, hostileTexts, message } from './channel.suite.ts';
import type { Channel } from './channel.ts';
import { openChime } from './chime.ts';
import { secretsOf, splitSecrets } from './config-secrets.ts';
import { configType } from './config-type.ts';
import { openTeams } from './microsoft-teams.ts';
import { type Receiver, startReceiver } from './receiver.suite.ts';
import { openSlack } from './slack.ts';
import { systemResolver } from './target.ts';
import type { WebPorts } from './web-channel.ts';
import { openWebhook } from './webhook.ts';

const ports: WebPorts = { rules: { allow: [], deny: [] }, lookup: systemResolver };
const token = 'T0KENT0KENT0KEN';
const path = `/services/T1/${token}`;
const always = async (
  receiver: Receiver,
  open: typeof openWebhook,
  type: string,
  settings: Document,
): Promise<FarEnd> => {
  const kind = configType(type);
  assert.ok(kind);
  const channel: Channel = open(settings, secretsOf(splitSecrets(kind, settings)), ports);
  return {
    channel,
    secrets: [token],
    arrived: () =>
      receiver.received.map(({ headers, body }) => ({
        subject: undefined,
        body,
        key: headers['idempotency-key']?.toString(),
        headers: Object.keys(headers),
      })),
    behave: (mood) => {
      const echo = `you sent ${token} to ${path}`;
      const answers = {
        accept: { body: echo },
        refuse: { status: 403, body: echo },
        overload: { status: 503, body: echo },
        silent: { silent: true },
      };
      receiver.answers.set(path, answers[mood]);
    },
    close: receiver.close,
  };
};

const headed = { url: '', header_params: { Authorization: `Bearer ${token}` }, method: 'PUT' };
const kinds: readonly [name: string, type: string, open: typeof openWebhook, more: Document][] = [
  ['webhook', 'webhook', openWebhook, headed],
  ['slack', 'slack', openSlack, {}],
  ['chime', 'chime', openChime, {}],
  ['microsoft_teams', 'microsoft_teams', openTeams, {}],
];

for (const [name, type, open, more] of kinds) {
  channelSuite(name, async (t) => {
    const receiver = await startReceiver(t);
    return always(receiver, open, type, { ...more, url: `${receiver.url}${path}` });
  });
}

const chats: readonly [string, typeof openSlack, field: string][] = [
  ['slack', openSlack, 'text'],
  ['chime', openChime, 'Content'],
  ['microsoft_teams', openTeams, 'text'],
];

for (const [name, open, field] of chats) {
  test(`${name}: one JSON text, subject above message, whatever they say`, async (t) => {
    const receiver = await startReceiver(t);
    const channel = open({ url: receiver.url }, [], ports);
    for (const text of hostileTexts) {
      await channel.send({ ...message, subject: text, body: text }, AbortSignal.timeout(10_000));
      const sent = JSON.parse(receiver.received.at(-1)?.body ?? '') as Document;
      assert.deepEqual(sent, { [field]: `${text}\n\n${text}` });
    }
  });
}

async function posted(t: TestContext, settings: Document): Promise<Receiver> {
  const receiver = await startReceiver(t);
  const channel = openWebhook(
    { method: 'POST', header_params: {}, ...settings, url: `${receiver.url}/a?b=c` },
    [],
    ports,
  );
  const outcome = await channel.send(message, AbortSignal.timeout(10_000));
  assert.ok(outcome.sent, outcome.text);
  return receiver;
}

const types: readonly [headers: Document, type: string][] = [
  [{}, 'application/json'],
  [{ 'X-Test': '1' }, 'text/plain; charset=UTF-8'],
  [{ 'content-type': 'text/html' }, 'text/html'],
];

for (const [headers, type] of types) {
  test(`webhook: ${JSON.stringify(headers)} is sent as ${type}`, async (t) => {
    const receiver = await posted(t, { header_params: headers });
    assert.equal(receiver.received[0]?.headers['content-type'], type);
    assert.equal(receiver.received[0]?.body, 'A message');
    assert.equal(receiver.received[0]?.path, '/a?b=c');
  });
}

test("webhook: method and headers are those of the config, the length is the message's own", async (t) => {
  const receiver = await posted(t, {
    method: 'PATCH',
    header_params: { 'User-Agent': 'mine', 'Idempotency-Key': 'mine too', 'Content-Length': '1', Host: 'elsewhere' },
  });
  const [got] = receiver.received;
  assert.equal(got?.method, 'PATCH');
  assert.equal(got?.headers['user-agent'], 'mine');
  assert.equal(got?.headers['idempotency-key'], 'mine too');
  assert.equal(got?.headers['content-length'], '9');
  assert.match(got?.headers.host ?? '', /^127\.0\.0\.1:/);
});

test('webhook: a redirect is not followed, wherever it leads', async (t) => {
  const receiver = await startReceiver(t);
  for (const location of ['http://169.254.169.254/latest/meta-data/', `${receiver.url}/elsewhere`]) {
    receiver.answers.set('/', { status: 307, headers: { location } });
    const channel = openWebhook({ url: `${receiver.url}/`, method: 'POST', header_params: {} }, [], ports);
    const outcome = await channel.send(message, AbortSignal.timeout(10_000));
    assert.deepEqual([outcome.sent, outcome.retry], [false, false]);
    assert.match(outcome.text, /answered 307, and redirects are not followed/);
  }
  assert.deepEqual(
    receiver.received.map(({ path }) => path),
    ['/', '/'],
  );
});

test('webhook: an answer without end is cut off', async (t) => {
  const receiver = await startReceiver(t);
  receiver.answers.set('/', { body: 'y'.repeat(5_000_000) });
  const channel = openWebhook({ url: `${receiver.url}/`, method: 'POST', header_params: {} }, [], ports);
  const outcome = await channel.send(message, AbortSignal.timeout(10_000));
  assert.ok(outcome.sent);
  assert.equal(outcome.text.length, 2000);
});
