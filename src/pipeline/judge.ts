import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Instant } from '../base/clock.ts';
import { at, type Document, isDocument, text } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import type { Problem } from '../base/problem.ts';
import type { PostureBook } from '../posture/posture-book.ts';
import { alertData } from '../rules/alert-data.ts';
import { decode } from '../rules/decoder.ts';
import type { RuleEngine, RuleMatch } from '../rules/engine.ts';
import { canonicalJson } from '../trail/canonical.ts';
import { toEvent } from '../trail/event.ts';
import type { TrailRecord } from '../trail/record.ts';
import { alertDocument, outerNames } from './document.ts';
import { type Enrichment, enrich, type Provenance } from './enrich.ts';
import type { Expectation } from './expectation.ts';
import { eventIndex, type IndexSeries } from './index-name.ts';

/** A document ready to be written, with what is needed to write it again after a refusal. */
export interface PreparedEvent {
  readonly index: string;
  readonly id: string;
  readonly document: Document;
  /** Where the record stands, for problems: `file record 12`. */
  readonly place: string;
  /** Set when this process saw the id before: rules were not asked again, so that a duplicate is not counted twice. */
  readonly again?: () => Document;
}

export interface Prepared {
  /** undefined when the user's drop list names the event. */
  readonly event?: PreparedEvent;
  readonly problems: readonly Problem[];
}

/** Turns records into documents, in order of arrival: rules with a window see events in this order. */
export interface Judge {
  prepare(record: TrailRecord, from: Provenance, origin: string, receivedAt: Instant): Prepared;
}

export interface JudgeOptions {
  /** The rules of the moment: they may change between two events. */
  readonly engine: () => RuleEngine;
  /** What frequencies, `<time>` and `ignore` go by; the event's time by default (a file arrives in one burst). */
  readonly ruleTime?: 'event' | 'receipt';
  /** As Wazuh to the letter: nothing is filled in. */
  readonly strict: boolean;
  /** Event names that are not stored. */
  readonly drop: ReadonlySet<string>;
  /** What is public on purpose. */
  readonly expected?: readonly Expectation[];
  /** How event indices are called in a cluster that Wazuh uses too. */
  readonly series?: IndexSeries;
  /** Knows what a door was before; whoever writes the events saves it. */
  readonly posture?: Pick<PostureBook, 'note'>;
}

export function createJudge(options: JudgeOptions): Judge {
  const recent = recentIds(limits.recentIdsMax);
  const writer = numberedWriter();
  return {
    prepare(record, from, origin, receivedAt) {
      if (options.drop.has(text(record.raw.eventName) ?? '')) return { problems: [] };
      const place = `${origin} record ${record.number}`;
      const event = toEvent(record, from);
      const decoded = decode(event, { outer: outerNames(receivedAt, writer.name) });
      const { data, problems, dropped } = alertData(event);
      const enriched = withDropped(enrich(record, data, from, receivedAt, options), dropped);
      const ruleTime = options.ruleTime === 'receipt' ? receivedAt : (record.eventTime ?? receivedAt);
      const match = (): RuleMatch | undefined => options.engine().match(decoded, ruleTime);
      const seen = !options.strict && recent.add(record.id);
      const matched = seen ? undefined : match();
      const kind = options.strict && !matched?.alerts ? 'archives' : 'alerts';
      const build = (match: RuleMatch | undefined): Document =>
        alertDocument(enriched, match, record.eventTime, receivedAt, () => decoded.log, writer, kind === 'archives');
      return {
        event: {
          index: eventIndex(record.eventTime, receivedAt, kind, options.series),
          id: record.id,
          document: build(matched),
          place,
          ...(seen ? { again: () => build(match()) } : {}),
        },
        problems: problems.map((problem) => ({ ...problem, place })),
      };
    },
  };
}

/** Values that lost their name to another one of the same spelling but for case are kept as text. */
function withDropped(enriched: Enrichment, dropped: Readonly<Record<string, unknown>> | undefined): Enrichment {
  if (!dropped) return enriched;
  const unmapped = Object.entries(dropped).map(([path, value]) => `data.${path}=${JSON.stringify(value)}`);
  return { ...enriched, trailhound: { ...enriched.trailhound, unmapped } };
}

/**
 * What a document says, as a short hash: two documents of one record have the same, wherever it was found and whenever it
 * was read. One whose parts were set aside carries the hash of what it was before.
 */
export function contentHash(document: Document): string {
  const kept = at(document, 'trailhound.content');
  if (typeof kept === 'string') return kept;
  const aws = at(document, 'data.aws');
  const content = isDocument(aws) ? { ...aws, log_info: null, aws_account_id: null, accountId: null } : document.data;
  return createHash('sha256')
    .update(canonicalJson(content ?? null))
    .digest('hex')
    .slice(0, 12);
}

/** Remembers the last ids in two generations; `add` answers whether the id was known. */
function recentIds(max: number): { add(id: string): boolean } {
  let current = new Set<string>();
  let before = new Set<string>();
  return {
    add(id) {
      if (current.has(id) || before.has(id)) return true;
      if (current.size >= max / 2) {
        before = current;
        current = new Set();
      }
      current.add(id);
      return false;
    },
  };
}

function numberedWriter(): { readonly name: string; next(): number } {
  let number = 0;
  return { name: hostname(), next: () => number++ };
}
