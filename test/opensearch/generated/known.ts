import { type Document, isDocument } from '../../../src/base/document.ts';
import { difference } from '../answer.ts';
import type { EngineAnswer } from '../engines.ts';

/**
 * The kinds of difference that are known and stay, each with a matcher that proves of one difference that it is of that
 * kind. docs/COMPATIBILITY.md tells them.
 */
export interface KnownKind {
  readonly name: string;
  /** True where it explains why the answers differ; `ask` asks this program another search of the same index. */
  explains(answers: Answers, body: Document, ask: (body: Document) => Promise<EngineAnswer>): Promise<boolean>;
}

export interface Answers {
  readonly real: EngineAnswer;
  readonly ours: EngineAnswer;
}

export const knownKinds: readonly KnownKind[] = [
  {
    name: 'the original fails inside where the request is at fault',
    explains: async ({ real }) =>
      real.status === 500 &&
      /illegal_state_exception|date_time_exception|runtime_exception|collection_terminated_exception/.test(real.text),
  },
  {
    name: 'a nested clause inside another whose path it does not lie in',
    // The original takes the next object in its index, whosever it is; here there is none.
    explains: async (_answers, body) => misplaced(body, undefined),
  },
  {
    name: 'below nested and global, min and max end the count of the original early',
    explains: async ({ real, ours }, body) =>
      real.status === 200 &&
      ours.status === 200 &&
      /"(?:nested|global)":.*"(?:min|max)":/.test(JSON.stringify(body.aggs)),
  },
  {
    name: 'an aggregation and one inside it both refuse: which is told',
    explains: async ({ real, ours }, body) =>
      real.status >= 400 && ours.status >= 400 && /"aggs":.*"aggs":/.test(JSON.stringify(body)),
  },
  {
    // It stops when it has seen both, in the order of a hash table.
    name: 'a list of both truths hides a third value that is none',
    explains: async ({ real, ours }, body) =>
      real.status === 200 &&
      ours.text.includes("Can't parse boolean value") &&
      /"terms":\{"[^"]*":\[[^\]]*true[^\]]*\]/i.test(JSON.stringify(body)),
  },
  {
    name: 'an address is no value for what is missing, told by the original with the first hit',
    explains: async ({ real, ours }) =>
      ours.text.includes('encoded bytes are of incorrect length') && real.status === 200,
  },
  {
    name: 'a whole number written as 5.0 or 1e2 is the text 5 or 100',
    // Written as the text that Java makes of it, this program answers as the original does.
    async explains({ real }, body, ask) {
      const spelled = asJava(body) as Document;
      return spelled !== body && difference(real, await ask(spelled)) === undefined;
    },
  },
  {
    name: 'the original cannot show `fields` of a value that it ignored as malformed, and shows 5.0 as it was written',
    // Here such a value is left out.
    explains: async ({ real, ours }, body) =>
      Array.isArray(body.fields) &&
      ours.status === 200 &&
      (real.status === 200 || /For input string|failed to parse date field|not an IP string/.test(real.text)) &&
      difference(real.status === 200 ? real : ours, ours) === undefined &&
      (real.status !== 200 || fieldsMissing(real, ours, body)),
  },
  {
    name: 'a leaf of a flat_object has no value that the original could show in `sort`',
    // Here it sorts as any keyword.
    explains: async ({ real, ours }, body) =>
      ours.status === 200 &&
      real.text.includes('unknown value of type class java.lang.Object') &&
      /"fo\./.test(JSON.stringify(body.sort)),
  },
  {
    name: '_doc counts the objects inside of documents too',
    explains: async ({ real, ours }, body) =>
      real.status === 200 && ours.status === 200 && JSON.stringify(body.sort ?? []).includes('"_doc"'),
  },
  {
    name: 'of a query and a post_filter that both refuse: which is told',
    explains: async ({ real, ours }, body) =>
      real.status === 400 && ours.status === 400 && body.query !== undefined && body.post_filter !== undefined,
  },
  {
    name: 'a date range outside its documents hides an error beside it',
    // With such ranges finding nothing by their words, this program answers as the original does.
    async explains({ real, ours }, body, ask) {
      if (real.status !== 200 || ours.status !== 400) return false;
      const ranges = rangesIn(body).slice(0, rangesMax);
      for (let chosen = 1; chosen < 1 << ranges.length; chosen++) {
        const dropped = new Set(ranges.filter((_, at) => chosen & (1 << at)));
        if (difference(real, await ask(without(body, dropped) as Document)) === undefined) return true;
      }
      return false;
    },
  },
];

/** Numbers that were written with a point or an exponent as Java writes them; the same object where there are none. */
function asJava(value: unknown): unknown {
  if (typeof value === 'string') {
    const digits = /^\u0000written:(.*[.eE].*)$/.exec(value)?.[1];
    return digits === undefined ? value : `${Number(digits)}.0`;
  }
  if (Array.isArray(value)) {
    const made = value.map(asJava);
    return made.every((item, at) => item === value[at]) ? value : made;
  }
  if (!isDocument(value)) return value;
  const made = Object.entries(value).map(([key, inner]) => [key, asJava(inner)] as const);
  return made.every(([key, inner]) => inner === value[key]) ? value : Object.fromEntries(made);
}

/**
 * Fields that only this program shows, all else of the hits being equal. A number that was written as 5.0 is the text 5.0 there;
 * of a field that is asked for as a doc value too, the original keeps that where it cannot read the source.
 */
function fieldsMissing(real: EngineAnswer, ours: EngineAnswer, body: Document): boolean {
  const hits = ({ body: answer }: EngineAnswer): readonly Document[] => answer?.hits?.hits ?? [];
  const docValues = JSON.stringify(body.docvalue_fields ?? []);
  const plain = (values: unknown): string => JSON.stringify(values)?.replace(/(?<=["[,]-?\d+)\.0(?=["\],])/g, '');
  return hits(real).every((hit, at) =>
    Object.entries((hit.fields ?? {}) as Document).every(
      ([name, values]) =>
        plain((hits(ours)[at]?.fields as Document)?.[name]) === plain(values) || docValues.includes(`"${name}"`),
    ),
  );
}

function misplaced(value: unknown, around: string | undefined): boolean {
  if (Array.isArray(value)) return value.some((item) => misplaced(item, around));
  if (!isDocument(value)) return false;
  return Object.entries(value).some(([key, inner]) => {
    const path = key === 'nested' && isDocument(inner) ? inner.path : undefined;
    if (typeof path !== 'string') return misplaced(inner, around);
    return (around !== undefined && !path.startsWith(`${around}.`)) || misplaced(inner, path);
  });
}

/** All subsets of so many ranges are tried. */
const rangesMax = 5;

function rangesIn(value: unknown): Document[] {
  if (Array.isArray(value)) return value.flatMap(rangesIn);
  if (!isDocument(value)) return [];
  return [...('range' in value ? [value] : []), ...Object.values(value).flatMap(rangesIn)];
}

function without(value: unknown, dropped: ReadonlySet<unknown>): unknown {
  if (dropped.has(value)) return { match_none: {} };
  if (Array.isArray(value)) return value.map((item) => without(item, dropped));
  if (!isDocument(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, without(inner, dropped)]));
}
