import { isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { illegal } from './error.ts';
import { searchShards } from './index-facts.ts';
import { indexOptions, indexParameters } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';
import { invalid } from './write.ts';

type Needs = Pick<Services, 'pits'>;

export const pitRoutes: readonly Route<Needs>[] = [
  {
    methods: ['POST'],
    path: '/:index/_search/point_in_time',
    query: [...indexParameters, 'keep_alive', 'preference', 'routing', 'allow_partial_pit_creation'],
    handle: open,
  },
  { methods: ['GET'], path: '/_search/point_in_time/_all', handle: list },
  { methods: ['DELETE'], path: '/_search/point_in_time/_all', handle: closeAll },
  { methods: ['DELETE'], path: '/_search/point_in_time', body: 'json', handle: close },
];

async function open({ params, query }: Call, { pits }: Needs): Promise<Answer> {
  const keepAlive = query.keep_alive;
  if (keepAlive === undefined || keepAlive === '') throw invalid('keep alive not specified');
  const point = await pits.open(params.index ?? '', keepAlive, indexOptions(query));
  return {
    status: 200,
    body: { pit_id: point.id, _shards: searchShards(point.shards), creation_time: point.created },
  };
}

async function list(_: Call, { pits }: Needs): Promise<Answer> {
  const shown = pits
    .all()
    .map(({ id, created, keptMs }) => ({ pit_id: id, creation_time: created, keep_alive: keptMs }));
  return { status: 200, body: { pits: shown } };
}

async function closeAll(_: Call, { pits }: Needs): Promise<Answer> {
  return closed(
    pits.all().map(({ id }) => id),
    pits,
  );
}

async function close({ body }: Call, { pits }: Needs): Promise<Answer> {
  if (!isDocument(body)) throw new TrailhoundError('parse-failed', 'Body is required', { wire: 'parse_exception' });
  for (const key of Object.keys(body)) {
    if (key !== 'pit_id') throw illegal(`Unknown parameter [${key}] in request body or parameter is of the wrong type`);
  }
  const given = Array.isArray(body.pit_id) ? body.pit_id : [body.pit_id];
  const ids = given.filter((id) => typeof id === 'string');
  if (ids.length === 0 || ids.length < given.length) throw invalid('no pit ids specified');
  return closed(ids, pits);
}

function closed(ids: readonly string[], pits: Needs['pits']): Answer {
  pits.close(ids);
  return { status: 200, body: { pits: ids.map((id) => ({ successful: true, pit_id: id })) } };
}
