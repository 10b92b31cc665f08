import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { channelSuite, hostileTexts, message } from './channel.suite.ts';
import { type MailSettings, openEmail } from './email.ts';
import { certificateFile, type MailServer, mailPassword, mailUser, startMailServer } from './mail-server.suite.ts';
import { systemResolver } from './target.ts';

const ports = { rules: { allow: [], deny: [] }, lookup: systemResolver };

function passwordFile(t: TestContext, password: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'trailhound-mail-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'password');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return file;
}

function settings(t: TestContext, server: MailServer, more: Partial<MailSettings> = {}): MailSettings {
  return {
    host: 'localhost',
    port: server.port,
    method: 'start_tls',
    from: 'trailhound@example.com',
    recipients: ['ops@example.com'],
    login: { username: mailUser, passwordFile: passwordFile(t, mailPassword), caFile: certificateFile },
    ...more,
  };
}

const within = (): AbortSignal => AbortSignal.timeout(10_000);

channelSuite('email', async (t) => {
  const server = await startMailServer(t);
  return {
    channel: openEmail(settings(t, server), ports),
    secrets: [mailPassword],
    arrived: () =>
      server.mails.map(({ headers, body }) => ({
        subject: headers.get('subject'),
        body,
        key: headers.get('idempotency-key'),
        headers: [...headers.keys()],
      })),
    behave: (mood) => {
      server.mood = { accept: 'accept' as const, refuse: 554, overload: 451, silent: 'silent' as const }[mood];
    },
    close: server.close,
  };
});

test('email: encrypted, logged in, to one recipient a mail, with an id that is the same again', async (t) => {
  const server = await startMailServer(t);
  const recipients = ['a@example.com', 'b@example.com'];
  const channel = openEmail(settings(t, server, { recipients }), ports);
  const outcome = await channel.send(message, within());
  assert.deepEqual(
    outcome.recipients.map(({ recipient, status }) => [recipient, status]),
    [
      ['a@example.com', 200],
      ['b@example.com', 200],
    ],
  );
  assert.deepEqual(
    server.mails.map(({ to, from, secure, user }) => [to, from, secure, user]),
    [
      [['a@example.com'], 'trailhound@example.com', true, mailUser],
      [['b@example.com'], 'trailhound@example.com', true, mailUser],
    ],
  );
  await channel.send(message, within());
  const ids = server.mails.map(({ headers }) => headers.get('message-id'));
  assert.equal(ids[0], ids[2]);
  assert.notEqual(ids[0], ids[1]);
  assert.match(server.mails[0]?.headers.get('content-type') ?? '', /^text\/plain/);
});

test('email: one recipient that is refused costs no other, and who was reached is not written to again', async (t) => {
  const server = await startMailServer(t);
  server.refuse.add('gone@example.com');
  const channel = openEmail(settings(t, server, { recipients: ['a@example.com', 'gone@example.com'] }), ports);
  const outcome = await channel.send(message, within());
  assert.deepEqual([outcome.sent, outcome.status, outcome.text], [false, 207, 'Errors']);
  assert.deepEqual(
    outcome.recipients.map(({ status }) => status),
    [200, 502],
  );
  server.refuse.clear();
  const again = await channel.send({ ...message, reached: ['a@example.com'] }, within());
  assert.ok(again.sent);
  assert.deepEqual(
    server.mails.map(({ to }) => to),
    [['a@example.com'], ['gone@example.com']],
  );
});

test('email: a server without STARTTLS gets nothing', async (t) => {
  const server = await startMailServer(t, { startTls: false });
  const outcome = await openEmail(settings(t, server), ports).send(message, within());
  assert.ok(!outcome.sent, outcome.text);
  assert.equal(server.mails.length, 0);
});

test('email: a certificate that nobody vouches for gets nothing', async (t) => {
  const server = await startMailServer(t);
  const login = { username: mailUser, passwordFile: passwordFile(t, mailPassword) };
  const outcome = await openEmail(settings(t, server, { login }), ports).send(message, within());
  assert.ok(!outcome.sent);
  assert.match(outcome.text, /certificate/i);
  assert.equal(server.mails.length, 0);
});

test('email: a wrong password is told without it, and not tried again', async (t) => {
  const server = await startMailServer(t);
  const wrong = 'very wrong password';
  const login = { username: mailUser, passwordFile: passwordFile(t, wrong), caFile: certificateFile };
  const outcome = await openEmail(settings(t, server, { login }), ports).send(message, within());
  assert.deepEqual([outcome.sent, outcome.retry, outcome.status], [false, false, 424]);
  assert.ok(!JSON.stringify(outcome).includes(wrong));
});

test('email: without encryption no password is sent', async (t) => {
  const server = await startMailServer(t);
  const outcome = await openEmail(settings(t, server, { method: 'none' }), ports).send(message, within());
  assert.ok(outcome.sent, outcome.text);
  assert.deepEqual(
    server.mails.map(({ secure, user }) => [secure, user]),
    [[false, undefined]],
  );
});

test('email: no subject or text makes a header, a recipient or a second mail', async (t) => {
  const server = await startMailServer(t);
  const channel = openEmail(settings(t, server, { method: 'none' }), ports);
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...hostileTexts),
    fc.string().map((s) => `\r\n${s}`),
  );
  await channel.send(message, within());
  const usual = [...(server.mails[0]?.headers.keys() ?? [])];
  await fc.assert(
    fc.asyncProperty(text, text, async (subject, body) => {
      server.mails.length = 0;
      const outcome = await channel.send({ ...message, subject, body: `${body}.` }, within());
      assert.ok(outcome.sent, outcome.text);
      assert.equal(server.mails.length, 1);
      assert.deepEqual([...(server.mails[0]?.headers.keys() ?? [])], usual);
      assert.deepEqual(server.mails[0]?.to, ['ops@example.com']);
      assert.equal(lines(server.mails[0]?.body ?? ''), lines(wellFormed(`${body}.`)));
    }),
    { numRuns: 60 },
  );
});

/** Half a character is sent as the sign for it. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** Ends of lines are the mail's own matter. */
function lines(text: string): string {
  return text.replace(/\r\n?|\n/g, '\n');
}
