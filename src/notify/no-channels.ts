import type { Notifier } from './notifier.ts';

/** A notifier without a single channel: every message answers that its channel is not there. */
export const noChannels: Notifier = {
  harmless: () => (text) => text,
  notify: async () => ({ state: 'no-channel' }),
};
