import type { SavedComment } from '../../alerting/comment.ts';
import type { Document } from '../../base/document.ts';
import { parseSearchBody } from '../../query/search-body.ts';
import type { Call } from '../route.ts';
import { searchAnswer } from '../search-answer.ts';
import { type AlertingRoute, requireBody } from './prefix.ts';

const path = '/_plugins/_alerting/comments';

/** Comments on alerts. They are on here, where OpenSearch 2.19 has them off until a setting says otherwise. */
export const commentRoutes: readonly AlertingRoute[] = [
  {
    methods: ['GET', 'POST'],
    path: `${path}/_search`,
    body: 'json',
    handle: async ({ body }, { alerting }) => {
      requireBody(body);
      const found = await alerting.comments.search(body);
      const shown = { ...parseSearchBody(body), version: true, seqNoPrimaryTerm: true };
      return { status: 200, body: searchAnswer(found, shown, { totalAsInt: false }) };
    },
  },
  {
    methods: ['POST'],
    path: `${path}/:id`,
    body: 'json',
    handle: async (call, { alerting, clock }) => {
      requireBody(call.body);
      const saved = await alerting.comments.create(idOf(call), call.body, clock.now());
      return { status: 201, body: commentAnswer(saved), headers: { location: `${path}/${saved.id}` } };
    },
  },
  {
    methods: ['PUT'],
    path: `${path}/:id`,
    body: 'json',
    handle: async (call, { alerting, clock }) => {
      requireBody(call.body);
      return { status: 200, body: commentAnswer(await alerting.comments.update(idOf(call), call.body, clock.now())) };
    },
  },
  {
    methods: ['DELETE'],
    path: `${path}/:id`,
    handle: async (call, { alerting }) => {
      await alerting.comments.remove(idOf(call));
      return { status: 200, body: { _id: idOf(call) } };
    },
  },
];

function idOf({ params }: Call): string {
  return params.id ?? '';
}

function commentAnswer({ id, seqNo, comment }: SavedComment): Document {
  return { _id: id, _seq_no: seqNo, _primary_term: 1, comment };
}
