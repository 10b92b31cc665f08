import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { writeJson } from '../base/json.ts';
import { mapDocument } from '../query/document-mapping.ts';
import type { MappingRefusal } from '../query/dynamic.ts';
import type { Mapping } from '../query/mapping.ts';
import type { IndexState } from './catalog.ts';
import type { IdRow, StoredIndex, Tally } from './shelf.ts';
import type { Operation, OperationResult } from './store.ts';

/** One index within one call: what it was, and what the call makes of it. Nothing is changed outside before the commit. */
export interface IndexPlan {
  readonly before: IndexState | undefined;
  readonly stored: StoredIndex;
  mapping: Mapping;
  nextSeq: number;
  /** Ids that this call touched: how they were, how they are, and the text that is to be written. */
  readonly touched: Map<string, Touched>;
}

export interface Touched {
  readonly before: IdRow | undefined;
  after: { version: number; seqNo: number; text: string | undefined; document: Document | undefined };
}

export interface PlanWorld {
  readonly at: Instant;
  /** The plan of the index that a name means, born if need be; an error where it may not be. Throws TrailhoundError. */
  target(name: string, create: boolean): IndexPlan | undefined;
  find(index: number, id: string): IdRow | undefined;
}

/** OpenSearch forgets the version of a deleted document after `index.gc_deletes`, 60 s by default. */
export const deletedRememberedMs = 60_000;

const idBytesMax = 512;

/** Decides one operation against what is stored and what the same call did before it. */
export function planOperation(operation: Operation, world: PlanWorld): OperationResult {
  const { index, id } = operation;
  const refused = (error: Refusal, type: string, reason: string, path?: string): OperationResult =>
    path === undefined ? { index, id, error, type, reason } : { index, id, error, type, reason, path };
  let plan: IndexPlan | undefined;
  try {
    plan = world.target(index, operation.action !== 'delete');
  } catch (error) {
    if (!(error instanceof TrailhoundError)) throw error;
    return refused(error.wire === 'mapper_parsing_exception' ? 'mapping' : 'bad-index-name', error.wire, error.message);
  }
  if (!plan) return refused('index-not-found', 'index_not_found_exception', `no such index [${index}]`);
  const bytes = Buffer.byteLength(id);
  if (id === '' || bytes > idBytesMax) {
    const reason =
      id === ''
        ? 'if _id is specified it must not be empty'
        : `id [${id}] is too long, must be no longer than 512 bytes but was: ${bytes}`;
    return refused('mapping', 'illegal_argument_exception', reason);
  }
  return decide(operation, plan, world);
}

type Refusal = Extract<OperationResult, { error: unknown }>['error'];

function decide(operation: Operation, plan: IndexPlan, world: PlanWorld): OperationResult {
  const { id, action } = operation;
  const index = plan.stored.name;
  const touched = plan.touched.get(id);
  const before = touched ? touched.before : world.find(plan.stored.number, id);
  const now = touched ? { ...touched.after, lives: touched.after.text !== undefined } : current(before, world.at);

  const conflict = conflictOf(operation, now);
  if (conflict) return { index, id, error: 'conflict', type: 'version_conflict_engine_exception', reason: conflict };

  let text: string | undefined;
  if (action !== 'delete') {
    const mapped = mappedText(operation, plan);
    if ('error' in mapped) return { index, id, error: 'mapping', ...mapped.error };
    text = mapped.text;
    plan.mapping = mapped.mapping;
  }
  const document = operation.plain && text !== undefined ? operation.document : undefined;
  const after = { version: (now?.version ?? 0) + 1, seqNo: plan.nextSeq++, text, document };
  if (touched) touched.after = after;
  else plan.touched.set(id, { before, after });
  const result = action === 'delete' ? (now?.lives ? 'deleted' : 'not_found') : now?.lives ? 'updated' : 'created';
  return { index, id, result, version: after.version, seqNo: after.seqNo };
}

interface Current {
  readonly version: number;
  readonly seqNo: number;
  readonly lives: boolean;
}

function current(row: IdRow | undefined, at: Instant): Current | undefined {
  if (!row) return undefined;
  const forgotten = row.place <= 0 && at + row.place > deletedRememberedMs;
  return forgotten ? undefined : { version: row.version, seqNo: row.seqNo, lives: row.place > 0 };
}

function conflictOf({ action, id, ifSeqNo, ifPrimaryTerm }: Operation, now: Current | undefined): string | undefined {
  if (action === 'create' && now?.lives) {
    return `[${id}]: version conflict, document already exists (current version [${now.version}])`;
  }
  if (ifSeqNo === undefined && ifPrimaryTerm === undefined) return undefined;
  const wanted = `[${id}]: version conflict, required seqNo [${ifSeqNo ?? -2}], primary term [${ifPrimaryTerm ?? 0}].`;
  if (!now?.lives) return `${wanted} but no document was found`;
  // There is one shard and no failover: the primary term is always 1.
  if (now.seqNo === (ifSeqNo ?? now.seqNo) && (ifPrimaryTerm ?? 1) === 1) return undefined;
  return `${wanted} current document has seqNo [${now.seqNo}] and primary term [1]`;
}

type MappedText = { readonly text: string; readonly mapping: Mapping } | { readonly error: MappingRefusal };

/** The text first: what JSON cannot hold (a cycle, a nesting that exhausts the stack) never reaches the mapping. */
function mappedText({ id, document, text: given }: Operation, plan: IndexPlan): MappedText {
  if (!document) {
    return {
      error: { type: 'action_request_validation_exception', reason: 'Validation Failed: 1: source is missing;' },
    };
  }
  let text: string;
  try {
    text = given ?? writeJson(document);
  } catch (error) {
    const reason = `failed to parse document with id '${id}': ${error instanceof Error ? error.message : error}`;
    return { error: { type: 'mapper_parsing_exception', reason } };
  }
  const mapped = mapDocument(plan.mapping, document, id);
  return 'error' in mapped ? { error: mapped.error } : { text, mapping: mapped.mapping };
}

/** The tally after the call, without blocks (their bytes and positions are known when they are made). */
export function plannedTally(plan: IndexPlan): Tally {
  const tally = plan.before?.tally ?? { nextSeq: 0, documents: 0, dead: 0, bytes: 0, last: 0 };
  let { documents, dead } = tally;
  for (const { before, after } of plan.touched.values()) {
    if (before && before.place > 0) {
      documents--;
      dead++;
    }
    if (after.text !== undefined) documents++;
  }
  return { ...tally, nextSeq: plan.nextSeq, documents, dead };
}
