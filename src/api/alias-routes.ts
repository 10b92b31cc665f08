import type { Document } from '../base/document.ts';
import { globMatches } from './glob.ts';
import { aliasesOf } from './index-facts.ts';
import { indexOptions, indexParameters } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'store'>;

const query = [...indexParameters, 'local'];
/** Aliases are asked of closed and hidden indices too, where `expand_wildcards` says nothing else. */
const everyIndex = 'all';

/** Reading aliases; alias-write.ts makes them. */
export const aliasRoutes: readonly Route<Needs>[] = [
  ...['/_alias', '/_aliases', '/_alias/:name', '/:index/_alias', '/:index/_alias/:name', '/:index/_aliases'].map(
    (path): Route<Needs> => ({ methods: ['GET'], path, query, handle: getAliases }),
  ),
  ...['/_alias/:name', '/:index/_alias/:name', '/:index/_alias'].map(
    (path): Route<Needs> => ({
      methods: ['HEAD'],
      path,
      query,
      handle: async (call, needs) => ({ status: (await found(call, needs)).status, body: undefined }),
    }),
  ),
];

async function getAliases(call: Call, needs: Needs): Promise<Answer> {
  const { status, body, missing } = await found(call, needs);
  if (status === 200) return { status, body };
  const noun = missing.length === 1 ? 'alias' : 'aliases';
  return { status, body: { error: `${noun} [${[...missing].sort().join(',')}] missing`, status, ...body } };
}

/** Indices with those of their aliases that are asked for; 404 when a name, not a pattern, is nowhere. */
async function found(
  { params, query }: Call,
  { store }: Needs,
): Promise<{ readonly status: number; readonly body: Document; readonly missing: readonly string[] }> {
  const infos = await store.indices(params.index ?? '_all', indexOptions(query, everyIndex));
  const wanted = params.name === undefined || params.name === '_all' ? undefined : params.name.split(',');
  const seen = new Set<string>();
  const body: [string, Document][] = [];
  for (const info of infos) {
    const chosen = Object.entries(aliasesOf(info)).filter(([alias]) => wanted === undefined || isWanted(wanted, alias));
    for (const [alias] of chosen) seen.add(alias);
    if (chosen.length > 0 || (wanted === undefined && params.name === undefined))
      body.push([info.name, { aliases: Object.fromEntries(chosen) }]);
  }
  const missing = (wanted ?? []).filter((name) => !/[*]/.test(name) && !name.startsWith('-') && !seen.has(name));
  return { status: missing.length > 0 ? 404 : 200, body: Object.fromEntries(body), missing };
}

/** The names of a list are asked in order; `-name` takes back what an earlier pattern gave. */
function isWanted(names: readonly string[], alias: string): boolean {
  let wanted = false;
  for (const name of names) {
    if (name.startsWith('-')) wanted &&= !globMatches(name.slice(1), alias);
    else wanted ||= name === '_all' || globMatches(name, alias);
  }
  return wanted;
}
