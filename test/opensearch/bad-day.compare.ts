import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { createEventWriter } from '../../src/pipeline/event-writer.ts';
import { parseSearchBody } from '../../src/query/search-body.ts';
import { engineAddress } from '../../src/store/opensearch/engine-address.ts';
import { openOpenSearch } from '../../src/store/opensearch/opensearch.ts';
import { storeSuite } from '../../src/store/store.suite.ts';
import type { Operation } from '../../src/store/store.ts';
import { type Json, serve, temporaryFolder, until } from '../program.ts';
import { deliver, s3Record } from '../records.ts';
import { clean, realEngine, realUrl } from './engines.ts';
import { certificate, expiredCertificate, type Gateway, startGateway } from './gateway.ts';
import { clusterSkips } from './store-skips.ts';

/** A store in a real cluster, over TLS with a login, whose requests are turned away and cut off. */
const url = await realUrl();
if (url !== undefined) {
  const agent = new Agent({ keepAlive: true });
  const real = realEngine(url, agent);
  let gateway: Gateway | undefined;
  after(async () => {
    agent.destroy();
    await gateway?.close();
  });
  const open = async (deadlineMs = 20_000) => {
    gateway ??= await startGateway(url);
    gateway.fate = () => 'pass';
    await clean(real);
    const address = engineAddress(gateway.url, { caFile: certificate });
    const store = await openOpenSearch({ address, clock: systemClock, refreshMs: 0, deadlineMs });
    return { store, gateway };
  };
  const documents = (count: number): Operation[] =>
    Array.from({ length: count }, (_, n) => ({ action: 'create', index: `d-${n % 3}`, id: `${n}`, document: { n } }));
  const everything = parseSearchBody({ size: 0, track_total_hits: true });

  // Every third request is turned away, every seventh that only reads or may be repeated is cut off.
  let asked = 0;
  storeSuite(
    'opensearch on a bad day',
    async () => {
      const { store, gateway } = await open();
      gateway.fate = ({ method, path }) => {
        asked++;
        if (asked % 3 === 0) return { status: asked % 2 === 0 ? 429 : 503 };
        return asked % 7 === 0 && (method === 'GET' || /_bulk|_search|_refresh/.test(path)) ? 'cut' : 'pass';
      };
      return {
        store,
        close: async () => {
          await store.close();
          assert.ok(gateway.spoilt > 0);
        },
      };
    },
    { skips: clusterSkips },
  );

  test('operations that are turned away are sent again alone, each until it is done', async () => {
    const { store, gateway } = await open();
    let round = 0;
    gateway.fate = ({ path }) => {
      if (path !== '/_bulk') return 'pass';
      const now = round++;
      return { busy: (place) => now < 4 && (place + now) % 2 === 0 };
    };
    const results = await store.write(documents(600));
    assert.ok(results.every((result, n) => 'result' in result && result.result === 'created' && result.id === `${n}`));
    assert.ok(round >= 4, `${round} bulks`);
    assert.equal((await store.search('d-*', everything)).total, 600);
    // The last word on a document stays the last, whatever is turned away.
    round = 0;
    await store.write([1, 2, 3, 4].map((n) => ({ action: 'index', index: 'e', id: 'same', document: { n } })));
    assert.deepEqual((await store.get('e', 'same'))?.source, { n: 4 });
    await store.close();
  });

  test('answers that are lost double nothing', async () => {
    const { store, gateway } = await open();
    let bulks = 0;
    gateway.fate = ({ path }) => (path === '/_bulk' && bulks++ % 2 === 0 ? 'deafen' : 'pass');
    for (const part of [0, 1, 2, 3]) {
      const results = await store.write(documents(400).slice(part * 100, part * 100 + 100));
      // Those of the lost answer were there when it was asked again.
      assert.ok(results.every((result) => 'result' in result || result.error === 'conflict'));
    }
    assert.equal((await store.search('d-*', everything)).total, 400);
    await store.close();
  });

  test('a cluster that takes nothing is an error when the deadline is over, and works again afterwards', async () => {
    const { store, gateway } = await open(700);
    gateway.fate = () => ({ status: 429 });
    await assert.rejects(store.write(documents(3)), { code: 'engine-unavailable' });
    gateway.fate = ({ path }) => (path === '/_bulk' ? { busy: () => true } : 'pass');
    await assert.rejects(store.write(documents(3)), { code: 'engine-unavailable' });
    gateway.fate = () => 'cut';
    await assert.rejects(store.search('d-*', everything), { code: 'engine-unavailable' });
    gateway.fate = () => 'pass';
    await store.write(documents(3));
    assert.equal((await store.search('d-*', everything)).total, 3);
    await store.close();
  });

  test('the program lives through an outage of the cluster: no event and no alert is lost or doubled', {
    timeout: 180_000,
  }, async (context) => {
    const { store, gateway } = await open();
    await store.close();
    await clean(real);
    const folder = temporaryFolder(context);
    const lake = join(folder, 'lake');
    mkdirSync(lake);
    const { href, password } = new URL(gateway.url);
    process.env.TRAILHOUND_ENGINE_PASSWORD = decodeURIComponent(password);
    const engine = ['--engine', href.replace(`:${password}@`, '@'), '--engine-ca', certificate];
    const program = await serve(['--data', join(folder, 'data'), '--source', lake, ...engine]);
    context.after(() => program.kill());
    let number = 0;
    const feed = async (files: number): Promise<void> => {
      for (let file = 0; file < files; file++) {
        deliver(lake, [s3Record(number++, 'GetObject', 'anonymous'), s3Record(number++, 'GetObject', 'user')]);
        await new Promise((done) => setTimeout(done, 300));
      }
    };
    const alerts = async (): Promise<readonly Json[]> =>
      (await program.call('GET', '/_plugins/_alerting/monitors/alerts?size=100')).body.alerts?.filter(
        (alert: Json) => alert.monitor_name === 'S3 GetObject from Anonymous Principal',
      ) ?? [];
    await feed(3);
    await until('the alert', async () => ((await alerts())[0]?.trailhound.total === 3 ? true : undefined), 60_000);
    // Longer than a lease is trusted, in each of the ways.
    let turn = 0;
    gateway.fate = () => (['cut', 'deafen', { status: 503 }] as const)[turn++ % 3] ?? 'cut';
    await feed(20);
    gateway.fate = () => 'pass';
    await feed(3);
    await until(
      'every event in an alert',
      async () => {
        const total = (await alerts()).reduce((sum, alert) => sum + alert.trailhound.total, 0);
        return total >= number / 2 ? true : undefined;
      },
      90_000,
    );
    await new Promise((done) => setTimeout(done, 3000));
    const list = await alerts();
    assert.deepEqual(
      list.map((alert) => alert.trailhound.total),
      [number / 2],
    );
    assert.equal((await real.call('GET', '/wazuh-alerts-4.x-*/_count')).body.count, number);
    assert.doesNotMatch(program.output(), /pass:w@rd/);
  });

  test('an answer that is cut in half doubles nothing', async () => {
    const { store, gateway } = await open();
    let bulks = 0;
    gateway.fate = ({ path }) => (path === '/_bulk' && bulks++ === 0 ? 'halve' : 'pass');
    const results = await store.write(documents(100));
    assert.equal(bulks, 2);
    assert.ok(results.every((result) => 'result' in result || result.error === 'conflict'));
    gateway.fate = () => 'pass';
    assert.equal((await store.search('d-*', everything)).total, 100);
    await store.close();
  });

  test('indices that a cluster makes for nobody are made by name', async (context) => {
    const setting = (value: string | null) =>
      real.call('PUT', '/_cluster/settings', { transient: { 'action.auto_create_index': value } });
    context.after(() => setting(null));
    const { store } = await open();
    await setting('false');
    const results = await store.write([
      ...documents(6),
      { action: 'delete', index: 'nosuch', id: '1' },
      { action: 'index', index: 'd-0', id: '0', document: { n: 7 } },
    ]);
    assert.deepEqual(
      results.map((result) => ('error' in result ? result.error : result.result)),
      [...Array(6).fill('created'), 'index-not-found', 'updated'],
    );
    assert.deepEqual((await store.get('d-0', '0'))?.source, { n: 7 });
    assert.equal((await store.search('d-*', everything)).total, 6);
    await store.close();
  });

  for (const [name, change, back, words] of [
    ['closed', ['POST', '/d-1/_close'], ['POST', '/d-1/_open'], /d-1 takes no documents.*closed/],
    [
      'read-only, as where the disk is full',
      ['PUT', '/d-1/_settings', { 'index.blocks.read_only_allow_delete': true }],
      ['PUT', '/d-1/_settings', { 'index.blocks.read_only_allow_delete': null }],
      /read-only-allow-delete block/,
    ],
  ] as const) {
    test(`events of an index that is ${name} are told and can be written later, others at once`, async () => {
      const { store } = await open(700);
      await store.write(documents(3).map((one) => ({ ...one, id: `first-${one.id}` })));
      const ask = ([method, path, body]: readonly [string, string, object?]) => real.call(method, path, body);
      assert.equal((await ask(change)).status, 200);
      const writer = createEventWriter(store);
      const events = documents(6).map(({ index, id, document = {} }) => ({
        index,
        id,
        document,
        place: `record ${id}`,
      }));
      await assert.rejects(writer.write(events), { code: 'read-only', message: words });
      assert.equal((await store.search('d-0,d-2', everything)).total, 6, 'its neighbours are there');
      assert.equal((await ask(back)).status, 200);
      await real.call('GET', '/_cluster/health/d-1?wait_for_status=yellow');
      const outcome = await writer.write(events);
      assert.deepEqual([outcome.stored.length, outcome.duplicates], [2, 4]);
      await store.close();
    });
  }

  test('wrong logins, certificates and addresses are told at once, without the password', async (context) => {
    const { store, gateway } = await open();
    await store.close();
    const opened = (address: string, more: object) =>
      openOpenSearch({ address: engineAddress(address, more), clock: systemClock });
    const secret = new URL(gateway.url).password;
    const wrong = gateway.url.replace(secret, 'wrong-password');
    const told = async (address: string, more: object, code: string, words = /./): Promise<void> => {
      const error = await opened(address, more).then(
        () => assert.fail('it was opened'),
        (thrown: Error & { code?: string }) => thrown,
      );
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      assert.doesNotMatch(`${error.message} ${error.stack}`, /wrong-password|pass:w|pass%3Aw/);
    };
    await told(wrong, { caFile: certificate }, 'forbidden');
    await told(gateway.url, {}, 'engine-unavailable', /self-signed certificate/);
    const expired = await startGateway(url, expiredCertificate);
    context.after(() => expired.close());
    await told(expired.url, { caFile: expiredCertificate }, 'engine-unavailable', /certificate has expired/);
    assert.throws(() => engineAddress('http://trailhound@127.0.0.1:1'), /TRAILHOUND_ENGINE_PASSWORD/);
    assert.throws(() => engineAddress('ftp://host'), /https:\/\/user@host/);
    assert.throws(() => engineAddress(gateway.url, { caFile: '/nosuch.pem' }), /CA file cannot be read/);
  });
}
