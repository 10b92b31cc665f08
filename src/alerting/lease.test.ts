import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yieldToLoop } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { type VirtualClock, virtualClock } from '../base/virtual-clock.ts';
import { openMemory } from '../store/memory.ts';
import type { Operation, Store } from '../store/store.ts';
import { type Lease, makeLease, type Term } from './lease.ts';
import { leaseIndex } from './system-index.ts';

/** Processes that share a store; each sees time by its own stopwatch. */
function world(): { clock: VirtualClock; store: Store; process(id: string, store?: Store): Lease } {
  const clock = virtualClock(Date.UTC(2026, 0, 1));
  const store = openMemory({ clock });
  const stopwatch = (): (() => number) => {
    const start = clock.now();
    return () => clock.now() - start;
  };
  return {
    clock,
    store,
    process: (id, own = store) => makeLease(own, clock, { id, name: `process ${id}` }, stopwatch),
  };
}

const note = (id: string, n: number): Operation => ({ action: 'index', index: 'notes', id, document: { n } });

async function termOf(lease: Lease): Promise<Term> {
  const found = await lease.turn();
  assert.ok('term' in found, JSON.stringify(found));
  return found.term;
}

/** As `clock.advance`, in steps that let renewals happen. */
async function pass(clock: VirtualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    await clock.advance(250);
    for (let turn = 0; turn < 20; turn++) await yieldToLoop();
  }
}

/** A store whose writes stop being answered, as for a process that hangs or is killed. */
function mortal(store: Store): Store & { dead: boolean } {
  const own = {
    ...store,
    dead: false,
    write: (operations: readonly Operation[]) =>
      own.dead ? new Promise<never>(() => undefined) : store.write(operations),
  };
  return own;
}

test('one holds it as long as it lives; the others learn its name', async () => {
  const { clock, process } = world();
  const [a, b] = [process('a'), process('b')];
  const term = await termOf(a);
  assert.deepEqual(await b.turn(), { holder: 'process a', alive: false });
  for (let look = 0; look < 5; look++) {
    await pass(clock, limits.leaseExpiryMs / 2);
    assert.deepEqual(await b.turn(), { holder: 'process a', alive: true });
  }
  assert.equal(await termOf(a), term);
  assert.equal(term.signal.aborted, false);
  await a.release();
  assert.equal(term.signal.aborted, true);
  await termOf(b);
  await b.release();
});

test('of many that want it at once, one gets it', async () => {
  const { process } = world();
  const leases = Array.from({ length: 8 }, (_, n) => process(`p${n}`));
  const found = await Promise.all(leases.map((lease) => lease.turn()));
  assert.equal(found.filter((one) => 'term' in one).length, 1);
  await Promise.all(leases.map((lease) => lease.release()));
});

test('one that hangs loses it before another takes it, and what it wrote late is refused', async () => {
  const { clock, store, process } = world();
  const dying = mortal(store);
  const a = process('a', dying);
  const b = process('b');
  const term = await termOf(a);
  await term.write([note('x', 1)]);
  dying.dead = true;
  await b.turn();
  await pass(clock, limits.leaseTrustMs + 500);
  assert.equal(term.signal.aborted, true, 'it knows by itself');
  assert.ok(!('term' in (await b.turn())), 'nobody else has it yet');
  await pass(clock, limits.leaseExpiryMs - limits.leaseTrustMs);
  const next = await termOf(b);
  dying.dead = false;
  await assert.rejects(term.write([note('x', 2)]), /another process/);
  await next.write([note('x', 3)]);
  assert.deepEqual((await store.get('notes', 'x'))?.source, { n: 3 });
  await b.release();
});

test('a write that stopped halfway is finished by the next holder, before anything else', async () => {
  const { clock, store, process } = world();
  let killed = false;
  const halfway: Store = {
    ...store,
    async write(operations) {
      const [first] = operations;
      if (first?.index !== 'notes') return killed ? new Promise<never>(() => undefined) : store.write(operations);
      // The first document is there, the others are not, and nothing more comes of this process.
      killed = true;
      await store.write([first]);
      return new Promise<never>(() => undefined);
    },
  };
  const term = await termOf(process('a', halfway));
  void term.write([note('x', 1), note('y', 1), note('z', 1)]).catch(() => undefined);
  await pass(clock, 500);
  assert.equal((await store.get('notes', 'x'))?.source.n, 1);
  assert.equal(await store.get('notes', 'y'), undefined);
  const b = process('b');
  await b.turn();
  await pass(clock, limits.leaseExpiryMs + 500);
  await termOf(b);
  for (const id of ['x', 'y', 'z']) assert.deepEqual((await store.get('notes', id))?.source, { n: 1 }, id);
  await pass(clock, limits.leaseRenewMs * 2);
  assert.equal((await store.get(leaseIndex, 'alerting'))?.source.pending, undefined, 'it is done once');
  await b.release();
});

test('writes that come together are one, and each gets its own answer', async () => {
  const { store, process } = world();
  let bulks = 0;
  const counted: Store = {
    ...store,
    write: (operations) => {
      if (operations.some(({ index }) => index === 'notes')) bulks++;
      return store.write(operations);
    },
  };
  const lease = process('a', counted);
  const term = await termOf(lease);
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, n) => term.write([note(`${n}`, n), note('all', n)])),
  );
  for (const [n, [own]] of answers.entries()) assert.equal(own?.id, `${n}`);
  assert.ok(bulks < 5, `${bulks} bulks`);
  assert.equal((await store.get('notes', 'all'))?.version, 30);
  await lease.release();
});
