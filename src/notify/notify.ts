import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import type { Channel } from './channel.ts';
import { answering, type ChannelPorts, harmlessFor, openChannel } from './channels.ts';
import { type ConfigBook, openConfigBook, type StoredConfig } from './config-book.ts';
import { configTypes } from './config-type.ts';
import { type Delivery, passThrough, type Stage } from './delivery.ts';
import { type DeliveryBook, openDeliveryBook } from './delivery-book.ts';
import type { DeliveryNote, Notified, Notifier, NotifyRequest } from './notifier.ts';
import { statusError } from './refusal.ts';
import type { SmtpLogin } from './smtp-credentials.ts';
import { dedupStage, recordStage, sendStage } from './stages.ts';
import { defaultTitle, eventStatus, failedAnswer, missingStatus, sentAnswer, statusCode } from './status.ts';
import { ensureIndices } from './system-index.ts';
import { type HostRules, type Lookup, systemResolver } from './target.ts';
import { openVault } from './vault.ts';
import { createWorker, type Worker } from './worker.ts';

/** What a user may say of notifications, in the configuration. */
export interface NotificationSettings extends HostRules {
  /** Types that may be made and sent to. */
  readonly allowedTypes: readonly string[];
  /** Account name → what it logs in with. */
  readonly smtp: Readonly<Record<string, SmtpLogin>>;
}

export const defaultSettings: NotificationSettings = {
  allow: [],
  deny: [],
  allowedTypes: configTypes.map(({ name }) => name),
  smtp: {},
};

export interface NotificationParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings?: NotificationSettings;
  /** Where the key of the channels' secrets is kept; without one they are forgotten with the process. */
  readonly keyFile?: string;
  /** The system's resolver, or another in a test. */
  readonly lookup?: Lookup;
}

/** Channels and what is sent to them. */
export interface Notifications extends Notifier {
  readonly configs: ConfigBook;
  /** Types that may be made, in the original's order. */
  readonly allowedTypes: readonly string[];
  /** Sends the original's test message; throws its error, with the status in it, when it did not arrive. */
  test(configId: string): Promise<Document>;
  /** Sends what waits until the signal aborts; `told` hears of each try. */
  run(told: (note: DeliveryNote) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** Opens the room on a store: what waited to be sent when the last process ended waits on. */
export async function openNotifications(parts: NotificationParts): Promise<Notifications> {
  const { store, clock, log, settings = defaultSettings, keyFile, lookup = systemResolver } = parts;
  await ensureIndices(store);
  const vault = openVault(keyFile);
  const configs = await openConfigBook({ store, clock, vault, allowedTypes: settings.allowedTypes });
  const book = await openDeliveryBook(store, log);
  const ports: ChannelPorts = { rules: settings, lookup, smtp: settings.smtp, find: configs.find };
  const send = sendStage((delivery) => channelFor(delivery.channelId, ports, settings.allowedTypes), clock);
  const record = recordStage(book);
  let told = async (_: DeliveryNote): Promise<void> => undefined;
  const worker = createWorker({
    book,
    clock,
    log,
    attempt: async (key, signal) => {
      const delivery = await book.get(key);
      if (delivery?.state !== 'waiting') return;
      await tell(await passThrough([send, record], delivery, signal), delivery, configs, (note) => told(note));
    },
    drop: async (key, why) => {
      const delivery = await book.get(key);
      if (delivery?.state !== 'waiting') return;
      const attempt = { at: clock.now(), sent: false, status: 503, text: `given up: ${why}` };
      const dropped: Delivery = { ...delivery, state: 'failed', attempts: [attempt, ...delivery.attempts] };
      await book.keep(dropped);
      await tell(dropped, delivery, configs, (note) => told(note));
    },
  });
  const stages: readonly Stage[] = [dedupStage(book), send, record];
  return {
    configs,
    allowedTypes: settings.allowedTypes,
    harmless: (channelId) => harmlessFor(configs.find(channelId)?.type.name ?? ''),
    notify: (request) => notify(request, { configs, book, stages, worker, clock }),
    test: (id) => sendTest(id, configs, [send, record], clock),
    run: (listener, signal) => {
      told = listener;
      return worker.run(signal);
    },
  };
}

function channelFor(id: string, ports: ChannelPorts, allowedTypes: readonly string[]): Channel {
  const config = ports.find(id);
  if (!config) return answering(404, `Channel ${id} not found`);
  if (!allowedTypes.includes(config.type.name)) return answering(403, `Config type ${config.type.name} is not allowed`);
  return openChannel(config, ports);
}

interface NotifyParts {
  readonly configs: ConfigBook;
  readonly book: DeliveryBook;
  readonly stages: readonly Stage[];
  readonly worker: Worker;
  readonly clock: Clock;
}

const never = new AbortController().signal;

async function notify(
  request: NotifyRequest,
  { configs, book, stages, worker, clock }: NotifyParts,
): Promise<Notified> {
  const config = configs.find(request.channelId);
  if (!config) return { state: 'no-channel' };
  const delivery = newDelivery(request, clock.now());
  if (!request.wait) {
    const known = await book.get(delivery.key);
    if (known && known.state !== 'waiting') return answerOf(known, config);
    // When the store takes nothing, the run's own write will fail too and tell it.
    if (!known) await book.keep(delivery);
    worker.wake();
    return { state: 'waiting' };
  }
  if (!worker.claim(delivery.key)) return { state: 'waiting' };
  try {
    return answerOf(await passThrough(stages, delivery, never), config);
  } finally {
    worker.release(delivery.key);
  }
}

function newDelivery(
  {
    key,
    channelId,
    subject,
    body,
    origin,
    repeats = false,
  }: Omit<NotifyRequest, 'wait' | 'origin'> & Partial<NotifyRequest>,
  now: number,
): Delivery {
  return {
    key,
    channelId,
    subject: subject === undefined || subject === '' ? defaultTitle : subject,
    body,
    origin,
    repeats,
    state: 'waiting',
    createdAt: now,
    nextAt: now,
    tries: 0,
    attempts: [],
    reached: [],
    recipients: [],
  };
}

function answerOf(delivery: Delivery, config: StoredConfig): Notified {
  const [attempt] = delivery.attempts;
  if (!attempt || delivery.state === 'replaced') return { state: 'waiting' };
  const status = eventStatus(config, attempt, delivery.recipients);
  if (delivery.state === 'sent') {
    const answer = JSON.stringify(sentAnswer(delivery.subject, delivery.channelId, status));
    return { state: 'sent', answer, attempt };
  }
  return { state: 'failed', error: failedAnswer(status), retrying: delivery.state === 'waiting', attempt };
}

/** Tells of a try, when one was made, to whom the message is from. */
async function tell(
  delivery: Delivery,
  before: Delivery,
  configs: ConfigBook,
  told: (note: DeliveryNote) => Promise<void>,
): Promise<void> {
  const [attempt] = delivery.attempts;
  if (!delivery.origin || !attempt || attempt === before.attempts[0]) return;
  const config = configs.find(delivery.channelId);
  const status = config ? eventStatus(config, attempt, delivery.recipients) : missingStatus(delivery.channelId);
  await told({ origin: delivery.origin, attempt, error: delivery.state === 'sent' ? null : failedAnswer(status) });
}

/** The original's test message: tried once, never again. */
async function sendTest(
  id: string,
  configs: ConfigBook,
  [send, record]: readonly [Stage, Stage],
  clock: Clock,
): Promise<Document> {
  const config = configs.find(id);
  if (!config) throw statusError(404, failedAnswer(missingStatus(id)));
  const title = `Test Message Title-${id}`;
  const body = `Test message content body for config id ${id}`;
  const request = { key: randomBytes(15).toString('base64url'), channelId: id, subject: title, body };
  const tried = await send(newDelivery(request, clock.now()), never);
  await record({ ...tried, state: tried.state === 'sent' ? 'sent' : 'failed' }, never);
  const attempt = tried.attempts[0] ?? { status: 500, text: 'it was not tried' };
  const status = eventStatus(config, attempt, tried.recipients);
  if (tried.state === 'sent') return sentAnswer(title, id, status);
  throw statusError(statusCode(status), failedAnswer(status));
}
