import { asText, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { illegal } from './error.ts';
import { flag } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import { searchAnswer } from './search-answer.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'scrolls'>;

const query = ['scroll', 'scroll_id', 'rest_total_hits_as_int'];

export const scrollRoutes: readonly Route<Needs>[] = ['/_search/scroll', '/_search/scroll/:id'].flatMap((path) => [
  { methods: ['GET', 'POST'], path, query, body: 'json', handle: nextPage },
  { methods: ['DELETE'], path, query, body: 'json', handle: clear },
]);

async function nextPage({ params, query, body, signal }: Call, { scrolls }: Needs): Promise<Answer> {
  const given = checked(body);
  const id = given.scroll_id ?? query.scroll_id ?? params.id;
  if (typeof id !== 'string' || id === '') {
    throw new TrailhoundError('bad-request', 'Validation Failed: 1: scrollId is missing;', {
      wire: 'action_request_validation_exception',
    });
  }
  const keepAlive = given.scroll ?? query.scroll;
  const page = await scrolls.next(id, keepAlive === undefined ? undefined : asText(keepAlive), signal);
  const totalAsInt = flag(query, 'rest_total_hits_as_int');
  return { status: 200, body: searchAnswer(page.result, page.body, { totalAsInt, scrollId: page.scrollId }) };
}

async function clear({ params, query, body }: Call, { scrolls }: Needs): Promise<Answer> {
  const given = checked(body).scroll_id ?? (params.id ?? query.scroll_id)?.split(',');
  const ids = (Array.isArray(given) ? given : [given]).filter((id) => typeof id === 'string');
  if (ids.length === 0) {
    throw new TrailhoundError('bad-request', 'Validation Failed: 1: no scroll ids specified;', {
      wire: 'action_request_validation_exception',
    });
  }
  const all = ids.includes('_all');
  if (!all && ids.some((id) => !/^[A-Za-z0-9_-]{43}$/.test(id))) throw illegal('Cannot parse scroll id');
  const freed = scrolls.clear(all ? '_all' : ids);
  return { status: freed > 0 || all ? 200 : 404, body: { succeeded: true, num_freed: freed } };
}

function checked(body: unknown): { readonly [field: string]: unknown } {
  if (body === undefined) return {};
  if (!isDocument(body)) throw illegal('Malformed content, must start with an object');
  for (const key of Object.keys(body)) {
    if (key !== 'scroll' && key !== 'scroll_id') {
      throw illegal(`Unknown parameter [${key}] in request body or parameter is of the wrong type[VALUE_STRING] `);
    }
  }
  return body;
}
