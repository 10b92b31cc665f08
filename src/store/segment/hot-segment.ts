import type { Document } from '../../base/document.ts';
import { asText } from '../../base/document.ts';
import { limits } from '../../base/limits.ts';
import { scalarText } from '../../query/field-value.ts';
import type { Mapping } from '../../query/mapping.ts';
import { addToBloom, type Bloom, makeBloom } from './bloom.ts';
import { fieldPlan } from './field-plan.ts';
import { textHash } from './hash.ts';
import type { Entry, HotColumn } from './hot-column.ts';
import {
  addInstant,
  filtered,
  makeHotColumn,
  markStreamed,
  otherEntry,
  reconsider,
  stream,
  valueLengthMax,
} from './hot-column.ts';
import { addRow, noRows, or, type Rows } from './rows.ts';
import type { Hits, Leaf, SegmentBlock, SegmentIndex } from './segment-index.ts';

/** A word: values that hold it, and rows where it stands in a value that is not listed. */
export interface Word {
  readonly entries: { readonly column: HotColumn; readonly entry: Entry }[];
  readonly rows: number[];
  /** It may be in the filter for rows that are not listed. */
  readonly partial: boolean;
}

/** The words of one text field. */
export interface Words {
  readonly field: string;
  readonly seed: number;
  readonly known: Map<string, Word>;
  streams: boolean;
}

/** A segment that grows. */
export interface HotSegment extends SegmentIndex {
  readonly rows: number;
  readonly bloom: Bloom;
  readonly wordsOf: ReadonlyMap<string, Words>;
  /** Adds the documents of one block; positions ascend from block to block. `analysis`: the index's settings as text. */
  add(block: Omit<SegmentBlock, 'start'>, documents: Iterable<Document>, mapping: Mapping, analysis: string): void;
  /** Covers positions up to this one, which have no documents of the segment. */
  skipTo(position: number): void;
  allColumns(): readonly HotColumn[];
}

/** A value of a column that hardly repeats is listed after all once it came this often, and a word of such values: */
const valueRepeats = 8;
const wordRepeats = 24;
const countBits = 20;

export function makeHotSegment(after: number): HotSegment {
  const state: State = {
    blocks: [],
    last: after,
    rows: 0,
    overflowed: false,
    bloom: makeBloom(),
    counts: new Uint8Array(1 << countBits),
    root: makeNode(''),
    columns: [],
    words: new Map(),
  };
  return {
    after,
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
    bloom: state.bloom,
    wordsOf: state.words,
    blocks: () => state.blocks,
    columns: (path) => state.columns.filter((column) => column.path === path),
    allColumns: () => state.columns,
    word: (field, term) => wordHits(state, field, term),
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

interface State {
  readonly blocks: SegmentBlock[];
  last: number;
  rows: number;
  overflowed: boolean;
  readonly bloom: Bloom;
  /** How often a hash was seen that is only in the filter, up to 255. */
  readonly counts: Uint8Array;
  readonly root: PathNode;
  readonly columns: HotColumn[];
  readonly words: Map<string, Words>;
}

/** One step of a path; the columns of its values by the mapping that made them. */
interface PathNode {
  readonly path: string;
  readonly children: Map<string, PathNode>;
  readonly columns: HotColumn[];
  readonly byMapping: WeakMap<Mapping, HotColumn>;
  mapping: Mapping | undefined;
  column: HotColumn | undefined;
}

interface Context {
  readonly state: State;
  readonly mapping: Mapping;
  readonly analysis: string;
  readonly index: number;
  row: number;
}

function makeNode(path: string): PathNode {
  return { path, children: new Map(), columns: [], byMapping: new WeakMap(), mapping: undefined, column: undefined };
}

function walk(context: Context, node: PathNode, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value === 'string') {
    const column = columnAt(context, node);
    if (column) addText(context, column, value);
  } else if (Array.isArray(value)) for (const item of value) walk(context, node, item);
  else if (typeof value === 'object') {
    const source = value as Document;
    for (const key in source) {
      let child = node.children.get(key);
      if (!child) {
        child = makeNode(node === context.state.root ? key : `${node.path}.${key}`);
        node.children.set(key, child);
      }
      walk(context, child, source[key]);
    }
  } else {
    const column = columnAt(context, node);
    if (column) addOther(context, column, value as Exclude<Leaf, string>);
  }
}

/** undefined beyond the bound of columns: the keys of a policy or a tag are an attacker's. */
function columnAt(context: Context, node: PathNode): HotColumn | undefined {
  if (node.mapping === context.mapping && node.column) {
    node.column.indices.add(context.index);
    return node.column;
  }
  let column = node.byMapping.get(context.mapping);
  if (!column) {
    const { state } = context;
    const plan = fieldPlan(context.mapping, node.path, context.analysis);
    // `{"a.b": 1}` and `{"a": {"b": 1}}` are two nodes of one path: each has its own column, and questions ask all of them.
    column = node.columns.find((one) => one.signature === plan.signature);
    if (!column && state.columns.length >= limits.segmentColumnsMax) {
      state.overflowed = true;
      return undefined;
    }
    if (!column) {
      column = makeHotColumn(node.path, plan, state.bloom);
      node.columns.push(column);
      state.columns.push(column);
    }
    node.byMapping.set(context.mapping, column);
  }
  node.mapping = context.mapping;
  node.column = column;
  column.indices.add(context.index);
  return column;
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
  let entry = column.values.get(value);
  if (entry === undefined) {
    const long = value.length > valueLengthMax;
    if (!long && !column.streams) entry = newEntry(state, column, value, false);
    else {
      const hash = textHash(value, column.seed);
      if (long || !repeats(state, hash, valueRepeats)) {
        stream(column, state.bloom, row, hash);
        addWords(context, column, value);
        return;
      }
      entry = newEntry(state, column, value, true);
    }
    reconsider(column);
  }
  entry.rows.push(row);
}

function addOther(context: Context, column: HotColumn, value: Exclude<Leaf, string>): void {
  const { row, state } = context;
  column.count++;
  if (column.instants) {
    addInstant(column, row, value);
    return;
  }
  addRow(column.presence, row);
  if (!column.plan.searchable) return;
  const text = scalarText(value);
  const entry = otherEntry(column, value);
  if (!entry) {
    markStreamed(column, row);
    addWords(context, column, text);
    return;
  }
  if (entry.rows.length === 0) linkWords(state, column, text, entry);
  entry.rows.push(row);
}

function newEntry(state: State, column: HotColumn, value: string, partial: boolean): Entry {
  const entry: Entry = { rows: [], partial };
  column.values.set(value, entry);
  linkWords(state, column, value, entry);
  return entry;
}

/** Counts what is only in the filter; true when it came often enough to be listed. */
function repeats({ counts }: State, hash: number, often: number): boolean {
  const at = hash & ((1 << countBits) - 1);
  const seen = counts[at] as number;
  if (seen < 255) counts[at] = seen + 1;
  return seen + 1 >= often;
}

function wordsOf(state: State, field: string): Words {
  let words = state.words.get(field);
  if (!words) {
    words = { field, seed: textHash(field, 1), known: new Map(), streams: false };
    state.words.set(field, words);
  }
  return words;
}

/** The words of a listed value point to its entry. */
function linkWords(state: State, column: HotColumn, value: string, entry: Entry): void {
  for (const field of column.plan.texts) {
    const words = wordsOf(state, field.path);
    for (const term of new Set(field.analyzer.analyze(value).map((token) => token.term))) {
      const word = words.known.get(term) ?? newWord(state, words, term);
      word.entries.push({ column, entry });
    }
  }
}

/** The words of a value that is not listed go to the filter, those that come often to their own lists. */
function addWords({ state, row }: Context, column: HotColumn, value: string): void {
  for (const field of column.plan.texts) {
    const words = wordsOf(state, field.path);
    words.streams = true;
    for (const { term } of field.analyzer.analyze(value)) {
      let word = words.known.get(term);
      if (!word) {
        const hash = textHash(term, words.seed);
        if (!repeats(state, hash, wordRepeats)) {
          addToBloom(state.bloom, hash, row);
          continue;
        }
        word = newWord(state, words, term);
      }
      if (word.rows[word.rows.length - 1] !== row) word.rows.push(row);
    }
  }
}

function newWord({ counts }: State, words: Words, term: string): Word {
  const seen = counts[textHash(term, words.seed) & ((1 << countBits) - 1)] as number;
  const word: Word = { entries: [], rows: [], partial: seen > 0 };
  words.known.set(term, word);
  return word;
}

function wordHits(state: State, field: string, term: string): Hits {
  const words = state.words.get(field);
  const sure: Rows = noRows();
  const word = words?.known.get(term);
  if (word) {
    for (const row of word.rows) addRow(sure, row);
    for (const { entry } of word.entries) for (const row of entry.rows) addRow(sure, row);
  }
  if (!words?.streams || (word && !word.partial)) return { sure, maybe: sure };
  return { sure, maybe: or(sure, filtered(state.bloom, textHash(asText(term), words.seed))) };
}
