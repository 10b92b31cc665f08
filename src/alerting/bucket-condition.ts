import { AutomatonTooLarge } from '../base/automaton.ts';
import { asText, type Document, isDocument, own } from '../base/document.ts';
import { luceneRegexp, RegexpSyntaxError } from '../base/lucene-regexp.ts';
import { refusal } from './refusal.ts';

/** What a bucket-level trigger says of the buckets it looks at (the original's `bucket_selector_ext`). */
export interface BucketCondition {
  /** Name in the script's `params` → path of a bucket's number: `_count`, `avg_price`, `stats.max`, `inner>avg`. */
  readonly bucketsPath: ReadonlyMap<string, string>;
  /** The aggregation whose buckets are meant: `by`, or `outer>by`. */
  readonly parentPath: string;
  readonly gapPolicy: 'skip' | 'insert_zeros';
  readonly filter: BucketFilter | undefined;
}

/** Buckets that come into question by their key. */
export interface BucketFilter {
  readonly json: Document;
  readonly composite: boolean;
  /** Takes the key of a bucket: a value, or for a composite one its values by the names of the sources. */
  accepts(key: unknown): boolean;
}

const known = new Set(['buckets_path', 'parent_bucket_path', 'script', 'gap_policy', 'filter', 'composite_agg_filter']);

/** Reads a bucket-level trigger's condition, but for its script. `id` is the trigger's: the original's words name it. */
export function parseBucketCondition(json: Document, id: string): BucketCondition {
  for (const key of Object.keys(json)) {
    if (!known.has(key)) throw refusal(`Unknown key in [${id}]: [${key}].`);
  }
  const missing = (field: string): Error =>
    refusal(`Missing required field [${field}] for bucket_selector aggregation [${id}]`);
  const paths = parsePaths(own(json, 'buckets_path'));
  if (!paths) throw missing('buckets_path');
  if (own(json, 'script') === undefined) throw missing('script');
  const parentPath = own(json, 'parent_bucket_path');
  if (typeof parentPath !== 'string' || parentPath === '') throw missing('parent_bucket_path');
  const gapPolicy = own(json, 'gap_policy') ?? 'skip';
  if (gapPolicy !== 'skip' && gapPolicy !== 'insert_zeros') {
    throw refusal(`Invalid gap policy: [${asText(gapPolicy)}], accepted values: [insert_zeros, skip]`);
  }
  const plain = own(json, 'filter');
  const composite = own(json, 'composite_agg_filter');
  const filter = composite === undefined ? parseFilter(plain, false) : parseFilter(composite, true);
  return { bucketsPath: paths, parentPath, gapPolicy, filter };
}

/** In the original's order of keys. */
export function bucketConditionJson(condition: BucketCondition, script: Document): Document {
  const { bucketsPath, parentPath, gapPolicy, filter } = condition;
  return {
    buckets_path: Object.fromEntries(bucketsPath),
    parent_bucket_path: parentPath,
    script,
    gap_policy: gapPolicy,
    ...(filter ? { [filter.composite ? 'composite_agg_filter' : 'filter']: filter.json } : {}),
  };
}

/** A map; one path is `_value`, several in a list are `_value0`, `_value1`… */
function parsePaths(json: unknown): ReadonlyMap<string, string> | undefined {
  if (typeof json === 'string') return new Map([['_value', json]]);
  if (Array.isArray(json)) return new Map(json.map((path, at) => [`_value${at}`, asText(path)]));
  if (!isDocument(json)) return undefined;
  return new Map(Object.entries(json).map(([name, path]) => [name, asText(path)]));
}

type Test = (value: unknown) => boolean;

function parseFilter(json: unknown, composite: boolean): BucketFilter | undefined {
  if (json === undefined || json === null) return undefined;
  const name = composite ? 'composite_agg_filter' : 'filter';
  if (!isDocument(json)) throw refusal(`[${name}] is not an object`);
  if (!composite) return { json, composite, accepts: parseSides(json, name) };
  const tests = new Map(
    Object.entries(json).map(([source, sides]) => {
      if (!isDocument(sides)) throw refusal(`[${name}.${source}] is not an object`);
      return [source, parseSides(sides, `${name}.${source}`)] as const;
    }),
  );
  // Strange but the original's: a source that the filter does not name refuses the bucket.
  const accepts: Test = (key) =>
    isDocument(key) && Object.entries(key).every(([source, value]) => tests.get(source)?.(value) ?? false);
  return { json, composite, accepts };
}

function parseSides(json: Document, name: string): Test {
  for (const key of Object.keys(json)) {
    if (key !== 'include' && key !== 'exclude') throw refusal(`Unknown key in [${name}]: [${key}].`);
  }
  const include = parseSide(own(json, 'include'), `${name}.include`);
  const exclude = parseSide(own(json, 'exclude'), `${name}.exclude`);
  return (value) => (!include || include(value)) && !exclude?.(value);
}

/** A regular expression over the whole value, or a list of values. */
function parseSide(json: unknown, name: string): Test | undefined {
  if (json === undefined || json === null) return undefined;
  if (Array.isArray(json)) {
    const values = new Set(json.map(asText));
    return (value) => values.has(asText(value));
  }
  if (typeof json !== 'string') throw refusal(`[${name}] is neither a regular expression nor a list`);
  try {
    const automaton = luceneRegexp(json);
    return (value) => automaton.test(asText(value));
  } catch (thrown) {
    if (!(thrown instanceof RegexpSyntaxError || thrown instanceof AutomatonTooLarge)) throw thrown;
    throw refusal(`[${name}]: ${thrown.message}`);
  }
}
