import type { Instant } from '../base/clock.ts';
import { at, type Document, isDocument, text } from '../base/document.ts';
import { isoTime } from '../base/iso-time.ts';
import { closeBehind, doorOf } from '../exposure/event-access.ts';
import { type EventExposure, exposureOf } from '../exposure/event-exposure.ts';
import type { PostureBook } from '../posture/posture-book.ts';
import { anonymous } from '../trail/identity.ts';
import type { TrailRecord } from '../trail/record.ts';
import { type Expectation, expectationOf } from './expectation.ts';

/** The way back from a document to the raw record. */
export interface Provenance {
  readonly bucket: string;
  readonly key: string;
  /** etag, or size and mtime: which version of the file. */
  readonly version: string;
  /** Of the file's bytes as delivered. */
  readonly sha256: string;
  readonly deliveredAt: Instant;
  /** The account that the key names: what Wazuh's wodle takes for the record's. */
  readonly account?: string;
}

export interface Enrichment {
  /** `data` with the fields filled that AWS leaves empty and the guide's queries need. */
  readonly data: Document;
  /** What stands under `trailhound` in the document. */
  readonly trailhound: Document;
  readonly historic: boolean;
}

export interface EnrichOptions {
  /** As Wazuh to the letter: nothing is filled in. */
  readonly strict: boolean;
  /** What is public on purpose. */
  readonly expected?: readonly Expectation[];
  /** Knows what a door was before. */
  readonly posture?: Pick<PostureBook, 'note'>;
}

/** Older than this at ingest, an event is history: it is stored and counted, but nobody is woken for it. */
const historicAfterMs = 24 * 3_600_000;

/** What AWS's documentation and the guide call a caller without credentials. */
const anonymousName = 'Anonymous';

/** Anonymous calls are grouped by what they came for and where from: one that tells neither must not fall out. */
const nameless = '-';

/**
 * What the record alone does not say, added without losing evidence. The one fill: an anonymous caller's empty or
 * absent `principalId` becomes `Anonymous` in the document (never over a value, never in the rule's event), because
 * AWS writes `accountId: "anonymous"` and the guide's monitors ask for `Anonymous` (specs/cloudtrail.md §0.1). A record that
 * opens or shuts a door carries the verdict; an anonymous one the command that shuts it, and who expects it.
 */
export function enrich(
  record: TrailRecord,
  data: Document,
  from: Provenance,
  ingestedAt: Instant,
  options: EnrichOptions,
): Enrichment {
  const isAnonymous = anonymous(record.raw);
  const exposure = exposureOf(record.raw);
  const when = record.eventTime ?? ingestedAt;
  const expected = isAnonymous && !exposure ? expectationOf(record.raw, when, options.expected ?? []) : undefined;
  const filled = isAnonymous && !options.strict ? named(data, expected) : undefined;
  const historic = record.eventTime !== undefined && ingestedAt - record.eventTime > historicAfterMs;
  const was =
    exposure?.outcome === 'succeeded'
      ? options.posture?.note(exposure.door, { at: when, id: record.id, verdict: exposure.verdict })
      : undefined;
  const close = exposure ? exposure.close : isAnonymous ? closeBehind(record.raw) : undefined;
  const trailhound: Fields = { anonymous: isAnonymous };
  if (historic) trailhound.historic = true;
  trailhound.clocks = clocksOf(record.eventTime, from.deliveredAt, ingestedAt);
  const { bucket, key, version, sha256 } = from;
  trailhound.source = { bucket, key, version, sha256, record: record.number };
  if (filled) trailhound.normalized = ['data.aws.userIdentity.principalId'];
  if (exposure) trailhound.exposure = { ...exposureJson(exposure), ...(was === undefined ? {} : { was }) };
  if (expected) trailhound.expected = expectedJson(expected);
  if (isAnonymous) {
    trailhound.door = doorOf(record.raw)?.name ?? nameless;
    trailhound.from = text(record.raw.sourceIPAddress) ?? nameless;
  }
  if (close !== undefined) trailhound.close = close;
  return { data: filled ?? data, historic, trailhound };
}

type Fields = { [field: string]: unknown };

function clocksOf(event: Instant | undefined, deliveredAt: Instant, ingestedAt: Instant): Document {
  const delivered = isoTime(deliveredAt);
  const ingested = isoTime(ingestedAt);
  return event === undefined ? { delivered, ingested } : { event: isoTime(event), delivered, ingested };
}

function exposureJson(exposure: EventExposure): Document {
  const { verdict, anonymous, actions, because, sentence, outcome, change, access, door } = exposure;
  return {
    verdict,
    anonymous,
    actions,
    because,
    sentence,
    outcome,
    change,
    access,
    kind: door.kind,
    ...(door.name === '' ? {} : { resource: door.name }),
    ...(door.part === undefined ? {} : { part: door.part }),
  };
}

function expectedJson({ author, expires, why }: Expectation): Document {
  return { author, expires: new Date(expires).toISOString(), ...(why === undefined ? {} : { why }) };
}

/**
 * A copy of `data` with the principal filled in; undefined where there is nothing to fill. An expected caller is not named:
 * the guide's monitors ask for the name alone. In the events that we make of access logs the name is ours, so it goes.
 */
function named(data: Document, expected: Expectation | undefined): Document | undefined {
  const aws = data.aws;
  const identity = at(data, 'aws.userIdentity');
  if (!isDocument(aws) || !isDocument(identity)) return undefined;
  if (expected) {
    if (aws.eventType !== 'ApiGatewayAccessLog') return undefined;
    return { ...data, aws: { ...aws, userIdentity: { type: 'Unknown', accountId: 'anonymous' } } };
  }
  const principal = identity.principalId;
  if (principal !== undefined && principal !== '') return undefined;
  return { ...data, aws: { ...aws, userIdentity: { ...identity, principalId: anonymousName } } };
}
