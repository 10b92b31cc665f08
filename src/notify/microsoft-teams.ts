import type { Document } from '../base/document.ts';
import type { Channel } from './channel.ts';
import { openChat } from './chat-channel.ts';
import type { Secret } from './secret.ts';
import type { WebPorts } from './web-channel.ts';

/** An incoming webhook of Microsoft Teams: `{"text": "subject\n\nmessage"}`. */
export function openTeams(settings: Document, secrets: readonly Secret[], ports: WebPorts): Channel {
  return openChat('text', settings, secrets, ports);
}

/** Text of events in Teams, which reads HTML and Markdown: no element, and no link whose text says something else. */
export function harmlessInTeams(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('[', '&#91;')
    .replaceAll(']', '&#93;');
}
