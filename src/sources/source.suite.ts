import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { describeProblem } from '../base/problem.ts';
import type { Delivery, Ledger, Source, SourceOptions } from './source.ts';

/** A place with files that a source reads: how the suite fills it. */
export interface Shelf {
  put(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  open(options: SourceOptions): Source;
  close(): Promise<void>;
}

export interface KeptLedger extends Ledger {
  readonly entries: Set<string>;
}

export function keptLedger(): KeptLedger {
  const entries = new Set<string>();
  return {
    entries,
    has: (origin, version) => entries.has(`${origin}\n${version}`),
    add: async (origin, version) => void entries.add(`${origin}\n${version}`),
  };
}

/** Options that keep what is told. */
export function keptOptions(once: boolean, ledger: Ledger = keptLedger()): SourceOptions & { readonly told: string[] } {
  const told: string[] = [];
  return { once, ledger, told, problem: (problem) => void told.push(describeProblem(problem)) };
}

/** Keys that S3 and file systems allow and that a careless program breaks on. */
export const oddKeys: readonly string[] = [
  'with space.json',
  'plus+and%20percent%.json',
  'ünï/🐕/日本.json',
  'x..json/y../up...json',
  'a..b/c&d=e?f#g;h,i@j:k.json',
  `"quotes'<xml>&amp;.json`,
  'back\\slash.json',
  'semi\ttab.json',
  `${'long'.repeat(50)}.json`,
  '__proto__/constructor.json',
];

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bytes = (content: string): Uint8Array => Buffer.from(content);

/** Reads and acks everything; key → content, in order. */
export async function readAll(source: Source, signal = AbortSignal.timeout(60_000)): Promise<[string, string][]> {
  const read: [string, string][] = [];
  for await (const delivery of source.deliveries(signal)) {
    read.push([delivery.key, text(await delivery.read())]);
    await delivery.ack();
  }
  assert.equal(signal.aborted, false, 'the source did not end by itself');
  return read;
}

/** A reader of a watching source: hands out the next delivery, and fails when none comes. */
export function follow(source: Source): {
  next(withinMs?: number): Promise<Delivery>;
  none(forMs: number): Promise<void>;
  stop(): Promise<void>;
} {
  const stop = new AbortController();
  const deliveries = source.deliveries(stop.signal)[Symbol.asyncIterator]();
  let coming = deliveries.next();
  const within = async (ms: number): Promise<Delivery | undefined> => {
    const nap = new AbortController();
    const late = systemClock.sleep(ms, nap.signal).then(() => 'late' as const);
    const got = await Promise.race([coming, late]);
    nap.abort();
    if (got === 'late') return undefined;
    assert.ok(!got.done, 'the source ended');
    coming = deliveries.next();
    return got.value;
  };
  return {
    async next(withinMs = 8000) {
      const delivery = await within(withinMs);
      assert.ok(delivery, `no delivery within ${withinMs} ms`);
      return delivery;
    },
    async none(forMs) {
      assert.equal((await within(forMs))?.origin, undefined);
    },
    async stop() {
      stop.abort();
      const ended = await Promise.race([coming, systemClock.sleep(2000).then(() => 'late' as const)]);
      assert.notEqual(ended, 'late', 'an abort ends the deliveries promptly');
    },
  };
}

/** What every source of files must do. */
export function sourceSuite(name: string, openShelf: () => Promise<Shelf>, skip: string | false = false): void {
  const check = (title: string, run: (shelf: Shelf) => Promise<void>): void => {
    test(title, { skip, timeout: 120_000 }, async () => {
      const shelf = await openShelf();
      try {
        await run(shelf);
      } finally {
        await shelf.close();
      }
    });
  };
  describe(`source: ${name}`, () => {
    onceChecks(check);
    settleChecks(check);
    watchChecks(check);
  });
}

type Check = (title: string, run: (shelf: Shelf) => Promise<void>) => void;

function onceChecks(check: Check): void {
  check('once: every file once, then the end; a second run with the same ledger gives nothing', async (shelf) => {
    await shelf.put('a.json', bytes('1'));
    await shelf.put('deep/er/b.json.gz', bytes('2'));
    await shelf.put('deep/c.jsonl', bytes('3'));
    const ledger = keptLedger();
    const options = keptOptions(true, ledger);
    const read = await readAll(shelf.open(options));
    assert.deepEqual(
      new Map(read),
      new Map([
        ['a.json', '1'],
        ['deep/er/b.json.gz', '2'],
        ['deep/c.jsonl', '3'],
      ]),
    );
    assert.equal(read.length, 3);
    assert.deepEqual(await readAll(shelf.open(options)), []);
    await shelf.put('deep/c.jsonl', bytes('33'));
    assert.deepEqual(await readAll(shelf.open(options)), [['deep/c.jsonl', '33']]);
    assert.deepEqual(options.told, []);
  });

  check('a delivery tells where, what and when before it is read', async (shelf) => {
    const before = Date.now() - 60_000;
    await shelf.put('x/y.json', bytes('{}'));
    for await (const delivery of shelf.open(keptOptions(true)).deliveries(AbortSignal.timeout(20_000))) {
      assert.ok(delivery.origin.endsWith('x/y.json'), delivery.origin);
      assert.equal(delivery.key, 'x/y.json');
      assert.ok(delivery.bucket.length > 0 && delivery.version.length > 0);
      assert.ok(delivery.deliveredAt > before && delivery.deliveredAt < Date.now() + 60_000);
      await delivery.ack();
    }
  });

  check('odd keys come through as they are', async (shelf) => {
    for (const key of oddKeys) await shelf.put(key, bytes(key));
    const read = await readAll(shelf.open(keptOptions(true)));
    assert.deepEqual(new Map(read), new Map(oddKeys.map((key) => [key, key])));
  });

  check('2,000 files, each once', async (shelf) => {
    const keys = Array.from({ length: 2000 }, (_, index) => `d/${String(index).padStart(5, '0')}.json`);
    for (let from = 0; from < keys.length; from += 50) {
      await Promise.all(keys.slice(from, from + 50).map((key) => shelf.put(key, bytes(key))));
    }
    const seen: string[] = [];
    for await (const delivery of shelf.open(keptOptions(true)).deliveries(AbortSignal.timeout(60_000))) {
      seen.push(delivery.key);
      await delivery.ack();
    }
    assert.equal(seen.length, 2000);
    assert.deepEqual(new Set(seen), new Set(keys));
  });

  check('a file over the bound is refused, its neighbours are not', async (shelf) => {
    await shelf.put('big.json', new Uint8Array(limits.logFileCompressedMax + 1));
    await shelf.put('small.json', bytes('1'));
    const seen: string[] = [];
    for await (const delivery of shelf.open(keptOptions(true)).deliveries(AbortSignal.timeout(60_000))) {
      const outcome = await delivery.read().then(
        (content) => `${content.length} bytes`,
        (error: { code: string }) => error.code,
      );
      seen.push(`${delivery.key} ${outcome}`);
      await (outcome === 'too-large' ? delivery.nack('malformed') : delivery.ack());
    }
    assert.deepEqual(seen.sort(), ['big.json too-large', 'small.json 1 bytes']);
  });
}

function settleChecks(check: Check): void {
  check('once: "try-again" delivers again, "malformed" does not; the end waits for both', async (shelf) => {
    await shelf.put('again.json', bytes('1'));
    await shelf.put('bad.json', bytes('2'));
    const ledger = keptLedger();
    const seen: string[] = [];
    for await (const delivery of shelf.open(keptOptions(true, ledger)).deliveries(AbortSignal.timeout(30_000))) {
      seen.push(delivery.key);
      if (delivery.key === 'bad.json') await delivery.nack('malformed');
      else if (seen.filter((key) => key === 'again.json').length < 2)
        void systemClock.sleep(50).then(() => delivery.nack('try-again'));
      else await delivery.ack();
    }
    assert.deepEqual(seen.sort(), ['again.json', 'again.json', 'bad.json']);
    assert.equal(ledger.entries.size, 2);
  });

  check('nothing is in the ledger before the ack, and a new run delivers it again', async (shelf) => {
    await shelf.put('a.json', bytes('1'));
    const ledger = keptLedger();
    const reader = follow(shelf.open(keptOptions(false, ledger)));
    const delivery = await reader.next();
    await delivery.read();
    await reader.stop();
    assert.equal(ledger.entries.size, 0);
    assert.deepEqual(await readAll(shelf.open(keptOptions(true, ledger))), [['a.json', '1']]);
  });

  check('a file that went before it was read is told and dropped', async (shelf) => {
    await shelf.put('a.json', bytes('1'));
    const options = keptOptions(true);
    for await (const delivery of shelf.open(options).deliveries(AbortSignal.timeout(20_000))) {
      await shelf.remove('a.json');
      await assert.rejects(delivery.read(), { code: 'not-found' });
      await delivery.nack('try-again');
    }
    assert.equal(options.told.length, 1);
    assert.match(options.told[0] ?? '', /a\.json.*gone/);
  });
}

function watchChecks(check: Check): void {
  check('watching: what is there, what comes and what changes; an abort ends it', async (shelf) => {
    await shelf.put('old.json', bytes('1'));
    const options = keptOptions(false);
    const reader = follow(shelf.open(options));
    const settle = async (): Promise<string> => {
      const delivery = await reader.next();
      const content = text(await delivery.read());
      await delivery.ack();
      return `${delivery.key} ${content}`;
    };
    assert.equal(await settle(), 'old.json 1');
    await shelf.put('new/deep/er.json', bytes('2'));
    assert.equal(await settle(), 'new/deep/er.json 2');
    await shelf.put('old.json', bytes('changed'));
    assert.equal(await settle(), 'old.json changed');
    await reader.none(1500);
    await reader.stop();
    assert.deepEqual(options.told, []);
  });

  check('watching: a change while the version before is open comes after it is settled', async (shelf) => {
    await shelf.put('a.json', bytes('1'));
    const reader = follow(shelf.open(keptOptions(false)));
    const first = await reader.next();
    await shelf.put('a.json', bytes('22'));
    await reader.none(1500);
    await first.ack();
    await first.ack();
    const second = await reader.next();
    assert.equal(text(await second.read()), '22');
    assert.notEqual(second.version, first.version);
    await second.nack('try-again');
    const again = await reader.next();
    assert.equal(again.version, second.version);
    await again.ack();
    await reader.none(1500);
    await reader.stop();
  });

  check('a reader that leaves early leaves nothing running', async (shelf) => {
    await shelf.put('a.json', bytes('1'));
    await shelf.put('b.json', bytes('2'));
    for await (const delivery of shelf.open(keptOptions(false)).deliveries(new AbortController().signal)) {
      await delivery.ack();
      break;
    }
  });
}
