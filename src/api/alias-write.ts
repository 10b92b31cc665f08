import { asText, type Document, isDocument, put } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { parseQuery } from '../query/parse.ts';
import type { IndexInfo, IndexUpdate } from '../store/store.ts';
import { illegal } from './error.ts';
import { globMatches } from './glob.ts';
import { aliasesOf } from './index-facts.ts';
import { waitParameters } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';
import { invalid } from './write.ts';

type Needs = Pick<Services, 'store'>;

/** Making and removing aliases of indices that exist. */
export const aliasWriteRoutes: readonly Route<Needs>[] = [
  { methods: ['POST'], path: '/_aliases', query: [...waitParameters], body: 'json', handle: updateAliases },
  ...['/_alias', '/_alias/:name', '/:index/_alias', '/:index/_alias/:name', '/:index/_aliases/:name'].map(
    (path): Route<Needs> => ({
      methods: path.endsWith(':name') ? ['PUT', 'POST'] : ['PUT'],
      path,
      query: [...waitParameters],
      body: 'json',
      handle: putAlias,
    }),
  ),
  ...['/:index/_alias/:name', '/:index/_aliases/:name'].map(
    (path): Route<Needs> => ({ methods: ['DELETE'], path, query: [...waitParameters], handle: deleteAlias }),
  ),
];

/** `_aliases`: all of its actions or none. */
async function updateAliases({ body }: Call, { store }: Needs): Promise<Answer> {
  const actions = isDocument(body) ? body.actions : undefined;
  if (!Array.isArray(actions)) throw invalid('Must specify at least one alias action');
  if (actions.length === 0) throw illegal('No action specified');
  const changes: IndexUpdate[] = [];
  for (const action of actions) changes.push(...(await actionChanges(action, store)));
  await store.updateIndices(changes);
  return { status: 200, body: { acknowledged: true } };
}

/** The body may name index and alias too, and wins over the path. */
async function putAlias({ params, body }: Call, { store }: Needs): Promise<Answer> {
  const given = body ?? {};
  if (!isDocument(given)) throw new TrailhoundError('parse-failed', 'Expected [START_OBJECT]');
  for (const key of Object.keys(given)) {
    if (!['index', 'alias', ...bodyKeys].includes(key)) throw illegal(`unknown field [${key}]`);
  }
  const { index = params.index, alias = params.name, ...rest } = given;
  if (alias === undefined || asText(alias) === '') throw invalid('[alias] may not be empty string');
  const infos = await concrete(store, index === undefined ? '_all' : asText(index));
  const shape = aliasBody(rest);
  checkAliasName(asText(alias));
  await store.updateIndices(infos.map((info) => ({ index: info.name, putAliases: named([asText(alias)], shape) })));
  return { status: 200, body: { acknowledged: true } };
}

async function deleteAlias({ params }: Call, { store }: Needs): Promise<Answer> {
  const infos = await concrete(store, params.index ?? '_all', true);
  const changes = removals(infos, (params.name ?? '').split(','));
  if (changes.length === 0) throw aliasesMissing(params.name ?? '');
  await store.updateIndices(changes);
  return { status: 200, body: { acknowledged: true } };
}

const bodyKeys = ['filter', 'routing', 'index_routing', 'indexRouting', 'search_routing', 'searchRouting'].concat([
  'is_write_index',
  'is_hidden',
  'must_exist',
]);

async function actionChanges(action: unknown, store: Needs['store']): Promise<readonly IndexUpdate[]> {
  const [kind = '', ...others] = isDocument(action) ? Object.keys(action) : [];
  const body = isDocument(action) ? action[kind] : undefined;
  if (!['add', 'remove', 'remove_index'].includes(kind) || others.length > 0 || !isDocument(body)) {
    throw new TrailhoundError('parse-failed', `[aliases] unknown field [${kind}]`, {
      wire: 'x_content_parse_exception',
    });
  }
  for (const key of Object.keys(body)) {
    if (!['index', 'indices', 'alias', 'aliases', ...bodyKeys].includes(key)) {
      throw new TrailhoundError('parse-failed', `[${kind}] unknown field [${key}]`, {
        wire: 'x_content_parse_exception',
      });
    }
  }
  const indices = strings(body.index ?? body.indices);
  if (indices.length === 0) throw illegal('One of [index] or [indices] is required');
  const infos = await concrete(store, indices.join(','), kind !== 'add');
  if (kind === 'remove_index') return infos.map((info) => ({ index: info.name, remove: true as const }));
  const aliases = strings(body.alias ?? body.aliases);
  if (aliases.length === 0) throw illegal('One of [alias] or [aliases] is required');
  if (kind === 'remove') {
    const changes = removals(infos, aliases);
    if (changes.length === 0 && body.must_exist !== false) throw aliasesMissing(aliases.join(','));
    return changes;
  }
  for (const alias of aliases) checkAliasName(alias);
  const { index: _, indices: __, alias: ___, aliases: ____, ...rest } = body;
  return infos.map((info) => ({ index: info.name, putAliases: named(aliases, aliasBody(rest)) }));
}

/** An alias as the index keeps and shows it: `routing` stands for both of its halves. Templates and new indices say it so too. */
export function aliasBody(body: Document): Document {
  const { filter, routing, is_write_index: writes, is_hidden: hidden } = body;
  if (isDocument(filter)) parseQuery(filter, 'filter');
  const indexRouting = body.index_routing ?? body.indexRouting ?? routing;
  const searchRouting = body.search_routing ?? body.searchRouting ?? routing;
  return {
    ...(isDocument(filter) ? { filter } : {}),
    ...(indexRouting === undefined || indexRouting === null ? {} : { index_routing: asText(indexRouting) }),
    ...(searchRouting === undefined || searchRouting === null ? {} : { search_routing: asText(searchRouting) }),
    ...(typeof writes === 'boolean' ? { is_write_index: writes } : {}),
    ...(typeof hidden === 'boolean' ? { is_hidden: hidden } : {}),
  };
}

/** The aliases of a request or a template, each in its normal shape. */
export function aliasBodies(aliases: unknown): Document {
  const shaped: { [alias: string]: unknown } = {};
  if (!isDocument(aliases)) return shaped;
  for (const [alias, body] of Object.entries(aliases)) put(shaped, alias, isDocument(body) ? aliasBody(body) : {});
  return shaped;
}

function named(aliases: readonly string[], body: Document): Document {
  const found: { [alias: string]: unknown } = {};
  for (const alias of aliases) put(found, alias, body);
  return found;
}

function removals(infos: readonly IndexInfo[], patterns: readonly string[]): IndexUpdate[] {
  return infos.flatMap((info) => {
    const dropAliases = Object.keys(aliasesOf(info)).filter((alias) =>
      patterns.some((pattern) => pattern === '_all' || globMatches(pattern, alias)),
    );
    return dropAliases.length === 0 ? [] : [{ index: info.name, dropAliases }];
  });
}

/** The indices meant, closed ones too. An alias has no aliases of its own. */
async function concrete(store: Needs['store'], expression: string, strict = false): Promise<readonly IndexInfo[]> {
  const infos = await store.indices(expression, { wildcards: { open: true, closed: true, hidden: false } });
  for (const part of strict ? expression.split(',') : []) {
    if (infos.some((info) => info.name === part) || !infos.some((info) => Object.hasOwn(aliasesOf(info), part)))
      continue;
    throw illegal(
      `The provided expression [${part}] matches an alias, specify the corresponding concrete indices instead.`,
    );
  }
  return infos;
}

function checkAliasName(alias: string): void {
  const refuse = (why: string): never => {
    throw new TrailhoundError('bad-request', `Invalid alias name [${alias}]: ${why}`, {
      wire: 'invalid_alias_name_exception',
      fields: { index: alias, index_uuid: '_na_' },
    });
  };
  if (/[\s"*\\<|,>/?]/.test(alias)) {
    refuse('must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?]');
  }
  if (alias.includes('#')) refuse("must not contain '#'");
  if (alias.includes(':')) refuse("must not contain ':'");
  if (/^[_\-+]/.test(alias)) refuse("must not start with '_', '-', or '+'");
  if (alias === '.' || alias === '..') refuse("must not be '.' or '..'");
}

function aliasesMissing(names: string): TrailhoundError {
  return new TrailhoundError('not-found', `aliases [${names}] missing`, {
    wire: 'aliases_not_found_exception',
    fields: { 'resource.id': names, 'resource.type': 'aliases' },
  });
}

function strings(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(asText).filter((name) => name !== '');
}
