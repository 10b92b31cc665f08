import type { Document } from '../base/document.ts';
import { asNumber, isDocument } from '../base/document.ts';
import type { RecipientOutcome } from './channel.ts';
import type { StoredConfig } from './config-book.ts';
import type { Attempt } from './notifier.ts';

/** The title of messages that have no subject, as in the original. */
export const defaultTitle = 'Alerting-Notification Action';

/** One channel's part in the original's answers. */
export function eventStatus(
  config: Pick<StoredConfig, 'id' | 'name'> & { readonly type: { readonly name: string } },
  attempt: Pick<Attempt, 'status' | 'text'>,
  recipients: readonly RecipientOutcome[],
): Document {
  return {
    config_id: config.id,
    config_type: config.type.name,
    config_name: config.name,
    email_recipient_status: recipients.map(({ recipient, status, text }) => ({
      recipient,
      delivery_status: { status_code: String(status), status_text: text },
    })),
    delivery_status: { status_code: String(attempt.status), status_text: attempt.text },
  };
}

/** What the original answers to a message that was sent; as text it is an action's `messageId`. */
export function sentAnswer(title: string, referenceId: string, status: Document): Document {
  return {
    event_source: { title, reference_id: referenceId, severity: 'info', tags: [] },
    status_list: [status],
  };
}

/** What the original answers to one that was not: JSON in the reason of an error. */
export function failedAnswer(status: Document): string {
  return `{"event_status_list": [${JSON.stringify(status)}]}`;
}

/** A channel that is not there, as the original shows it. */
export function missingStatus(id: string): Document {
  const missing = { id, name: 'invalid-config', type: { name: 'none' } };
  return eventStatus(missing, { status: 404, text: `Channel ${id} not found` }, []);
}

/** The HTTP status in a status. */
export function statusCode(status: Document): number {
  const code = isDocument(status.delivery_status) ? asNumber(status.delivery_status.status_code) : Number.NaN;
  return code >= 400 && code < 600 ? code : 500;
}
