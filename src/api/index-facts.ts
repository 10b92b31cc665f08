import { asNumber, asText, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { IndexInfo, Store } from '../store/store.ts';
import { illegal, indexMissing } from './error.ts';
import { settingOf } from './settings.ts';

/** `_shards` of a write: a replica that a client asked for is counted and never there. */
export function writeShards(info: IndexInfo | undefined): { total: number; successful: number; failed: number } {
  return { total: 1 + replicas(info), successful: 1, failed: 0 };
}

/** `_shards` of a search over so many indices, one shard each. */
export function searchShards(indices: number): { total: number; successful: number; skipped: number; failed: number } {
  return { total: indices, successful: indices, skipped: 0, failed: 0 };
}

/** `_shards` of what is done to every copy: refresh, flush. */
export function broadcastShards(infos: readonly IndexInfo[]): { total: number; successful: number; failed: number } {
  const total = infos.reduce((sum, info) => sum + 1 + replicas(info), 0);
  return { total, successful: infos.length, failed: 0 };
}

export function replicas(info: IndexInfo | undefined): number {
  if (info !== undefined && asText(settingOf(info.settings, 'auto_expand_replicas') ?? '').startsWith('0-')) return 0;
  const wanted = asNumber(info === undefined ? 1 : (settingOf(info.settings, 'number_of_replicas') ?? 1));
  return Number.isInteger(wanted) && wanted >= 0 ? wanted : 1;
}

/** Yellow where a replica is wanted: there is one node, so it can never be there. */
export function health(info: IndexInfo): 'green' | 'yellow' {
  return replicas(info) > 0 ? 'yellow' : 'green';
}

/** The index that a write to this name goes to: itself, the write index of an alias, or a new one (`info` undefined). */
export async function writeTarget(
  store: Pick<Store, 'indices'>,
  name: string,
): Promise<{ readonly index: string; readonly info?: IndexInfo; readonly alias: boolean }> {
  if (isPattern(name)) return { index: name, alias: false };
  const found = await store.indices(name, { ignoreUnavailable: true, allowNoIndices: true });
  const exact = found.find((info) => info.name === name);
  if (exact) return { index: name, info: exact, alias: false };
  if (found.length === 0) return { index: name, alias: false };
  const writable = found.filter((info) => own(own(info.aliases, name), 'is_write_index') === true);
  const only =
    found.length === 1 && own(own(found[0]?.aliases, name), 'is_write_index') !== false ? found[0] : undefined;
  const target = writable[0] ?? only;
  if (target) return { index: target.name, info: target, alias: true };
  throw illegal(
    `no write index is defined for alias [${name}]. The write index may be explicitly disabled using is_write_index=false or the alias points to multiple indices without one being designated as a write index`,
  );
}

/** The one index that a document is read from. Throws 404 where there is none, 400 for an alias of several. */
export async function readTarget(store: Pick<Store, 'indices'>, name: string): Promise<IndexInfo> {
  const found = isPattern(name) ? [] : await existing(store, name);
  const first = found.find((info) => info.name === name) ?? found[0];
  if (first === undefined) throw indexMissing(name, 'index_expression');
  if (found.length > 1 && first.name !== name) {
    const names = found.map((info) => info.name).join(', ');
    throw illegal(
      `alias [${name}] has more than one index associated with it [${names}], can't execute a single index op`,
    );
  }
  return first;
}

/** Empty for a name that is nowhere; a closed index is refused. */
async function existing(store: Pick<Store, 'indices'>, name: string): Promise<readonly IndexInfo[]> {
  try {
    return await store.indices(name, { openOnly: true });
  } catch (error) {
    if (error instanceof TrailhoundError && error.status === 404) return [];
    throw error;
  }
}

/** The aliases of an index, as an object of objects. */
export function aliasesOf(info: IndexInfo): { readonly [alias: string]: unknown } {
  return isDocument(info.aliases) ? info.aliases : {};
}

function isPattern(name: string): boolean {
  return name === '_all' || /[*,]/.test(name);
}
