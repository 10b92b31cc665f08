import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { elapsedMs, yieldToLoop } from '../base/clock.ts';
import { isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { mergeMapping } from '../query/mapping.ts';
import { rowText } from './block.ts';
import type { Catalog, IndexState } from './catalog.ts';
import { indexInfo, lazyMapping, makeCatalog } from './catalog.ts';
import { expireStep, positionOfOldest } from './expire.ts';
import { bearIndex } from './index-birth.ts';
import { makeKeptAggregations } from './kept-aggregations.ts';
import { makeKeptTops } from './kept-tops.ts';
import { type MappingCache, makeMappingCache, mappingText } from './mapping-cache.ts';
import { mended } from './mended.ts';
import { makePartRows } from './part-blocks.ts';
import { makeReader, type Reader } from './reader.ts';
import { makeSegmentResults } from './scan-scope.ts';
import { makeResultCache, searchIndices } from './search.ts';
import { makeSearches, type SearchTerms } from './searches.ts';
import { openSegments, type Segments } from './segment/segments.ts';
import { makeColumnCache } from './segment-columns.ts';
import type { Loaded, Shelf } from './shelf.ts';
import { makeSlices } from './slices.ts';
import type { IndexOptions, Position, SearchOptions, Store, StoredDocument, StoredTemplate } from './store.ts';
import { updateIndices } from './update-indices.ts';
import type { WriteWorld } from './write.ts';
import { writeOperations } from './write.ts';

export interface CoreOptions {
  /** Documents after which a segment is sealed; the default is the most that one holds. */
  readonly segmentRows?: number;
  /** Told what happened to segments: they only make searches quicker, so nothing fails. */
  readonly complain?: (message: string) => void;
}

export interface Core extends Store {
  /** Resolves when all documents are in segments, and those sealed that are due. */
  settled(): Promise<void>;
  /**
   * Deletes what arrived up to a position: an index that nothing was written to since goes whole, of the others document after
   * document, in small steps, until the signal aborts. Indices whose names begin with a dot are passed over. Answers how many
   * documents went.
   */
  expire(expression: string, upTo: Position, signal?: AbortSignal): Promise<number>;
  /** The position up to which the oldest documents of an expression take `bytes` of its indices' size. */
  oldest(expression: string, bytes: number): Promise<Position>;
  /** Gives the space of deleted documents back to the disk, in small steps, until the signal aborts. */
  reclaim(signal?: AbortSignal): Promise<void>;
}

/** The store over a shelf: what OpenSearch decides (conflicts, versions, mappings, names), once for all back ends. */
export function openCore(shelf: Shelf, clock: Clock, options: CoreOptions = {}): Core {
  const room = furnish(shelf, clock, options);
  const { world, catalog, exclusively } = room;
  const reading = <T>(work: () => Promise<T>): Promise<T> => room.reading(work);
  /** Differs from one opening of a folder to the next: change counters start anew. */
  const opening = randomBytes(6).toString('base64url');

  return {
    createIndex: (name, body) => exclusively(async () => createIndex(world, name, body)),
    deleteIndex: (expression, options) =>
      exclusively(async () => deleteIndex(world, expression, options)).then((done) => room.sweepLater(done)),
    updateIndices: (changes) =>
      exclusively(async () => updateIndices(world, changes)).then((done) => room.sweepLater(done)),
    putMapping: (expression, mapping) => exclusively(async () => putMapping(world, expression, mapping)),
    putTemplate: (template) => exclusively(async () => saveTemplates(world, [...without(catalog, template), template])),
    deleteTemplate: (template) =>
      exclusively(async () => {
        const kept = without(catalog, template);
        if (kept.length === catalog.templates().length) return false;
        saveTemplates(world, kept);
        return true;
      }),
    templates: () => reading(async () => catalog.templates()),
    indices: (expression, options) => reading(async () => catalog.resolve(expression, options).map(indexInfo)),
    write: (operations) =>
      room.writing(() => mended(shelf.mend, () => writeOperations(world, operations, makeSlices()))),
    get: (index, id) => reading(() => mended(shelf.mend, async () => getDocument(room, index, id))),
    search: (expression, body, options = {}) =>
      room.searching(options, (terms) => searchIndices({ ...room, pass: terms.pass }, expression, body, terms)),
    ready: (signal) => reading(async () => room.segments?.ready(signal)),
    position: () => reading(async () => world.counters.position),
    generation: (expression) =>
      reading(async () => `${opening}.${catalog.generation(catalog.resolve(expression, { ignoreUnavailable: true }))}`),
    refresh: (expression) => reading(async () => void catalog.resolve(expression)),
    close: room.close,
    settled: async () => room.segments?.settled(),
    expire: (expression, upTo, signal) =>
      expire(room, expression, upTo, signal).then((gone) => room.sweepLater(gone, signal)),
    oldest: (expression, bytes) => reading(async () => positionOfOldest(world, ours(catalog, expression), bytes)),
    reclaim: (signal) => room.sweepLater(undefined, signal).then(() => room.shrink(signal)),
  };
}

/** The state behind a store: catalog, counters, caches, and who may do what when. */
function furnish(shelf: Shelf, clock: Clock, options: CoreOptions) {
  const loaded = shelf.load();
  const mappings = makeMappingCache();
  const reader = makeReader(shelf);
  const catalog = makeCatalog(() => clock.now());
  fillCatalog(catalog, loaded, mappings);
  const searches = makeSearches();
  const caches = makeCaches();
  const age = ageing(caches, [reader, shelf.segments]);
  let closed = false;
  const counters = { position: loaded.position, nextIndex: loaded.nextIndex, purges: new Map<number, number>() };
  const world: WriteWorld = {
    shelf,
    catalog,
    clock,
    mappings,
    counters,
    deadBlocks: new Map(),
    searching: searches.some,
    written: reader.add,
  };
  const { exclusively, stepwise, quiet } = oneAfterAnother(() => closed);
  const segments = segmentsOf(
    { shelf, catalog, reader, counters, searching: world.searching, asked: searches.asked },
    options,
  );
  segments?.poke();
  return {
    world,
    shelf,
    segments,
    ...caches,
    async writing<T>(work: () => Promise<T>): Promise<T> {
      const done = await exclusively(work);
      segments?.poke();
      await segments?.keepUp();
      return done;
    },
    catalog,
    clock,
    reader,
    position: () => counters.position,
    purges: (index: number) => counters.purges.get(index) ?? 0,
    exclusively,
    async reading<T>(work: () => Promise<T>): Promise<T> {
      checkOpen(closed);
      return work();
    },
    async searching<T>(options: SearchOptions, work: (terms: SearchTerms) => Promise<T>): Promise<T> {
      checkOpen(closed);
      age();
      return searches.run(options, work);
    },
    /** Rows of dropped indices go in small steps between writes. */
    async sweepLater<T>(answer: T, signal?: AbortSignal): Promise<T> {
      await stepwise(shelf.sweep, signal);
      if (!closed) segments?.prune();
      return answer;
    },
    shrink: (signal?: AbortSignal) => stepwise(shelf.shrink, signal),
    async close(): Promise<void> {
      if (closed) return;
      closed = true;
      await searches.end(closedError());
      await quiet();
      await segments?.close();
      await shelf.close();
    },
  };
}

function makeCaches() {
  return {
    results: makeResultCache(),
    segmentResults: makeSegmentResults(),
    columns: makeColumnCache(),
    keptAggregations: makeKeptAggregations(),
    keptTops: makeKeptTops(),
    partRows: makePartRows(),
  };
}

interface Ageing {
  age(): void;
}

/** Memory of what was asked for once comes back while others go on working. */
function ageing(caches: ReturnType<typeof makeCaches>, read: readonly (Ageing | undefined)[]): () => void {
  const ageRead = everyMs(limits.cacheAgeMs, [caches.columns, ...read]);
  const ageKept = everyMs(limits.keptAgeMs, [caches.segmentResults, caches.keptAggregations, caches.keptTops]);
  return () => {
    ageRead();
    ageKept();
  };
}

function everyMs(afterMs: number, caches: readonly (Ageing | undefined)[]): () => void {
  let elapsed = elapsedMs();
  return () => {
    if (elapsed() < afterMs) return;
    elapsed = elapsedMs();
    for (const cache of caches) cache?.age();
  };
}

function fillCatalog(catalog: Catalog, loaded: Loaded, mappings: MappingCache): void {
  catalog.setTemplates(loaded.templates);
  for (const index of loaded.indices) catalog.put(index.stored, index.tally, lazyMapping(index, mappings));
}

function checkOpen(closed: boolean): void {
  if (closed) throw closedError();
}

function closedError(): TrailhoundError {
  return new TrailhoundError('internal', 'the store is closed');
}

/** What changes the store: each after the one before it, whether that failed or not. */
function oneAfterAnother(closed: () => boolean) {
  let queue: Promise<unknown> = Promise.resolve();
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    checkOpen(closed());
    const done = queue.then(work);
    queue = done.catch(() => {});
    return done;
  };
  return {
    exclusively,
    /** Repeats a step that answers whether more is left; writes come between. Ends when the store closes or the signal aborts. */
    async stepwise(step: () => boolean, signal?: AbortSignal): Promise<void> {
      while (!closed() && !signal?.aborted && (await exclusively(async () => step()))) await yieldToLoop();
    },
    quiet: () => queue,
  };
}

function segmentsOf(
  {
    shelf,
    catalog,
    reader,
    counters,
    searching,
    asked,
  }: Pick<WriteWorld, 'shelf' | 'catalog' | 'counters' | 'searching'> & {
    readonly reader: Reader;
    readonly asked: () => boolean;
  },
  { segmentRows, complain = () => {} }: CoreOptions,
): Segments | undefined {
  if (!shelf.segments) return undefined;
  return openSegments({
    kept: shelf.segments,
    reader,
    position: () => counters.position,
    indexOf: catalog.numbered,
    blocksAfter: shelf.blocksAfter,
    rowsOfBlocks: shelf.rowsOfBlocks,
    searching,
    asked,
    complain,
    ...(segmentRows ? { rowsMax: segmentRows } : {}),
  });
}

type Room = ReturnType<typeof furnish>;

function createIndex({ shelf, catalog, clock, counters, mappings }: WriteWorld, name: string, body: unknown): void {
  const existing = catalog.byName.get(name);
  if (existing) {
    throw new TrailhoundError('bad-request', `index [${name}/${existing.stored.uuid}] already exists`, {
      wire: 'resource_already_exists_exception',
      fields: { index: name, index_uuid: existing.stored.uuid },
    });
  }
  if (catalog.writeTarget(name)) {
    throw new TrailhoundError('bad-request', `Invalid index name [${name}], already exists as alias`, {
      wire: 'invalid_index_name_exception',
    });
  }
  const number = counters.nextIndex;
  const birth = { number, at: clock.now(), templates: catalog.templates(), mappings };
  const { stored, mapping } = bearIndex(name, isDocument(body) ? body : {}, birth);
  const tally = { nextSeq: 0, documents: 0, dead: 0, bytes: 0, last: counters.position };
  shelf.commit({
    position: counters.position,
    nextIndex: number + 1,
    indices: [{ stored, mapping: mappingText(mapping) }],
    tallies: new Map([[number, tally]]),
  });
  counters.nextIndex = number + 1;
  catalog.put(stored, tally, () => mapping);
}

function deleteIndex(world: WriteWorld, expression: string, options?: IndexOptions): readonly string[] {
  return dropIndices(world, world.catalog.resolveConcrete(expression, options));
}

/** What retention may touch: never our own indices. */
function ours(catalog: Catalog, expression: string): readonly IndexState[] {
  return catalog
    .resolve(expression, { ignoreUnavailable: true, allowNoIndices: true })
    .filter(({ stored }) => !stored.name.startsWith('.'));
}

async function expire(
  { world, catalog, exclusively }: Room,
  expression: string,
  upTo: Position,
  signal: AbortSignal | undefined,
): Promise<number> {
  let documents = 0;
  // Decided and done in one step, so that no write comes between.
  await exclusively(async () => {
    const quiet = ours(catalog, expression).filter(({ tally }) => tally.nextSeq > 0 && tally.last <= upTo);
    documents = quiet.reduce((sum, { tally }) => sum + tally.documents, 0);
    dropIndices(world, quiet);
  });
  for (const state of ours(catalog, expression)) {
    let next: Position | undefined = 0;
    while (next !== undefined && !signal?.aborted) {
      const after: Position = next;
      const step = await exclusively(() => expireStep(world, state, { after, upTo }));
      documents += step.documents;
      next = step.next;
      await yieldToLoop();
    }
  }
  return documents;
}

function dropIndices(
  { shelf, catalog, counters, deadBlocks }: WriteWorld,
  gone: readonly IndexState[],
): readonly string[] {
  if (gone.length === 0) return [];
  const dropped = gone.map(({ stored }) => stored.number);
  shelf.commit({ position: counters.position, nextIndex: counters.nextIndex, dropped });
  for (const { stored } of gone) catalog.drop(stored.name);
  for (const [first, place] of deadBlocks) if (dropped.includes(place.index)) deadBlocks.delete(first);
  return gone.map(({ stored }) => stored.name);
}

function putMapping({ shelf, catalog, counters }: WriteWorld, expression: string, json: unknown): void {
  const merged = catalog.resolve(expression).flatMap((state) => {
    const mapping = mergeMapping(state.mapping(), json);
    return mapping === state.mapping() ? [] : [{ state, mapping }];
  });
  if (merged.length === 0) return;
  shelf.commit({
    position: counters.position,
    nextIndex: counters.nextIndex,
    indices: merged.map(({ state, mapping }) => ({ stored: state.stored, mapping: mappingText(mapping) })),
  });
  for (const { state, mapping } of merged) catalog.put(state.stored, state.tally, () => mapping);
}

function without(
  catalog: Catalog,
  { name, legacy, component }: Pick<StoredTemplate, 'name' | 'legacy' | 'component'>,
): readonly StoredTemplate[] {
  return catalog
    .templates()
    .filter((other) => other.name !== name || other.legacy !== legacy || other.component !== component);
}

function saveTemplates({ shelf, catalog, counters }: WriteWorld, templates: readonly StoredTemplate[]): void {
  shelf.commit({ position: counters.position, nextIndex: counters.nextIndex, templates });
  catalog.setTemplates(templates);
}

function getDocument({ shelf, catalog, reader }: Room, name: string, id: string): StoredDocument | undefined {
  const state = catalog.readTarget(name);
  const row = shelf.find(state.stored.number, id);
  if (!row || row.place <= 0) return undefined;
  const place = shelf.blockAt(row.place);
  const open = place && reader.open(place.first);
  const number = place ? row.place - place.first : 0;
  const found = open?.block.rows[number];
  if (!open || !found || found.id !== id || open.block.index !== state.stored.number || found.seqNo !== row.seqNo) {
    throw new TrailhoundError('data-folder-broken', `the document [${id}] of ${name} is not where the ids say it is`);
  }
  return {
    index: state.stored.name,
    id,
    version: row.version,
    seqNo: row.seqNo,
    source: reader.document(open, number),
    text: rowText(open.block, number),
  };
}
