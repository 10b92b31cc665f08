import type { HashedPairs, HashedRows } from '../columns.ts';
import type { RareChunk, RareRows } from './rare-rows.ts';
import { addBitsOf, hasBit, inRowSet, rowsOfSet } from './row-set.ts';

/** All rows that came of one column, of whatever index: its hashes are read once for all of them. */
export interface RareGroup {
  readonly hashed: HashedRows;
  readonly chunks: readonly RareChunk[];
  readonly count: number;
  /** Which rows; undefined where they are so few that they are looked up. */
  readonly bits: Uint32Array | undefined;
}

export interface RareGroups {
  readonly all: readonly RareGroup[];
  /** Looks for the pairs of these hashes in all groups. They are kept while they are few: whoever asks `with` for some of them finds them. */
  look(wanted: ReadonlySet<number>): Generator<void>;
  /** The pairs of one group with hashes that are wanted, with places where these are known. */
  with(group: RareGroup, wanted: ReadonlySet<number>): HashedPairs;
}

/** Where there may be many tallies, one with fewer rows than this part of the column looks each of them up. */
const fewShare = 16;

/** Pairs that are kept: three megabytes. */
const pairsKeptMax = 262_144;

export function groupsOf(rare: Pick<RareRows, 'chunks' | 'inner'>): RareGroups {
  const all = makeGroups(rare);
  const known = new Set<number>();
  const found = new Map<RareGroup, HashedPairs[]>();
  let kept = 0;
  return {
    all,
    *look(wanted) {
      const more = new Set([...wanted].filter((hash) => !known.has(hash)));
      if (more.size === 0 || kept > pairsKeptMax) return;
      for (const group of all) {
        const pairs = pairsWith(group, more);
        kept += pairs.count;
        if (kept > pairsKeptMax) {
          known.clear();
          found.clear();
          return;
        }
        found.set(group, [...(found.get(group) ?? []), pairs]);
        yield;
      }
      for (const hash of more) known.add(hash);
    },
    with(group, wanted) {
      for (const hash of wanted) if (!known.has(hash)) return pairsWith(group, wanted);
      return pairsAmong(found.get(group) ?? [], wanted);
    },
  };
}

function pairsAmong(all: readonly HashedPairs[], wanted: ReadonlySet<number>): HashedPairs {
  const into = gathered();
  for (const pairs of all) {
    for (let at = 0; at < pairs.count; at++) if (wanted.has(pairs.hashes[at] as number)) into.add(pairs, at);
  }
  return into.pairs();
}

function gathered(): { add(from: HashedPairs, at: number): void; pairs(): HashedPairs } {
  const hashes: number[] = [];
  const rows: number[] = [];
  const places: number[] = [];
  return {
    add(from, at) {
      hashes.push(from.hashes[at] as number);
      rows.push(from.rows[at] as number);
      places.push(from.places[at] as number);
    },
    pairs: () => ({
      count: rows.length,
      hashes: Uint32Array.from(hashes),
      rows: Uint32Array.from(rows),
      places: Uint32Array.from(places),
    }),
  };
}

function makeGroups({ chunks, inner }: Pick<RareRows, 'chunks' | 'inner'>): readonly RareGroup[] {
  const byNumber = new Map<number, RareChunk[]>();
  for (const chunk of chunks) {
    const together = byNumber.get(chunk.hashed.number);
    if (together) together.push(chunk);
    else byNumber.set(chunk.hashed.number, [chunk]);
  }
  return [...byNumber.values()].map((together) => {
    // Of a column that grew between two indices, as it was last.
    const { hashed } = together.reduce((last, chunk) => (chunk.hashed.size >= last.hashed.size ? chunk : last));
    const count = together.reduce((sum, { rows }) => sum + rows.count, 0);
    const few = inner && count * fewShare < hashed.size;
    return { hashed, chunks: together, count, bits: few ? undefined : bitsOf(together, hashed) };
  });
}

function bitsOf(chunks: readonly RareChunk[], { clear }: HashedRows): Uint32Array {
  const [only] = chunks;
  if (chunks.length === 1 && only?.rows.bits) return only.rows.bits;
  const words = chunks.reduce((most, { rows }) => Math.max(most, rows.bits?.length ?? 0), clear.length);
  const bits = new Uint32Array(words);
  for (const { rows } of chunks) addBitsOf(rows, bits);
  return bits;
}

export function chunkOf({ chunks }: RareGroup, row: number): RareChunk | undefined {
  return chunks.length === 1 ? chunks[0] : chunks.find(({ rows }) => inRowSet(rows, row));
}

const room = { hashes: new Uint32Array(0), rows: new Uint32Array(0), places: new Uint32Array(0) };

function roomFor(count: number): typeof room {
  if (room.rows.length < count) {
    room.hashes = new Uint32Array(count);
    room.rows = new Uint32Array(count);
    room.places = new Uint32Array(count);
  }
  return room;
}

/** The pairs of a group's rows, as HashedRows has them: in memory that the next call uses again. */
export function pairsOf(group: RareGroup, from: number, to: number, withPlaces: boolean): HashedPairs {
  const { hashed, bits } = group;
  if (!bits) return pairsLookedUp(group, from, to);
  const pairs = hashed.pairs(from, to, withPlaces);
  const { hashes, rows, places } = roomFor(pairs.count);
  let count = 0;
  for (let at = 0; at < pairs.count; at++) {
    const row = pairs.rows[at] as number;
    if (!hasBit(bits, row)) continue;
    hashes[count] = pairs.hashes[at] as number;
    rows[count] = row;
    places[count++] = withPlaces ? (pairs.places[at] as number) : 0;
  }
  return { count, hashes, rows, places };
}

function pairsLookedUp({ hashed, chunks, count: most }: RareGroup, from: number, to: number): HashedPairs {
  const { of, places: placeOf } = hashed.byRow();
  const { hashes, rows, places } = roomFor(most);
  let count = 0;
  for (const chunk of chunks) {
    for (const row of rowsOfSet(chunk.rows)) {
      const hash = of[row] as number;
      if (hash >>> 24 < from || hash >>> 24 >= to) continue;
      hashes[count] = hash;
      rows[count] = row;
      places[count++] = placeOf ? (placeOf[row] as number) : 0;
    }
  }
  return { count, hashes, rows, places };
}

/** Puts the hashes alone behind what stands in `into`; answers where they end. */
export function hashesOf(group: RareGroup, from: number, to: number, into: Uint32Array, start: number): number {
  const { hashed, bits } = group;
  let end = start;
  if (!bits) {
    const { hashes, count } = pairsLookedUp(group, from, to);
    into.set(hashes.subarray(0, count), start);
    return start + count;
  }
  const { hashes, rows, count } = hashed.pairs(from, to, false);
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    into[end] = hashes[at] as number;
    end += ((bits[row >>> 5] as number) >>> (row & 31)) & 1;
  }
  return end;
}

/** By a few bits of a hash: 1 while it may be wanted. Sets of large numbers are slow, and most rows are dismissed by these. */
const may = new Uint8Array(65_536);

/** Fewer hashes are looked for where they can be: in parts of the column. */
const lookedFor = 24;

/** The pairs with hashes that are wanted, in memory of their own. */
function pairsWith(group: RareGroup, wanted: ReadonlySet<number>): HashedPairs {
  const into = gathered();
  const gather = (from: number, to: number): void => {
    const pairs = pairsOf(group, from, to, group.hashed.ordered);
    for (let at = 0; at < pairs.count; at++) {
      const hash = pairs.hashes[at] as number;
      if (may[hash & 0xffff] === 1 && wanted.has(hash)) into.add(pairs, at);
    }
  };
  for (const hash of wanted) may[hash & 0xffff] = 1;
  const uppers = wanted.size < lookedFor && group.bits ? new Set([...wanted].map((hash) => hash >>> 24)) : undefined;
  if (uppers) for (const upper of uppers) gather(upper, upper + 1);
  else gather(0, 256);
  for (const hash of wanted) may[hash & 0xffff] = 0;
  return into.pairs();
}
