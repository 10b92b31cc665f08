import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Channel, Message, Outcome, RecipientOutcome } from './channel.ts';
import { redacted, type Secret } from './secret.ts';
import { readLogin, type SmtpLogin, type SmtpSecrets } from './smtp-credentials.ts';
import { defaultTitle } from './status.ts';
import { type HostRules, type Lookup, RefusedTarget, resolveTarget, type Target } from './target.ts';

/** A mail channel with what its account and groups say. */
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly method: 'none' | 'ssl' | 'start_tls';
  readonly from: string;
  readonly recipients: readonly string[];
  readonly login: SmtpLogin | undefined;
}

export interface MailPorts {
  readonly rules: HostRules;
  readonly lookup: Lookup;
}

/**
 * Mail over SMTP: one mail a recipient, plain text only, so that nothing of an event is ever HTML. `start_tls` means it: a server
 * that does not offer it gets nothing. Who was reached in an earlier try is not written to again.
 */
export function openEmail(settings: MailSettings, { rules, lookup }: MailPorts): Channel {
  return {
    async send(message, signal) {
      if (message.body.length + message.subject.length > limits.mailMax) {
        return overall(everybody(settings, 413, `Email size larger than ${limits.mailMax}`), false);
      }
      let secrets: SmtpSecrets;
      let target: Target;
      try {
        secrets = readLogin(settings.login);
        target = await resolveTarget(settings.host, rules, lookup, signal);
      } catch (error) {
        const refused = error instanceof RefusedTarget && !error.retry;
        const text = `Email message creation failed with status:${reasonOf(error)}`;
        return overall(everybody(settings, refused ? 400 : 424, text), !refused);
      }
      return sendAll(settings, secrets, target, message, signal);
    },
  };
}

async function sendAll(
  settings: MailSettings,
  secrets: SmtpSecrets,
  target: Target,
  message: Message,
  signal: AbortSignal,
): Promise<Outcome> {
  const transport = await openTransport(settings, secrets, target);
  const close = (): void => transport.close();
  signal.addEventListener('abort', close);
  const results: (RecipientOutcome & { retry: boolean })[] = [];
  try {
    for (const recipient of settings.recipients) {
      if (message.reached.includes(recipient)) {
        results.push({ recipient, status: 200, text: 'Success', retry: false });
      } else if (signal.aborted) {
        results.push({ recipient, status: 503, text: 'sendEmail Error, status:no answer in time', retry: true });
      } else {
        results.push(
          await sendOne(transport, mailOf(settings, message, recipient), recipient, signal, secrets.password),
        );
      }
    }
  } finally {
    signal.removeEventListener('abort', close);
    transport.close();
  }
  const outcomes = results.map(({ recipient, status, text }) => ({ recipient, status, text }));
  return overall(
    outcomes,
    results.some(({ retry }) => retry),
  );
}

/** A connection to the checked address, kept for all recipients. The mailer is loaded with the first mail. */
async function openTransport(
  { host, port, method }: MailSettings,
  { user, password, ca }: SmtpSecrets,
  target: Target,
) {
  const name = isIP(target.host) === 0 ? target.host : undefined;
  // As in the original: without encryption no password is sent.
  const auth = method !== 'none' && user !== undefined && password ? { user, pass: password.reveal() } : undefined;
  const { createTransport } = await import('nodemailer');
  return createTransport({
    pool: true,
    maxConnections: 1,
    host: target.addresses[0] ?? host,
    port,
    secure: method === 'ssl',
    requireTLS: method === 'start_tls',
    ignoreTLS: method === 'none',
    tls: {
      ...(name ? { servername: name } : {}),
      ...(ca ? { ca: [...rootCertificates, ca] } : {}),
      minVersion: 'TLSv1.2',
    },
    ...(auth ? { auth } : {}),
    connectionTimeout: limits.sendTimeoutMs,
    greetingTimeout: limits.sendTimeoutMs,
    socketTimeout: limits.sendTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

type Transport = Awaited<ReturnType<typeof openTransport>>;
type Mail = ReturnType<typeof mailOf>;

/** The id is made of the key: mail programs show a mail that came twice once. */
function mailOf({ from }: MailSettings, { key, subject, body }: Message, recipient: string) {
  const id = createHash('sha256')
    .update(JSON.stringify([key, recipient]))
    .digest('hex')
    .slice(0, 32);
  return {
    from: { name: '', address: from },
    to: { name: '', address: recipient },
    subject: oneLine(subject) || defaultTitle,
    text: body,
    messageId: `<${id}@${from.split('@')[1] ?? 'trailhound'}>`,
    headers: { 'Idempotency-Key': key, 'Auto-Submitted': 'auto-generated' },
  };
}

/** A subject is one line: nothing of an event begins a header of its own. */
function oneLine(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, subjectMax);
}

/** Characters; longer subjects are shown by no mail program. */
const subjectMax = 500;

async function sendOne(
  transport: Transport,
  mail: Mail,
  recipient: string,
  signal: AbortSignal,
  password: Secret | undefined,
): Promise<RecipientOutcome & { retry: boolean }> {
  try {
    await transport.sendMail(mail);
    return { recipient, status: 200, text: 'Success', retry: false };
  } catch (error) {
    const { status, retry } = signal.aborted ? { status: 503, retry: true } : judged(error);
    const reason = signal.aborted ? 'no answer in time' : redacted(reasonOf(error), password ? [password] : []);
    return {
      recipient,
      status,
      text: `sendEmail Error, status:${reason.slice(0, limits.receiverAnswerShownMax)}`,
      retry,
    };
  }
}

/** The original's statuses: 503 no connection, 502 the server refused the mail, 424 the rest. */
function judged(error: unknown): { status: number; retry: boolean } {
  const { code = '', responseCode = 0 } = error as { code?: string; responseCode?: number };
  const passing = responseCode >= 400 && responseCode < 500;
  if (['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS'].includes(code)) return { status: 503, retry: true };
  if (['EENVELOPE', 'EMESSAGE'].includes(code)) return { status: 502, retry: passing };
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return { status: 503, retry: true };
  return { status: 424, retry: passing };
}

function everybody({ recipients }: MailSettings, status: number, text: string): readonly RecipientOutcome[] {
  return recipients.map((recipient) => ({ recipient, status, text }));
}

/** One status for all recipients, or 207 where they differ. */
function overall(recipients: readonly RecipientOutcome[], retry: boolean): Outcome {
  const [first] = recipients;
  if (!first) return { sent: false, retry: false, status: 404, text: 'No recipient', recipients };
  const mixed = recipients.some(({ status }) => status !== first.status);
  const sent = recipients.every(({ status }) => status === 200);
  return { sent, retry, status: mixed ? 207 : first.status, text: mixed ? 'Errors' : first.text, recipients };
}
