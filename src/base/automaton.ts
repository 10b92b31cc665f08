import { limits } from './limits.ts';

/**
 * Regular expressions that cannot hang: Brzozowski derivatives with memoised states, so a text is read once, character
 * by character, whatever the pattern (complement and intersection included). Works on code points, over the whole text.
 */
export interface Automaton {
  /** Throws AutomatonTooLarge when the pattern needs more or larger states than limits.automatonStatesMax and automatonEffortMax allow. */
  test(text: string): boolean;
  readonly root: RegexNode;
}

/** The pattern would need too much memory. */
export class AutomatonTooLarge extends Error {}

/** A node of a pattern. Equal nodes of one builder are the same object. */
export interface RegexNode {
  readonly id: number;
  readonly nullable: boolean;
  readonly shape: Shape;
  readonly next: Map<number, RegexNode>;
}

type Shape =
  | { readonly kind: 'nothing' | 'empty' }
  | { readonly kind: 'set'; readonly ranges: readonly CharRange[]; readonly negated: boolean }
  | { readonly kind: 'concat'; readonly head: RegexNode; readonly tail: RegexNode }
  | { readonly kind: 'or' | 'and'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'not'; readonly inner: RegexNode }
  | { readonly kind: 'repeat'; readonly inner: RegexNode; readonly min: number; readonly max: number };

/** Code points, both ends included. */
export type CharRange = readonly [number, number];

/** Makes nodes; what a parser of some syntax calls. */
export interface RegexBuilder {
  readonly nothing: RegexNode;
  readonly empty: RegexNode;
  readonly anyChar: RegexNode;
  readonly anyText: RegexNode;
  set(ranges: readonly CharRange[], negated?: boolean): RegexNode;
  text(text: string): RegexNode;
  concat(head: RegexNode, tail: RegexNode): RegexNode;
  or(parts: readonly RegexNode[]): RegexNode;
  and(parts: readonly RegexNode[]): RegexNode;
  not(inner: RegexNode): RegexNode;
  /** `max` Infinity: without end. */
  repeat(inner: RegexNode, min: number, max: number): RegexNode;
  automaton(root: RegexNode): Automaton;
}

export function regexBuilder(): RegexBuilder {
  const known = new Map<string, RegexNode>();
  let effort = 0;
  const make = (key: string, nullable: boolean, shape: Shape, parts = 1): RegexNode => {
    let node = known.get(key);
    if (!node) {
      checkSize(known.size, effort);
      node = { id: known.size, nullable, shape, next: new Map() };
      known.set(key, node);
      effort += parts;
    }
    return node;
  };
  const nothing = make('0', false, { kind: 'nothing' });
  const empty = make('e', true, { kind: 'empty' });
  const set = (ranges: readonly CharRange[], negated = false): RegexNode =>
    ranges.length === 0 && !negated
      ? nothing
      : make(`s${negated ? '^' : ''}${ranges.join(';')}`, false, { kind: 'set', ranges, negated });
  const concat = (head: RegexNode, tail: RegexNode): RegexNode => {
    if (head === nothing || tail === nothing) return nothing;
    if (head === empty) return tail;
    if (tail === empty) return head;
    if (head.shape.kind === 'concat') return concat(head.shape.head, concat(head.shape.tail, tail));
    return make(`c${head.id},${tail.id}`, head.nullable && tail.nullable, { kind: 'concat', head, tail });
  };
  const not = (inner: RegexNode): RegexNode =>
    inner.shape.kind === 'not' ? inner.shape.inner : make(`n${inner.id}`, !inner.nullable, { kind: 'not', inner });
  const repeat = (inner: RegexNode, min: number, max: number): RegexNode => {
    if (max === 0 || inner === empty) return empty;
    if (inner === nothing) return min === 0 ? empty : nothing;
    if (min === 1 && max === 1) return inner;
    return make(`r${inner.id},${min},${max}`, min === 0 || inner.nullable, { kind: 'repeat', inner, min, max });
  };
  const anyChar = set([], true);
  const anyText = repeat(anyChar, 0, Number.POSITIVE_INFINITY);
  const combine = (kind: 'or' | 'and', nodes: readonly RegexNode[]): RegexNode => {
    const [zero, one] = kind === 'or' ? [nothing, anyText] : [anyText, nothing];
    const parts = new Set<RegexNode>();
    for (const node of nodes) {
      for (const part of node.shape.kind === kind ? node.shape.parts : [node]) {
        if (part === one) return one;
        if (part !== zero) parts.add(part);
      }
    }
    const sorted = [...parts].sort((a, b) => a.id - b.id);
    if (sorted.length <= 1) return sorted[0] ?? zero;
    const nullable = kind === 'or' ? sorted.some((part) => part.nullable) : sorted.every((part) => part.nullable);
    return make(`${kind}${sorted.map((part) => part.id)}`, nullable, { kind, parts: sorted }, sorted.length);
  };
  const builder: RegexBuilder = {
    nothing,
    empty,
    anyChar,
    anyText,
    set,
    text: (text) =>
      [...text].reduceRight((tail, char) => {
        const code = char.codePointAt(0) as number;
        return concat(set([[code, code]]), tail);
      }, empty),
    concat,
    or: (nodes) => combine('or', nodes),
    and: (nodes) => combine('and', nodes),
    not,
    repeat,
    automaton: (root) => ({ root, test: (text) => run(builder, root, text) }),
  };
  return builder;
}

function checkSize(states: number, effort: number): void {
  if (states < limits.automatonStatesMax && effort <= limits.automatonEffortMax) return;
  throw new AutomatonTooLarge('the pattern needs too many states');
}

function run(builder: RegexBuilder, root: RegexNode, text: string): boolean {
  let node = root;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) as number;
    if (code > 0xffff) at++;
    let next = node.next.get(code);
    if (!next) {
      next = derive(builder, node, code);
      // Texts of many scripts must not grow the table without end.
      if (node.next.size < limits.automatonEdgesMax) node.next.set(code, next);
    }
    if (next === builder.nothing) return false;
    if (next === builder.anyText) return true;
    node = next;
  }
  return node.nullable;
}

/** What is left of the pattern after one character. */
function derive(builder: RegexBuilder, node: RegexNode, code: number): RegexNode {
  const known = node.next.get(code);
  if (known) return known;
  const { shape } = node;
  switch (shape.kind) {
    case 'nothing':
    case 'empty':
      return builder.nothing;
    case 'set':
      return shape.ranges.some(([from, to]) => code >= from && code <= to) !== shape.negated
        ? builder.empty
        : builder.nothing;
    case 'concat': {
      const first = builder.concat(derive(builder, shape.head, code), shape.tail);
      return shape.head.nullable ? builder.or([first, derive(builder, shape.tail, code)]) : first;
    }
    case 'or':
      return builder.or(shape.parts.map((part) => derive(builder, part, code)));
    case 'and':
      return builder.and(shape.parts.map((part) => derive(builder, part, code)));
    case 'not':
      return builder.not(derive(builder, shape.inner, code));
    case 'repeat': {
      const rest = builder.repeat(shape.inner, Math.max(0, shape.min - 1), shape.max - 1);
      return builder.concat(derive(builder, shape.inner, code), rest);
    }
  }
}
