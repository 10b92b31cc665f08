import { asText, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { documentAnswer } from './document-routes.ts';
import { itemError } from './error.ts';
import { readTarget } from './index-facts.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';
import { parseSourceFilter, readFilterOf, type SourceFilter, sourceParameters } from './source-filter.ts';
import { invalid } from './write.ts';

type Needs = Pick<Services, 'store'>;

interface Wanted {
  readonly index: string | undefined;
  readonly id: string;
  readonly filter: SourceFilter | undefined;
}

export const mgetRoutes: readonly Route<Needs>[] = ['/_mget', '/:index/_mget'].map((path) => ({
  methods: ['GET', 'POST'],
  path,
  query: [...sourceParameters, 'preference', 'realtime', 'refresh', 'routing', 'stored_fields'],
  body: 'json',
  handle: mget,
}));

/** Documents by id, in the order asked. A missing index fails its own entry only. */
async function mget({ params, query, body }: Call, { store }: Needs): Promise<Answer> {
  const wanted = parseWanted(body, params.index);
  const filter = readFilterOf(query);
  const docs: unknown[] = [];
  for (const { index = '', id, filter: own } of wanted) {
    try {
      const info = await readTarget(store, index);
      docs.push(documentAnswer(info, id, await store.get(info.name, id), own ?? filter));
    } catch (error) {
      if (!(error instanceof TrailhoundError)) throw error;
      docs.push({ _index: index, _id: id, error: itemError(error) });
    }
  }
  return { status: 200, body: { docs } };
}

function parseWanted(body: unknown, index: string | undefined): readonly Wanted[] {
  if (body === undefined) {
    throw new TrailhoundError('parse-failed', 'request body or source parameter is required', {
      wire: 'parse_exception',
    });
  }
  if (!isDocument(body)) throw parsing('unexpected token, expected [START_OBJECT]');
  const wanted: Wanted[] = [];
  for (const [key, value] of Object.entries(body)) {
    if ((key !== 'docs' && key !== 'ids') || !Array.isArray(value)) {
      const token = Array.isArray(value) ? 'START_ARRAY' : isDocument(value) ? 'START_OBJECT' : 'VALUE';
      throw parsing(`unknown key [${key}] for a ${token}, expected [docs] or [ids]`);
    }
    for (const entry of value) wanted.push(key === 'ids' ? wantedId(entry, index) : wantedDocument(entry, index));
  }
  const reasons = wanted.length === 0 ? ['no documents to get'] : [];
  wanted.forEach(({ index: name, id }, at) => {
    if (name === undefined) reasons.push(`index is missing for doc ${at}`);
    if (id === '') reasons.push(`id is missing for doc ${at}`);
  });
  if (reasons.length > 0) throw invalid(...reasons);
  return wanted;
}

function wantedId(entry: unknown, index: string | undefined): Wanted {
  if (typeof entry === 'object') throw parsing('ids array element should only contain ids');
  return { index, id: asText(entry), filter: undefined };
}

function wantedDocument(entry: unknown, index: string | undefined): Wanted {
  if (!isDocument(entry)) throw parsing('docs array element should include an object');
  for (const key of Object.keys(entry)) {
    if (!['_index', '_id', '_source', 'routing', 'stored_fields', 'version', 'version_type'].includes(key)) {
      throw new TrailhoundError('bad-request', `unknown parameter [${key}] in multi get`, { wire: 'parse_exception' });
    }
  }
  return {
    index: entry._index === undefined ? index : asText(entry._index),
    id: entry._id === undefined || entry._id === null ? '' : asText(entry._id),
    filter: entry._source === undefined ? storedOnly(entry.stored_fields) : parseSourceFilter(entry._source),
  };
}

/** An entry that asks for stored fields, and does not name `_source` among them, has none. */
function storedOnly(stored: unknown): SourceFilter | undefined {
  if (stored === undefined || stored === null || [stored].flat().includes('_source')) return undefined;
  return parseSourceFilter(false);
}

function parsing(reason: string): TrailhoundError {
  return new TrailhoundError('parse-failed', reason);
}
