import { asText, type Document, isDocument, own } from '../../base/document.ts';
import { type ErrorCode, TrailhoundError } from '../../base/errors.ts';
import type { OperationResult } from '../store.ts';
import { refusedPath } from './refused-path.ts';

/** The TrailhoundError that an answer of the cluster means; what the cluster said of it stays in `fields`. */
export function wireError(status: number, text: string): TrailhoundError {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const error = own(body, 'error');
  if (isDocument(error)) return causeError(status, error);
  const reason = error === undefined ? text.slice(0, 300) : asText(error);
  return new TrailhoundError(codeOf(status, ''), `the cluster answered ${status}: ${reason}`, { status });
}

/** The same for an error as it stands in an answer: `{type, reason, …}`. */
export function causeError(status: number, { type, reason, ...fields }: Document): TrailhoundError {
  const wire = asText(type ?? 'exception');
  return new TrailhoundError(codeOf(status, wire), asText(reason ?? wire), { wire, status, fields });
}

function codeOf(status: number, wire: string): ErrorCode {
  if (wire === 'index_not_found_exception') return 'index-not-found';
  if (wire === 'version_conflict_engine_exception') return 'conflict';
  if (wire === 'cluster_block_exception') return 'read-only';
  if (wire === 'parsing_exception' || wire === 'x_content_parse_exception') return 'parse-failed';
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 413) return 'too-large';
  if (status === 429 || status === 502 || status === 503 || status === 504) return 'engine-unavailable';
  return status >= 500 ? 'internal' : 'bad-request';
}

/** What became of one operation of a `_bulk`: done, refused for good, to be tried again, or a fault of the cluster. */
export type ItemFate =
  | { readonly kind: 'done'; readonly result: OperationResult }
  | { readonly kind: 'again' | 'fault'; readonly error: TrailhoundError };

/** Reads `{_index, _id, status, result…}` or its `error`. `fallback`: index and id where the item does not name them. */
export function itemFate(item: Document, fallback: { readonly index: string; readonly id: string }): ItemFate {
  const index = typeof item._index === 'string' ? item._index : fallback.index;
  const id = typeof item._id === 'string' ? item._id : fallback.id;
  const status = Number(item.status);
  const error = item.error;
  if (!isDocument(error)) {
    const result = item.result as 'created';
    return { kind: 'done', result: { index, id, result, version: Number(item._version), seqNo: Number(item._seq_no) } };
  }
  const found = causeError(status, error);
  const kind = refusalKind(found);
  if (kind === undefined) return { kind: found.code === 'engine-unavailable' ? 'again' : 'fault', error: found };
  const causedBy = own(error, 'caused_by');
  const path = kind === 'mapping' ? refusedPath(found.message, asText(own(causedBy, 'reason') ?? '')) : undefined;
  return {
    kind: 'done',
    result: {
      index,
      id,
      error: kind,
      type: found.wire,
      reason: found.message,
      ...(path === undefined ? {} : { path }),
      ...(isDocument(causedBy) ? { causedBy: { type: asText(causedBy.type), reason: asText(causedBy.reason) } } : {}),
    },
  };
}

/** What is wrong with the operation itself; undefined where nothing is and the cluster could not do it. */
function refusalKind({
  status,
  wire,
  code,
  message,
}: TrailhoundError): Extract<OperationResult, { error: unknown }>['error'] | undefined {
  if (code === 'conflict') return 'conflict';
  if (code === 'index-not-found') return 'index-not-found';
  if (wire === 'invalid_index_name_exception' || wire === 'index_closed_exception') return 'bad-index-name';
  if (wire === 'illegal_argument_exception' && /write index|is not allowed to write|data stream/.test(message)) {
    return 'bad-index-name';
  }
  // A cluster that holds as many shards as it may is no fault of the document.
  if (wire === 'validation_exception' || status !== 400) return undefined;
  return 'mapping';
}
