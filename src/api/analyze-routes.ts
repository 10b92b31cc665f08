import { isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { analyzeRequest } from '../query/analyze.ts';
import { indexMissing } from './error.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'store'>;

/** `_analyze`: how a text is taken apart, with the analyzers of an index or the built-in ones. */
export const analyzeRoutes: readonly Route<Needs>[] = ['/_analyze', '/:index/_analyze'].map((path) => ({
  methods: ['GET', 'POST'],
  path,
  query: ['index'],
  body: 'json',
  handle: analyze,
}));

async function analyze({ params, query, body }: Call, { store }: Needs): Promise<Answer> {
  if (!isDocument(body)) {
    throw new TrailhoundError('parse-failed', 'request body or source parameter is required', {
      wire: 'parse_exception',
    });
  }
  const name = params.index ?? query.index;
  const [info] = name === undefined ? [] : await store.indices(name);
  if (name !== undefined && !info) throw indexMissing(name);
  return { status: 200, body: { tokens: analyzeRequest(body, info?.mapping) } };
}
