import { asText, type Document, isDocument, own } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { parseKnownJson, writeJson } from '../../base/json.ts';
import { type MappingCache, makeMappingCache } from '../mapping-cache.ts';
import { normalSettings } from '../settings.ts';
import type { IndexInfo, IndexOptions, IndexUpdate, Store, StoredTemplate } from '../store.ts';
import type { EngineClient } from './engine-client.ts';
import { clusterName, expressionPath, optionsQuery, ownPrefix, programName } from './index-names.ts';

/** Indices and templates of a cluster. */
export interface EngineIndices {
  list: Store['indices'];
  create(name: string, body: Document): Promise<void>;
  remove(expression: string, options?: IndexOptions): Promise<readonly string[]>;
  putMapping(expression: string, mapping: Document): Promise<void>;
  update(changes: readonly IndexUpdate[]): Promise<void>;
  templates(): Promise<readonly StoredTemplate[]>;
  putTemplate(template: StoredTemplate): Promise<void>;
  deleteTemplate(template: Pick<StoredTemplate, 'name' | 'legacy' | 'component'>): Promise<boolean>;
}

export function makeEngineIndices(client: EngineClient): EngineIndices {
  const mappings = makeMappingCache();
  const list: EngineIndices['list'] = async (expression, options = {}) => {
    const wildcards = options.wildcards ?? { open: true, closed: true, hidden: false };
    const query = optionsQuery({ ...options, wildcards });
    const path = expressionPath(expression);
    const found = parseKnownJson(await client.text({ method: 'GET', path: `/${path}?${query}` }));
    if (!isDocument(found) || Object.keys(found).length === 0) return [];
    const counted = Object.keys(found).length > 20 ? path : Object.keys(found).join(',');
    const counts = options.counts === false ? undefined : await countsOf(client, counted, query);
    const infos = Object.entries(found).map(([name, json]) => indexInfo(name, json, counts?.get(name), mappings));
    return infos.sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  return {
    list,
    async create(name, body) {
      const request = { method: 'PUT', path: `/${encodeURIComponent(clusterName(name))}`, body } as const;
      try {
        await client.text(request);
      } catch (error) {
        // Our own indices are made by whichever of several processes comes first.
        const raced = error instanceof TrailhoundError && error.wire === 'resource_already_exists_exception';
        if (!raced || !clusterName(name).startsWith(ownPrefix)) throw error;
      }
    },
    async remove(expression, options = {}) {
      const path = expressionPath(expression);
      const query = optionsQuery({ wildcards: { open: true, closed: true, hidden: false }, ...options });
      const found: unknown = JSON.parse(
        await client.text({ method: 'GET', path: `/${path}/_settings?${query}` }, [404]),
      );
      await client.text({ method: 'DELETE', path: `/${path}?${query}` });
      return isDocument(found) ? Object.keys(found).map(programName).sort() : [];
    },
    async putMapping(expression, mapping) {
      const path = `/${expressionPath(expression)}/_mapping`;
      await client.text({ method: 'PUT', path, body: mapping, repeatable: true });
    },
    update: (changes) => updateIndices(changes, client),
    templates: () => readTemplates(client),
    async putTemplate(template) {
      await client.text({ method: 'PUT', path: templatePath(template), body: template.body, repeatable: true });
    },
    async deleteTemplate(template) {
      const { status } = await client.send({ method: 'DELETE', path: templatePath(template) });
      return status < 300;
    },
  };
}

interface Counts {
  readonly documents: number;
  readonly bytes: number;
}

async function countsOf(client: EngineClient, path: string, query: string): Promise<ReadonlyMap<string, Counts>> {
  const filter = 'filter_path=indices.*.primaries.docs.count,indices.*.primaries.store.size_in_bytes';
  // Closed indices have no numbers, and asked for by name they would be refused.
  const how = `${query.replace(/&?expand_wildcards=[^&]*/, '').replace(/&?ignore_unavailable=\w+/, '')}&ignore_unavailable=true&expand_wildcards=open,hidden&forbid_closed_indices=false`;
  const text = await client.text({ method: 'GET', path: `/${path}/_stats/docs,store?${how}&${filter}` }, [404]);
  const indices = own(JSON.parse(text), 'indices');
  const found = isDocument(indices) ? Object.entries(indices) : [];
  return new Map(
    found.map(([name, json]) => {
      const primaries = own(json, 'primaries');
      const documents = Number(own(own(primaries, 'docs'), 'count') ?? 0);
      return [name, { documents, bytes: Number(own(own(primaries, 'store'), 'size_in_bytes') ?? 0) }];
    }),
  );
}

/** What a cluster writes into the settings of an index by itself. */
const inner = new Set(['creation_date', 'provided_name', 'uuid', 'version', 'verified_before_close', 'replication']);

function indexInfo(name: string, json: unknown, counts: Counts | undefined, mappings: MappingCache): IndexInfo {
  const all = own(own(json, 'settings'), 'index');
  const given = isDocument(all) ? all : {};
  const kept = Object.fromEntries(Object.entries(given).filter(([key]) => !inner.has(key)));
  const settings = normalSettings({ index: kept });
  const aliases = own(json, 'aliases');
  const mapping = own(json, 'mappings');
  const document = isDocument(mapping) ? mapping : {};
  return {
    name: programName(name),
    uuid: asText(own(given, 'uuid') ?? ''),
    settings,
    aliases: isDocument(aliases) ? aliases : {},
    closed: own(given, 'verified_before_close') === 'true',
    hidden: asText(own(given, 'hidden') ?? '') === 'true',
    documents: counts?.documents ?? 0,
    bytes: counts?.bytes ?? 0,
    createdAt: Number(own(given, 'creation_date') ?? 0),
    get mapping() {
      return mappings.get(writeJson(document), settings, () => document);
    },
  };
}

/** Aliases and removals are one change of the cluster's state; settings, closing and opening follow one by one. */
async function updateIndices(changes: readonly IndexUpdate[], client: EngineClient): Promise<void> {
  // The cluster does not go by the order within one request: the last word on an alias counts.
  const aliases = new Map<string, Document>();
  const removals: Document[] = [];
  const later: { readonly method: 'POST' | 'PUT'; readonly path: string; readonly body?: Document }[] = [];
  for (const { index, putAliases = {}, dropAliases = [], settings, closed, remove } of changes) {
    const name = clusterName(index);
    const path = `/${encodeURIComponent(name)}`;
    for (const [alias, body] of Object.entries(putAliases)) {
      aliases.set(`${name}/${alias}`, { add: { index: name, alias, ...(isDocument(body) ? body : {}) } });
    }
    for (const alias of dropAliases) {
      aliases.set(`${name}/${alias}`, { remove: { index: name, alias, must_exist: false } });
    }
    if (remove) removals.push({ remove_index: { index: name } });
    if (settings) later.push({ method: 'PUT', path: `${path}/_settings`, body: settings });
    if (closed !== undefined) later.push({ method: 'POST', path: `${path}/${closed ? '_close' : '_open'}` });
  }
  const actions = [...removals, ...aliases.values()];
  if (actions.length > 0) await client.text({ method: 'POST', path: '/_aliases', body: { actions } });
  for (const request of later) await client.text({ ...request, repeatable: true });
}

const templateKinds = { composable: '_index_template', legacy: '_template', component: '_component_template' } as const;

function templatePath({ name, legacy, component }: Pick<StoredTemplate, 'name' | 'legacy' | 'component'>): string {
  const kind = component ? templateKinds.component : legacy ? templateKinds.legacy : templateKinds.composable;
  return `/${kind}/${encodeURIComponent(name)}`;
}

async function readTemplates(client: EngineClient): Promise<readonly StoredTemplate[]> {
  const read = async (kind: string): Promise<unknown> =>
    parseKnownJson(await client.text({ method: 'GET', path: `/${kind}` }, [404]));
  const listed = (json: unknown, list: string, member: string): [string, Document][] => {
    const entries = own(json, list);
    return (Array.isArray(entries) ? entries : []).flatMap((entry): [string, Document][] => {
      const body = own(entry, member);
      return isDocument(body) ? [[asText(own(entry, 'name')), body]] : [];
    });
  };
  const composable = listed(await read(templateKinds.composable), 'index_templates', 'index_template');
  const components = listed(await read(templateKinds.component), 'component_templates', 'component_template');
  const legacy = await read(templateKinds.legacy);
  return [
    ...composable.map(([name, body]) => ({ name, legacy: false, body })),
    ...components.map(([name, body]) => ({ name, legacy: false, component: true as const, body })),
    ...Object.entries(isDocument(legacy) ? legacy : {}).flatMap(([name, body]) =>
      isDocument(body) ? [{ name, legacy: true, body }] : [],
    ),
  ];
}
