import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import type { Document } from '../base/document.ts';
import { joinSecrets, resolveMasks, splitSecrets } from './config-secrets.ts';
import { configType } from './config-type.ts';
import { mask, redacted, Secret } from './secret.ts';
import { maskUrl } from './url-mask.ts';
import { openVault } from './vault.ts';

test('a secret cannot be printed', () => {
  const secret = new Secret('hunter2hunter2');
  const holder = { a: [secret], m: new Map([['k', secret]]) };
  const shown = [
    `${secret}`,
    String(secret),
    JSON.stringify(holder),
    inspect(holder, { depth: 9, showHidden: true }),
    format('%s %j %o %O', secret, secret, secret, secret),
    JSON.stringify({ ...secret }),
    JSON.stringify(Object.entries(secret)),
    JSON.stringify(structuredClone({ ...secret })),
    String(new Error(`failed with ${secret}`)),
  ];
  for (const text of shown) assert.ok(!text.includes('hunter2'), text);
  assert.equal(secret.reveal(), 'hunter2hunter2');
});

test('redacted takes out every form of a secret, and leaves short ones alone', () => {
  const secret = new Secret('a/b c"d');
  assert.equal(redacted('x a/b c"d y a%2Fb%20c%22d z a/b c\\"d', [secret]), `x ${mask} y ${mask} z ${mask}`);
  assert.equal(redacted('abc', [new Secret('abc')]), 'abc');
});

const urls: readonly [url: string, always: boolean, shown: string][] = [
  ['http://127.0.0.1:18080/hook', false, 'http://127.0.0.1:18080/hook'],
  ['https://hooks.slack.com/services/T1/B2/x', true, `https://hooks.slack.com/services/${mask}`],
  ['https://hooks.slack.com/services/T1/B2/x', false, `https://hooks.slack.com/services/${mask}`],
  ['https://discord.com/api/webhooks/1/abc', false, `https://discord.com/api/${mask}`],
  ['https://api.telegram.org/bot12:abc/sendMessage', false, `https://api.telegram.org/${mask}/${mask}`],
  ['https://u:p@example.com/a', false, `https://u:${mask}@example.com/a`],
  ['https://example.com/a?token=t&page=1', false, `https://example.com/a?token=${mask}&page=1`],
  ['https://mattermost.example.com/hooks/abc', true, `https://mattermost.example.com/hooks/${mask}`],
];

for (const [url, always, shown] of urls) test(`shown as ${shown}`, () => assert.equal(maskUrl(url, always), shown));

const webhook = configType('webhook');
assert.ok(webhook);
const settings: Document = {
  url: 'https://example.com/a?token=t0k3n',
  header_params: { Authorization: 'Bearer b3arer', 'X-Test': '1' },
  method: 'POST',
};

test('settings are split, shown without secrets, and whole again', () => {
  const split = splitSecrets(webhook, settings);
  assert.deepEqual(split.shown, {
    url: `https://example.com/a?token=${mask}`,
    header_params: { Authorization: mask, 'X-Test': '1' },
    method: 'POST',
  });
  assert.deepEqual(joinSecrets(split), settings);
});

test('a client that writes back what it read keeps the secrets; one that writes new ones changes them', () => {
  const stored = splitSecrets(webhook, settings);
  assert.deepEqual(resolveMasks(webhook, stored.shown, stored), settings);
  const changed = { ...stored.shown, header_params: { Authorization: 'Bearer other' } };
  assert.deepEqual(resolveMasks(webhook, changed, stored), {
    ...settings,
    header_params: { Authorization: 'Bearer other' },
  });
});

test('a mask with nothing behind it, or beside another host, is refused', () => {
  const stored = splitSecrets(webhook, settings);
  const sent: readonly Document[] = [
    { ...stored.shown, url: `https://example.com/b?token=${mask}` },
    { ...stored.shown, url: 'https://evil.example/a' },
    { ...stored.shown, header_params: { 'X-Api-Key': mask } },
  ];
  for (const json of sent) assert.throws(() => resolveMasks(webhook, json, stored), /where it is masked/);
  assert.throws(() => resolveMasks(webhook, stored.shown, undefined), /where it is masked/);
});

test('the vault opens what it sealed, with the same key only; the key is for its owner', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trailhound-vault-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'notifications.key');
  const sealed = openVault(file).seal('a secret');
  assert.ok(!Buffer.from(sealed, 'base64').toString('latin1').includes('a secret'));
  assert.equal(openVault(file).open(sealed), 'a secret');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(openVault(undefined).open(sealed), undefined);
  for (const broken of ['', 'x', `${sealed.slice(0, -8)}AAAAAAA=`])
    assert.equal(openVault(file).open(broken), undefined);
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 10));
  assert.throws(() => openVault(file), /is no key/);
});
