import type { Document } from '../base/document.ts';
import { isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { lazyMapping } from './catalog.ts';
import { mappingText } from './mapping-cache.ts';
import { normalSettings } from './settings.ts';
import type { StoredIndex } from './shelf.ts';
import type { IndexUpdate } from './store.ts';
import type { WriteWorld } from './write.ts';

/** Applies the changes in order to drafts, checks what they come to, and commits once. */
export function updateIndices(
  { shelf, catalog, counters, mappings }: WriteWorld,
  changes: readonly IndexUpdate[],
): void {
  const drafts = new Map<string, StoredIndex>();
  const removed = new Set<string>();
  for (const change of changes) {
    const before = drafts.get(change.index) ?? catalog.byName.get(change.index)?.stored;
    if (!before) {
      throw new TrailhoundError('index-not-found', `no such index [${change.index}]`, {
        fields: { index: change.index, 'resource.id': change.index, 'resource.type': 'index_or_alias' },
      });
    }
    if (change.remove) removed.add(change.index);
    else drafts.set(change.index, changed(before, change));
  }
  for (const name of removed) drafts.delete(name);
  checkAliases(
    [...catalog.byName.keys()].filter((name) => !removed.has(name)),
    drafts.values(),
  );
  const states = [...drafts.values()].flatMap((stored) => {
    const state = catalog.byName.get(stored.name);
    if (!state || state.stored === stored) return [];
    const mapping = mappingText(state.mapping());
    // Limits and analyzers are settings that the mapping is read with.
    const read = stored.settings === state.stored.settings ? state.mapping : lazyMapping({ stored, mapping }, mappings);
    return [{ stored, state, mapping, read }];
  });
  const gone = [...removed].flatMap((name) => catalog.byName.get(name) ?? []);
  if (states.length + gone.length === 0) return;
  shelf.commit({
    ...counters,
    indices: states.map(({ stored, mapping }) => ({ stored, mapping })),
    dropped: gone.map(({ stored }) => stored.number),
  });
  for (const { stored } of gone) catalog.drop(stored.name);
  for (const { stored, state, read } of states) catalog.put(stored, state.tally, read);
}

function changed(before: StoredIndex, change: IndexUpdate): StoredIndex {
  const { closed: _, ...open } = before;
  const closed = change.closed ?? before.closed ?? false;
  const dropped = new Set(change.dropAliases ?? []);
  const kept = Object.entries(before.aliases).filter(([alias]) => !dropped.has(alias));
  return {
    ...open,
    aliases: { ...Object.fromEntries(kept), ...change.putAliases },
    settings:
      change.settings === undefined ? before.settings : withoutNulls(normalSettings(before.settings, change.settings)),
    ...(closed ? { closed: true as const } : {}),
  };
}

/** A setting that is null is as by default. */
function withoutNulls(settings: Document): Document {
  const kept = Object.entries(settings).flatMap(([key, value]): [string, unknown][] => {
    if (value === null) return [];
    return [[key, isDocument(value) ? withoutNulls(value) : value]];
  });
  return Object.fromEntries(kept);
}

/** An alias may not be called as an index is, nor have two write indices. */
function checkAliases(names: readonly string[], drafts: Iterable<StoredIndex>): void {
  const indices = new Set(names);
  const writers = new Map<string, string>();
  for (const { name, aliases } of drafts) {
    for (const [alias, body] of Object.entries(aliases)) {
      if (indices.has(alias)) {
        throw new TrailhoundError(
          'bad-request',
          `Invalid alias name [${alias}]: an index or data stream exists with the same name as the alias`,
          { wire: 'invalid_alias_name_exception', fields: { index: alias, index_uuid: '_na_' } },
        );
      }
      if (own(body, 'is_write_index') !== true) continue;
      const other = writers.get(alias);
      if (other !== undefined) {
        const both = [other, name].sort().join(',');
        throw new TrailhoundError('internal', `alias [${alias}] has more than one write index [${both}]`, {
          wire: 'illegal_state_exception',
        });
      }
      writers.set(alias, name);
    }
  }
}
