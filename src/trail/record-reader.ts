import { type Document, own, text } from '../base/document.ts';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Problem } from '../base/problem.ts';
import { contentId } from './canonical.ts';
import { entryScanner, type Scanned } from './entry-scanner.ts';
import { parseEventTime } from './event-time.ts';
import { parseEventVersion } from './event-version.ts';
import type { RecordBatch, SkipReason, TrailRecord } from './record.ts';
import { type Shape, shapeOf } from './shape.ts';

/** Makes records, problems and counts out of a file's text, and hands them on in batches. */
export interface RecordReader {
  /** A further slice of the file's text. */
  push(slice: Uint8Array): void;
  /** A value that was parsed already, `position` bytes into the file. */
  value(value: unknown, position: number): void;
  end(): void;
  /** A problem of the file as a whole. */
  complain(message: string): void;
  /** Entries seen so far, skipped ones too. */
  count(): number;
  full(): boolean;
  empty(): boolean;
  /** What has come together since the last batch, at most limits.recordsPerBatchMax records of it. */
  batch(): RecordBatch;
}

export function openRecordReader(origin: string): RecordReader {
  const state: State = { origin, number: 0, told: 0, untold: 0, bytes: 0, records: [], problems: [], skipped: {} };
  const scanner = entryScanner(
    (scanned) => takeEntry(state, scanned),
    (values, bytes) => takeAll(state, values, bytes),
  );
  return {
    push: (slice) => scanner.push(slice),
    value: (value, position) => takeBounded(state, value, position),
    end: () => {
      scanner.end();
      // Beyond the bound of problems only their number is told: a hostile file must not fill the log.
      if (state.untold > 0) state.problems.push({ place: origin, message: `has ${state.untold} further problems` });
    },
    // Of the file as a whole: told whatever was told before.
    complain: (message) => void state.problems.push({ place: origin, message }),
    count: () => state.number,
    full: () =>
      state.records.length >= limits.recordsPerBatchMax ||
      (state.records.length > 0 && state.bytes >= limits.recordsPerBatchBytesMax),
    empty: () => state.records.length + state.problems.length + Object.keys(state.skipped).length === 0,
    batch: () => {
      const { problems, skipped } = state;
      const records = state.records.splice(0, limits.recordsPerBatchMax);
      state.problems = [];
      state.skipped = {};
      if (state.records.length === 0) state.bytes = 0;
      return { records, problems, skipped, release: () => void records.splice(0) };
    },
  };
}

interface State {
  readonly origin: string;
  number: number;
  told: number;
  untold: number;
  bytes: number;
  records: TrailRecord[];
  problems: Problem[];
  skipped: Partial<Record<SkipReason, number>>;
}

/** Envelopes inside envelopes that are opened: an example of a file of records has three. */
const envelopesMax = 4;

function takeEntry(state: State, scanned: Scanned): void {
  if ('skip' in scanned) {
    takeUnreadable(state, scanned);
    return;
  }
  const parsed = parsedText(state, scanned.text, scanned.position);
  if (!parsed) return;
  state.bytes += scanned.bytes;
  takeValue(state, parsed.value, scanned.position, 0);
}

function parsedText(state: State, text: string, position: number): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    skip(state, position, 'not-json', `is no JSON: ${reasonOf(error)}`);
    return undefined;
  }
}

function takeBounded(state: State, value: unknown, position: number, depth = 0): void {
  if (nestedWithin(value, limits.recordDepthMax)) takeValue(state, value, position, depth);
  else skip(state, position, 'too-deep', `is nested too deep: more than ${limits.recordDepthMax} levels`);
}

/** Takes all the values, or none when there is anything to tell of one: a problem names its place, which is not known here. */
function takeAll(state: State, values: readonly unknown[], bytes: number): boolean {
  const { number, told, untold, skipped } = state;
  const [records, problems] = [state.records.length, state.problems.length];
  state.skipped = { ...skipped };
  for (const value of values) {
    takeBounded(state, value, 0);
    if (state.problems.length === problems && state.untold === untold) continue;
    Object.assign(state, { number, told, untold, skipped });
    state.records.length = records;
    state.problems.length = problems;
    return false;
  }
  state.bytes += bytes;
  return true;
}

function takeUnreadable(state: State, scanned: Extract<Scanned, { skip: string }>): void {
  const { position, found } = scanned;
  if (scanned.skip === 'open') {
    const message = `ends at byte ${position}, before its list of records does: it was cut off`;
    state.problems.push({ place: state.origin, message });
    return;
  }
  const [reason, why] = {
    'too-large': ['too-large', `is too large: ${found}, at most ${limits.recordMax}`] as const,
    'too-deep': ['too-deep', `is nested too deep: ${found}, at most ${limits.recordDepthMax}`] as const,
    broken: ['not-json', `is broken: ${JSON.stringify(found)} cannot stand there`] as const,
    cut: ['not-json', 'is cut off: the file ends inside it'] as const,
  }[scanned.skip];
  skip(state, position, reason, why);
}

function takeValue(state: State, value: unknown, position: number, depth: number): void {
  const shape = shapeOf(value);
  if (shape.kind === 'skip') {
    skip(state, position, shape.reason, shape.why);
  } else if ('raw' in shape) {
    keep(state, shape, position);
  } else if (depth >= envelopesMax) {
    skip(state, position, 'unknown-shape', 'is an envelope inside too many others');
  } else if (shape.kind === 'text') {
    const parsed = parsedText(state, shape.text, position);
    if (parsed) takeBounded(state, parsed.value, position, depth + 1);
  } else {
    for (const inner of shape.values) takeValue(state, inner, position, depth + 1);
  }
}

function keep(state: State, shape: Extract<Shape, { raw: unknown }>, position: number): void {
  const { raw, kind } = shape;
  const number = state.number++;
  const where = `record ${number} at byte ${position}`;
  const eventTime = parseEventTime(own(raw, 'eventTime') ?? own(raw, 'eventtime'));
  if (eventTime === undefined) {
    const written = own(raw, 'eventTime') ?? own(raw, 'eventtime');
    const what = written === undefined ? 'has no eventTime' : `eventTime ${shown(written)} is no ISO time`;
    complain(state, `${where} ${what}: kept, its time is unknown`, `Records[${number}].eventTime`);
  }
  const version = parseEventVersion(own(raw, 'eventVersion'));
  if (version && version.major !== 1)
    complain(state, `${where} has eventVersion ${shown(own(raw, 'eventVersion'))}: kept`);
  if (shape.problem) complain(state, `${where} ${shape.problem}`);
  state.records.push({ number, id: ownId(raw) ?? contentId(raw), eventTime, kind, raw });
}

/** Is nothing in the value deeper than `levels`? Looks no deeper itself. */
function nestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((member) => nestedWithin(member, levels - 1));
  for (const key in value) {
    const member = (value as Document)[key];
    if (typeof member === 'object' && !nestedWithin(member, levels - 1)) return false;
  }
  return true;
}

/** OpenSearch's bound on `_id`; a longer one is no id that AWS gave. */
const idBytesMax = 512;

/** The record's own id: one that could tell records apart. Blanked samples (`...`) and empty ones cannot. */
function ownId(raw: unknown): string | undefined {
  const id = text(own(raw, 'eventID')) ?? text(own(raw, 'eventId')) ?? text(own(raw, 'eventid'));
  if (id === undefined || !/[0-9A-Za-z]/.test(id) || Buffer.byteLength(id) > idBytesMax) return undefined;
  return id;
}

function skip(state: State, position: number, reason: SkipReason, why: string): void {
  const number = state.number++;
  state.skipped[reason] = (state.skipped[reason] ?? 0) + 1;
  if (state.told >= limits.problemsPerFileMax) state.untold++;
  else complain(state, `record ${number} at byte ${position} skipped: ${why}`, `Records[${number}]`);
}

function complain(state: State, message: string, path?: string): void {
  if (state.told >= limits.problemsPerFileMax) {
    state.untold++;
    return;
  }
  state.told++;
  state.problems.push({ place: state.origin, ...(path ? { path } : {}), message });
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 60);
}
