import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../base/document.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { mappingJson } from '../query/mapping.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Operation, OperationResult, Store } from './store.ts';

/** What a back end brings: a new store with nothing in it, closed and cleaned up by `close`. */
export type OpenStore = (clock: VirtualClock) => Promise<{ readonly store: Store; close(): Promise<void> }>;

/**
 * What another server decides: its clock, its names for settings, what a file takes. `skips`: title of a test → why it cannot
 * hold there; each must name a test.
 */
export interface Elsewhere {
  readonly skips: Readonly<Record<string, string>>;
}

/** Every back end keeps this contract (store.ts). `elsewhere`: documents live in a server that is not ours. */
export function storeSuite(name: string, open: OpenStore, elsewhere?: Elsewhere): void {
  const unused = new Set(Object.keys(elsewhere?.skips ?? {}));
  const check: Check = (title, work) => {
    if (unused.delete(title)) return;
    test(`${name}: ${title}`, async () => {
      const clock = virtualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
      const { store, close } = await open(clock);
      try {
        await work(store, clock, elsewhere === undefined);
      } finally {
        await close();
      }
    });
  };
  documents(check);
  conflicts(check);
  indices(check);
  arrivals(check);
  hostile(check);
  if (!elsewhere) return;
  test(`${name}: what cannot hold there is left out, each by the name of its test`, (t) => {
    for (const [title, why] of Object.entries(elsewhere.skips)) t.diagnostic(`left out: ${title}: ${why}`);
    assert.deepEqual([...unused], []);
  });
}

/** `own`: the documents live in this process. */
type Check = (title: string, work: (store: Store, clock: VirtualClock, own: boolean) => Promise<void>) => void;

const create = (index: string, id: string, document: object): Operation => ({
  action: 'create',
  index,
  id,
  document: document as Operation['document'] & object,
});
const put = (index: string, id: string, document: object, more: Partial<Operation> = {}): Operation => ({
  ...create(index, id, document),
  action: 'index',
  ...more,
});
const remove = (index: string, id: string, more: Partial<Operation> = {}): Operation => ({
  action: 'delete',
  index,
  id,
  ...more,
});

async function one(store: Store, operation: Operation): Promise<OperationResult> {
  const [result] = await store.write([operation]);
  assert.ok(result);
  return result;
}

/** `created 1 0`: the result, version and _seq_no; for a refusal its error and type. */
function brief(result: OperationResult): string {
  return 'error' in result ? `${result.error} ${result.type}` : `${result.result} ${result.version} ${result.seqNo}`;
}

async function count(store: Store, expression: string, query: object = { match_all: {} }): Promise<number> {
  const { total } = await store.search(expression, parseSearchBody({ size: 0, track_total_hits: true, query }));
  return total;
}

async function ids(store: Store, expression: string, options: Parameters<Store['search']>[2] = {}): Promise<string[]> {
  const { hits } = await store.search(expression, parseSearchBody({ size: 1000 }), options);
  return hits.map((hit) => hit.id);
}

function documents(check: Check): void {
  check('a document that was written is found, by its id and by a search', async (store) => {
    const document = {
      data: { aws: { eventName: 'GetObject', n: 1.5, ok: true, none: null, list: ['x', 'y'], o: [{ p: 1 }, {}] } },
    };
    const text = JSON.stringify(document);
    assert.equal(brief(await one(store, create('a', '1', document))), 'created 1 0');
    assert.deepEqual(await store.get('a', '1'), { index: 'a', id: '1', version: 1, seqNo: 0, source: document, text });
    const { hits, total, shards } = await store.search('a', parseSearchBody({}));
    assert.deepEqual(
      hits.map((hit) => [hit.index, hit.id, hit.version, hit.seqNo, hit.source]),
      [['a', '1', 1, 0, document]],
    );
    assert.deepEqual([total, shards], [1, 1]);
    assert.equal(await store.get('a', '2'), undefined);
  });

  check('versions and _seq_no count as in OpenSearch', async (store) => {
    const steps: [Operation, string][] = [
      [put('a', '1', { n: 1 }), 'created 1 0'],
      [put('a', '1', { n: 2 }), 'updated 2 1'],
      [put('a', '2', { n: 1 }), 'created 1 2'],
      [put('b', '1', { n: 1 }), 'created 1 0'],
      [remove('a', '1'), 'deleted 3 3'],
      [remove('a', '1'), 'not_found 4 4'],
      [remove('a', 'never'), 'not_found 1 5'],
      [create('a', '1', { n: 3 }), 'created 5 6'],
    ];
    for (const [operation, expected] of steps) assert.equal(brief(await one(store, operation)), expected);
    assert.deepEqual((await store.get('a', '1'))?.source, { n: 3 });
    assert.equal(await count(store, 'a'), 2);
  });

  check('one call sees its own operations, in order', async (store) => {
    const results = await store.write([
      create('a', '1', { n: 1 }),
      create('a', '1', { n: 2 }),
      put('a', '1', { n: 3 }),
      remove('a', '1'),
      remove('a', '1'),
      put('a', '1', { n: 4 }),
      create('a', '2', { n: 5 }),
      remove('a', '2'),
    ]);
    assert.deepEqual(results.map(brief), [
      'created 1 0',
      'conflict version_conflict_engine_exception',
      'updated 2 1',
      'deleted 3 2',
      'not_found 4 3',
      'created 5 4',
      'created 1 5',
      'deleted 2 6',
    ]);
    assert.deepEqual((await store.get('a', '1'))?.source, { n: 4 });
    assert.equal(await store.get('a', '2'), undefined);
    assert.deepEqual(await ids(store, 'a'), ['1']);
  });

  check('the version of a deleted document goes on for a minute, then it starts anew', async (store, clock) => {
    await store.write([put('a', '1', {}), put('a', '2', {})]);
    await store.write([remove('a', '1'), remove('a', '2')]);
    await clock.advance(59_000);
    assert.equal(brief(await one(store, put('a', '1', {}))), 'created 3 4');
    await clock.advance(2_000);
    assert.equal(brief(await one(store, put('a', '2', {}))), 'created 1 5');
    assert.equal(brief(await one(store, remove('a', '1'))), 'deleted 4 6');
  });

  check('an updated document is found as it is now, a deleted one not', async (store, _clock, own) => {
    await store.write(Array.from({ length: 200 }, (_, n) => create('a', `${n}`, { n, kind: 'old' })));
    await store.write([...Array(100).keys()].map((n) => put('a', `${n}`, { n, kind: 'new' })));
    await store.write([...Array(50).keys()].map((n) => remove('a', `${n}`)));
    assert.equal(await count(store, 'a'), 150);
    assert.equal(await count(store, 'a', { term: { 'kind.keyword': 'new' } }), 50);
    assert.equal(await count(store, 'a', { term: { 'kind.keyword': 'old' } }), 100);
    assert.equal((await store.indices('a'))[0]?.documents, 150);
    await store.write([...Array(200).keys()].map((n) => remove('a', `${n}`)));
    assert.equal(await count(store, 'a'), 0);
    assert.deepEqual(
      (await store.indices('a')).map(({ documents, bytes }) => [documents, own ? bytes : 0]),
      [[0, 0]],
    );
  });

  check('10,000 operations in one call', async (store) => {
    const operations = Array.from({ length: 10_000 }, (_, n) =>
      create(`a-${n % 3}`, `id-${n}`, { n, name: `name ${n % 100}` }),
    );
    const results = await store.write(operations);
    assert.ok(results.every((result) => 'result' in result && result.result === 'created'));
    assert.equal(await count(store, 'a-*'), 10_000);
    assert.equal(await count(store, 'a-*', { term: { 'name.keyword': 'name 7' } }), 100);
    const again = await store.write(operations.slice(0, 5000));
    assert.ok(again.every((result) => 'error' in result && result.error === 'conflict'));
    assert.equal(await count(store, 'a-*'), 10_000);
  });

  check('writes that overlap wait for each other', async (store) => {
    const calls = await Promise.all(
      Array.from({ length: 20 }, () => store.write([create('a', 'same', { n: 1 }), put('a', 'counted', { n: 1 })])),
    );
    const created = calls.filter(([first]) => first && 'result' in first);
    assert.equal(created.length, 1);
    assert.equal((await store.get('a', 'counted'))?.version, 20);
  });
}

function conflicts(check: Check): void {
  check('create refuses an id that is there, and says its version', async (store) => {
    await store.write([put('a', '1', {}), put('a', '1', {})]);
    assert.deepEqual(await one(store, create('a', '1', {})), {
      index: 'a',
      id: '1',
      error: 'conflict',
      type: 'version_conflict_engine_exception',
      reason: '[1]: version conflict, document already exists (current version [2])',
    });
  });

  check('ifSeqNo and ifPrimaryTerm let only the expected version be replaced', async (store) => {
    await store.write([put('a', '1', { n: 1 }), put('a', '2', {})]);
    const cases: [Partial<Operation>, string][] = [
      [{ ifSeqNo: 1, ifPrimaryTerm: 1 }, 'conflict version_conflict_engine_exception'],
      [{ ifSeqNo: 0, ifPrimaryTerm: 2 }, 'conflict version_conflict_engine_exception'],
      [{ ifSeqNo: 0, ifPrimaryTerm: 1 }, 'updated 2 2'],
      [{ ifSeqNo: 0, ifPrimaryTerm: 1 }, 'conflict version_conflict_engine_exception'],
    ];
    for (const [more, expected] of cases)
      assert.equal(brief(await one(store, put('a', '1', { n: 2 }, more))), expected);
    const missing = await one(store, put('a', '3', {}, { ifSeqNo: 5, ifPrimaryTerm: 1 }));
    assert.match('reason' in missing ? missing.reason : '', /required seqNo \[5\].*but no document was found/);
    assert.equal(brief(await one(store, remove('a', '1', { ifSeqNo: 1, ifPrimaryTerm: 1 }))).split(' ')[0], 'conflict');
    assert.equal(brief(await one(store, remove('a', '1', { ifSeqNo: 2, ifPrimaryTerm: 1 }))), 'deleted 3 3');
  });

  check('a document that does not fit the mapping is refused with its path, its neighbours are not', async (store) => {
    await store.createIndex('a', {
      mappings: { properties: { n: { type: 'long' }, o: { properties: { d: { type: 'date' } } } } },
    });
    const results = await store.write([
      put('a', '1', { n: 'many' }),
      put('a', '2', { n: 2 }),
      put('a', '3', { o: { d: 'soon' } }),
      put('a', '4', { n: { deep: 1 } }),
    ]);
    assert.deepEqual(
      results.map((result) => ('error' in result ? [result.error, result.type, result.path] : result.result)),
      [
        ['mapping', 'mapper_parsing_exception', 'n'],
        'created',
        ['mapping', 'mapper_parsing_exception', 'o.d'],
        ['mapping', 'mapper_parsing_exception', 'n'],
      ],
    );
    assert.deepEqual(await ids(store, 'a'), ['2']);
    assert.deepEqual(results[1], { index: 'a', id: '2', result: 'created', version: 1, seqNo: 0 });
  });

  check('an index that cannot be made refuses its operations only', async (store) => {
    const results = await store.write([put('Upper', '1', {}), put('ok', '1', {}), remove('missing', '1')]);
    assert.deepEqual(results.map(brief), [
      'bad-index-name invalid_index_name_exception',
      'created 1 0',
      'index-not-found index_not_found_exception',
    ]);
    assert.deepEqual(
      (await store.indices('*')).map((index) => index.name),
      ['ok'],
    );
  });

  check('an id is 1 to 512 bytes', async (store) => {
    const results = await store.write([put('a', '', {}), put('a', 'ü'.repeat(257), {}), put('a', 'ü'.repeat(256), {})]);
    assert.deepEqual(results.map(brief), [
      'mapping illegal_argument_exception',
      'mapping illegal_argument_exception',
      'created 1 0',
    ]);
  });
}

function indices(check: Check): void {
  check('an index is made with its body, on top of the templates', async (store, clock, own) => {
    const template = {
      index_patterns: ['logs-*'],
      priority: 1,
      template: {
        settings: { index: { number_of_replicas: '0', 'mapping.total_fields.limit': 50 } },
        mappings: { properties: { at: { type: 'date' }, user: { type: 'keyword' } } },
        aliases: { logs: {} },
      },
    };
    await store.putTemplate({ name: 'logs', legacy: false, body: template });
    const kept = await store.templates();
    // A cluster has templates of its own, and writes settings as it likes.
    if (own) assert.deepEqual(kept, [{ name: 'logs', legacy: false, body: template }]);
    else assert.deepEqual(kept.find(({ name }) => name === 'logs')?.body.index_patterns, template.index_patterns);
    await store.createIndex('logs-1', { mappings: { properties: { user: { type: 'text' } } } });
    await store.write([put('logs-2', '1', { user: 'root', at: '2026-01-01' })]);
    await store.refresh('logs-*');
    const infos = await store.indices('logs-*');
    assert.deepEqual(
      infos.map((info) => [info.name, info.documents, Object.keys(info.aliases), own ? info.createdAt : clock.now()]),
      [
        ['logs-1', 0, ['logs'], clock.now()],
        ['logs-2', 1, ['logs'], clock.now()],
      ],
    );
    const types = infos.map((info) => JSON.stringify(mappingJson(info.mapping)));
    assert.match(types[0] ?? '', /"user":\{"type":"text"/);
    assert.match(types[1] ?? '', /"user":\{"type":"keyword"/);
    assert.notEqual(infos[0]?.uuid, infos[1]?.uuid);
    assert.match(infos[0]?.uuid ?? '', /^[\w-]{22}$/);
    assert.equal(await count(store, 'logs'), 1);
    assert.equal(await store.deleteTemplate({ name: 'logs', legacy: true }), false);
    assert.equal(await store.deleteTemplate({ name: 'logs', legacy: false }), true);
    assert.equal(await store.deleteTemplate({ name: 'logs', legacy: false }), false);
  });

  check('indices grown from one template share its mapping while they are alike', async (store) => {
    const mappings = { dynamic: false, properties: { user: { type: 'keyword' } } };
    await store.putTemplate({ name: 't', legacy: false, body: { index_patterns: ['d-*'], template: { mappings } } });
    await store.write([put('d-1', '1', { user: 'a' }), put('d-2', '1', { user: 'b' })]);
    const [first, second] = await store.indices('d-*');
    assert.ok(first && first.mapping === second?.mapping);
  });

  check('creating what exists, or an alias, is refused', async (store) => {
    await store.createIndex('a', { aliases: { other: {} } });
    await assert.rejects(store.createIndex('a', {}), { wire: 'resource_already_exists_exception', status: 400 });
    await assert.rejects(store.createIndex('other', {}), { wire: 'invalid_index_name_exception', status: 400 });
    await assert.rejects(store.createIndex('A', {}), { wire: 'invalid_index_name_exception', status: 400 });
  });

  check('a deleted index is gone with all it held, and may be made again', async (store) => {
    await store.write([put('a', '1', {}), put('ab', '1', {}), put('b', '1', {})]);
    assert.deepEqual(await store.deleteIndex('a*'), ['a', 'ab']);
    assert.deepEqual(
      (await store.indices('*')).map((index) => index.name),
      ['b'],
    );
    await assert.rejects(store.deleteIndex('a'), { code: 'index-not-found' });
    await assert.rejects(store.get('a', '1'), { code: 'index-not-found' });
    await assert.rejects(store.search('a', parseSearchBody({})), { code: 'index-not-found' });
    assert.equal(brief(await one(store, create('a', '1', { n: 1 }))), 'created 1 0');
    assert.equal(await count(store, '*'), 2);
  });

  check('an alias reads all its indices, and writes to the one it names', async (store) => {
    await store.createIndex('a-1', { aliases: { a: {}, both: {}, few: { filter: { term: { n: 1 } } } } });
    assert.equal((await one(store, put('a', '1', { n: 1 }))).index, 'a-1');
    await store.createIndex('a-2', { aliases: { both: { is_write_index: true } } });
    assert.equal((await one(store, put('both', '2', { n: 2 }))).index, 'a-2');
    await store.write([put('a-1', '3', { n: 3 })]);
    assert.deepEqual((await ids(store, 'both')).sort(), ['1', '2', '3']);
    assert.deepEqual(await ids(store, 'few'), ['1']);
    assert.deepEqual((await ids(store, 'few,a-1')).sort(), ['1', '3']);
    await store.createIndex('a-3', { aliases: { a: {} } });
    assert.equal(brief(await one(store, put('a', '4', {}))), 'bad-index-name illegal_argument_exception');
    await assert.rejects(store.deleteIndex('a'), { wire: 'illegal_argument_exception' });
  });

  check('wildcards skip hidden indices; a name with a dot hides nothing by itself', async (store) => {
    await store.write([put('.own', '1', {}), put('a', '1', {}), put('b', '1', {})]);
    await store.createIndex('c-hidden', { settings: { index: { hidden: true } } });
    const names = async (expression: string, options = {}): Promise<string[]> =>
      (await store.indices(expression, options)).map(({ name }) => name).filter((name) => !/^\.trailhound-/.test(name));
    assert.deepEqual(await names('*'), ['.own', 'a', 'b']);
    assert.deepEqual(await names('.*'), ['.own']);
    assert.deepEqual(await names('c-hidden'), ['c-hidden']);
    assert.deepEqual(await names('*,-a'), ['.own', 'b']);
    assert.deepEqual(await names('b,a'), ['a', 'b']);
    assert.deepEqual(await names('z*'), []);
    await assert.rejects(names('z*', { allowNoIndices: false }), { code: 'index-not-found' });
    await assert.rejects(names('z'), { code: 'index-not-found' });
    assert.deepEqual(await names('z,a', { ignoreUnavailable: true }), ['a']);
  });

  check('a mapping grows by new fields and never changes a type', async (store) => {
    await store.createIndex('a', { mappings: { properties: { n: { type: 'long' } } } });
    await store.putMapping('a', { properties: { m: { type: 'keyword' } } });
    await assert.rejects(store.putMapping('a', { properties: { n: { type: 'keyword' } } }), { status: 400 });
    await store.write([put('a', '1', { m: 'x', later: 'y' })]);
    const [info] = await store.indices('a');
    const json = JSON.stringify(info && mappingJson(info.mapping));
    for (const field of ['"n":{"type":"long"', '"m":{"type":"keyword"', '"later":{"type":"text"']) {
      assert.ok(json.includes(field), `${field} in ${json}`);
    }
    await assert.rejects(store.putMapping('missing', {}), { code: 'index-not-found' });
  });
}

function arrivals(check: Check): void {
  check('a window holds exactly what arrived in it', async (store) => {
    assert.equal(await store.position(), 0);
    const marks = [0];
    for (let batch = 0; batch < 6; batch++) {
      await store.write(Array.from({ length: 30 }, (_, n) => create(`a-${batch % 2}`, `${batch}-${n}`, { batch })));
      marks.push(await store.position());
    }
    for (let from = 0; from < marks.length; from++) {
      for (let to = from; to < marks.length; to++) {
        const window = { after: marks[from] ?? 0, upTo: marks[to] ?? 0 };
        const found = (await ids(store, 'a-*', { window })).map((id) => Number(id.split('-')[0]));
        const expected = Array.from({ length: 6 }, (_, batch) => batch).filter((batch) => batch >= from && batch < to);
        assert.deepEqual([...new Set(found)].sort(), expected, `${from}..${to}`);
        assert.equal(found.length, expected.length * 30);
      }
    }
    assert.equal((await ids(store, 'a-*', { window: { after: 10, upTo: 15 } })).length, 5);
  });

  check('an update arrives anew; a deletion moves the position', async (store) => {
    await store.write([put('a', '1', { n: 1 }), put('a', '2', { n: 1 })]);
    const first = await store.position();
    await store.write([put('a', '1', { n: 2 })]);
    const second = await store.position();
    assert.ok(second > first);
    assert.deepEqual(await ids(store, 'a', { window: { after: first, upTo: second } }), ['1']);
    await store.write([remove('a', '1')]);
    assert.ok((await store.position()) > second);
    assert.deepEqual(await ids(store, 'a', { window: { after: first, upTo: await store.position() } }), []);
  });

  check('a search sees what was there when it began', async (store) => {
    await store.write(Array.from({ length: 500 }, (_, n) => create('a', `${n}`, { n, kind: 'old' })));
    const search = store.search(
      'a',
      parseSearchBody({ size: 0, track_total_hits: true, query: { term: { 'kind.keyword': 'old' } } }),
    );
    await store.write([...Array(500).keys()].map((n) => put('a', `${n}`, { n, kind: 'new' })));
    const { total } = await search;
    assert.ok(total === 500 || total === 0, `${total}`);
    assert.equal(await count(store, 'a', { term: { 'kind.keyword': 'new' } }), 500);
  });

  check('searches that begin at one moment all see what was written before', async (store) => {
    for (const index of ['.many-askers', 'many-askers']) {
      for (let written = 1; written <= 5; written++) {
        await store.write([put(index, `${written}`, { written })]);
        const asked = Array.from({ length: 4 }, () => store.search(index, parseSearchBody({ size: 0 })));
        const totals = (await Promise.all(asked)).map(({ total }) => total);
        assert.deepEqual(totals, [written, written, written, written]);
      }
    }
  });

  check('the generation changes when an answer could, and only for what the expression means', async (store) => {
    await store.createIndex('a', {});
    await store.createIndex('b', {});
    const changed = async (work: () => Promise<unknown>): Promise<[boolean, boolean]> => {
      const before = [await store.generation('a*'), await store.generation('b')];
      await work();
      return [before[0] !== (await store.generation('a*')), before[1] !== (await store.generation('b'))];
    };
    assert.deepEqual(await changed(() => store.write([put('a', '1', { n: 1 })])), [true, false]);
    assert.deepEqual(await changed(() => store.write([put('a', '1', { n: 2 })])), [true, false]);
    assert.deepEqual(await changed(() => store.write([remove('a', '1')])), [true, false]);
    assert.deepEqual(await changed(() => store.putMapping('b', { properties: { x: { type: 'keyword' } } })), [
      false,
      true,
    ]);
    assert.deepEqual((await changed(() => store.createIndex('a2', {})))[0], true);
    assert.deepEqual((await changed(() => store.deleteIndex('a2')))[0], true);
    assert.deepEqual(await changed(() => store.search('*', parseSearchBody({}))), [false, false]);
    assert.deepEqual(await changed(() => store.write([create('a', '1', {}), create('a', '1', {})])), [true, false]);
    assert.deepEqual(await changed(() => store.write([create('a', '1', {})])), [false, false]);
  });

  check('the same question after a write is answered anew', async (store) => {
    const query = { term: { 'user.keyword': 'root' } };
    await store.write([put('a', '1', { user: 'root' })]);
    assert.equal(await count(store, 'a*', query), 1);
    await store.write([put('a', '2', { user: 'root' })]);
    assert.equal(await count(store, 'a*', query), 2);
    await store.write([put('ab', '3', { user: 'root' })]);
    assert.equal(await count(store, 'a*', query), 3);
    await store.deleteIndex('ab');
    assert.equal(await count(store, 'a*', query), 2);
  });

  check('refresh of what is missing is refused, of what is there does nothing', async (store) => {
    await store.createIndex('a', {});
    await store.refresh('a');
    await assert.rejects(store.refresh('b'), { code: 'index-not-found' });
  });

  check('date math in a name is of the day of asking', async (store, clock) => {
    await store.write([create('logs-2026.01.02', '1', { n: 1 }), create('logs-2026.01.03', '1', { n: 2 })]);
    const count = async (expression: string): Promise<unknown[]> =>
      (await store.search(expression, parseSearchBody({}))).hits.map(({ index }) => index);
    assert.deepEqual(await count('<logs-{now/d}>'), ['logs-2026.01.02']);
    await clock.advance(24 * 60 * 60 * 1000);
    assert.deepEqual(await count('<logs-{now/d}>'), ['logs-2026.01.03']);
    assert.deepEqual(await count('<logs-{now/d-1d}>'), ['logs-2026.01.02']);
    await assert.rejects(store.search('<logs-{now/d+1d}>', parseSearchBody({})), { code: 'index-not-found' });
  });

  check('whole numbers beyond 2^53 in a body', async (store) => {
    const mappings = { properties: { n: { type: 'long' }, k: { type: 'keyword' } } };
    await store.createIndex('a', { mappings });
    await store.write([create('a', '1', { n: 1, k: '9007199254740993' })]);
    const total = async (query: object): Promise<number> => (await store.search('a', parseSearchBody({ query }))).total;
    for (let round = 0; round < 2; round++) {
      assert.equal(await total({ term: { n: 9007199254740993n } }), 0);
      assert.equal(await total({ term: { k: 9007199254740993n } }), 1);
      assert.equal(await total({ term: { n: '1' } }), 1);
    }
  });

  check('an aborted search ends', async (store) => {
    await store.write(Array.from({ length: 300 }, (_, n) => create('a', `${n}`, { n })));
    const aborted = AbortSignal.abort();
    await assert.rejects(store.search('a', parseSearchBody({ size: 0 }), { signal: aborted }));
  });
}

function hostile(check: Check): void {
  const documents: [string, object][] = [
    [
      'own __proto__ and constructor',
      JSON.parse('{"__proto__":{"x":1},"constructor":"c","toString":{"hasOwnProperty":1}}'),
    ],
    ['lone surrogates', { text: 'a\ud800b\udfff', '\udc00key': 1 }],
    ['control characters', { text: 'line\u2028\u0000\u001f"\\/end' }],
    ['numbers', { big: 9007199254740991, small: 5e-324, minus: -0.5, large: 1e21 }],
    ['other scripts', { text: '検索 ünï 🐕', 鍵: true }],
  ];
  check('what JSON can hold comes back as it was', async (store) => {
    await store.createIndex('a', { mappings: { dynamic: false } });
    const operations = documents.map(([name, document]) => put('a', name, document));
    for (const result of await store.write(operations)) assert.ok('result' in result, JSON.stringify(result));
    for (const [name, document] of documents) {
      const found = await store.get('a', name);
      assert.equal(JSON.stringify(found?.source), JSON.stringify(document), name);
      assert.deepEqual(Object.keys(found?.source ?? {}), Object.keys(document), name);
    }
    assert.equal(({} as { x?: number }).x, undefined);
  });

  check('ids that differ stay different', async (store) => {
    const odd = [
      'a',
      'a\0',
      'a\0b',
      '\ud800',
      '\ud801',
      '\ufffd',
      '\u0001"a"',
      '\u0001',
      ' ',
      '__proto__',
      'constructor',
    ];
    odd.push(
      '6f1c1c1e-0000-4000-8000-00000000000a',
      '6F1C1C1E-0000-4000-8000-00000000000A',
      '6f1c1c1e00004000800000000000000a',
    );
    const results = await store.write(odd.map((id, n) => create('a', id, { n })));
    assert.deepEqual(
      results.map(brief),
      odd.map((_, n) => `created 1 ${n}`),
    );
    for (const [n, id] of odd.entries())
      assert.deepEqual((await store.get('a', id))?.source, { n }, JSON.stringify(id));
    assert.deepEqual(await ids(store, 'a'), odd);
  });

  check('an index may be called as a property of every object', async (store) => {
    for (const name of ['constructor', 'tostring', 'valueof']) {
      await store.write([put(name, '1', {})]);
      assert.equal(await count(store, name), 1);
    }
    await assert.rejects(store.indices('hasownproperty'), { code: 'index-not-found' });
  });

  check('a huge document is kept whole', async (store) => {
    await store.createIndex('a', { mappings: { dynamic: false } });
    const text = 'x\u00e9"'.repeat(3_000_000);
    await store.write([put('a', 'small', { n: 1 }), put('a', 'huge', { text }), put('a', 'other', { n: 2 })]);
    assert.equal((await store.get('a', 'huge'))?.source.text, text);
    assert.deepEqual((await store.get('a', 'other'))?.source, { n: 2 });
  });

  check('what is no JSON is refused, its neighbours are not', async (store) => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const results = await store.write([put('a', '1', circle), put('a', '2', { n: 1 })]);
    assert.deepEqual(results.map(brief), ['mapping mapper_parsing_exception', 'created 1 0']);
  });

  check(
    'a text that comes with a document is kept letter for letter, whole numbers beyond 2^53 exactly',
    async (store) => {
      const text = '{ "n": 9007199254740993,  "f": 1.0 }';
      const document = { n: 9007199254740993n, f: 1 };
      await store.write([{ ...put('a', '1', document), text }, put('a', '2', { n: 9007199254740992n })]);
      const found = await store.get('a', '1');
      assert.deepEqual([found?.text, found?.source], [text, document]);
      assert.equal((await store.get('a', '2'))?.text, '{"n":9007199254740992}');
      const body = { query: { term: { n: 9007199254740993n } }, sort: ['n'] };
      const { hits } = await store.search('a', parseSearchBody(body));
      assert.deepEqual(
        hits.map((hit) => [hit.id, hit.sort, hit.text]),
        [['1', [9007199254740993n], text]],
      );
      const cut = await store.search('a', parseSearchBody({ _source: 'f', size: 1 }));
      assert.deepEqual([cut.hits[0]?.text, cut.hits[0]?.source], [undefined, { f: 1 }]);
    },
  );

  check('an index is changed after its birth: aliases, settings, closed, gone', async (store) => {
    await store.write([put('a', '1', { n: 1 }), put('b', '1', { n: 1 })]);
    await store.updateIndices([
      {
        index: 'a',
        putAliases: { x: {}, y: {} },
        settings: { refresh_interval: '5s', 'index.max_refresh_listeners': 9 },
      },
      { index: 'b', putAliases: { x: {} } },
      { index: 'a', dropAliases: ['y'], settings: { max_refresh_listeners: null } },
    ]);
    const [info] = await store.indices('a');
    assert.deepEqual(info?.aliases, { x: {} });
    assert.equal(at(info?.settings, 'index.refresh_interval'), '5s');
    assert.equal(at(info?.settings, 'index.max_refresh_listeners'), undefined);
    assert.equal(await count(store, 'x'), 2);
    await store.updateIndices([{ index: 'b', closed: true }]);
    await assert.rejects(store.search('b', parseSearchBody({})), { wire: 'index_closed_exception' });
    assert.equal(brief(await one(store, put('b', '2', {}))), 'bad-index-name index_closed_exception');
    assert.equal(await count(store, '*'), 1);
    await store.updateIndices([{ index: 'b', closed: false }]);
    assert.equal(await count(store, '*'), 2);
    await store.updateIndices([
      { index: 'b', remove: true },
      { index: 'a', putAliases: { b: {} } },
    ]);
    assert.deepEqual(await ids(store, 'b'), ['1']);
    await assert.rejects(store.updateIndices([{ index: 'a', putAliases: { a: {} } }]), {
      wire: 'invalid_alias_name_exception',
    });
    await assert.rejects(store.updateIndices([{ index: 'nosuch', closed: true }]), { code: 'index-not-found' });
  });

  check('a term that keyword fields must hold is found whatever the texts around it', async (store) => {
    await store.createIndex('a', {
      mappings: { properties: { k: { type: 'keyword' }, o: { properties: { n: { type: 'long' } } } } },
    });
    const values = [
      'plain',
      'pla',
      'in"quote',
      'back\\slash',
      'ünï',
      'line\nbreak',
      '7',
      7,
      true,
      'true',
      'pla\u0069n2',
      '',
    ];
    await store.write(values.map((k, n) => put('a', `${n}`, { k, o: { n } })));
    const found = async (value: unknown): Promise<string[]> => {
      const body = parseSearchBody({ size: 100, query: { bool: { filter: [{ term: { k: value } }] } } });
      return (await store.search('a', body)).hits.map((hit) => hit.id);
    };
    for (const [n, value] of values.entries()) {
      const same = values.flatMap((other, m) => (String(other) === String(value) ? [`${m}`] : []));
      assert.deepEqual(await found(value), same, `${n}: ${JSON.stringify(value)}`);
    }
    assert.deepEqual(await found('absent'), []);
  });

  check('a closed store answers nothing', async (store) => {
    await store.write([put('a', '1', {})]);
    await store.close();
    await assert.rejects(async () => store.write([put('a', '2', {})]), /closed/);
    await assert.rejects(async () => store.get('a', '1'), /closed/);
    await assert.rejects(async () => store.search('a', parseSearchBody({})), /closed/);
    await store.close();
  });
}
