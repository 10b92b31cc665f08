import type { Document } from '../base/document.ts';
import type { Channel } from './channel.ts';
import { openChat } from './chat-channel.ts';
import type { Secret } from './secret.ts';
import type { WebPorts } from './web-channel.ts';

/** An incoming webhook of Amazon Chime: `{"Content": "subject\n\nmessage"}`. */
export function openChime(settings: Document, secrets: readonly Secret[], ports: WebPorts): Channel {
  return openChat('Content', settings, secrets, ports);
}

/** Text of events in Chime: `@All` and `@Present` call nobody when something invisible stands in them. */
export function harmlessInChime(text: string): string {
  return text.replaceAll('@', '@\u200b');
}
