import type { Instant } from '../base/clock.ts';
import { at, type Document, isDocument } from '../base/document.ts';
import { anonymous } from '../trail/identity.ts';
import type { TrailRecord } from '../trail/record.ts';

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

/** Older than this at ingest, an event is history: it is stored and counted, but nobody is woken for it. */
const historicAfterMs = 24 * 3_600_000;

/** What AWS's documentation and the guide call a caller without credentials. */
const anonymousName = 'Anonymous';

/**
 * What the record alone does not say, added without losing evidence. The one fill: an anonymous caller's empty or
 * absent `principalId` becomes `Anonymous` in the document (never over a value, never in the rule's event), because
 * AWS writes `accountId: "anonymous"` and the guide's monitors ask for `Anonymous` (specs/cloudtrail.md §0.1).
 */
export function enrich(
  record: TrailRecord,
  data: Document,
  from: Provenance,
  ingestedAt: Instant,
  strict: boolean,
): Enrichment {
  const isAnonymous = anonymous(record.raw);
  const filled = isAnonymous && !strict ? fillPrincipal(data) : undefined;
  const historic = record.eventTime !== undefined && ingestedAt - record.eventTime > historicAfterMs;
  return {
    data: filled ?? data,
    historic,
    trailhound: {
      anonymous: isAnonymous,
      ...(historic ? { historic: true } : {}),
      clocks: {
        ...(record.eventTime === undefined ? {} : { event: new Date(record.eventTime).toISOString() }),
        delivered: new Date(from.deliveredAt).toISOString(),
        ingested: new Date(ingestedAt).toISOString(),
      },
      source: { bucket: from.bucket, key: from.key, version: from.version, sha256: from.sha256, record: record.number },
      ...(filled ? { normalized: ['data.aws.userIdentity.principalId'] } : {}),
    },
  };
}

/** A copy of `data` with the principal filled in; undefined where it has one already, or no identity to fill. */
function fillPrincipal(data: Document): Document | undefined {
  const aws = data.aws;
  const identity = at(data, 'aws.userIdentity');
  if (!isDocument(aws) || !isDocument(identity)) return undefined;
  const principal = identity.principalId;
  if (principal !== undefined && principal !== '') return undefined;
  return { ...data, aws: { ...aws, userIdentity: { ...identity, principalId: anonymousName } } };
}
