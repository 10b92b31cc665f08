import { createHash } from 'node:crypto';
import { type Clock, elapsedMs } from '../base/clock.ts';
import { type Document, own, text } from '../base/document.ts';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Problem } from '../base/problem.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Share, Sharing } from '../sources/source.ts';
import type { Store, StoredDocument } from '../store/store.ts';

/** One document a process that reads with others: who it is, which lakes it reads, its place in line, and a number that grows while it lives. */
export const membersIndex = '.trailhound-members';

/**
 * The processes that read the same lakes into one cluster share out the files: each belongs to the one that it is drawn for. Where
 * one of them has rules that look at earlier events, a share of the files would be a share of what they count: then the one that
 * came first reads all, and the next when it is gone.
 */
export interface Members extends Sharing {
  close(): Promise<void>;
}

export interface MembersParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Of this start of this process. */
  readonly self: { readonly id: string; readonly name: string };
  /** Whether rules of this process look at earlier events. */
  remembers(): boolean;
  /** Learns which files others have read. */
  catchUp(): Promise<void>;
  readonly problem: (problem: Problem) => void;
  /** Measures how long one was silent: not by the time of day, which may be set. */
  readonly stopwatch?: typeof elapsedMs;
}

/** What was heard of another process. */
interface Heard {
  readonly beat: number;
  readonly lakes: readonly string[];
  /** Its place in line: who came first has the lowest. */
  readonly rank: number;
  readonly remembers: boolean;
  readonly since: () => number;
  /** It was heard to live: its number grew, or it came later than this process. */
  readonly lives: boolean;
}

/** Nothing is written before the first lake is joined. */
export function openMembers(parts: MembersParts): Members {
  const { store, clock, self, problem } = parts;
  const lakes = new Map<string, number>();
  const ended = new AbortController();
  const { look, heard, rank } = rollCall(parts, lakes);
  let begun: Promise<void> | undefined;
  let beating: Promise<void> = Promise.resolve();

  const keepBeating = async (): Promise<void> => {
    let told = false;
    while (!ended.signal.aborted) {
      await clock.sleep(limits.memberBeatMs, ended.signal);
      if (ended.signal.aborted) return;
      try {
        await parts.catchUp();
        await look();
        told = false;
      } catch (error) {
        const message = `who reads with this process cannot be learnt: ${reasonOf(error)}`;
        if (!told) problem({ place: membersIndex, message });
        told = true;
      }
    }
  };
  const begin = async (): Promise<void> => {
    await ensureMembers(store);
    await look();
    if (heard().size > 0) {
      await clock.sleep(limits.memberListenMs, ended.signal);
      await parts.catchUp();
      await look();
    }
    beating = keepBeating();
  };
  return {
    async join(lake) {
      lakes.set(lake, (lakes.get(lake) ?? 0) + 1);
      if (begun) {
        await begun.then(look);
      } else {
        begun = begin();
        await begun;
      }
      const own = { id: self.id, rank, remembers: parts.remembers };
      return shareOf(lake, own, heard, () => leave(lakes, lake));
    },
    async close() {
      if (!begun) return;
      ended.abort();
      await begun.catch(() => undefined);
      await beating;
      // Who cannot say goodbye is missed after a while.
      await store.write([{ action: 'delete', index: membersIndex, id: self.id }]).catch(() => undefined);
    },
  };
}

/** Says that this process lives, and hears the others. */
function rollCall({ store, self, remembers, stopwatch = elapsedMs }: MembersParts, lakes: ReadonlyMap<string, number>) {
  let heard: ReadonlyMap<string, Heard> | undefined;
  let beat = 0;
  let rank: number | undefined;
  const all = async (): Promise<readonly StoredDocument[]> =>
    (await store.search(membersIndex, parseSearchBody({ size: limits.membersMax }))).hits;
  return {
    rank: (): number => rank ?? 0,
    heard: (): ReadonlyMap<string, Heard> => heard ?? new Map(),
    async look(): Promise<void> {
      rank ??= 1 + Math.max(0, ...(await all()).map(({ source }) => Number(own(source, 'rank') ?? 0)));
      const document = { name: self.name, lakes: [...lakes.keys()], rank, remembers: remembers(), beat: beat++ };
      await store.write([{ action: 'index', index: membersIndex, id: self.id, document }]);
      const before = heard;
      heard = new Map(
        (await all())
          .filter(({ id }) => id !== self.id)
          .map(({ id, source }) => [id, listen(source, before?.get(id), before !== undefined, stopwatch)]),
      );
      const gone = [...heard].filter(([, one]) => one.since() > limits.memberForgetMs).map(([id]) => id);
      if (gone.length > 0) await store.write(gone.map((id) => ({ action: 'delete', index: membersIndex, id })));
    },
  };
}

function listen(source: Document, before: Heard | undefined, knewOthers: boolean, stopwatch: typeof elapsedMs): Heard {
  const beat = Number(own(source, 'beat'));
  const listed = own(source, 'lakes');
  const lakes = (Array.isArray(listed) ? listed : []).flatMap((lake) => text(lake) ?? []);
  const facts = { beat, lakes, rank: Number(own(source, 'rank') ?? 0), remembers: own(source, 'remembers') === true };
  if (before?.beat === beat) return { ...before, ...facts };
  return { ...facts, since: stopwatch(), lives: before !== undefined || knewOthers };
}

interface Self {
  readonly id: string;
  rank(): number;
  remembers(): boolean;
}

function shareOf(lake: string, self: Self, heard: () => ReadonlyMap<string, Heard>, leave: () => void): Share {
  const living = (): readonly (readonly [id: string, Heard])[] =>
    [...heard()].filter(
      ([, { lives, since, lakes }]) => lives && since() <= limits.memberExpiryMs && lakes.includes(lake),
    );
  return {
    leaveMs(origin) {
      const others = living();
      if (self.remembers() || others.some(([, { remembers }]) => remembers)) {
        const earlier = ([id, { rank }]: readonly [string, Heard]): boolean =>
          rank < self.rank() || (rank === self.rank() && id < self.id);
        return others.some(earlier) ? Number.POSITIVE_INFINITY : 0;
      }
      const file = numberOf(origin);
      const mine = drawn(file, self.id);
      return others.filter(([id]) => drawn(file, id) > mine).length * limits.filesLeftTooLongMs;
    },
    leave,
  };
}

/** Several sources may be of one lake. */
function leave(lakes: Map<string, number>, lake: string): void {
  const left = (lakes.get(lake) ?? 0) - 1;
  if (left > 0) lakes.set(lake, left);
  else lakes.delete(lake);
}

/**
 * The lot that a process draws for a file; the highest one reads it (rendezvous hashing: when one goes or comes, only its own files
 * change hands). All processes must come to the same.
 */
function drawn(file: number, member: string): number {
  let mixed = file ^ numberOf(member);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function numberOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32LE();
}

async function ensureMembers(store: Store): Promise<void> {
  if ((await store.indices(membersIndex, { ignoreUnavailable: true })).length > 0) return;
  await store.createIndex(membersIndex, {
    settings: { auto_expand_replicas: '0-1', hidden: true },
    mappings: { dynamic: false },
  });
}
