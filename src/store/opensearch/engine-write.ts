import type { Clock } from '../../base/clock.ts';
import { elapsedMs } from '../../base/clock.ts';
import { isDocument, own } from '../../base/document.ts';
import { reasonOf, TrailhoundError } from '../../base/errors.ts';
import { parseKnownJson, writeJson } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { pauseBefore } from '../../base/retry.ts';
import type { Operation, OperationResult } from '../store.ts';
import { type EngineClient, enginePauses } from './engine-client.ts';
import { itemFate, wireError } from './engine-error.ts';
import { clusterName, programName } from './index-names.ts';

/** One operation on its way: its lines, and what became of it. */
interface Draft {
  readonly operation: Operation;
  readonly lines: string;
  result: OperationResult | undefined;
}

export interface BulkPorts {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly terms: KnownTerms;
}

/**
 * Documents that this process changed by compare-and-set, the newest limits.engineTermsMax: which term the cluster gave the
 * write of this _seq_no. The two belong together for ever, so who changes such a document again need not ask.
 */
export type KnownTerms = Map<string, { readonly seqNo: number; readonly term: number }>;

/**
 * Writes by `_bulk`, in order. Each operation has a fate of its own: refused ones are answered, those that were turned away for
 * lack of room (429) are sent again alone, until the client's deadline. Throws where the cluster could not do an operation:
 * others of the call may be written then, and all of them may be sent again.
 */
export async function writeBulk(
  operations: readonly Operation[],
  { client, clock, terms }: BulkPorts,
): Promise<readonly OperationResult[]> {
  const drafts: Draft[] = [];
  for (const operation of operations) drafts.push(await draftOf(operation, client, terms));
  const { first, moved } = withMovesLast(drafts.filter(({ result }) => !result));
  for (const part of parts(first)) await sendPart(part, { client, clock, terms }, moved.length > 0);
  for (const part of parts(moved)) await sendPart(part, { client, clock, terms });
  return drafts.map(({ result, operation }) => {
    if (!result) throw new Error(`no answer for ${operation.index}/${operation.id}`);
    return { ...result, index: programName(result.index) };
  });
}

const idBytesMax = 512;

async function draftOf(operation: Operation, client: EngineClient, terms: KnownTerms): Promise<Draft> {
  const { action, id, index, document, text } = operation;
  const refused = (type: string, reason: string): Draft => ({
    operation,
    lines: '',
    result: { index, id, error: 'mapping', type, reason },
  });
  const bytes = Buffer.byteLength(id);
  if (id === '') return refused('illegal_argument_exception', 'if _id is specified it must not be empty');
  if (bytes > idBytesMax) {
    const reason = `id [${id}] is too long, must be no longer than 512 bytes but was: ${bytes}`;
    return refused('illegal_argument_exception', reason);
  }
  const header = { [action]: { _index: clusterName(index), _id: id, ...(await condition(operation, client, terms)) } };
  if (action === 'delete') return { operation, lines: `${writeJson(header)}\n`, result: undefined };
  if (!document) return refused('action_request_validation_exception', 'Validation Failed: 1: source is missing;');
  try {
    const source = (text ?? writeJson(document)).replace(/[\r\n]+/g, ' ');
    return { operation, lines: `${writeJson(header)}\n${source}\n`, result: undefined };
  } catch (error) {
    return refused('mapper_parsing_exception', `failed to parse document with id '${id}': ${reasonOf(error)}`);
  }
}

/**
 * The program counts with one primary term, 1; a cluster gives a new one whenever a node starts. What is meant is the version:
 * where that is the one that was expected, the term it has is taken.
 */
async function condition(
  operation: Operation,
  client: EngineClient,
  terms: KnownTerms,
): Promise<{ readonly if_seq_no?: number; readonly if_primary_term?: number }> {
  const { index, id, ifSeqNo, ifPrimaryTerm } = operation;
  if (ifSeqNo === undefined && ifPrimaryTerm === undefined) return {};
  const expected = { if_seq_no: ifSeqNo ?? 0, if_primary_term: ifPrimaryTerm ?? 1 };
  if (ifPrimaryTerm !== undefined && ifPrimaryTerm !== 1) return expected;
  const known = terms.get(placeOf(operation));
  if (known && known.seqNo === ifSeqNo) return { ...expected, if_primary_term: known.term };
  const path = `/${encodeURIComponent(clusterName(index))}/_doc/${encodeURIComponent(Buffer.from(id).toString())}?_source=false`;
  const found: unknown = JSON.parse(await client.text({ method: 'GET', path }, [404]));
  if (own(found, '_seq_no') !== ifSeqNo) return expected;
  return { ...expected, if_primary_term: Number(own(found, '_primary_term')) };
}

/**
 * A document that moves from one index to another under its id (an alert into the history) goes from the old one when it can be
 * found in the new one: a search in between finds it twice rather than not at all. Each index shows its writes at a time of its own.
 */
function withMovesLast(drafts: readonly Draft[]): {
  readonly first: readonly Draft[];
  readonly moved: readonly Draft[];
} {
  const written = new Set(
    drafts.filter(({ operation }) => operation.action !== 'delete').map(({ operation }) => operation.id),
  );
  const last = new Map(drafts.map((draft) => [placeOf(draft.operation), draft]));
  const moves = (draft: Draft): boolean =>
    draft.operation.action === 'delete' &&
    written.has(draft.operation.id) &&
    last.get(placeOf(draft.operation)) === draft;
  return { first: drafts.filter((draft) => !moves(draft)), moved: drafts.filter(moves) };
}

function placeOf({ index, id }: Operation): string {
  return JSON.stringify([index, id]);
}

/**
 * Parts that a cluster takes at a time. A document stands in each once: an operation that is turned away must not be done after
 * a later one on the same document.
 */
function* parts(drafts: readonly Draft[]): Generator<readonly Draft[]> {
  let part: Draft[] = [];
  let length = 0;
  const ids = new Set<string>();
  for (const draft of drafts) {
    const key = placeOf(draft.operation);
    const full = length + draft.lines.length > limits.bulkBytesMax || part.length >= limits.bulkOperationsMax;
    if (part.length > 0 && (full || ids.has(key))) {
      yield part;
      part = [];
      length = 0;
      ids.clear();
    }
    ids.add(key);
    part.push(draft);
    length += draft.lines.length;
  }
  if (part.length > 0) yield part;
}

/** `shown`: answered when searches see it. */
async function sendPart(part: readonly Draft[], { client, clock, terms }: BulkPorts, shown = false): Promise<void> {
  const elapsed = elapsedMs();
  const made = new Set<string>();
  let waiting = part;
  for (let tries = 1; waiting.length > 0; tries++) {
    const body = waiting.map(({ lines }) => lines).join('');
    const path = shown ? '/_bulk?refresh=true' : '/_bulk';
    const { status, text } = await client.send({ method: 'POST', path, body, repeatable: true });
    if (status >= 300) throw wireError(status, text);
    const late = elapsed() >= client.deadlineMs;
    const left = settle(waiting, parseKnownJson(text), late, terms);
    const homeless = waiting.filter((draft) => lacksIndex(draft) && !made.has(draft.operation.index));
    for (const index of new Set(homeless.map(({ operation }) => operation.index))) {
      await makeIndex(clusterName(index), client);
      made.add(index);
    }
    for (const draft of homeless) draft.result = undefined;
    // In their order, for another operation may be about the same document.
    waiting = waiting.filter((draft) => left.includes(draft) || homeless.includes(draft));
    if (waiting.length > 0) await clock.sleep(pauseBefore(tries, enginePauses));
  }
}

/** Notes the results; answers what is to be sent again. Throws for what the cluster could not do. */
function settle(sent: readonly Draft[], answer: unknown, late: boolean, terms: KnownTerms): readonly Draft[] {
  const items = own(answer, 'items');
  if (!Array.isArray(items) || items.length !== sent.length) {
    throw new TrailhoundError('engine-unavailable', 'the answer to a _bulk has not one item for each operation');
  }
  const again: Draft[] = [];
  let fault: TrailhoundError | undefined;
  for (const [at, draft] of sent.entries()) {
    const item = Object.values(items[at] as object)[0] as unknown;
    const fate = itemFate(isDocument(item) ? item : {}, {
      ...draft.operation,
      index: clusterName(draft.operation.index),
    });
    if (fate.kind === 'done') {
      draft.result = fate.result;
      if (draft.operation.ifSeqNo !== undefined) learn(terms, draft.operation, item);
    } else if (fate.kind === 'again' && !late) again.push(draft);
    else fault ??= fate.error;
  }
  if (fault) throw fault;
  return again;
}

/** `action.auto_create_index` may forbid what `_bulk` would do by itself; asked for by name an index may be made all the same. */
function lacksIndex({ operation: { action, ifSeqNo }, result }: Draft): boolean {
  return (
    action !== 'delete' && ifSeqNo === undefined && !!result && 'error' in result && result.error === 'index-not-found'
  );
}

async function makeIndex(name: string, client: EngineClient): Promise<void> {
  const { status, text } = await client.send({ method: 'PUT', path: `/${encodeURIComponent(name)}` });
  if (status < 300) return;
  const error = wireError(status, text);
  if (error.wire !== 'resource_already_exists_exception') throw error;
}

function learn(terms: KnownTerms, operation: Operation, item: unknown): void {
  const place = placeOf(operation);
  terms.delete(place);
  if (own(item, 'error') !== undefined) return;
  terms.set(place, { seqNo: Number(own(item, '_seq_no')), term: Number(own(item, '_primary_term')) });
  const [oldest] = terms.keys();
  if (terms.size > limits.engineTermsMax && oldest !== undefined) terms.delete(oldest);
}
