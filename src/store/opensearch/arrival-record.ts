import { asText, type Document, isDocument, own } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import type { Operation, OperationResult, Position, StoredDocument } from '../store.ts';
import type { Stretch } from './arrival-map.ts';

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
  /** All hits, ordered by `start`, from the one with this `start` on. */
  parts(index: string, from: Position): Promise<readonly StoredDocument[]>;
}

export interface ArrivalRecord {
  /** The head there is; the first process makes it, `base` being what was there before: it never arrives. */
  open(base: () => Promise<readonly Omit<Stretch, 'from'>[]>): Promise<Head>;
  base(): Promise<readonly Omit<Stretch, 'from'>[]>;
  head(): Promise<Head>;
  /** Closed parts from this start on. */
  parts(from: Position): Promise<readonly Part[]>;
  /** The new head, or undefined where another process was quicker. */
  move(before: Head, after: Omit<Head, 'seqNo'>): Promise<Head | undefined>;
  keep(part: Part): Promise<void>;
}

const mappings: Document = { dynamic: false, properties: { start: { type: 'long' } } };

export function makeArrivalRecord(ports: RecordPorts): ArrivalRecord {
  const { get, write } = ports;
  const head = async (): Promise<Head> => {
    const found = await get(arrivalsIndex, 'head');
    if (!found) throw new TrailhoundError('internal', `${arrivalsIndex} has lost its head: start again`);
    return headOf(found);
  };
  const base = async (): Promise<readonly Omit<Stretch, 'from'>[]> =>
    stretchesOf((await get(arrivalsIndex, 'base'))?.source.stretches);
  return {
    head,
    base,
    async open(readBase) {
      await ports.create(arrivalsIndex, { settings: { index: { hidden: true } }, mappings });
      if (!(await get(arrivalsIndex, 'base'))) {
        const stretches = (await readBase()).map((stretch) => wire({ ...stretch, from: 0 }));
        await write([{ action: 'create', index: arrivalsIndex, id: 'base', document: { stretches } }]);
      }
      const document = { open: [], at: 0 };
      await write([{ action: 'create', index: arrivalsIndex, id: 'head', document }]);
      return head();
    },
    async parts(from) {
      const found = await ports.parts(arrivalsIndex, from);
      return found.map(({ source }) => ({ start: Number(source.start), stretches: stretchesOf(source.stretches) }));
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
  };
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
