import type { Document } from '../base/document.ts';
import type { Channel } from './channel.ts';
import { openChat } from './chat-channel.ts';
import type { Secret } from './secret.ts';
import type { WebPorts } from './web-channel.ts';

/** An incoming webhook of Slack: `{"text": "subject\n\nmessage"}`. */
export function openSlack(settings: Document, secrets: readonly Secret[], ports: WebPorts): Channel {
  return openChat('text', settings, secrets, ports);
}

/** Text of events in Slack's mrkdwn: without its three signs it names nobody, links nowhere and wakes no channel. */
export function harmlessInSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
