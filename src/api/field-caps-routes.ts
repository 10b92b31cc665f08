import { type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { fieldCapabilities } from '../query/field-capabilities.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { IndexInfo } from '../store/store.ts';
import { illegal } from './error.ts';
import { flag, indexOptions, indexParameters, list } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'store'>;

/** `_field_caps`: which fields there are and what they can do; dashboards ask it before anything else. */
export const fieldCapsRoutes: readonly Route<Needs>[] = ['/_field_caps', '/:index/_field_caps'].map((path) => ({
  methods: ['GET', 'POST'],
  path,
  query: [...indexParameters, 'fields', 'include_unmapped'],
  body: 'json',
  handle: fieldCaps,
}));

async function fieldCaps({ params, query, body, signal }: Call, { store }: Needs): Promise<Answer> {
  const fields = list(query, 'fields') ?? [];
  if (fields.length === 0) {
    throw illegal("specified fields can't be null or empty");
  }
  const all = await store.indices(params.index ?? '_all', indexOptions(query));
  const filter = indexFilter(body);
  const infos = filter ? await holding(store, all, filter, signal) : all;
  return {
    status: 200,
    body: {
      indices: infos.map(({ name }) => name),
      fields: fieldCapabilities(infos, fields, flag(query, 'include_unmapped')),
    },
  };
}

function indexFilter(body: unknown): Document | undefined {
  if (body === undefined) return undefined;
  if (!isDocument(body)) throw new TrailhoundError('parse-failed', 'Expected [START_OBJECT]');
  for (const key of Object.keys(body)) {
    if (key !== 'index_filter') {
      throw new TrailhoundError('parse-failed', `[field_caps_request] unknown field [${key}]`, {
        wire: 'x_content_parse_exception',
      });
    }
  }
  return isDocument(body.index_filter) ? body.index_filter : undefined;
}

/** Indices in which some document matches. OpenSearch asks only the bounds of a shard's fields, so it may keep more. */
async function holding(
  store: Needs['store'],
  infos: readonly IndexInfo[],
  query: Document,
  signal: AbortSignal,
): Promise<readonly IndexInfo[]> {
  const body = parseSearchBody({ query, size: 0, track_total_hits: 1, terminate_after: 1 });
  const kept: IndexInfo[] = [];
  for (const info of infos) {
    const { total } = await store.search(info.name, body, { signal });
    if (total > 0) kept.push(info);
  }
  return kept;
}
