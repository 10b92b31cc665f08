import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Channel, Message } from './channel.ts';

/** What every channel keeps, whatever it speaks. */

export interface Arrived {
  readonly subject: string | undefined;
  readonly body: string;
  readonly key: string | undefined;
  /** Names of all headers, lower case. */
  readonly headers: readonly string[];
}

/** A receiver that a channel is open to. */
export interface FarEnd {
  readonly channel: Channel;
  /** Text that must never be told. */
  readonly secrets: readonly string[];
  arrived(): readonly Arrived[];
  behave(mood: 'accept' | 'refuse' | 'overload' | 'silent'): void;
  /** Nobody listens any more. */
  close(): Promise<void>;
}

export const message: Message = { key: 'key-0123456789', subject: 'A subject', body: 'A message', reached: [] };

/** Text as attackers write it into events. */
export const hostileTexts: readonly string[] = [
  'x\r\nBcc: eve@example.com\r\n\r\nanother body',
  'x\r\n\r\nGET /admin HTTP/1.1\r\nHost: inside\r\n\r\n',
  '\r\n.\r\nMAIL FROM:<eve@example.com>\r\n.',
  '.\n..\n.',
  '"},"evil":{"a":"',
  '{{ctx.monitor.name}} {{{ctx}}} ${1} %0d%0aX: 1',
  '<!channel> <https://evil.example|https://aws.amazon.com> <script>alert(1)</script>',
  '\u202etxt.exe \u0000\u0007\u001b[31m ñ 漢字 🚨 \ud800',
  '=?utf-8?B?QmNjOiBldmVAZXhhbXBsZS5jb20=?=',
  'x'.repeat(20_000),
];

export function channelSuite(name: string, open: (test: TestContext) => Promise<FarEnd>): void {
  const within = (ms = 10_000): AbortSignal => AbortSignal.timeout(ms);

  test(`${name}: a message arrives once, whole, with its key`, async (t) => {
    const far = await open(t);
    const outcome = await far.channel.send(message, within());
    assert.deepEqual([outcome.sent, outcome.retry, outcome.status], [true, false, 200], outcome.text);
    const [got, ...more] = far.arrived();
    assert.equal(more.length, 0);
    assert.equal(got?.key, message.key);
    assert.ok(got?.body.includes('A message'));
    if (got?.subject !== undefined) assert.equal(got.subject, 'A subject');
  });

  test(`${name}: what events say stays text`, async (t) => {
    const far = await open(t);
    await far.channel.send(message, within());
    const usual = far.arrived()[0]?.headers;
    for (const [at, text] of hostileTexts.entries()) {
      const outcome = await far.channel.send({ ...message, subject: text, body: text }, within());
      assert.ok(outcome.sent, outcome.text);
      const got = far.arrived()[at + 1];
      assert.deepEqual(got?.headers, usual, `headers after ${JSON.stringify(text.slice(0, 40))}`);
    }
    assert.equal(far.arrived().length, hostileTexts.length + 1);
  });

  test(`${name}: a receiver that refuses is not asked again, one that is overloaded is`, async (t) => {
    const far = await open(t);
    far.behave('refuse');
    const refused = await far.channel.send(message, within());
    assert.deepEqual([refused.sent, refused.retry], [false, false], refused.text);
    far.behave('overload');
    const overloaded = await far.channel.send(message, within());
    assert.deepEqual([overloaded.sent, overloaded.retry], [false, true], overloaded.text);
    far.behave('accept');
    assert.ok((await far.channel.send(message, within())).sent);
  });

  test(`${name}: a receiver that never answers costs the signal's time`, async (t) => {
    const far = await open(t);
    far.behave('silent');
    const outcome = await far.channel.send(message, within(300));
    assert.deepEqual([outcome.sent, outcome.retry], [false, true], outcome.text);
    assert.match(outcome.text, /no answer in time/);
  });

  test(`${name}: where nobody listens another try may help`, async (t) => {
    const far = await open(t);
    await far.close();
    const outcome = await far.channel.send(message, within());
    assert.deepEqual([outcome.sent, outcome.retry], [false, true], outcome.text);
    assert.match(outcome.text, /ECONNREFUSED/);
  });

  test(`${name}: no secret is told`, async (t) => {
    const far = await open(t);
    const told = [JSON.stringify(far.channel)];
    for (const mood of ['accept', 'refuse', 'overload'] as const) {
      far.behave(mood);
      told.push(JSON.stringify(await far.channel.send(message, within())));
    }
    await far.close();
    told.push(JSON.stringify(await far.channel.send(message, within())));
    for (const secret of far.secrets) assert.ok(!told.join().includes(secret), told.join('\n'));
  });
}
