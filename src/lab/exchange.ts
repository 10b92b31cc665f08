import type { Instant } from '../base/clock.ts';

/** One HTTP request to the lab, its address already told apart from its path. */
export interface Request {
  readonly method: string;
  /** As sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The Host header, with its port. */
  readonly host: string;
  readonly body: Uint8Array;
  readonly sourceAddress: string;
  readonly at: Instant;
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
