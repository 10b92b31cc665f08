import { readFileSync } from 'node:fs';
import { type Document, isDocument, own } from '../base/document.ts';
import { mapDocument } from './document-mapping.ts';
import { executeSearch } from './execute.ts';
import type { Found } from './found.ts';
import { type Mapping, parseMapping } from './mapping.ts';
import { parseSearchBody } from './search-body.ts';
import type { SearchableIndex } from './search-plan.ts';

/** Replays answers that a real OpenSearch 2.19 gave (recorded/*.json) against the functions of this room. */
export interface RecordedSuite {
  readonly name: string;
  readonly setup: readonly (readonly [string, string, Document | null])[];
  readonly docs: Readonly<Record<string, readonly Document[]>>;
  readonly cases: readonly RecordedCase[];
}

export interface RecordedCase {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: Document | null;
  readonly status: number;
  readonly ids?: readonly string[];
  readonly total?: number;
  readonly error?: Document;
  readonly response?: Document;
  readonly volatile?: boolean;
}

export function readSuite(name: string): RecordedSuite {
  return JSON.parse(readFileSync(new URL(`./recorded/${name}.json`, import.meta.url), 'utf8'), exactLongs);
}

/** Whole numbers beyond 2^53 keep all their digits, as the store's reader keeps them. */
function exactLongs(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source && /^-?\d+$/.test(source) && !Number.isSafeInteger(value)
    ? BigInt(source)
    : value;
}

/** A small index in memory. */
export interface MemoryIndex {
  mapping: Mapping;
  readonly sources: Map<string, Document>;
  readonly searchable: () => SearchableIndex;
}

export function memoryIndex(name: string, body: Document): MemoryIndex {
  const settings = isDocument(body.settings) ? body.settings : {};
  const index: MemoryIndex = {
    mapping: parseMapping(body.mappings, settings),
    sources: new Map(),
    searchable: () => ({
      name,
      mapping: index.mapping,
      settings,
      async *candidates() {
        yield [...index.sources].map(([id, source]) => ({ index: name, id, version: 1, seqNo: 0, source }));
      },
    }),
  };
  return index;
}

export function put(index: MemoryIndex, id: string, source: Document): void {
  const mapped = mapDocument(index.mapping, source, id);
  if ('error' in mapped) throw new Error(`${id}: ${mapped.error.reason}`);
  index.mapping = mapped.mapping;
  index.sources.set(id, source);
}

/** The indices of a suite with their documents. */
export function buildSuite(suite: RecordedSuite): Map<string, MemoryIndex> {
  const indices = new Map<string, MemoryIndex>();
  for (const [method, path, body] of suite.setup) {
    const [name = '', kind, id] = path.slice(1).split('?')[0]?.split('/') ?? [];
    if (method !== 'PUT') continue;
    if (kind === undefined) indices.set(name, memoryIndex(name, body ?? {}));
    else if (kind === '_doc' && body) put(indices.get(name) as MemoryIndex, id ?? '', body);
  }
  for (const [name, documents] of Object.entries(suite.docs)) {
    for (const [number, document] of documents.entries()) {
      const { _id, ...source } = document;
      put(indices.get(name) as MemoryIndex, typeof _id === 'string' ? _id : String(number + 1), source);
    }
  }
  return indices;
}

export async function searchMemory(index: MemoryIndex, body: unknown): Promise<Found> {
  return executeSearch(parseSearchBody(body), [index.searchable()], { at: Date.UTC(2026, 0, 1) });
}

/** The type of a recorded error, wherever it stands. */
export function errorType(recorded: RecordedCase): unknown {
  return own(recorded.error, 'type') ?? own(own(recorded.response, 'error'), 'type');
}
