import type { WireCause, WireError } from '../../../src/api/wire.ts';

/** A call that the server refused, or that never reached it (`status` 0). */
export class CallError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'CallError';
    this.status = status;
  }
}

export function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return call<Answer>('GET', path, undefined, signal);
}

export function post<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  return call<Answer>('POST', path, body, signal);
}

export function put<Answer>(path: string, body: unknown): Promise<Answer> {
  return call<Answer>('PUT', path, body);
}

export function remove<Answer>(path: string): Promise<Answer> {
  return call<Answer>('DELETE', path);
}

/** What was thrown, for a person. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** True for the end of a call that we gave up ourselves. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError';
}

async function call<Answer>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  const request: RequestInit = { method, headers: { accept: 'application/json' }, credentials: 'same-origin' };
  if (signal) request.signal = signal;
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  let response: Response;
  try {
    response = await fetch(path, request);
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    throw new CallError(0, 'The Trailhound server does not answer. Is it still running?');
  }
  const text = await response.text();
  const json = parsed(text);
  if (!response.ok) throw new CallError(response.status, refusal(json, text, response.status));
  if (json === undefined) throw new CallError(response.status, 'The server answered something that is no JSON.');
  return json as Answer;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The innermost reason says most: OpenSearch wraps `failed to parse …` in `all shards failed`. */
function refusal(json: unknown, text: string, status: number): string {
  const error = (json as Partial<WireError> | undefined)?.error;
  if (typeof error === 'string') return error;
  if (error) {
    const reasons = [error.root_cause?.[0], deepest(error), error].map((cause) => cause?.reason);
    const reason = reasons.find((candidate) => typeof candidate === 'string' && candidate !== '');
    if (reason) return reason;
  }
  return text.trim().slice(0, 300) || `The server answered with status ${status}.`;
}

function deepest(cause: WireCause): WireCause {
  let inner = cause;
  for (let depth = 0; depth < 10 && inner.caused_by; depth++) inner = inner.caused_by;
  return inner;
}
