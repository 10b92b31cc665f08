import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HostRules, isNeverAllowed, RefusedTarget, resolveTarget } from './target.ts';

const none: HostRules = { allow: [], deny: [] };
const names: Readonly<Record<string, readonly string[]>> = {
  'hooks.example.com': ['203.0.113.7'],
  'both.example.com': ['203.0.113.7', '2001:db8::7'],
  'rebind.example.com': ['203.0.113.7', '169.254.169.254'],
  'metadata.google.internal': ['169.254.169.254'],
  'six.example.com': ['fe80::1%eth0'],
  'nat64.example.com': ['64:ff9b::a9fe:a9fe'],
  'inside.example.com': ['10.1.2.3'],
  localhost: ['127.0.0.1', '::1'],
};
const lookup = async (host: string): Promise<readonly string[]> => {
  const found = names[host];
  if (!found) throw new Error('ENOTFOUND');
  return found;
};

const never = [
  '169.254.169.254',
  '169.254.0.0',
  '169.254.255.255',
  '169.254.170.2',
  '2852039166',
  '0xa9fea9fe',
  '0xA9.0xFE.0xA9.0xFE',
  '0251.0376.0251.0376',
  '169.254.43518',
  '[::ffff:169.254.169.254]',
  '::ffff:a9fe:a9fe',
  '[::a9fe:a9fe]',
  '[64:ff9b::169.254.169.254]',
  '[2002:a9fe:a9fe::]',
  '[2001:0:1:2:3:4:5601:5601]',
  'fe80::1',
  '[fe80::1%25eth0]',
  'febf::ffff',
  'fd00:ec2::254',
  '[FD00:0EC2:0:0:0:0:0:0254]',
  'fd20:ce::254',
  '100.100.100.200',
  '168.63.129.16',
  '１６９.254.169.254',
];

for (const host of never) {
  test(`never: ${host}`, async () => {
    assert.ok(isNeverAllowed(host), 'told when the channel is made');
    for (const rules of [none, { allow: ['169.254.0.0/16', '0.0.0.0/0', '::/0'], deny: [] }]) {
      await assert.rejects(resolveTarget(host, rules, lookup), refusal(/link-local or serves cloud credentials/));
    }
  });
}

for (const host of [
  'rebind.example.com',
  'metadata.google.internal',
  'METADATA.google.internal.',
  'six.example.com',
  'nat64.example.com',
]) {
  test(`never by name: ${host}`, async () => {
    assert.ok(!isNeverAllowed(host));
    await assert.rejects(resolveTarget(host, none, lookup), refusal(/link-local or serves cloud credentials/));
  });
}

const open: readonly [host: string, addresses: readonly string[]][] = [
  ['hooks.example.com', ['203.0.113.7']],
  ['both.example.com', ['203.0.113.7', '2001:db8::7']],
  ['127.0.0.1', ['127.0.0.1']],
  ['2130706433', ['127.0.0.1']],
  ['localhost', ['127.0.0.1', '::1']],
  ['[::1]', ['::1']],
  ['10.1.2.3', ['10.1.2.3']],
  ['169.253.255.255', ['169.253.255.255']],
  ['169.255.0.0', ['169.255.0.0']],
  ['fec0::1', ['fec0::1']],
];

for (const [host, addresses] of open) {
  test(`open: ${host}`, async () => {
    assert.ok(!isNeverAllowed(host));
    assert.deepEqual((await resolveTarget(host, none, lookup)).addresses, addresses);
  });
}

const denied: readonly [host: string, entry: string, hit: boolean][] = [
  ['127.0.0.1', '127.0.0.0/8', true],
  ['localhost', '127.0.0.1', true],
  ['localhost', '::1', true],
  ['2130706433', '127.0.0.1', true],
  ['[::ffff:127.0.0.1]', '127.0.0.0/8', true],
  ['inside.example.com', '10.0.0.0/8', true],
  ['inside.example.com', 'INSIDE.example.com.', true],
  ['inside.example.com', 'example.com', false],
  ['inside.example.com', '10.1.2.4', false],
  ['both.example.com', '2001:db8::/32', true],
  ['[64:ff9b::a01:203]', '10.0.0.0/8', true],
  ['hooks.example.com', 'not a host at all', false],
];

for (const [host, entry, hit] of denied) {
  test(`deny list: ${host} with ${entry} is ${hit ? 'denied' : 'open'}`, async () => {
    const asked = resolveTarget(host, { allow: [], deny: [entry] }, lookup);
    if (hit) await assert.rejects(asked, refusal(/host_deny_list/));
    else await asked;
  });
}

const allowed: readonly [host: string, entry: string, open: boolean][] = [
  ['hooks.example.com', 'hooks.example.com', true],
  ['hooks.example.com', '203.0.113.0/24', true],
  ['both.example.com', '203.0.113.0/24', false],
  ['inside.example.com', 'hooks.example.com', false],
];

for (const [host, entry, isOpen] of allowed) {
  test(`allow list: ${host} with ${entry} is ${isOpen ? 'open' : 'closed'}`, async () => {
    const asked = resolveTarget(host, { allow: [entry], deny: [] }, lookup);
    if (isOpen) await asked;
    else await assert.rejects(asked, refusal(/not in the host allow list/));
  });
}

test('a name server that is silent costs the time of one try', async () => {
  const silent = (): Promise<readonly string[]> => new Promise(() => undefined);
  const oneTry = new AbortController();
  // AbortSignal.timeout() would not keep the process alive, and nothing else does here.
  setTimeout(() => oneTry.abort(), 50);
  const asked = resolveTarget('hooks.example.com', none, silent, oneTry.signal);
  await assert.rejects(asked, (error) => error instanceof RefusedTarget && error.retry);
});

test('a name that is not resolved may be so later; what is no host never is', async () => {
  await assert.rejects(
    resolveTarget('nope.example.com', none, lookup),
    (error) => error instanceof RefusedTarget && error.retry,
  );
  for (const host of ['', 'a b', 'a/b', 'user@host', 'x#y', 'a\\b', 'x\r\ny']) {
    await assert.rejects(resolveTarget(host, none, lookup), (error) => error instanceof RefusedTarget && !error.retry);
  }
});

function refusal(words: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof RefusedTarget && !error.retry && words.test(error.message);
}
