import { elapsedMs } from '../base/clock.ts';
import { asText, type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { OperationResult } from '../store/store.ts';
import { batchesOf } from './by-query.ts';
import { illegal, wireCause } from './error.ts';
import { writeTarget } from './index-facts.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';
import { invalid, refreshAfter, writeError } from './write.ts';

type Needs = Pick<Services, 'store'>;

/** `_reindex`: copies documents of one index (or those that a query finds) into another, as they stand. */
export const reindexRoutes: readonly Route<Needs>[] = [
  {
    methods: ['POST'],
    path: '/_reindex',
    query: [
      'refresh',
      'timeout',
      'wait_for_active_shards',
      'wait_for_completion',
      'requests_per_second',
      'slices',
      'max_docs',
    ],
    body: 'json',
    handle: reindex,
  },
];

async function reindex(call: Call, { store }: Needs): Promise<Answer> {
  const took = elapsedMs();
  const wanted = readRequest(call);
  const { index } = await writeTarget(store, wanted.to);
  const counts = { total: 0, created: 0, updated: 0, batches: 0, conflicts: 0 };
  const failures: Document[] = [];
  for await (const hits of batchesOf(store, wanted.from, wanted, call)) {
    counts.total += hits.length;
    counts.batches++;
    const results = await store.write(
      hits.map(({ id, source, text }) => ({
        action: wanted.create ? ('create' as const) : ('index' as const),
        index,
        id,
        document: source,
        ...(text === undefined ? {} : { text }),
      })),
    );
    for (const result of results) failures.push(...failuresOf(result, counts, wanted.proceed));
    if (failures.length > 0) break;
  }
  await refreshAfter(store, index, call.query).catch((error) => {
    // Nothing was copied: the index was not made.
    if (!(error instanceof TrailhoundError) || error.status !== 404) throw error;
  });
  const { total, created, updated, batches, conflicts } = counts;
  return {
    status: failures.length > 0 ? Number(failures[0]?.status ?? 500) : 200,
    body: {
      ...{ took: Math.round(took()), timed_out: false, total, updated, created, deleted: 0, batches },
      ...{ version_conflicts: conflicts, noops: 0, retries: { bulk: 0, search: 0 }, throttled_millis: 0 },
      ...{ requests_per_second: -1, throttled_until_millis: 0, failures },
    },
  };
}

function failuresOf(
  result: OperationResult,
  counts: { created: number; updated: number; conflicts: number },
  proceed: boolean,
): Document[] {
  if (!('error' in result)) {
    if (result.result === 'created') counts.created++;
    else counts.updated++;
    return [];
  }
  if (result.error === 'conflict') counts.conflicts++;
  if (result.error === 'conflict' && proceed) return [];
  const error = writeError(result, undefined);
  return [{ index: result.index, id: result.id, cause: wireCause(error), status: error.status }];
}

function readRequest({ body, query }: Call) {
  if (!isDocument(body))
    throw new TrailhoundError('parse-failed', 'request body is required', { wire: 'parse_exception' });
  if (body.script !== undefined) throw new TrailhoundError('not-supported', '[script] is not supported: leave it out');
  const { source, dest, conflicts = 'abort', max_docs: most = query.max_docs ?? Number.POSITIVE_INFINITY } = body;
  if (!isDocument(source) || !isDocument(dest)) throw illegal('Required [source] and [dest]');
  if (source.remote !== undefined)
    throw new TrailhoundError('not-supported', '[remote] is not supported: leave it out');
  const from = Array.isArray(source.index) ? source.index.map(asText).join(',') : asText(source.index ?? '');
  const to = asText(dest.index ?? '');
  if (from === '') throw invalid('use _all if you really want to copy from all existing indexes');
  if (to === '') throw invalid('index is missing');
  if (from.split(',').includes(to)) throw invalid(`reindex cannot write into an index its reading from [${to}]`);
  if (conflicts !== 'proceed' && conflicts !== 'abort') {
    throw illegal(`conflicts may only be "proceed" or "abort" but was [${asText(conflicts)}]`);
  }
  const limit = Number(most);
  if (!(limit >= 1)) throw illegal('[max_docs] should be >= [slices]');
  return {
    from,
    to,
    query: source.query ?? { match_all: {} },
    most: limit,
    batch: 1000,
    create: dest.op_type === 'create',
    proceed: conflicts === 'proceed',
  };
}
