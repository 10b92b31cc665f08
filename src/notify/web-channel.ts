import { reasonOf } from '../base/errors.ts';
import type { Channel, Message, Outcome } from './channel.ts';
import { sendHttp } from './http-post.ts';
import { redacted, type Secret } from './secret.ts';
import { type HostRules, type Lookup, RefusedTarget, resolveTarget } from './target.ts';

/** What a channel over HTTP needs of the world. */
export interface WebPorts {
  readonly rules: HostRules;
  readonly lookup: Lookup;
}

/** How one kind of channel over HTTP words its requests. */
export interface WebRequest {
  readonly url: Secret;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A channel that is one HTTP request a message: `word` makes the request, all else is the same for all of them. */
export function openWebChannel(
  word: (message: Message) => WebRequest,
  secrets: readonly Secret[],
  { rules, lookup }: WebPorts,
): Channel {
  return {
    async send(message, signal) {
      const request = word(message);
      const told = (outcome: Outcome): Outcome => ({ ...outcome, text: redacted(outcome.text, secrets) });
      try {
        const url = new URL(request.url.reveal());
        const target = await resolveTarget(url.hostname, rules, lookup, signal);
        const headers = { 'User-Agent': 'Trailhound', 'Idempotency-Key': message.key, ...request.headers };
        return told(answered(await sendHttp({ ...request, url, target, headers }, signal)));
      } catch (error) {
        return told(failed(error, signal));
      }
    },
  };
}

const good = new Set([200, 201, 202, 203, 204, 205, 206, 207]);

/** What may be otherwise in a while: too many requests, and what went wrong on the receiver's side. */
function mayPass(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** The original tells 500 of whatever the receiver refused with, and its words. */
function answered({ status, text }: { readonly status: number; readonly text: string }): Outcome {
  if (good.has(status))
    return { sent: true, retry: false, status: 200, text: text === '' ? '{}' : text, recipients: [] };
  const redirect = status >= 300 && status < 400;
  const why = redirect ? `it answered ${status}, and redirects are not followed` : text || `it answered ${status}`;
  return {
    sent: false,
    retry: mayPass(status),
    status: 500,
    text: `Failed to send webhook message Failed: ${why}`,
    recipients: [],
  };
}

const passing = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'EAI_AGAIN',
  'ENOTFOUND',
]);

function failed(error: unknown, signal: AbortSignal): Outcome {
  if (error instanceof RefusedTarget && !error.retry) {
    const text = `Webhook message creation failed with status:${error.message}`;
    return { sent: false, retry: false, status: 400, text, recipients: [] };
  }
  const code = (error as { code?: string }).code ?? '';
  const retry =
    signal.aborted || error instanceof RefusedTarget || passing.has(code) || /hang up/.test(reasonOf(error));
  const reason = signal.aborted ? 'no answer in time' : reasonOf(error) || code;
  return { sent: false, retry, status: 500, text: `Failed to send webhook message ${reason}`, recipients: [] };
}
