import { asText, type Document } from '../base/document.ts';
import type { Channel } from './channel.ts';
import { Secret } from './secret.ts';
import { openWebChannel, type WebPorts } from './web-channel.ts';

/** An incoming webhook of a chat: JSON with one text, the subject above the message, under the name that the chat reads. */
export function openChat(field: string, settings: Document, secrets: readonly Secret[], ports: WebPorts): Channel {
  const url = new Secret(asText(settings.url));
  const headers = { 'Content-Type': 'application/json; charset=UTF-8' };
  const body = (subject: string, text: string): string => JSON.stringify({ [field]: `${subject}\n\n${text}` });
  return openWebChannel(
    (message) => ({ url, method: 'POST', headers, body: body(message.subject, message.body) }),
    secrets,
    ports,
  );
}
