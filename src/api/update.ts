import { isDeepStrictEqual } from 'node:util';
import { asText, type Document, isDocument, put } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { IndexInfo, Operation, OperationResult, Store } from '../store/store.ts';
import { illegal } from './error.ts';
import { parseSourceFilter, type SourceFilter } from './source-filter.ts';

/** What `_update` was asked to do. */
export interface UpdateRequest {
  readonly doc?: Document;
  readonly upsert?: Document;
  readonly docAsUpsert: boolean;
  readonly detectNoop: boolean;
  /** Undefined: the answer carries no document. */
  readonly source?: SourceFilter;
}

export interface Updated {
  readonly index: string;
  readonly id: string;
  readonly version: number;
  readonly seqNo: number;
  readonly result: 'created' | 'updated' | 'noop';
  readonly source: Document;
}

/** Reads an update body. Scripts are refused by name: this server runs no code of its clients. */
export function parseUpdate(json: unknown): UpdateRequest {
  if (!isDocument(json))
    throw new TrailhoundError('parse-failed', 'request body is required', { wire: 'parse_exception' });
  for (const key of Object.keys(json)) {
    if (key === 'script' || key === 'scripted_upsert') {
      throw new TrailhoundError('not-supported', `[${key}] is not supported: update with [doc]`, { status: 400 });
    }
    if (!known.includes(key)) {
      throw new TrailhoundError('parse-failed', `[UpdateRequest] unknown field [${key}]`, {
        wire: 'x_content_parse_exception',
      });
    }
  }
  const doc = part(json, 'doc');
  const upsert = part(json, 'upsert');
  const docAsUpsert = bool(json, 'doc_as_upsert', false);
  if (!doc) {
    throw new TrailhoundError('bad-request', 'Validation Failed: 1: script or doc is missing;', {
      wire: 'action_request_validation_exception',
    });
  }
  return {
    doc,
    ...(upsert ? { upsert } : {}),
    docAsUpsert,
    detectNoop: bool(json, 'detect_noop', true),
    ...(json._source === undefined ? {} : { source: parseSourceFilter(json._source) }),
  };
}

/**
 * Reads, merges and writes if nobody wrote in between; tries again `retries` times where somebody did.
 * Throws document_missing_exception, or answers the store's refusal.
 */
export async function update(
  store: Pick<Store, 'get' | 'write'>,
  target: { readonly index: string; readonly info?: IndexInfo; readonly id: string },
  request: UpdateRequest,
  options: Pick<Operation, 'ifSeqNo' | 'ifPrimaryTerm'> & { readonly retries: number },
): Promise<Updated | Extract<OperationResult, { error: unknown }>> {
  const { index, id, info } = target;
  const conditional = options.ifSeqNo !== undefined;
  const condition = conditional ? { ifSeqNo: options.ifSeqNo ?? 0, ifPrimaryTerm: options.ifPrimaryTerm ?? 1 } : {};
  for (let attempt = 0; ; attempt++) {
    const current = info ? await store.get(index, id) : undefined;
    if (!current && conditional) throw documentMissing(index, id, info);
    const document = current ? merged(current.source, request.doc ?? {}) : firstDocument(request);
    if (!document) throw documentMissing(index, id, info);
    if (current && !conditional && request.detectNoop && isDeepStrictEqual(document, current.source)) {
      return { index, id, version: current.version, seqNo: current.seqNo, result: 'noop', source: document };
    }
    const guard = current && !conditional ? { ifSeqNo: current.seqNo, ifPrimaryTerm: 1 } : condition;
    const [written] = await store.write([{ action: current ? 'index' : 'create', index, id, document, ...guard }]);
    if (!written) throw new Error('the store did not answer');
    if (!('error' in written)) {
      return { ...written, result: current ? 'updated' : 'created', source: document };
    }
    if (written.error !== 'conflict' || attempt >= options.retries) return written;
  }
}

const known = ['doc', 'upsert', 'doc_as_upsert', 'detect_noop', '_source', 'if_seq_no', 'if_primary_term'];

function firstDocument(request: UpdateRequest): Document | undefined {
  return request.docAsUpsert ? request.doc : request.upsert;
}

/** Objects are merged by key at every depth; everything else, lists too, is replaced. */
function merged(old: Document, change: Document, depth = 0): Document {
  if (depth > 200) return change;
  const result: { [field: string]: unknown } = { ...old };
  for (const [key, value] of Object.entries(change)) {
    const before = Object.hasOwn(old, key) ? old[key] : undefined;
    put(result, key, isDocument(before) && isDocument(value) ? merged(before, value, depth + 1) : value);
  }
  return result;
}

function documentMissing(index: string, id: string, info: IndexInfo | undefined): TrailhoundError {
  return new TrailhoundError('not-found', `[${id}]: document missing`, {
    wire: 'document_missing_exception',
    fields: { index, shard: '0', index_uuid: info?.uuid ?? '_na_' },
  });
}

function part(json: Document, key: string): Document | undefined {
  const value = json[key];
  if (value === undefined || value === null) return undefined;
  if (isDocument(value)) return value;
  throw illegal(`[${key}] must be an object`);
}

function bool(json: Document, key: string, otherwise: boolean): boolean {
  const value = json[key];
  if (value === undefined) return otherwise;
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw illegal(`Failed to parse value [${asText(value)}] as only [true] or [false] are allowed.`);
}
