import type { Alerting, SavedMonitor, WrittenMonitor } from '../../alerting/alerting.ts';
import { refusal } from '../../alerting/refusal.ts';
import { type Document, isDocument } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { parseSearchBody } from '../../query/search-body.ts';
import { flag, integer } from '../parameters.ts';
import type { Answer, Call } from '../route.ts';
import { searchAnswer } from '../search-answer.ts';
import { type AlertingRoute, checkRefresh, requireBody, underBoth } from './prefix.ts';

/** Refuses what would only be warned of. */
const strictName = 'trailhound.strict';

/** Monitors: create, read, change, delete, search. */
export const monitorRoutes: readonly AlertingRoute[] = [
  ...underBoth({ methods: ['POST'], path: '/monitors', query: ['refresh', strictName], body: 'json', handle: create }),
  ...underBoth({
    methods: ['GET', 'POST'],
    path: '/monitors/_search',
    query: ['index', 'rest_total_hits_as_int', 'typed_keys'],
    body: 'json',
    handle: search,
  }),
  ...underBoth({ methods: ['GET', 'HEAD'], path: '/monitors/:id', query: ['version'], handle: read }),
  ...underBoth({
    methods: ['PUT'],
    path: '/monitors/:id',
    query: ['refresh', 'if_seq_no', 'if_primary_term', strictName],
    body: 'json',
    handle: update,
  }),
  ...underBoth({ methods: ['DELETE'], path: '/monitors/:id', query: ['refresh'], handle: remove }),
];

type Needs = { readonly alerting: Alerting };

async function create({ body, query, path }: Call, { alerting }: Needs): Promise<Answer> {
  checkRefresh(query);
  requireBody(body);
  const saved = await alerting.createMonitor(body, { strict: flag(query, strictName) });
  return { status: 201, body: writtenAnswer(saved), headers: { location: `${path.replace(/\/$/, '')}/${saved.id}` } };
}

async function read({ params, method }: Call, { alerting }: Needs): Promise<Answer> {
  const saved = alerting.getMonitor(params.id ?? '');
  if (method === 'HEAD') return { status: saved ? 200 : 404, body: undefined };
  if (!saved) throw refusal('Monitor not found.', 404);
  return { status: 200, body: { ...monitorAnswer(saved), associated_workflows: [] } };
}

async function update({ params, query, body }: Call, { alerting }: Needs): Promise<Answer> {
  checkRefresh(query);
  requireBody(body);
  const seqNo = integer(query, 'if_seq_no');
  const primaryTerm = integer(query, 'if_primary_term');
  if ((seqNo === undefined) !== (primaryTerm === undefined)) {
    throw new TrailhoundError('bad-request', 'if_seq_no and if_primary_term go together: give both or none');
  }
  const expected = seqNo === undefined || primaryTerm === undefined ? undefined : { seqNo, primaryTerm };
  const strict = flag(query, strictName);
  return {
    status: 200,
    body: writtenAnswer(await alerting.updateMonitor(params.id ?? '', body, expected, { strict })),
  };
}

async function remove({ params, query }: Call, { alerting }: Needs): Promise<Answer> {
  checkRefresh(query);
  const id = params.id ?? '';
  return { status: 200, body: { _id: id, _version: await alerting.deleteMonitor(id) } };
}

async function search({ body, query }: Call, { alerting }: Needs): Promise<Answer> {
  const json = body ?? fromSource(query.source);
  if (json === undefined) {
    const reason = 'request body or source parameter is required';
    throw new TrailhoundError('bad-request', reason, { wire: 'parse_exception' });
  }
  const found = await alerting.searchMonitors(json, query.index);
  // As the original answers: versions always, whatever the body says.
  const shown = { ...parseSearchBody(withoutSource(json)), version: true, seqNoPrimaryTerm: true };
  return { status: 200, body: searchAnswer(found, shown, { totalAsInt: query.rest_total_hits_as_int === 'true' }) };
}

function withoutSource(json: unknown): Document {
  const { _source: _, ...asked } = isDocument(json) ? json : {};
  return asked;
}

function fromSource(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new TrailhoundError('bad-request', 'the source parameter is no JSON', { wire: 'parse_exception' });
  }
}

function monitorAnswer({ id, version, seqNo, monitor }: SavedMonitor): Document {
  return { _id: id, _version: version, _seq_no: seqNo, _primary_term: 1, monitor };
}

/** What may be wrong stands beside the monitor, so that no client of the original stumbles over it. */
function writtenAnswer(written: WrittenMonitor): Document {
  const { warnings } = written;
  return { ...monitorAnswer(written), ...(warnings.length > 0 ? { trailhound: { warnings } } : {}) };
}
