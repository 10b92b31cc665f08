import { type Document, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { mappingJson } from '../query/mapping.ts';
import { globMatches } from './glob.ts';
import { checkUntyped } from './index-routes.ts';
import { indexOptions, indexParameters, waitParameters } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'store'>;

export const mappingRoutes: readonly Route<Needs>[] = [
  ...['/_mapping', '/_mappings', '/:index/_mapping', '/:index/_mappings'].map(
    (path): Route<Needs> => ({
      methods: ['GET'],
      path,
      query: [...indexParameters, ...waitParameters, 'local'],
      handle: getMapping,
    }),
  ),
  ...['/_mapping/field/:fields', '/:index/_mapping/field/:fields'].map(
    (path): Route<Needs> => ({
      methods: ['GET'],
      path,
      query: [...indexParameters, 'include_defaults', 'local'],
      handle: getFieldMapping,
    }),
  ),
  ...['/:index/_mapping', '/:index/_mappings'].map(
    (path): Route<Needs> => ({
      methods: ['PUT', 'POST'],
      path,
      query: [...indexParameters, ...waitParameters, 'write_index_only'],
      body: 'json',
      handle: putMapping,
    }),
  ),
];

async function getMapping({ params, query }: Call, { store }: Needs): Promise<Answer> {
  const infos = await store.indices(params.index ?? '_all', indexOptions(query));
  return {
    status: 200,
    body: Object.fromEntries(infos.map((info) => [info.name, { mappings: mappingJson(info.mapping) }])),
  };
}

async function putMapping({ params, query, body }: Call, { store }: Needs): Promise<Answer> {
  if (!isDocument(body)) {
    throw new TrailhoundError('bad-request', 'Validation Failed: 1: mapping source is missing;', {
      wire: 'action_request_validation_exception',
    });
  }
  checkUntyped(body, 'Types cannot be provided in put mapping requests');
  const expression = params.index ?? '';
  const options = indexOptions(query);
  if (options.ignoreUnavailable) {
    const infos = await store.indices(expression, options);
    for (const info of infos) await store.putMapping(info.name, body);
  } else {
    await store.putMapping(expression, body);
  }
  return { status: 200, body: { acknowledged: true } };
}

async function getFieldMapping({ params, query }: Call, { store }: Needs): Promise<Answer> {
  const patterns = (params.fields ?? '').split(',');
  const infos = await store.indices(params.index ?? '_all', indexOptions(query));
  const shown = infos.map((info) => {
    const found: { [field: string]: unknown } = {};
    for (const [path, field] of leaves(mappingJson(info.mapping), '')) {
      if (!patterns.some((pattern) => globMatches(pattern, path))) continue;
      const last = path.slice(path.lastIndexOf('.') + 1);
      Object.defineProperty(found, path, {
        value: { full_name: path, mapping: { [last]: field } },
        enumerable: true,
      });
    }
    return [info.name, { mappings: found }];
  });
  return { status: 200, body: Object.fromEntries(shown) };
}

/** Every leaf of a mapping with its dotted path, multi-fields after their field. */
function* leaves(mapping: Document, path: string): Generator<[string, Document]> {
  for (const key of ['properties', 'fields']) {
    const children = own(mapping, key);
    if (!isDocument(children)) continue;
    for (const [name, child] of Object.entries(children)) {
      if (!isDocument(child)) continue;
      const at = path === '' ? name : `${path}.${name}`;
      if (own(child, 'properties') === undefined && own(child, 'type') !== 'object') yield [at, child];
      yield* leaves(child, at);
    }
  }
}
