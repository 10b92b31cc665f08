import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { asText, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { NamedIndex } from '../query/index-expression.ts';
import { resolveExpression } from '../query/index-expression.ts';
import type { Mapping } from '../query/mapping.ts';
import type { MappingCache } from './mapping-cache.ts';
import { indexSetting } from './settings.ts';
import type { MappedIndex, StoredIndex, Tally } from './shelf.ts';
import type { IndexInfo, IndexOptions, StoredTemplate } from './store.ts';

/** One index as the running store knows it. Replaced as a whole when something changes. */
export interface IndexState {
  readonly stored: StoredIndex;
  readonly tally: Tally;
  /** Parsed when first asked for. */
  readonly mapping: () => Mapping;
  readonly hidden: boolean;
  /** The catalog's change counter when it last changed in any way that a search could see. */
  readonly changed: number;
}

/** All indices and templates. Changed only after the shelf has committed. */
export interface Catalog {
  readonly byName: ReadonlyMap<string, IndexState>;
  numbered(number: number): IndexState | undefined;
  templates(): readonly StoredTemplate[];
  setTemplates(templates: readonly StoredTemplate[]): void;
  put(stored: StoredIndex, tally: Tally, mapping: () => Mapping): void;
  drop(name: string): void;
  /** Indices that an expression means, in name order. Throws index_not_found_exception. */
  resolve(expression: string, options?: IndexOptions): readonly IndexState[];
  /** The same for deletion: aliases are refused, wildcards pass them over. */
  resolveConcrete(expression: string, options?: IndexOptions): readonly IndexState[];
  /** The one index that a document is read from. Throws index_not_found_exception. */
  readTarget(name: string): IndexState;
  /** The filter under which an expression reaches an index: undefined unless it does so through filtered aliases only. */
  aliasFilter(expression: string, index: IndexState): Document | undefined;
  /** The index that a write to this name (of an index or an alias) goes to; undefined when there is none of the name. */
  writeTarget(name: string): IndexState | undefined;
  /** Differs whenever one of these indices changed or any index went. */
  generation(indices: readonly IndexState[]): string;
}

/** Our own state is hidden whatever its settings say: it may have been made by a write, or by an older Trailhound. */
const ownIndex = /^\.trailhound-/;
const systemIndex = /^\.(?:trailhound|opendistro)-/;

/** `now` is what date math in an expression counts from: `<logs-{now/d}>`. */
export function makeCatalog(now: () => Instant): Catalog {
  const byName = new Map<string, IndexState>();
  const byNumber = new Map<number, IndexState>();
  let templates: readonly StoredTemplate[] = [];
  let changes = 0;
  let removed = 0;
  let named: NamedIndex[] | undefined;
  const names = () => {
    named ??= [...byName.values()].map(({ stored, hidden }) => ({
      name: stored.name,
      aliases: Object.keys(stored.aliases),
      hidden,
      own: ownIndex.test(stored.name),
      closed: stored.closed === true,
      hiddenAliases: hiddenAliases(stored.aliases),
    }));
    return named;
  };
  const states = (found: readonly string[]): IndexState[] =>
    found.flatMap((name) => {
      const state = byName.get(name);
      return state ? [state] : [];
    });

  return {
    byName,
    numbered: (number) => byNumber.get(number),
    templates: () => templates,
    setTemplates: (next) => {
      templates = next;
    },
    put(stored, tally, mapping) {
      if (byName.get(stored.name)?.stored !== stored) named = undefined;
      const hidden = systemIndex.test(stored.name) || asText(indexSetting(stored.settings, 'hidden')) === 'true';
      const state = { stored, tally, mapping, hidden, changed: ++changes };
      byName.set(stored.name, state);
      byNumber.set(stored.number, state);
    },
    drop(name) {
      named = undefined;
      byNumber.delete(byName.get(name)?.stored.number ?? 0);
      byName.delete(name);
      removed = ++changes;
    },
    resolve: (expression, options = {}) => states(resolveExpression(expression, names(), { ...options, at: now() })),
    resolveConcrete: (expression, options = {}) =>
      states(concreteNames(expression, names(), { ...options, at: now() }, (part) => byName.has(part))),
    readTarget(name) {
      const state = byName.get(name) ?? states(resolveExpression(name, names(), { at: now() }))[0];
      if (state) return state;
      throw new TrailhoundError('index-not-found', `no such index [${name}]`, { fields: { index: name } });
    },
    aliasFilter: (expression, index) => aliasFilter(expression, index, now()),
    writeTarget: (name) => byName.get(name) ?? writeIndex(name, [...byName.values()]),
    generation(indices) {
      let newest = removed;
      for (const index of indices) newest = Math.max(newest, index.changed);
      return `${indices.length}.${newest}`;
    },
  };
}

function concreteNames(
  expression: string,
  indices: readonly NamedIndex[],
  options: IndexOptions & { readonly at: Instant },
  isIndex: (name: string) => boolean,
): readonly string[] {
  for (const part of options.ignoreUnavailable ? [] : expression.split(',')) {
    if (isIndex(part) || !indices.some((index) => index.aliases.includes(part))) continue;
    const reason = `The provided expression [${part}] matches an alias, specify the corresponding concrete indices instead.`;
    throw new TrailhoundError('bad-request', reason);
  }
  return resolveExpression(
    expression,
    indices.map((index) => ({ ...index, aliases: [] })),
    options,
  );
}

/** Parses a stored mapping once, when it is needed: hundreds of daily indices must not cost a start-up second. */
export function lazyMapping({ stored, mapping }: MappedIndex, mappings: MappingCache): () => Mapping {
  let text = mapping;
  let parsed: Mapping | undefined;
  return () => {
    parsed ??= mappings.get(text, stored.settings, () => JSON.parse(text));
    text = '';
    return parsed;
  };
}

export function indexInfo(state: IndexState): IndexInfo {
  const { name, uuid, settings, aliases, createdAt, closed = false } = state.stored;
  const { documents, bytes } = state.tally;
  return {
    name,
    uuid,
    settings,
    aliases,
    closed,
    hidden: state.hidden,
    documents,
    bytes,
    createdAt,
    get mapping() {
      return state.mapping();
    },
  };
}

function hiddenAliases(aliases: Document): readonly string[] {
  return Object.entries(aliases).flatMap(([name, body]) => (own(body, 'is_hidden') === true ? [name] : []));
}

function writeIndex(alias: string, states: readonly IndexState[]): IndexState | undefined {
  const holders = states.filter((state) => Object.hasOwn(state.stored.aliases, alias));
  if (holders.length === 0) return undefined;
  const flag = (state: IndexState): unknown => own(state.stored.aliases[alias], 'is_write_index');
  const chosen = holders.filter((state) => flag(state) === true);
  const only = holders.length === 1 && flag(holders[0] as IndexState) !== false ? holders : chosen;
  if (only.length === 1) return only[0];
  throw new TrailhoundError(
    'bad-request',
    `no write index is defined for alias [${alias}]. The write index may be explicitly disabled using is_write_index=false ` +
      'or the alias points to multiple indices without one being designated as a write index',
  );
}

function aliasFilter(expression: string, { stored }: IndexState, at: Instant): Document | undefined {
  const aliases = Object.entries(stored.aliases);
  if (!aliases.some(([, body]) => isDocument(own(body, 'filter')))) return undefined;
  const meant = (name: string): boolean =>
    resolveExpression(expression, [{ name, aliases: [], hidden: false, closed: false, hiddenAliases: [] }], {
      ignoreUnavailable: true,
      at,
    }).length > 0;
  if (meant(stored.name)) return undefined;
  const filters: Document[] = [];
  for (const [name, body] of aliases) {
    if (!meant(name)) continue;
    const filter = own(body, 'filter');
    if (!isDocument(filter)) return undefined;
    filters.push(filter);
  }
  return filters.length === 1 ? filters[0] : { bool: { should: filters } };
}
