import type { Document } from '../base/document.ts';
import { asText, isDocument } from '../base/document.ts';
import type { Channel } from './channel.ts';
import { Secret } from './secret.ts';
import { openWebChannel, type WebPorts } from './web-channel.ts';

/**
 * A custom webhook: the message as it stands is the body. JSON without `header_params`, else what they say, and plain text where
 * they say nothing of the type: the original's rule.
 */
export function openWebhook(settings: Document, secrets: readonly Secret[], ports: WebPorts): Channel {
  const url = new Secret(asText(settings.url));
  const method = asText(settings.method);
  const headers = headersOf(settings.header_params);
  return openWebChannel(({ body }) => ({ url, method, headers, body }), secrets, ports);
}

function headersOf(params: unknown): Readonly<Record<string, string>> {
  const given = isDocument(params) ? Object.entries(params).map(([name, value]) => [name, asText(value)] as const) : [];
  if (given.length === 0) return { 'Content-Type': 'application/json' };
  const named = new Set(given.map(([name]) => name.toLowerCase()));
  // The message's length is ours to say; a wrong one would let its text be read as another request.
  const kept = given.filter(
    ([name]) => !['content-length', 'transfer-encoding', 'connection', 'host'].includes(name.toLowerCase()),
  );
  return {
    ...(named.has('content-type') ? {} : { 'Content-Type': 'text/plain; charset=UTF-8' }),
    ...Object.fromEntries(kept),
  };
}
