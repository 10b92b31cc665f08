import { asText, type Document, isDocument, put } from '../../base/document.ts';
import type { Point } from '../lucene.ts';
import { argumentError, shardError } from '../refusal.ts';
import { comparePoints } from '../sort.ts';
import type { AggregatedHit, Aggregation, AggregationKind, AggregationScope, Bucket, Tally } from './aggregation.ts';
import { checkBody, failedField, listOf, malformed, wholeOf } from './body.ts';
import { bucketAnswer, collectInto, enterNodes, startBucket } from './bucket.ts';
import { makeBudget } from './budget.ts';
import { type CompositeSource, failedSources, parseSource } from './composite-source.ts';
import { manyBuckets } from './terms.ts';

/** `composite`: a bucket a combination of values, in order, a page at a time (`after` takes the page before's `after_key`). */
export const composite: AggregationKind = {
  names: ['composite'],
  buckets: true,
  parse(body, scope) {
    const { kind } = scope;
    checkBody(body, kind, ['sources', 'size', 'after']);
    if (body.sources === undefined) throw argumentError('Required [sources]');
    const sources = listOf(body, 'sources', kind).map((json) => parseSource(json, kind));
    if (sources.length === 0) {
      throw malformed(`[${kind}] failed to build: Composite [sources] cannot be null or empty`);
    }
    const names = sources.map(({ name }) => name);
    const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
    if (twice.length > 0) {
      throw failedSources(kind, 'Failed to build [composite] after last required field arrived', [
        `Composite source names must be unique, found duplicates: [${twice.join(', ')}]`,
      ]);
    }
    if (body.after !== undefined && body.after !== null && !isDocument(body.after)) throw failedField(kind, 'after');
    return make(scope, sources, wholeOf(body, 'size', kind, 10, 1), isDocument(body.after) ? body.after : undefined);
  },
};

type Key = readonly (Point | null)[];

interface Entry {
  readonly key: Key;
  readonly bucket: Bucket;
}

function make(
  scope: AggregationScope,
  sources: readonly CompositeSource[],
  size: number,
  after: Document | undefined,
): Aggregation {
  let afterKey: Key | undefined;
  const compare = (a: Key, b: Key): number => {
    for (const [index, source] of sources.entries()) {
      const by = compareValues(a[index] ?? null, b[index] ?? null, source);
      if (by !== 0) return by;
    }
    return 0;
  };
  return {
    enter(place) {
      const parent = scope.around.findLast(
        (kind) => kind !== 'nested' && kind !== 'reverse_nested' && kind !== 'filter',
      );
      if (parent !== undefined) {
        throw shardError(
          `[composite] aggregation cannot be used with a parent aggregation of type: [${parent}]`,
          'illegal_argument_exception',
        );
      }
      // A page larger than an answer may be is refused before it is read.
      makeBudget().answer(size);
      for (const source of sources) source.enter(place);
      afterKey = after && readAfter(after, sources);
      enterNodes(scope.inner, place);
    },
    start: () => startTally(scope, sources, size, compare, () => afterKey),
    unordered: () => manyBuckets,
    typeName: () => scope.kind,
  };
}

function startTally(
  scope: AggregationScope,
  sources: readonly CompositeSource[],
  size: number,
  compare: (a: Key, b: Key) => number,
  afterKey: () => Key | undefined,
): Tally {
  const entries = new Map<string, Entry>();
  const slack = size * 2 + 1000;
  /** The last key of a full page: what comes after it cannot be on this page any more. */
  let last: Key | undefined;
  const sorted = (): Entry[] => [...entries.values()].sort((a, b) => compare(a.key, b.key));
  const prune = (): void => {
    const dropped = sorted().slice(size);
    for (const { key } of dropped) entries.delete(nameOf(key));
    scope.budget.hold(-dropped.length * (1 + scope.inner.length));
    last = sorted().at(-1)?.key;
  };
  const take = (key: Key, hit: AggregatedHit): void => {
    const after = afterKey();
    if (after && compare(key, after) <= 0) return;
    if (last && compare(key, last) > 0) return;
    const name = nameOf(key);
    let entry = entries.get(name);
    if (!entry) {
      if (entries.size >= slack) prune();
      entry = { key, bucket: startBucket(scope) };
      entries.set(name, entry);
    }
    collectInto(entry.bucket, hit);
  };
  return {
    collect(hit) {
      for (const key of combinations(sources, hit)) take(key, hit);
    },
    answer() {
      const page = sorted().slice(0, size);
      scope.budget.answer(page.length);
      const buckets = page.map(({ key, bucket }) => bucketAnswer({ key: shown(key, sources) }, bucket, scope.inner));
      const end = page.at(-1);
      return end ? { after_key: shown(end.key, sources), buckets } : { buckets };
    },
    valueOf: () => Number.NaN,
  };
}

/** Every combination of the values that a document has; none where a source has no value. */
function combinations(sources: readonly CompositeSource[], hit: AggregatedHit): readonly Key[] {
  let keys: Key[] = [[]];
  for (const source of sources) {
    const values = source.values(hit);
    if (values.length === 0) return [];
    // Hostile lists in every source would multiply.
    makeBudget().answer(keys.length * values.length);
    keys = keys.flatMap((key) => values.map((value) => [...key, value]));
  }
  return keys;
}

function compareValues(a: Point | null, b: Point | null, { descending, missingFirst }: CompositeSource): number {
  if (a === null || b === null) return a === b ? 0 : (a === null) === missingFirst ? -1 : 1;
  return descending ? comparePoints(b, a) : comparePoints(a, b);
}

function nameOf(key: Key): string {
  return key.map((value) => (typeof value === 'string' ? JSON.stringify(value) : String(value))).join(' ');
}

function shown(key: Key, sources: readonly CompositeSource[]): Document {
  const answer: { [name: string]: unknown } = {};
  for (const [index, source] of sources.entries()) {
    const value = key[index] ?? null;
    put(answer, source.name, value === null ? null : source.shown(value));
  }
  return answer;
}

function readAfter(after: Document, sources: readonly CompositeSource[]): Key {
  const count = Object.keys(after).length;
  if (count !== sources.length) {
    throw shardError(`[after] has ${count} value(s) but [sources] has ${sources.length}`, 'illegal_argument_exception');
  }
  return sources.map((source) => {
    if (!Object.hasOwn(after, source.name)) {
      throw shardError(`Missing value for [after.${source.name}]`, 'illegal_argument_exception');
    }
    const json = after[source.name];
    if (json === null && source.missingBucket) return null;
    const value = json === null || typeof json === 'object' ? undefined : source.parse(json);
    if (value === undefined && json !== null && typeof json !== 'object') throw source.refusal(json);
    if (value === undefined) {
      throw shardError(`invalid value [${asText(json)}] for [after.${source.name}]`, 'illegal_argument_exception');
    }
    return value;
  });
}
