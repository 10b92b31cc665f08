import { limits } from './limits.ts';
import { wordBytes } from './pcre-class.ts';
import type { Program } from './pcre-program.ts';
import type { PcreAssertion } from './pcre-tree.ts';

/**
 * Whether a regular expression matches anywhere in a text of bytes, in time linear in the text: a deterministic automaton,
 * built as far as texts need it. 'too-hard' when building took more than limits.regexStepsMax steps for one text.
 */
export function automatonTest(program: Program): (text: string) => boolean | 'too-hard' {
  let states = new Map<string, State>();
  const stateOf = (places: readonly number[], before: Before): State => {
    const key = `${before} ${places.join()}`;
    let state = states.get(key);
    if (!state) {
      if (states.size >= statesMax) states = new Map();
      state = { places, before, after: new Array<State | undefined>(symbols) };
      states.set(key, state);
    }
    return state;
  };
  return (text) => {
    const work = { steps: 0 };
    let state = stateOf([], 'start');
    for (let index = 0; index <= text.length; index++) {
      const symbol = symbolAt(text, index);
      let next = state.after[symbol];
      if (!next) {
        next = step(program, state, symbol, work, stateOf);
        state.after[symbol] = next;
        if (work.steps > limits.regexStepsMax) return 'too-hard';
      }
      if (next === accepted) return true;
      state = next;
    }
    return false;
  };
}

/** States kept for one expression, some 2 KB each; beyond it they are built anew. */
const statesMax = 200;

/** Bytes, then the end of the text, then a newline that is the last byte. */
const endSymbol = 256;
const lastNewline = 257;
const symbols = 258;

/** What stands before the position, as far as assertions ask. */
type Before = 'start' | 'newline' | 'word' | 'other';

interface State {
  /** Instructions that wait for the next byte, sorted, before what needs no byte was followed. */
  readonly places: readonly number[];
  readonly before: Before;
  readonly after: (State | undefined)[];
}

const accepted: State = { places: [], before: 'other', after: [] };

function symbolAt(text: string, index: number): number {
  if (index === text.length) return endSymbol;
  const byte = text.charCodeAt(index);
  return byte === 0x0a && index === text.length - 1 ? lastNewline : byte;
}

function step(
  program: Program,
  state: State,
  symbol: number,
  work: { steps: number },
  stateOf: (places: readonly number[], before: Before) => State,
): State {
  const byte = symbol === lastNewline ? 0x0a : symbol;
  const reached = follow(program, state, symbol, work);
  if (reached === 'match') return accepted;
  const places = new Set<number>();
  for (const at of reached) {
    const instruction = program[at];
    if (instruction?.op === 'bytes' && instruction.set[byte] === 1) places.add(at + 1);
  }
  const before = byte === 0x0a ? 'newline' : wordBytes[byte] === 1 ? 'word' : 'other';
  return stateOf(
    [...places].sort((a, b) => a - b),
    before,
  );
}

/** The instructions that wait for a byte, from the state's and from the beginning: a match may begin anywhere. */
function follow(program: Program, state: State, symbol: number, work: { steps: number }): Set<number> | 'match' {
  const reached = new Set<number>();
  const seen = new Set<number>();
  const open = [0, ...state.places];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    work.steps++;
    const instruction = program[at];
    switch (instruction?.op) {
      case 'match':
        return 'match';
      case 'bytes':
        reached.add(at);
        break;
      case 'split':
        open.push(instruction.first, instruction.second);
        break;
      case 'jump':
        open.push(instruction.to);
        break;
      case 'assert':
        if (holds(instruction.what, state.before, symbol)) open.push(at + 1);
        break;
      default:
        open.push(at + 1);
    }
  }
  return reached;
}

function holds(what: PcreAssertion, before: Before, symbol: number): boolean {
  switch (what) {
    case 'text-start':
      return before === 'start';
    case 'line-start':
      return before === 'start' || (before === 'newline' && symbol !== endSymbol);
    case 'text-end':
      return symbol === endSymbol;
    case 'text-end-or-newline':
      return symbol === endSymbol || symbol === lastNewline;
    case 'line-end':
      return symbol === endSymbol || symbol === lastNewline || symbol === 0x0a;
    default: {
      const edge = (before === 'word') !== (symbol < 256 && wordBytes[symbol] === 1);
      return edge === (what === 'word-edge');
    }
  }
}
