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

/**
 * HTTP to one cluster: kept connections, a bound on answers, tries again until a deadline. Of several addresses one is used until it
 * does not answer or cannot do what is asked; then the next.
 */
export interface EngineClient {
  /** Without the login. */
  readonly url: string;
  /** How long something is tried again. */
  readonly deadlineMs: number;
  /** Whatever the cluster answers. Throws 'engine-unavailable' when it does not, until the deadline. */
  send(request: EngineRequest): Promise<EngineAnswer>;
  /** The same once, at an address that can be reached, without a second try: for what somebody else asks through us. */
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
  const { urls } = address;
  let place = 0;

  /** At the address of the moment; one that fails is not asked again before the others were. */
  const once = async (request: EngineRequest): Promise<EngineAnswer> => {
    if (closed) throw new TrailhoundError('internal', 'the store is closed');
    const at = place;
    const next = (): void => {
      if (place === at) place = (at + 1) % urls.length;
    };
    try {
      const answer = await exchange({ ...address, url: urls[at] as string }, { agent, secure, clock }, request);
      if (unable(answer.status)) next();
      return answer;
    } catch (error) {
      if (!request.signal?.aborted) next();
      throw error;
    }
  };
  const send = async (request: EngineRequest): Promise<EngineAnswer> => {
    const elapsed = elapsedMs();
    for (let tries = 1; ; tries++) {
      const last = elapsed() >= deadlineMs;
      const others = tries < urls.length;
      try {
        const answer = await once(request);
        if (!busy(answer.status) || last) return answer;
      } catch (error) {
        if (last || closed || !mayRepeat(error, request, others)) throw unavailable(address, error);
      }
      if (!others) await clock.sleep(pauseBefore(tries - urls.length + 1, enginePauses), request.signal);
      request.signal?.throwIfAborted();
    }
  };
  return {
    url: address.url,
    deadlineMs,
    send,
    sendOnce: async (request) => {
      for (let tries = 1; ; tries++) {
        try {
          return await once(request);
        } catch (error) {
          if (tries >= urls.length || request.signal?.aborted || !neverArrived(error))
            throw unavailable(address, error);
        }
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
  return status === 429 || unable(status);
}

/** A node without the others, or a proxy without a node: another address may do better. */
function unable(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

/** A request that may have been carried out is only sent again where that does no harm. `others`: addresses that were not asked yet. */
function mayRepeat(error: unknown, { repeatable, method, signal }: EngineRequest, others: boolean): boolean {
  if (signal?.aborted || (error instanceof TrailhoundError && error.code !== 'engine-unavailable')) return false;
  if (others && neverArrived(error)) return true;
  const code = codeOf(error);
  // A certificate or a host name does not mend itself.
  if (/CERT|SIGNED|ENOTFOUND|ERR_TLS/.test(code)) return false;
  return code === 'ECONNREFUSED' || repeatable === true || method === 'GET' || method === 'HEAD';
}

/** There was no connection that the request could have gone over. */
function neverArrived(error: unknown): boolean {
  return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT|SIGNED|ERR_TLS|NOCONNECT/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? '';
}

function unavailable({ url }: EngineAddress, error: unknown): unknown {
  if (error instanceof TrailhoundError || (error as Error).name === 'AbortError') return error;
  return new TrailhoundError('engine-unavailable', `the cluster at ${url} does not answer: ${reasonOf(error)}`, {
    cause: error,
  });
}

interface Way {
  readonly agent: HttpAgent | HttpsAgent;
  readonly secure: boolean;
  readonly clock: Clock;
}

function exchange(
  { url, authorization }: EngineAddress,
  { agent, secure, clock }: Way,
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
    sent.on('socket', (socket) => {
      if (!socket.connecting) return;
      const connected = new AbortController();
      for (const event of [secure ? 'secureConnect' : 'connect', 'close']) socket.once(event, () => connected.abort());
      void clock.sleep(limits.engineConnectMs, connected.signal).then(() => {
        const late = Object.assign(new Error(`no connection within ${limits.engineConnectMs} ms`), {
          code: 'NOCONNECT',
        });
        if (!connected.signal.aborted) sent.destroy(late);
      });
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
