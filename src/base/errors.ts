/**
 * Every operating error of the program: code → HTTP status and a hint of what to do.
 * `wire` is OpenSearch's error type where a client would expect one.
 */
const codes = {
  'bad-request': { status: 400, wire: 'illegal_argument_exception' },
  'parse-failed': { status: 400, wire: 'parsing_exception' },
  forbidden: { status: 403, wire: 'security_exception' },
  'not-found': { status: 404, wire: 'status_exception' },
  'index-not-found': { status: 404, wire: 'index_not_found_exception' },
  conflict: { status: 409, wire: 'version_conflict_engine_exception' },
  'too-large': { status: 413, wire: 'content_too_long_exception' },
  'data-folder-in-use': { status: 500, wire: 'lock_obtain_failed_exception' },
  'data-folder-broken': { status: 500, wire: 'corrupt_index_exception' },
  'read-only': { status: 403, wire: 'cluster_block_exception' },
  /** The cluster that holds the documents does not answer, or could not do it in time: try again. */
  'engine-unavailable': { status: 503, wire: 'no_node_available_exception' },
  'source-failed': { status: 500, wire: 'source_exception' },
  'not-supported': { status: 501, wire: 'unsupported_operation_exception' },
  internal: { status: 500, wire: 'exception' },
} as const;

export type ErrorCode = keyof typeof codes;

/** What a caller may add: another wire type or status, further fields of the wire error (`index`, `line`, `col`, …). */
export interface ErrorDetail {
  readonly wire?: string;
  readonly status?: number;
  readonly fields?: { readonly [name: string]: unknown };
  readonly cause?: unknown;
}

/** An operation that failed, with a code. Thrown; caught where it can be told to a person or a client. */
export class TrailhoundError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly wire: string;
  readonly fields: { readonly [name: string]: unknown };

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'TrailhoundError';
    this.code = code;
    this.status = detail.status ?? codes[code].status;
    this.wire = detail.wire ?? codes[code].wire;
    this.fields = detail.fields ?? {};
  }
}

/** The message of whatever was thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
