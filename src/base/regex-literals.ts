import type { CharRange, RegexNode } from './automaton.ts';

/**
 * Texts that every match of a pattern must hold: of each list at least one. Empty where nothing is known. Like the literals that
 * a code search looks up before it asks the expression: what lacks them cannot match, what has them need not.
 */
export type Literals = readonly (readonly string[])[];

/** Alternatives of one list: more say too little. */
const alternativesMax = 16;
/** Characters of one text: longer ones tell no more. */
const lengthMax = 64;

export function literalsOf(root: RegexNode): Literals {
  const { exact, needs } = textsOf(root);
  return exact ? added(needs, exact) : needs;
}

interface Texts {
  /** All texts that match, where they are few. */
  readonly exact?: readonly string[];
  readonly needs: Literals;
}

const unknown: Texts = { needs: [] };

function textsOf(node: RegexNode): Texts {
  const { shape } = node;
  switch (shape.kind) {
    case 'empty':
      return { exact: [''], needs: [] };
    case 'set':
      return shape.negated ? unknown : setTexts(shape.ranges);
    case 'concat':
      return concatTexts(node);
    case 'or':
      return unionTexts(shape.parts.map(textsOf));
    case 'and':
      return { needs: shape.parts.flatMap(literalsOf) };
    case 'repeat':
      return shape.min > 0 ? { needs: literalsOf(shape.inner) } : unknown;
    default:
      return unknown;
  }
}

function setTexts(ranges: readonly CharRange[]): Texts {
  const chars: string[] = [];
  for (const [from, to] of ranges) {
    if (chars.length + to - from >= alternativesMax) return unknown;
    for (let code = from; code <= to; code++) chars.push(String.fromCodePoint(code));
  }
  return { exact: chars, needs: [] };
}

/** Neighbours that are known letter for letter make one longer text. */
function concatTexts(root: RegexNode): Texts {
  let needs: Literals = [];
  let run: readonly string[] = [''];
  let exact = true;
  for (let node: RegexNode | undefined = root; node; ) {
    const { shape }: RegexNode = node;
    const part = textsOf(shape.kind === 'concat' ? shape.head : node);
    node = shape.kind === 'concat' ? shape.tail : undefined;
    if (part.exact && fits(run, part.exact)) {
      run = run.flatMap((start) => (part.exact ?? []).map((end) => start + end));
      continue;
    }
    needs = [...added(needs, run), ...part.needs];
    run = part.exact ?? [''];
    exact = false;
  }
  return exact ? { exact: run, needs } : { needs: added(needs, run) };
}

function fits(starts: readonly string[], ends: readonly string[]): boolean {
  return starts.length * ends.length <= alternativesMax && starts.every((start) => start.length < lengthMax);
}

/** One list that is met whichever part matches. */
function unionTexts(parts: readonly Texts[]): Texts {
  const exact = parts.flatMap((part) => part.exact ?? []);
  if (parts.every((part) => part.exact) && exact.length <= alternativesMax) return { exact, needs: [] };
  const lists = parts.map((part) => bestOf(part.exact ? added(part.needs, part.exact) : part.needs));
  const all = lists.flatMap((list) => list ?? []);
  return lists.every((list) => list) && all.length <= alternativesMax ? { needs: [all] } : unknown;
}

/** The list whose shortest text is longest: it tells most apart. */
export function bestOf(needs: Literals): readonly string[] | undefined {
  const shortest = (list: readonly string[]): number => Math.min(...list.map((text) => text.length));
  return needs.toSorted((a, b) => shortest(b) - shortest(a))[0];
}

function added(needs: Literals, list: readonly string[]): Literals {
  return list.length === 0 || list.includes('') ? needs : [...needs, list];
}
