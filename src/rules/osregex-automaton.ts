import { limits } from '../base/limits.ts';
import { lowerByte, type OsRegexAlternative, type OsRegexItem } from './osregex-pattern.ts';

/**
 * One alternative of an osregex over a text whose characters are bytes. Letters in comments name the steps of
 * specs/wazuh.md §7.2; the answer at the end of the text is `endsWell`.
 */
export function runAutomaton({ items, begin, end }: OsRegexAlternative, text: string): boolean | 'too-hard' {
  const state: State = { p: 0, i: 0, rep: false, ret: true, restart: -1, saved: [] };
  let steps = 0;
  for (; state.i < text.length; state.i++) {
    if (++steps > limits.regexStepsMax) return 'too-hard';
    // a
    if (state.p === items.length && !end) return state.ret;
    if (items[state.p]?.kind === 'marker') {
      state.p++;
      if (state.p === items.length && !end) return state.ret;
    }
    const item = items[state.p];
    const byte = text.charCodeAt(state.i);
    if (item?.kind === 'class') {
      // b
      const next = item.members[byte] === 1 ? take(items, item, byte, state) : refuse(items, item, end, state);
      if (next === 'match') return true;
      if (next === 'again') state.i--;
      if (next !== 'fail') continue;
    } else if (item && literalOf(item) === lowerByte(byte)) {
      // b'
      advance(state);
      continue;
    }
    // c
    const back = state.saved.pop();
    if (back) {
      state.p = back.p;
      state.i = back.i;
      continue;
    }
    if (begin) return false;
    if (state.restart >= 0) state.i = state.restart;
    state.restart = -1;
    state.p = 0;
    state.ret = false;
  }
  return state.ret && endsWell(items, state.p, state.rep);
}

interface State {
  /** Cursor in the pattern. */
  p: number;
  /** Cursor in the text. */
  i: number;
  /** The class under the cursor has matched before. */
  rep: boolean;
  /** An end of a match was seen. */
  ret: boolean;
  /** Where the present attempt began; -1 for none. */
  restart: number;
  /** Up to four places to go back to, the newest last. */
  readonly saved: { readonly p: number; readonly i: number }[];
}

type ClassItem = Extract<OsRegexItem, { kind: 'class' }>;

const savedMax = 4;

/** The byte belongs to the class. A repeated class that may hand over to the item after it does so at once. */
function take(items: readonly OsRegexItem[], item: ClassItem, byte: number, state: State): 'next' {
  if (item.quantifier === '') {
    advance(state);
    return 'next';
  }
  if (item.quantifier === '*') state.rep = true;
  if (!state.rep) state.rep = true;
  else {
    const after = items[state.p + 1]?.kind === 'marker' ? state.p + 2 : state.p + 1;
    const follower = items[after];
    if (!follower) return 'next';
    const target = jumpTarget(follower, after, byte);
    if (target >= 0) {
      if (follower.kind !== 'class') state.rep = false;
      if (state.saved.length < savedMax) state.saved.push({ p: state.p, i: state.i });
      state.p = target;
    }
  }
  state.ret = true;
  return 'next';
}

/** The byte does not belong to the class: the end of the match, the same byte for the next item, or a failure. */
function refuse(
  items: readonly OsRegexItem[],
  item: ClassItem,
  end: boolean,
  state: State,
): 'match' | 'again' | 'fail' {
  if (state.p === items.length - 1 && state.rep && state.ret) {
    if (!end) return 'match';
  } else if ((item.quantifier === '+' && state.rep) || item.quantifier === '*') {
    if (item.quantifier === '*') state.ret = true;
    state.p++;
    state.rep = false;
    return 'again';
  }
  state.rep = false;
  return 'fail';
}

function advance(state: State): void {
  state.p++;
  if (state.restart < 0) state.restart = state.i;
  state.ret = true;
}

/** Where a repeated class may jump when the item after it takes the byte, or -1: past a single item, onto a quantified one. */
function jumpTarget(next: OsRegexItem, at: number, byte: number): number {
  if (next.kind !== 'class') return literalOf(next) === lowerByte(byte) ? at + 1 : -1;
  if (next.members[byte] !== 1) return -1;
  return next.quantifier === '' ? at + 1 : at;
}

/** What of a pattern may be left over at the end of the text. */
function endsWell(items: readonly OsRegexItem[], p: number, rep: boolean): boolean {
  const done = (at: number): boolean =>
    at === items.length || (at === items.length - 1 && items[at]?.kind === 'marker');
  const starred = (at: number): boolean => {
    const item = items[at];
    return item?.kind === 'class' && item.quantifier === '*' && done(at + 1);
  };
  if (done(p) || starred(p)) return true;
  const item = items[p];
  return rep && item?.kind === 'class' && item.quantifier !== '' && (done(p + 1) || starred(p + 1));
}

/** A second marker in a row is compared like the byte `(`: adjacent groups therefore never match. */
function literalOf(item: OsRegexItem): number {
  return item.kind === 'literal' ? item.byte : 0x28;
}
