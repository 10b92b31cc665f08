import { asNumber, asText, type Document, isDocument, own } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import type { Channel, Outcome } from './channel.ts';
import { harmlessInChime, openChime } from './chime.ts';
import { type StoredConfig, wholeSettings } from './config-book.ts';
import { secretsOf } from './config-secrets.ts';
import { type MailSettings, openEmail } from './email.ts';
import { harmlessInTeams, openTeams } from './microsoft-teams.ts';
import type { Secret } from './secret.ts';
import { harmlessInSlack, openSlack } from './slack.ts';
import type { SmtpLogin } from './smtp-credentials.ts';
import type { HostRules, Lookup } from './target.ts';
import { openWebhook } from './webhook.ts';

export interface ChannelPorts {
  readonly rules: HostRules;
  readonly lookup: Lookup;
  /** Account name → what it logs in with. */
  readonly smtp: Readonly<Record<string, SmtpLogin>>;
  /** Other configs: a mail channel's account and groups. */
  find(id: string): StoredConfig | undefined;
}

type OpenWeb = (settings: Document, secrets: readonly Secret[], ports: ChannelPorts) => Channel;

/** Channels over HTTP, by type. */
const web: Readonly<Record<string, OpenWeb>> = {
  slack: openSlack,
  chime: openChime,
  microsoft_teams: openTeams,
  webhook: openWebhook,
};

const harmlessIn: Readonly<Record<string, (text: string) => string>> = {
  slack: harmlessInSlack,
  chime: harmlessInChime,
  microsoft_teams: harmlessInTeams,
};

/** What text of events must go through before it stands in a message to a channel of this type. */
export function harmlessFor(type: string): (text: string) => string {
  return harmlessIn[type] ?? ((text) => text);
}

/** The channel of a config as it is now. What cannot be sent to answers why, in the original's words where it has some. */
export function openChannel(config: StoredConfig, ports: ChannelPorts): Channel {
  if (!config.enabled) return answering(423, 'The channel is muted');
  if (config.sealed)
    return answering(424, 'Its secrets cannot be read with the key there is: set its URL and headers again');
  const { name } = config.type;
  const open = web[name];
  if (open) return open(wholeSettings(config), secretsOf(config.settings), ports);
  if (name === 'email') return openMail(config, ports);
  if (name === 'sns') return answering(501, 'Sending to SNS is not supported by this version');
  return answering(404, 'Channel not found');
}

function openMail(config: StoredConfig, ports: ChannelPorts): Channel {
  const { shown } = config.settings;
  const accountId = asText(own(shown, 'email_account_id') ?? '');
  const account = ports.find(accountId);
  if (!account) return answering(404, `Sender ${accountId} not found`);
  if (account.type.name === 'ses_account') return answering(501, 'Sending over SES is not supported by this version');
  if (account.type.name !== 'smtp_account') return answering(406, 'email account type not enabled');
  const groupIds = own(shown, 'email_group_id_list');
  const groups = (Array.isArray(groupIds) ? groupIds : []).map((id) => ports.find(asText(id)));
  const recipients = [config, ...groups].flatMap((part) => recipientsOf(part));
  const { host, port, method, from_address: from } = account.settings.shown;
  const settings: MailSettings = {
    host: asText(host),
    port: asNumber(port),
    method: method === 'ssl' || method === 'start_tls' ? method : 'none',
    from: asText(from),
    recipients: [...new Set(recipients)].slice(0, limits.mailRecipientsMax),
    login: Object.hasOwn(ports.smtp, account.name) ? ports.smtp[account.name] : undefined,
  };
  return openEmail(settings, ports);
}

function recipientsOf(config: StoredConfig | undefined): readonly string[] {
  const list = own(config?.settings.shown, 'recipient_list');
  return (Array.isArray(list) ? list : []).filter(isDocument).map((entry) => asText(own(entry, 'recipient')));
}

/** A channel that only says why nothing is sent. */
export function answering(status: number, text: string): Channel {
  const outcome: Outcome = { sent: false, retry: false, status, text, recipients: [] };
  return { send: async () => outcome };
}
