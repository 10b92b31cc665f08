import { asText, type Document, isDocument, own, put } from '../base/document.ts';
import { invalid } from './refusal.ts';

/** A kind of notification config. */
export interface ConfigType {
  /** As it stands in `config_type` and as the key of its settings. */
  readonly name: string;
  /** Messages can be sent to it; the others are parts of mail channels. */
  readonly channel: boolean;
  /** Settings that hold secrets, as dotted paths; `url`: the parts of it that tell. */
  readonly secretUrl: 'none' | 'parts' | 'whole';
  /** Checks the settings and fills in defaults, in the original's order of keys. Throws with the original's words. */
  parse(json: Document): Document;
}

/** Every kind there is, in the order that `/features` lists them. */
export const configTypes: readonly ConfigType[] = [
  { name: 'slack', channel: true, secretUrl: 'whole', parse: parseUrlOnly },
  { name: 'chime', channel: true, secretUrl: 'whole', parse: parseUrlOnly },
  { name: 'microsoft_teams', channel: true, secretUrl: 'whole', parse: parseTeams },
  { name: 'webhook', channel: true, secretUrl: 'parts', parse: parseWebhook },
  { name: 'email', channel: true, secretUrl: 'none', parse: parseEmail },
  { name: 'sns', channel: true, secretUrl: 'none', parse: parseSns },
  { name: 'ses_account', channel: false, secretUrl: 'none', parse: parseSes },
  { name: 'smtp_account', channel: false, secretUrl: 'none', parse: parseSmtp },
  { name: 'email_group', channel: false, secretUrl: 'none', parse: parseGroup },
];

export function configType(name: string): ConfigType | undefined {
  return configTypes.find((type) => type.name === name);
}

function parseUrlOnly(json: Document): Document {
  return { url: parseUrl(required(json, 'url')) };
}

function parseTeams(json: Document): Document {
  return { url: parseUrl(required(json, 'url')) };
}

function parseWebhook(json: Document): Document {
  const url = parseUrl(required(json, 'url'));
  const method = scalar(own(json, 'method') ?? 'POST', 'method');
  return {
    url,
    header_params: parseHeaders(own(json, 'header_params') ?? {}),
    method: ['POST', 'PUT', 'PATCH'].includes(method) ? method : 'POST',
  };
}

function parseSmtp(json: Document): Document {
  const host = required(json, 'host');
  const port = Number(required(json, 'port'));
  const method = required(json, 'method');
  const from = required(json, 'from_address');
  if (host === '') throw invalid('host is null or empty');
  if (!/^[\w.:-]+$/.test(host)) throw invalid(`host [${host}] is neither a host name nor an address`);
  if (!Number.isSafeInteger(port) || port > 65_535) throw invalid('port should be a port number');
  if (port <= 0) throw invalid('port should be positive value');
  checkEmail(from);
  return { host, port, method: ['ssl', 'start_tls'].includes(method) ? method : 'none', from_address: from };
}

function parseGroup(json: Document): Document {
  const list = own(json, 'recipient_list');
  if (list === undefined) throw invalid('recipient_list field absent');
  return { recipient_list: parseRecipients(list) };
}

function parseEmail(json: Document): Document {
  const account = required(json, 'email_account_id');
  if (account === '') throw invalid('emailAccountID is null or empty');
  const recipients = parseRecipients(own(json, 'recipient_list') ?? []);
  const groups = own(json, 'email_group_id_list') ?? [];
  if (!Array.isArray(groups)) throw invalid('email_group_id_list: a list of config ids is expected');
  return {
    email_account_id: account,
    recipient_list: recipients,
    email_group_id_list: groups.map((group) => scalar(group, 'email_group_id_list')),
  };
}

const topicArn = /^arn:aws(-[^:]+)?:sns:([a-zA-Z0-9-]+):([0-9]{12}):([a-zA-Z_0-9+=,.@\-_/]+)$/;
const roleArn = /^arn:aws(-[^:]+)?:iam::([0-9]{12}):([a-zA-Z_0-9+=,.@\-_/]+)$/;

function parseSns(json: Document): Document {
  const topic = required(json, 'topic_arn');
  if (!topicArn.test(topic)) throw invalid(`Invalid AWS SNS topic ARN: ${topic}`);
  return { topic_arn: topic, ...parseRole(json) };
}

function parseSes(json: Document): Document {
  const region = required(json, 'region');
  const from = required(json, 'from_address');
  if (region === '') throw invalid('awsRegion is null or empty');
  checkEmail(from);
  return { region, ...parseRole(json), from_address: from };
}

function parseRole(json: Document): Document {
  const role = own(json, 'role_arn') ?? null;
  if (role === null) return {};
  const text = scalar(role, 'role_arn');
  if (!roleArn.test(text)) throw invalid(`Invalid AWS role ARN: ${text} `);
  return { role_arn: text };
}

function parseRecipients(json: unknown): readonly Document[] {
  if (!Array.isArray(json)) throw invalid('recipient_list: a list of {"recipient": "…"} is expected');
  return json.map((entry) => {
    if (!isDocument(entry)) throw invalid('recipient_list: a list of {"recipient": "…"} is expected');
    const recipient = required(entry, 'recipient');
    checkEmail(recipient);
    return { recipient };
  });
}

/** A header from here reaches the receiver as it stands: what could end a line or be no name is refused. */
function parseHeaders(json: unknown): Document {
  if (!isDocument(json)) throw invalid('header_params: an object of texts is expected');
  const headers: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(json)) {
    const text = scalar(value, `header_params.${name}`);
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw invalid(`header_params: [${name}] is no header name`);
    if (/[^\t\x20-\x7e\x80-\xff]/.test(text)) {
      throw invalid(`header_params.${name}: control characters and letters beyond Latin-1 cannot stand in a header`);
    }
    put(headers, name, text);
  }
  return headers;
}

/** `http` and `https` only. Java's words for what is no URL, though the original answers 500 with them. */
function parseUrl(text: string): string {
  if (text === '') throw invalid('URL is null or empty');
  const protocol = /^\s*([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase();
  if (protocol === undefined) throw invalid(`no protocol: ${text}`, 'malformed_u_r_l_exception');
  if (!['http', 'https'].includes(protocol)) {
    if (['ftp', 'file', 'jar', 'mailto'].includes(protocol)) throw invalid('Invalid URL or unsupported');
    throw invalid(`unknown protocol: ${protocol}`, 'malformed_u_r_l_exception');
  }
  try {
    if (new URL(text).hostname !== '') return text;
  } catch {
    throw invalid('Invalid URL or unsupported');
  }
  throw invalid('Invalid URL or unsupported');
}

/** One plain address: quoted local parts and address literals are refused, for mail programs read them differently. */
function checkEmail(text: string): void {
  const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
  const host = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
  const address = new RegExp(`^${atom}(?:\\.${atom})*@(?:${host}\\.)+${host}$`);
  if (text.length > 320 || !address.test(text)) throw invalid('Invalid email address');
}

function required(json: Document, field: string): string {
  const value = own(json, field);
  if (value === undefined || value === null) throw invalid(`${field} field absent`);
  return scalar(value, field);
}

function scalar(value: unknown, field: string): string {
  if (['string', 'number', 'boolean', 'bigint'].includes(typeof value)) return asText(value);
  throw invalid(`${field}: a text is expected`);
}
