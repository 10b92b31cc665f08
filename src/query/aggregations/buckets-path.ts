import { asText, type Document, isDocument, own } from '../../base/document.ts';
import { shardError } from '../refusal.ts';
import { failedField, textOf } from './body.ts';
import { doubleText } from './double-text.ts';
import { typeNameOf } from './type-names.ts';

/** What becomes of a bucket without a value (or without documents): it is passed over, or counts as 0. */
export type GapPolicy = 'skip' | 'insert_zeros';

export function gapPolicyOf(body: Document, kind: string): GapPolicy {
  const text = textOf(body, 'gap_policy', kind) ?? 'skip';
  if (text !== 'skip' && text !== 'insert_zeros') throw failedField(kind, 'gap_policy');
  return text;
}

/** A bucket of an answer under its key as text. */
export interface BucketEntry {
  readonly key: string;
  readonly bucket: Document;
}

/** The buckets of an answer; undefined where it has none. */
export function bucketEntries({ buckets }: Document): readonly BucketEntry[] | undefined {
  if (Array.isArray(buckets)) return buckets.map((bucket: Document) => ({ key: keyText(bucket), bucket }));
  if (!isDocument(buckets)) return undefined;
  return Object.entries(buckets).map(([key, bucket]) => ({ key, bucket: bucket as Document }));
}

function keyText({ key, key_as_string: text }: Document): string {
  if (typeof text === 'string') return text;
  return typeof key === 'number' && !Number.isInteger(key) ? doubleText(key) : asText(key);
}

/** `a>b.c` of a level: c of b in each bucket of a. Buckets without one are left out, or 0. */
export function valuesOf(
  level: Document,
  path: string,
  gaps: GapPolicy,
): { readonly key: string; readonly value: number }[] {
  const [first = '', ...rest] = path.split('>');
  const around = own(level, first);
  const entries = isDocument(around) ? bucketEntries(around) : undefined;
  if (!entries) {
    throw failure(`No aggregation found for path [${path}]`);
  }
  if (rest.length === 0) throw notANumber('Object[]', first);
  const inner = rest.join('>');
  return entries
    .map(({ key, bucket }) => ({ key, value: valueAt(bucket, inner, gaps) ?? Number.NaN }))
    .filter(({ value }) => !Number.isNaN(value));
}

/** The value of a path in a bucket; NaN for a gap, undefined where nothing stands there. `_key` may be a text. */
export function valueAt(bucket: Document, path: string, gaps: GapPolicy): number | undefined {
  if (path === '_count') return Number(bucket.doc_count);
  if (path === '_key') return bucket.key as number;
  const found = metricAt(bucket, path);
  if (found === undefined) return undefined;
  const value = bucket.doc_count === 0 ? Number.NaN : found;
  if (Number.isFinite(value)) return value;
  return gaps === 'insert_zeros' ? 0 : Number.NaN;
}

/** The same for a script, to which a text is no value. */
export function numberAt(bucket: Document, path: string, gaps: GapPolicy): number | undefined {
  const value: unknown = valueAt(bucket, path, gaps);
  if (typeof value === 'string') throw notANumber('String', path);
  return value === undefined ? undefined : Number(value);
}

function metricAt(bucket: Document, path: string): number | undefined {
  const steps = path.split('>');
  let at: unknown = bucket;
  for (const step of steps.slice(0, -1)) {
    at = own(at, step);
    if (isDocument(at) && at.buckets !== undefined) throw notANumber('Object[]', step);
  }
  const [name, part] = lastStep(steps.at(-1) ?? '', at);
  if (name === '_count') return Number(own(at, 'doc_count'));
  const answer = own(at, name);
  if (!isDocument(answer)) return undefined;
  if (part === '_bucket_count') return bucketEntries(answer)?.length ?? 0;
  if (answer.buckets !== undefined) throw notANumber(javaName(typeNameOf(answer) ?? ''), name);
  const value = partOf(answer, part, name);
  return value === null || value === undefined ? Number.NaN : Number(value);
}

function partOf(answer: Document, part: string, name: string): unknown {
  if (part === '' || part === 'value') {
    if (Object.hasOwn(answer, 'value')) return answer.value;
    if (Object.hasOwn(answer, 'doc_count')) return answer.doc_count;
    throw failure(
      `buckets_path must reference either a number value or a single value numeric metric aggregation, but [${name}] contains multiple values. Please specify which to use.`,
    );
  }
  const values = isDocument(answer.values) ? answer.values : answer;
  return own(values, part) ?? own(values, `${part}.0`) ?? own(answer, part === '_count' ? 'doc_count' : part);
}

/** `s.avg` and `s[avg]` ask for a part; a name may hold dots of its own. */
function lastStep(step: string, level: unknown): readonly [name: string, part: string] {
  if (step === '_count' || own(level, step) !== undefined) return [step, ''];
  const bracket = /^(.*)\[(.*)\]$/s.exec(step);
  if (bracket) return [bracket[1] ?? '', (bracket[2] ?? '').replaceAll(/^['"]|['"]$/g, '')];
  for (let dot = step.indexOf('.'); dot > 0; dot = step.indexOf('.', dot + 1)) {
    if (own(level, step.slice(0, dot)) !== undefined) return [step.slice(0, dot), step.slice(dot + 1)];
  }
  return [step, ''];
}

const javaNames: Readonly<Record<string, string>> = {
  sterms: 'StringTerms',
  lterms: 'LongTerms',
  dterms: 'DoubleTerms',
  date_histogram: 'InternalDateHistogram',
  histogram: 'InternalHistogram',
};

function javaName(typeName: string): string {
  return javaNames[typeName] ?? `Internal${typeName}`;
}

function notANumber(type: string, name: string): Error {
  return failure(
    `buckets_path must reference either a number value or a single value numeric metric aggregation, got: [${type}] at aggregation [${name}]`,
  );
}

function failure(reason: string): Error {
  return shardError(reason, 'aggregation_execution_exception', 500);
}
