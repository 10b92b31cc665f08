import { luceneTree } from '../../src/query/lucene-tree.suite.ts';
import type { EngineAnswer } from './engines.ts';

/** What two engines may answer differently: times, ids of their own, scores, and what tells of the node. */
const ignored = new Set([
  'took',
  '_seq_no',
  '_primary_term',
  '_score',
  'max_score',
  'creation_date',
  'creation_time',
  'cluster_uuid',
  'cluster_name',
  'index_uuid',
  'uuid',
  'name',
  'node',
  'build_hash',
  'build_date',
  'build_type',
  'number',
  // Not kept here (docs/COMPATIBILITY.md).
  '_ignored',
]);

/**
 * What differs between two answers, or undefined: the status; of an error its type (and the type of its root cause);
 * of a search the ids as a set, the total and the aggregations; of `_validate` the rendering; else all that the real one
 * answers. `mask` is a recorded answer: where it holds `<took>` or the like, anything will do.
 */
export function difference(real: EngineAnswer, ours: EngineAnswer, mask?: unknown): string | undefined {
  if (real.status !== ours.status) {
    return `status ${ours.status} ${brief(ours)}, the original ${real.status} ${brief(real)}`;
  }
  const [wanted, got] = [real.body, ours.body];
  if (typeof wanted?.error === 'object') {
    // Of several fields or clauses that refuse, chance decides which is told.
    const oneOfMany =
      wanted.error.type === 'search_phase_execution_exception' && got?.error?.type === wanted.error.type;
    return oneOfMany || typesOf(wanted.error) === typesOf(got?.error)
      ? undefined
      : `error ${brief(ours)}, the original ${brief(real)}`;
  }
  if (Array.isArray(wanted?.hits?.hits) && mask === undefined) return searchDifference(wanted, got);
  if (Array.isArray(wanted?.explanations)) {
    const same = wanted.valid === got?.valid && shown(explained(wanted)) === shown(explained(got));
    return same ? undefined : `explained ${rendered(got)}, the original ${rendered(wanted)}`;
  }
  if (wanted === undefined) return real.text === ours.text ? undefined : `${ours.text}, the original ${real.text}`;
  return unlike(wanted, got, mask, '');
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
function searchDifference(wanted: any, got: any): string | undefined {
  const ids = (answer: typeof wanted): string =>
    shown(answer?.hits?.hits?.map(({ _id }: { _id: string }) => _id).sort());
  if (ids(wanted) !== ids(got)) return `hits ${ids(got)}, the original ${ids(wanted)}`;
  const total = unlike(wanted.hits.total, got.hits.total, undefined, 'total');
  return total ?? unlike(wanted.aggregations, got.aggregations, undefined, 'aggregations');
}

/** What differs in the hits of two searches, in their order: what each shows of its document. */
export function hitsDifference(real: EngineAnswer, ours: EngineAnswer): string | undefined {
  const shownIn = ({ body }: EngineAnswer): unknown =>
    body?.hits?.hits?.map(({ _id, _source, sort, fields, highlight }: Record<string, unknown>) => ({
      _id,
      ...(_source === undefined ? {} : { _source }),
      ...(sort === undefined ? {} : { sort }),
      ...(fields === undefined ? {} : { fields }),
      ...(highlight === undefined ? {} : { highlight }),
    }));
  const [wanted, got] = [shownIn(real), shownIn(ours)];
  return unlike(wanted, got, undefined, 'hits') ?? unlike(got, wanted, undefined, 'hits (the other way round)');
}

/** Why it was refused, or what it found. */
function brief({ body, text }: EngineAnswer): string {
  const error = body?.error;
  if (typeof error !== 'object') return body?.hits ? `${body.hits.total?.value} hits` : text.slice(0, 300);
  const roots = (error.root_cause ?? []).map((root: { reason?: string }) => root.reason);
  return `${typesOf(error)}: ${[...new Set([error.reason, ...roots])].join(' | ')}`.slice(0, 600);
}

function typesOf(error: unknown): string {
  const { type, root_cause: roots } = (error ?? {}) as { type?: string; root_cause?: readonly { type?: string }[] };
  return `${type} (${(roots ?? []).map((root) => root.type).join(', ')})`;
}

/** Where `got` lacks something of `wanted` or has another value; keys that only `got` has are additions. */
function unlike(wanted: unknown, got: unknown, mask: unknown, path: string): string | undefined {
  if (typeof mask === 'string' && /^<.*>$/.test(mask)) return got === undefined ? `${path} is missing` : undefined;
  if (typeof wanted === 'number' && typeof got === 'number') {
    const close = Math.abs(wanted - got) <= 1e-6 * Math.max(Math.abs(wanted), Math.abs(got)) + 1e-9;
    return close ? undefined : told(path, wanted, got);
  }
  if (typeof wanted !== 'object' || wanted === null) return wanted === got ? undefined : told(path, wanted, got);
  if (typeof got !== 'object' || got === null || Array.isArray(wanted) !== Array.isArray(got))
    return told(path, wanted, got);
  if (Array.isArray(wanted) && wanted.length !== (got as unknown[]).length) return told(path, wanted, got);
  for (const [key, value] of Object.entries(wanted)) {
    // Observed where a filter was rewritten: a meta that nobody gave.
    if (ignored.has(key) || (key === 'meta' && shown(value) === '{}')) continue;
    const found = unlike(
      value,
      (got as Record<string, unknown>)[key],
      (mask as typeof got)?.[key as never],
      `${path}.${key}`,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function told(path: string, wanted: unknown, got: unknown): string {
  return `${path || 'answer'} ${shown(got)}, the original ${shown(wanted)}`;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 600);
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
function rendered(answer: any): string {
  const [first] = answer?.explanations ?? [];
  return plain(String(first?.explanation ?? first?.error)).slice(0, 1500);
}

/**
 * Which of several reasons is shown for alternatives that match nothing is chance: reasons are left out. The engines are
 * asked some milliseconds apart: instants of these days are told to two minutes.
 */
function plain(text: string): string {
  const now = Date.now();
  return text
    .replace(/MatchNoDocsQuery\(".*?"\)/g, 'nothing')
    .replace(/\b1\d{12}\b/g, (digits) =>
      Math.abs(Number(digits) - now) < 90_000_000 ? `about ${Math.round(Number(digits) / 120_000)}` : digits,
    );
}

function explained(
  answer: { readonly explanations?: readonly { readonly explanation?: string }[] } | undefined,
): unknown {
  return answer?.explanations?.map(({ explanation }) =>
    explanation === undefined ? 'invalid' : luceneTree(plain(explanation)),
  );
}
