import { asText, type Document, isDocument, own } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import type { Operation, OperationResult, Position, StoredDocument } from '../store.ts';
import { type Base, lengthOf, type Stretch } from './arrival-map.ts';

/** Where the order of arrival is kept, for all processes that share the cluster. */
export const arrivalsIndex = '.trailhound-arrivals';

/** The newest part of the record: changed by compare-and-set, so that all processes give the same positions. */
export interface Head {
  /** The position that `open` begins at. */
  readonly start: Position;
  readonly open: readonly Stretch[];
  /** A part that was closed last; its own document may not be written yet. */
  readonly closing: Part | undefined;
  readonly seqNo: number;
}

/** A closed part: a document that never changes. */
export interface Part {
  readonly start: Position;
  readonly stretches: readonly Stretch[];
}

/** How the record is read and written: parts of the store itself. */
export interface RecordPorts {
  create(index: string, body: Document): Promise<void>;
  get(index: string, id: string): Promise<StoredDocument | undefined>;
  write(operations: readonly Operation[]): Promise<readonly OperationResult[]>;
  /** All hits of a query, ordered by `start`. */
  parts(index: string, query: Document): Promise<readonly StoredDocument[]>;
}

/** The record as it is: parts and head follow one another from the base on. */
export interface Whole {
  readonly base: Base;
  readonly parts: readonly Part[];
  readonly head: Head;
}

export interface ArrivalRecord {
  /** Reads all that is kept; the first process begins it, `before` being what was there: that never arrives. */
  open(before: () => Promise<Base['done']>): Promise<Whole>;
  head(): Promise<Head>;
  /** Closed parts from this start on. */
  parts(from: Position): Promise<readonly Part[]>;
  /** The new head, or undefined where another process was quicker. */
  move(before: Head, after: Omit<Head, 'seqNo'>): Promise<Head | undefined>;
  keep(part: Part): Promise<void>;
  /**
   * Lets the record begin at a later base, where a part or the head begins, and deletes the parts before it. Whoever is ended in
   * between leaves parts that nobody reads; the next call deletes them.
   */
  prune(base: Base): Promise<void>;
}

const mappings: Document = { dynamic: false, properties: { start: { type: 'long' } } };

export function makeArrivalRecord(ports: RecordPorts): ArrivalRecord {
  const { get, write } = ports;
  const head = async (): Promise<Head> => {
    const found = await get(arrivalsIndex, 'head');
    if (!found) throw new TrailhoundError('internal', `${arrivalsIndex} has lost its head: start again`);
    return headOf(found);
  };
  const base = async (): Promise<Base & { readonly seqNo: number }> => {
    const found = await get(arrivalsIndex, 'base');
    if (!found) throw new TrailhoundError('internal', `${arrivalsIndex} has lost its base: start again`);
    return { position: Number(found.source.at ?? 0), done: stretchesOf(found.source.stretches), seqNo: found.seqNo };
  };
  const parts = async (from: Position): Promise<readonly Part[]> => {
    const found = await ports.parts(arrivalsIndex, { range: { start: { gte: from } } });
    return found.map(({ source }) => ({ start: Number(source.start), stretches: stretchesOf(source.stretches) }));
  };
  return {
    head,
    parts,
    async open(before) {
      await ports.create(arrivalsIndex, { settings: { index: { hidden: true } }, mappings });
      if (!(await get(arrivalsIndex, 'base'))) {
        const document = baseWire({ position: 0, done: await before() });
        await write([{ action: 'create', index: arrivalsIndex, id: 'base', document }]);
      }
      await write([{ action: 'create', index: arrivalsIndex, id: 'head', document: { open: [], at: 0 } }]);
      for (let tries = 1; ; tries++) {
        const known = await base();
        const whole = { base: known, head: await head(), parts: await parts(known.position) };
        if (isWhole(whole)) return whole;
        // Somebody pruned it while it was read.
        if (tries === readTriesMax) throw new TrailhoundError('internal', `${arrivalsIndex} has lost a part`);
      }
    },
    async move(before, { start, open, closing }) {
      const document = {
        at: start,
        open: open.map(wire),
        ...(closing ? { closing: { start: closing.start, stretches: closing.stretches.map(wire) } } : {}),
      };
      const guard = { ifSeqNo: before.seqNo, ifPrimaryTerm: 1 };
      const [result] = await write([{ action: 'index', index: arrivalsIndex, id: 'head', document, ...guard }]);
      if (!result) return undefined;
      if (!('error' in result)) return { start, open, closing, seqNo: result.seqNo };
      if (result.error === 'conflict') return undefined;
      throw new TrailhoundError('internal', `the order of arrival could not be kept: ${result.reason}`);
    },
    async keep({ start, stretches }) {
      const document = { start, stretches: stretches.map(wire) };
      await write([{ action: 'index', index: arrivalsIndex, id: `from-${start}`, document }]);
    },
    async prune(next) {
      const before = await base();
      if (before.position < next.position) {
        const guard = { ifSeqNo: before.seqNo, ifPrimaryTerm: 1 };
        const document = baseWire(next);
        const [result] = await write([{ action: 'index', index: arrivalsIndex, id: 'base', document, ...guard }]);
        // Another process does the same.
        if (!result || 'error' in result) return;
      }
      const old = await ports.parts(arrivalsIndex, { range: { start: { lt: next.position } } });
      await write(old.map(({ id }) => ({ action: 'delete', index: arrivalsIndex, id })));
    },
  };
}

const readTriesMax = 5;

/** Whether nothing is missing between the base and the head. */
function isWhole({ base, parts, head }: Whole): boolean {
  let at = base.position;
  for (const { start, stretches } of [
    ...parts,
    ...(head.closing ? [head.closing] : []),
    { start: head.start, stretches: head.open },
  ]) {
    if (start > at) return false;
    at = Math.max(at, start + lengthOf(stretches));
  }
  return true;
}

function baseWire({ position, done }: Base): Document {
  return { at: position, stretches: done.map((stretch) => wire({ ...stretch, from: 0 })) };
}

function headOf({ source, seqNo }: StoredDocument): Head {
  const closing = own(source, 'closing');
  return {
    start: Number(source.at),
    open: stretchesOf(source.open),
    closing: isDocument(closing)
      ? { start: Number(closing.start), stretches: stretchesOf(closing.stretches) }
      : undefined,
    seqNo,
  };
}

function wire({ index, uuid, shard, from, count }: Stretch): readonly unknown[] {
  return [index, uuid, shard, from, count];
}

function stretchesOf(json: unknown): readonly Stretch[] {
  if (!Array.isArray(json)) return [];
  return json.map((entry: readonly unknown[]) => {
    const [index, uuid, shard, from, count] = entry;
    return { index: asText(index), uuid: asText(uuid), shard: Number(shard), from: Number(from), count: Number(count) };
  });
}
