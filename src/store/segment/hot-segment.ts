import type { Document } from '../../base/document.ts';
import { limits } from '../../base/limits.ts';
import { scalarText } from '../../query/field-value.ts';
import type { Mapping } from '../../query/mapping.ts';
import { fieldPlan } from './field-plan.ts';
import { type Grams, makeGrams } from './grams.ts';
import { type HashKey, makeHashKey, textHash } from './hash.ts';
import { absent, placeOf, setPlace } from './hash-places.ts';
import { hintKey, hintsOf, noHints, type SegmentHints } from './hints.ts';
import type { HotColumn } from './hot-column.ts';
import {
  addHash,
  addInstant,
  makeHotColumn,
  otherKey,
  recentPlace,
  reconsider,
  takesOther,
  valueRepeats,
} from './hot-column.ts';
import {
  addRowWords,
  addScannedWords,
  addValueWords,
  countBits,
  expected,
  type HotWords,
  hotWordHits,
  makeHotWords,
  repeats,
  type WordWorld,
  wordRepeats,
  wordTarget,
} from './hot-words.ts';
import { fileNumber } from './paged-file.ts';
import { addPosting, makePostings, newList, type Postings } from './postings.ts';
import { addRow } from './rows.ts';
import type { Leaf, SegmentBlock, SegmentIndex } from './segment-index.ts';
import { hotShortRows } from './short-words.ts';
import { valueLengthMax } from './value-length.ts';
import { scanned, scanWords } from './word-scan.ts';

/** A segment that grows. */
export interface HotSegment extends SegmentIndex {
  readonly key: HashKey;
  readonly rows: number;
  readonly postings: Postings;
  /** By list of the postings: the value that it is of. */
  readonly leaves: readonly (Leaf | undefined)[];
  readonly words: ReadonlyMap<string, HotWords>;
  readonly grams: Grams;
  /** Adds the documents of one block; positions ascend from block to block. `analysis`: the index's settings as text. */
  add(block: Omit<SegmentBlock, 'start'>, documents: Iterable<Document>, mapping: Mapping, analysis: string): void;
  /** Covers positions up to this one, which have no documents of the segment. */
  skipTo(position: number): void;
  allColumns(): readonly HotColumn[];
  hints(): SegmentHints;
  /** Bytes of memory, about. */
  weight(): number;
}

export function makeHotSegment(after: number, key = makeHashKey(0), hints = noHints): HotSegment {
  const state = makeState(after, key, hints);
  return {
    number: state.number,
    after,
    key,
    sealed: false,
    get last() {
      return state.last;
    },
    get rows() {
      return state.rows;
    },
    get overflowed() {
      return state.overflowed;
    },
    postings: state.postings,
    leaves: state.leaves,
    words: state.words,
    grams: state.grams,
    blocks: () => state.blocks,
    columns: (path) => state.byPath.get(path) ?? [],
    allColumns: () => state.columns,
    word: (field, term) => hotWordHits(state.words.get(field.path), state, field, term),
    shortWords: (field, test) => hotShortRows(state.words.get(field.path), test),
    hints: () => hintsOf(state.columns, state.words, state.postings),
    weight: () => weightOf(state),
    skipTo(position) {
      state.last = Math.max(state.last, position);
    },
    add(block, documents, mapping, analysis) {
      const context = { state, mapping, analysis, index: block.index, row: state.rows };
      for (const document of documents) {
        walk(context, state.root, document);
        context.row++;
      }
      state.blocks.push({ ...block, start: state.rows });
      state.rows += block.count;
      state.last = block.first + block.count - 1;
    },
  };
}

interface State extends WordWorld {
  readonly number: number;
  readonly blocks: SegmentBlock[];
  last: number;
  rows: number;
  overflowed: boolean;
  readonly hints: SegmentHints;
  /** How often the hash of a value was seen that is not listed. */
  readonly valueCounts: Uint8Array;
  readonly leaves: (Leaf | undefined)[];
  readonly root: PathNode;
  readonly columns: HotColumn[];
  readonly byPath: Map<string, HotColumn[]>;
  readonly words: Map<string, HotWords>;
}

function makeState(after: number, key: HashKey, hints: SegmentHints): State {
  return {
    number: fileNumber(),
    key,
    hints,
    blocks: [],
    last: after,
    rows: 0,
    overflowed: false,
    postings: makePostings(),
    leaves: [],
    counts: new Uint8Array(1 << countBits),
    grams: makeGrams(),
    valueCounts: new Uint8Array(1 << countBits),
    root: makeNode('', ''),
    columns: [],
    byPath: new Map(),
    words: new Map(),
  };
}

/** One step of a path; the columns of its values by the mapping that made them. */
interface PathNode {
  readonly key: string;
  readonly path: string;
  readonly children: Map<string, PathNode>;
  /** The child that came first in the last object here, and the sibling that came after this one: documents are much alike. */
  first: PathNode | undefined;
  next: PathNode | undefined;
  readonly columns: HotColumn[];
  mapping: Mapping | undefined;
  column: HotColumn | undefined;
  index: number;
}

interface Context {
  readonly state: State;
  readonly mapping: Mapping;
  readonly analysis: string;
  readonly index: number;
  row: number;
}

function makeNode(key: string, path: string): PathNode {
  return {
    key,
    path,
    children: new Map(),
    first: undefined,
    next: undefined,
    columns: [],
    mapping: undefined,
    column: undefined,
    index: -1,
  };
}

function walk(context: Context, node: PathNode, value: unknown): void {
  if (typeof value === 'string') {
    const column = columnAt(context, node);
    if (column) addText(context, column, value);
  } else if (value === null || value === undefined) {
    return;
  } else if (typeof value !== 'object') {
    const column = columnAt(context, node);
    if (column) addOther(context, column, value as Exclude<Leaf, string>);
  } else if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) walk(context, node, value[at]);
  } else {
    walkKeys(context, node, value as Document);
  }
}

function walkKeys(context: Context, node: PathNode, source: Document): void {
  let guess = node.first;
  let before: PathNode | undefined;
  for (const key in source) {
    let child = guess;
    if (child?.key !== key) {
      child = childOf(context.state, node, key);
      if (before) before.next = child;
      else node.first = child;
    }
    walk(context, child, source[key]);
    before = child;
    guess = child.next;
  }
}

function childOf({ root }: State, node: PathNode, key: string): PathNode {
  let child = node.children.get(key);
  if (!child) {
    child = makeNode(key, node === root ? key : `${node.path}.${key}`);
    node.children.set(key, child);
  }
  return child;
}

/** undefined beyond the bound of columns: the keys of a policy or a tag are an attacker's. */
function columnAt(context: Context, node: PathNode): HotColumn | undefined {
  if (node.mapping === context.mapping && node.index === context.index && node.column) return node.column;
  const column = columnOf(context, node);
  if (!column) return undefined;
  node.mapping = context.mapping;
  node.column = column;
  node.index = context.index;
  column.indices.add(context.index);
  return column;
}

function columnOf({ state, mapping, analysis }: Context, node: PathNode): HotColumn | undefined {
  const plan = fieldPlan(mapping, node.path, analysis);
  // `{"a.b": 1}` and `{"a": {"b": 1}}` are two nodes of one path: each has its own column, and questions ask all of them.
  const known = node.columns.find((one) => one.signature === plan.signature);
  if (known) return known;
  if (state.columns.length >= limits.segmentColumnsMax) {
    state.overflowed = true;
    return undefined;
  }
  const targets = plan.texts.map((field) => wordTarget(state, wordsOf(state, field.path), field));
  const column = makeHotColumn(
    node.path,
    plan,
    targets,
    state,
    state.number * limits.segmentColumnsMax * 2 + state.columns.length,
  );
  const hint = state.hints.columns.get(hintKey(column));
  if (hint) {
    column.streams = true;
    for (const hash of hint) setPlace(column.repeated, hash, expected);
  }
  node.columns.push(column);
  state.columns.push(column);
  state.byPath.set(node.path, [...(state.byPath.get(node.path) ?? []), column]);
  return column;
}

function wordsOf(state: State, field: string): HotWords {
  let words = state.words.get(field);
  if (!words) {
    const frequent = state.hints.words.get(field);
    // Counted as often as it takes, so that they are looked up at once.
    for (const hash of frequent ?? []) state.counts[hash & ((1 << countBits) - 1)] = wordRepeats;
    words = makeHotWords(field, frequent);
    state.words.set(field, words);
  }
  return words;
}

function addText(context: Context, column: HotColumn, value: string): void {
  const { row, state } = context;
  column.count++;
  if (column.instants) {
    addInstant(column, row, value);
    return;
  }
  addRow(column.presence, row);
  if (!column.plan.searchable) return;
  if (column.streams || value.length > valueLengthMax) {
    addStreamed(context, column, value);
    return;
  }
  const place = recentPlace(value);
  const recent = column.recentLists[place] as number;
  if (recent >= 0 && column.recentValues[place] === value) {
    addPosting(state.postings, recent, row);
    return;
  }
  let list = column.values.get(value);
  const isNew = list === undefined;
  list ??= listValue(state, column, value);
  addPosting(state.postings, list, row);
  column.recentValues[place] = value;
  column.recentLists[place] = list;
  if (isNew) reconsider(column, state);
}

/** A value of a column that hardly repeats: hashed, unless it is one that does. */
function addStreamed(context: Context, column: HotColumn, value: string): void {
  const { row, state } = context;
  const { targets } = column;
  const target = targets.length === 1 ? targets[0] : undefined;
  const words = target?.scanner ? scanWords(target.scanner, value) : -1;
  const hash = words >= 0 ? scanned.hash : textHash(state.key, value);
  if (value.length <= valueLengthMax) {
    const list = repeatedList(state, column, value, hash);
    if (list !== undefined) {
      addPosting(state.postings, list, row);
      return;
    }
  }
  addHash(state, column, row, hash, value, true);
  if (target && words >= 0) addScannedWords(state, target, value, row, words);
  else for (const one of targets) addRowWords(state, one, value, row);
}

/** The list of a value that repeats; undefined for those that do not, and where another value has the same hash. */
function repeatedList(state: State, column: HotColumn, value: string, hash: number): number | undefined {
  const known = placeOf(column.repeated, hash | 0);
  if (known >= 0) return state.leaves[known] === value ? known : undefined;
  if (known === absent && !repeats(state.valueCounts, hash, valueRepeats)) return undefined;
  const list = listValue(state, column, value);
  setPlace(column.repeated, hash | 0, list);
  return list;
}

function addOther({ row, state }: Context, column: HotColumn, value: Exclude<Leaf, string>): void {
  column.count++;
  if (column.instants) {
    addInstant(column, row, value);
    return;
  }
  addRow(column.presence, row);
  if (!column.plan.searchable) return;
  const key = otherKey(value);
  let list = column.otherValues.get(key);
  if (list === undefined) {
    const text = scalarText(value);
    if (!takesOther(column)) {
      addHash(state, column, row, textHash(state.key, text), text, false);
      for (const target of column.targets) addRowWords(state, target, text, row);
      return;
    }
    list = newList(state.postings);
    state.leaves[list] = value;
    column.otherValues.set(key, list);
    for (const target of column.targets) addValueWords(state, target, text, list);
  }
  addPosting(state.postings, list, row);
}

function listValue(state: State, column: HotColumn, value: string): number {
  const list = newList(state.postings);
  state.leaves[list] = value;
  column.values.set(value, list);
  for (const target of column.targets) addValueWords(state, target, value, list);
  return list;
}

/** Half of the room of arrays that double is not used. */
function weightOf({ columns, words, postings, grams }: State): number {
  let weight = grams.bits.length + postings.rows.length * 10 + postings.lists * 200 + columns.length * 13_000;
  for (const { hashes, texts } of columns) {
    weight += hashes.data.length * 10 + (typeof texts === 'object' ? texts.bytes.length : 0);
  }
  for (const { hashes, valueHashes, short } of words.values()) {
    weight += hashes.data.length * 6 + valueHashes.data.length * 8 + (short === 'many' ? 0 : short.bytes.length);
  }
  return weight;
}
