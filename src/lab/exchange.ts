import type { Instant } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';

/** One HTTP request to the lab. */
export interface Request {
  readonly method: string;
  /** As sent, percent-encoded, without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  /** By name in lower case; a header that was sent several times is joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The Host header, with its port. */
  readonly host: string;
  readonly body: Uint8Array;
  readonly sourceAddress: string;
  readonly at: Instant;
  /** Whoever asked waits no more: aborts with the connection. */
  readonly gone?: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Not sent for HEAD, but counted in content-length. */
  readonly body: string | Uint8Array;
}

/** The user agent as AWS logs it: at most 1 KB. */
export function userAgentOf(request: Request): string {
  return (request.headers['user-agent'] ?? '').slice(0, 1024);
}

/**
 * An operation that AWS would refuse: `awsCode` as its error documents name it, `status` the HTTP status, `members` what
 * some errors tell beside code and message (`BucketName`, `Key`). Each service writes it in its own protocol.
 */
export class AwsRefusal extends TrailhoundError {
  readonly awsCode: string;
  readonly members: Readonly<Record<string, string>>;

  constructor(status: number, awsCode: string, message: string, members: Readonly<Record<string, string>> = {}) {
    super(status === 403 ? 'forbidden' : status === 404 ? 'not-found' : 'bad-request', message, { status });
    this.awsCode = awsCode;
    this.members = members;
  }
}

export function jsonReply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
