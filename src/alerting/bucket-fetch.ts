import { asNumber, asText, type Document, isDocument, own } from '../base/document.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { ArrivalWindow, SearchHit, SearchResult } from '../store/store.ts';
import { type EventClocks, lastClocks } from './alert-clock.ts';
import { type AlertEvent, alertEvent, isHistoric } from './alert-event.ts';
import {
  aggregationAt,
  type BucketContent,
  bucketName,
  contentsAt,
  pathSteps,
  selectBuckets,
} from './bucket-select.ts';
import { type Compiled, newestFirst, type Period } from './compiled.ts';
import { ask, causeOf, type InputPorts, searchJson } from './inputs.ts';
import type { Monitor } from './monitor.ts';
import type { Trigger } from './trigger.ts';

/** What a bucket-level monitor's search found, over all its pages. */
export interface BucketInputs {
  /** The first page as it stands on the wire, with the marks of each trigger beside the aggregations; empty on failure. */
  readonly results: readonly Document[];
  /** Trigger id → the buckets it marked. */
  readonly marked: ReadonlyMap<string, readonly BucketContent[]>;
  /** Why there is nothing, in the original's words; null when all went well. */
  readonly error: string | null;
  /** The same as the alert tells it. */
  readonly cause: string | null;
  /** What is really wrong, where the original's words hide it. */
  readonly reason: string | null;
}

/** Where a question is put. */
export interface BucketQuestion {
  readonly monitor: Monitor;
  readonly compiled: Compiled;
  readonly period: Period;
  readonly window: ArrivalWindow | undefined;
}

/** Runs the search, page after page, and puts each bucket to the triggers. Never throws for what is wrong with the monitor. */
export async function fetchBuckets(
  question: BucketQuestion,
  triggers: readonly Trigger[],
  ports: InputPorts,
): Promise<BucketInputs> {
  const marked = new Map<string, BucketContent[]>(triggers.map(({ id }) => [id, []]));
  const failed = (error: string, cause: string, reason: string): BucketInputs => ({
    results: [],
    marked: new Map(),
    error,
    cause,
    reason,
  });
  let first: Document | undefined;
  let looked = 0;
  try {
    const paths = triggers.map(({ bucket }) => bucket?.parentPath ?? '');
    for await (const { found, pending } of pages(question, paths, (json) => json, ports)) {
      const aggregations = found.aggregations ?? {};
      const marks: [string, Document][] = [];
      for (const trigger of triggers.filter(({ bucket }) => bucket && pending.has(bucket.parentPath))) {
        const { bucket } = trigger;
        const condition = question.compiled.conditions.get(trigger.id);
        if (!bucket || !condition) continue;
        const selection = selectBuckets(aggregations, bucket, condition);
        // The original's search fails as a whole, without a word.
        if ('failure' in selection) {
          const { failure } = selection;
          const reason =
            typeof failure === 'string'
              ? failure
              : `${failure.reason} (line ${failure.line}, column ${failure.column})`;
          return failed('', typeof failure === 'string' ? failure : failure.stack.join('\n'), reason);
        }
        looked += selection.looked;
        marked.get(trigger.id)?.push(...selection.buckets);
        marks.push([trigger.id, { parent_bucket_path: bucket.parentPath, bucket_indices: selection.indices }]);
      }
      first ??= withMarks(searchJson(found), marks);
      if (looked > limits.bucketsPerRunMax) {
        const reason = `more than ${limits.bucketsPerRunMax} buckets: make the query or the sources narrower`;
        return failed(reason, reason, reason);
      }
    }
  } catch (error) {
    if (!(error instanceof TrailhoundError)) throw error;
    return failed(reasonOf(error), causeOf(error), reasonOf(error));
  }
  return { results: first ? [first] : [], marked, error: null, cause: null, reason: null };
}

/** The newest events of a bucket, and how many of the bucket arrived in the window. */
export interface BucketEvents {
  readonly events: readonly AlertEvent[];
  readonly hits: readonly SearchHit[];
  readonly total: number;
  readonly historic: boolean;
  readonly clocks: EventClocks | undefined;
}

const noEvents: ReadonlyMap<string, BucketEvents> = new Map();
const eventsName = 'trailhound_events';

/** The events behind buckets, by the bucket's name. None where they cannot be found: an alert without is better than none. */
export async function fetchBucketEvents(
  question: BucketQuestion,
  parentPath: string,
  ports: InputPorts,
): Promise<ReadonlyMap<string, BucketEvents>> {
  for (const sorted of [true, false]) {
    const top = { top_hits: { size: limits.eventsPerAlertMax, ...(sorted ? { sort: [newestFirst] } : {}) } };
    const found = new Map<string, BucketEvents>();
    try {
      const withEvents = (json: Document): Document =>
        changedAt(json, pathSteps(parentPath), (definition) => addInner(definition, top));
      for await (const page of pages(question, [parentPath], withEvents, ports)) {
        for (const content of contentsAt(page.found.aggregations ?? {}, parentPath)) {
          found.set(bucketName(content), eventsOf(content.bucket));
        }
      }
      return found;
    } catch (error) {
      if (!(error instanceof TrailhoundError)) throw error;
    }
  }
  return noEvents;
}

function eventsOf(bucket: Document): BucketEvents {
  const listed = own(own(own(bucket, eventsName), 'hits'), 'hits');
  const hits = (Array.isArray(listed) ? listed.filter(isDocument) : []).map(hitOf);
  const total = own(bucket, 'doc_count');
  return {
    events: hits.map(alertEvent),
    hits,
    total: typeof total === 'number' ? total : hits.length,
    clocks: lastClocks(hits.map(({ source }) => source)),
    historic: hits.length > 0 && hits.every(({ source }) => isHistoric(source)),
  };
}

function hitOf(json: Document): SearchHit {
  const source = own(json, '_source');
  return {
    index: asText(json._index),
    id: asText(json._id),
    version: 1,
    seqNo: 0,
    score: null,
    source: isDocument(source) ? source : {},
  };
}

interface Page {
  readonly found: SearchResult;
  /** Aggregations that had not come to their end before this page. */
  readonly pending: ReadonlySet<string>;
}

/** Composite aggregations give a page at a time: the next ones are larger, for nobody sees them. */
const laterPage = 1000;

async function* pages(
  { monitor, compiled, period, window }: BucketQuestion,
  paths: readonly string[],
  change: (json: Document) => Document,
  ports: InputPorts,
): AsyncGenerator<Page> {
  const json = change(compiled.json(period));
  const pending = new Set(paths);
  const after = new Map<string, Document>();
  do {
    let asked = json;
    for (const [path, key] of after)
      asked = changedAt(asked, pathSteps(path), (definition) => withAfter(definition, key));
    const found = await ask(monitor, parseSearchBody(asked), window, ports);
    yield { found, pending: new Set(pending) };
    for (const path of [...pending]) {
      const answer = aggregationAt(found.aggregations ?? {}, path);
      const key = own(answer, 'after_key');
      const buckets = own(answer, 'buckets');
      const full = Array.isArray(buckets) && buckets.length >= sizeAt(asked, path);
      if (isDocument(key) && full) after.set(path, key);
      else pending.delete(path);
    }
  } while (pending.size > 0);
}

function sizeAt(json: Document, path: string): number {
  let size = 0;
  changedAt(json, pathSteps(path), (definition) => {
    const asked = own(own(definition, 'composite'), 'size');
    size = typeof asked === 'number' ? asked : 10;
    return definition;
  });
  return size;
}

function withAfter(definition: Document, after: Document): Document {
  const composite = own(definition, 'composite');
  if (!isDocument(composite)) return definition;
  const size = Math.max(laterPage, asNumber(own(composite, 'size') ?? 10));
  return { ...definition, composite: { ...composite, size, after } };
}

function addInner(definition: Document, top: Document): Document {
  const key = Object.hasOwn(definition, 'aggs') ? 'aggs' : 'aggregations';
  const inner = own(definition, key);
  return { ...definition, [key]: { ...(isDocument(inner) ? inner : {}), [eventsName]: top } };
}

/** A copy of a body with another definition of the aggregation at a path; the same body where there is none. */
function changedAt(json: Document, steps: readonly string[], change: (definition: Document) => Document): Document {
  const [step, ...rest] = steps;
  if (step === undefined) return change(json);
  const key = Object.hasOwn(json, 'aggs') ? 'aggs' : 'aggregations';
  const inner = own(json, key);
  const definition = own(inner, step);
  if (!isDocument(inner) || !isDocument(definition)) return json;
  return { ...json, [key]: { ...inner, [step]: changedAt(definition, rest, change) } };
}

function withMarks(result: Document, marks: readonly (readonly [string, Document])[]): Document {
  const aggregations = own(result, 'aggregations');
  return {
    ...result,
    aggregations: { ...(isDocument(aggregations) ? aggregations : {}), ...Object.fromEntries(marks) },
  };
}
