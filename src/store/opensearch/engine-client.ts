import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type Clock, elapsedMs } from '../../base/clock.ts';
import { reasonOf, TrailhoundError } from '../../base/errors.ts';
import { writeJson } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { pauseBefore } from '../../base/retry.ts';
import type { EngineAddress } from './engine-address.ts';
import { wireError } from './engine-error.ts';

export interface EngineRequest {
  readonly method: string;
  /** With its query, encoded. */
  readonly path: string;
  /** A string goes as it stands, as NDJSON when it ends in a newline; all else as JSON. */
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Sending it twice does no harm: it is tried again even when it may have been carried out. */
  readonly repeatable?: boolean;
}

export interface EngineAnswer {
  readonly status: number;
  readonly text: string;
  readonly contentType: string | undefined;
}

/** HTTP to one cluster: kept connections, a bound on answers, tries again until a deadline. */
export interface EngineClient {
  /** Without the login. */
  readonly url: string;
  /** How long something is tried again. */
  readonly deadlineMs: number;
  /** Whatever the cluster answers. Throws 'engine-unavailable' when it does not, until the deadline. */
  send(request: EngineRequest): Promise<EngineAnswer>;
  /** The same once, without a second try: for what somebody else asks through us. */
  sendOnce(request: EngineRequest): Promise<EngineAnswer>;
  /** The text of a 2xx answer; any other is thrown as the TrailhoundError that it means. `also`: further good statuses. */
  text(request: EngineRequest, also?: readonly number[]): Promise<string>;
  close(): void;
}

export function openEngineClient(
  address: EngineAddress,
  clock: Clock,
  deadlineMs: number = limits.engineDeadlineMs,
): EngineClient {
  const secure = address.url.startsWith('https:');
  const options = { keepAlive: true, maxSockets: limits.engineConnectionsMax };
  const agent = secure
    ? new HttpsAgent({ ...options, ...(address.ca ? { ca: address.ca } : {}) })
    : new HttpAgent(options);
  let closed = false;

  const once = (request: EngineRequest): Promise<EngineAnswer> => {
    if (closed) throw new TrailhoundError('internal', 'the store is closed');
    return exchange(address, agent, secure, request);
  };
  const send = async (request: EngineRequest): Promise<EngineAnswer> => {
    const elapsed = elapsedMs();
    for (let tries = 1; ; tries++) {
      const last = elapsed() >= deadlineMs;
      try {
        const answer = await once(request);
        if (!busy(answer.status) || last) return answer;
      } catch (error) {
        if (last || closed || !mayRepeat(error, request)) throw unavailable(address, error);
      }
      await clock.sleep(pauseBefore(tries, enginePauses), request.signal);
      request.signal?.throwIfAborted();
    }
  };
  return {
    url: address.url,
    deadlineMs,
    send,
    sendOnce: async (request) => {
      try {
        return await once(request);
      } catch (error) {
        throw unavailable(address, error);
      }
    },
    async text(request, also = []) {
      const { status, text } = await send(request);
      if (status < 300 || also.includes(status)) return text;
      throw wireError(status, text);
    },
    close() {
      closed = true;
      agent.destroy();
    },
  };
}

/** Between tries, of whole requests and of single operations that were turned away. */
export const enginePauses = { firstPauseMs: 100, maxPauseMs: 5000 };

/** It did not take the request: too much to do (429), or a proxy without a cluster behind it. */
function busy(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}

/** A request that may have been carried out is only sent again where that does no harm. */
function mayRepeat(error: unknown, { repeatable, method, signal }: EngineRequest): boolean {
  if (signal?.aborted || (error instanceof TrailhoundError && error.code !== 'engine-unavailable')) return false;
  const code = (error as { code?: string }).code ?? '';
  // A certificate or a host name does not mend itself.
  if (/CERT|SIGNED|ENOTFOUND|ERR_TLS/.test(code)) return false;
  return code === 'ECONNREFUSED' || repeatable === true || method === 'GET' || method === 'HEAD';
}

function unavailable({ url }: EngineAddress, error: unknown): unknown {
  if (error instanceof TrailhoundError || (error as Error).name === 'AbortError') return error;
  return new TrailhoundError('engine-unavailable', `the cluster at ${url} does not answer: ${reasonOf(error)}`, {
    cause: error,
  });
}

function exchange(
  { url, authorization }: EngineAddress,
  agent: HttpAgent | HttpsAgent,
  secure: boolean,
  { method, path, body, contentType, signal }: EngineRequest,
): Promise<EngineAnswer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : writeJson(body);
  const type =
    contentType ?? (typeof body === 'string' && body.endsWith('\n') ? 'application/x-ndjson' : 'application/json');
  const bytes = text === undefined ? undefined : Buffer.from(text);
  const headers = {
    ...(bytes ? { 'content-type': type, 'content-length': bytes.length } : {}),
    ...(authorization ? { authorization: authorization() } : {}),
  };
  return new Promise((resolve, reject) => {
    const start = secure ? httpsRequest : httpRequest;
    const sent = start(
      `${url}${path}`,
      { method, agent, headers, timeout: limits.engineSilenceMs, ...(signal ? { signal } : {}) },
      (answer) => read(answer).then(resolve, reject),
    );
    sent.on('timeout', () => {
      sent.destroy(Object.assign(new Error(`no answer within ${limits.engineSilenceMs} ms`), { code: 'ETIMEDOUT' }));
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}

async function read(answer: IncomingMessage): Promise<EngineAnswer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer) {
    length += (part as Buffer).length;
    if (length > limits.engineAnswerMax) {
      answer.destroy();
      throw new TrailhoundError('too-large', `the cluster's answer is larger than ${limits.engineAnswerMax} bytes`);
    }
    parts.push(part as Buffer);
  }
  return {
    status: answer.statusCode ?? 0,
    text: Buffer.concat(parts).toString('utf8'),
    contentType: answer.headers['content-type'],
  };
}
