import type { Instant } from '../base/clock.ts';
import { type Document, isDocument, own } from '../base/document.ts';
import { isoTime } from '../base/iso-time.ts';
import type { RuleMatch } from '../rules/engine.ts';
import type { Enrichment } from './enrich.ts';

/** Who writes documents: Wazuh's manager, which is also agent 000. */
export interface Writer {
  readonly name: string;
  /** Makes the alert's `id`: `<epoch seconds>.<number>`, as Wazuh's byte offset: unique within a run. */
  next(): number;
}

/**
 * The alert document as Wazuh writes and its Filebeat pipeline completes it (specs/wazuh.md §3–4, key order kept;
 * without GeoLocation), with `trailhound` beside it. `fullLog` is the event as text, unless the rule says no_full_log;
 * one that is only `archived` always has it.
 */
export function alertDocument(
  enriched: Enrichment,
  match: RuleMatch | undefined,
  eventTime: Instant | undefined,
  receivedAt: Instant,
  fullLog: () => string,
  writer: Writer,
  archived = false,
): Document {
  const timestamp = enriched.historic && eventTime !== undefined ? eventTime : receivedAt;
  const iso = isoTime(timestamp);
  // Set one after the other, in this order: to spread many small objects into one costs more than all the rest here.
  const document: { [field: string]: unknown } = { timestamp: `${iso.slice(0, -1)}+0000` };
  if (match) document.rule = ruleObject(match);
  document.agent = { id: '000', name: writer.name };
  document.manager = { name: writer.name };
  document.id = `${Math.floor(timestamp / 1000)}.${writer.next()}`;
  if (match?.earlier && match.earlier.length > 1) document.previous_output = match.earlier.join('\n');
  if (archived || (match && !match.noFullLog)) document.full_log = fullLog();
  document.decoder = { name: 'json' };
  document.data = withAwsFields(enriched.data);
  document.location = 'Wazuh-AWS';
  document['@timestamp'] = iso;
  document.trailhound = enriched.trailhound;
  return document;
}

/** Names of the document that rules may ask for and the event does not hold, in lower case. */
export function outerNames(receivedAt: Instant, writer: string): Readonly<Record<string, string>> {
  return { 'manager.name': writer, 'agent.name': writer, timestamp: isoTime(receivedAt) };
}

/**
 * The ingest pipeline's `data.aws.region` and `data.aws.accountId`: set where absent, never overriding. They are set in place, for
 * `data` was made for this document alone.
 */
function withAwsFields(data: Document): Document {
  const aws = data.aws;
  if (!isDocument(aws)) return data;
  const fields: { [field: string]: unknown } = aws;
  const region = own(aws, 'awsRegion');
  const account = own(aws, 'aws_account_id');
  if (typeof region === 'string' && !Object.hasOwn(aws, 'region')) fields.region = region;
  if (typeof account === 'string' && !Object.hasOwn(aws, 'accountId')) fields.accountId = account;
  return data;
}

/** The document's `rule`. */
export function ruleObject(match: RuleMatch): Document {
  const { rule } = match;
  const told: { [field: string]: unknown } = { level: rule.level, description: match.description, id: rule.id };
  if (rule.mitre.id.length > 0) told.mitre = rule.mitre;
  if (rule.cve.length > 0) told.cve = rule.cve.join(', ');
  if (rule.info.length > 0) told.info = rule.info.join(', ');
  if (rule.frequency !== undefined) told.frequency = rule.frequency;
  if (!rule.options.noCounter) told.firedtimes = match.firedTimes;
  told.mail = match.mail;
  told.groups = rule.groups;
  return Object.assign(told, rule.compliance);
}
