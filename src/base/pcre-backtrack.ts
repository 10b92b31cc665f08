import { limits } from './limits.ts';
import { type ByteSet, wordBytes } from './pcre-class.ts';
import type { CompiledProgram, Instruction, Program } from './pcre-program.ts';
import type { PcreAssertion } from './pcre-tree.ts';

/**
 * Whether an expression that is not regular (look-around, references, atomic groups) matches anywhere in a text of bytes:
 * tries one way after the other, at most limits.regexStepsMax steps a text; then 'too-hard'.
 */
export function backtrackTest(
  compiled: CompiledProgram,
  first: ByteSet | undefined,
): (text: string) => boolean | 'too-hard' {
  return (text) => {
    const run: Run = { text, steps: 0 };
    for (let start = 0; start <= text.length; start++) {
      if (first && (start === text.length || first[text.charCodeAt(start)] !== 1)) continue;
      const end = follow(compiled.program, start, new Array<number>(compiled.registers).fill(-1), run);
      if (run.steps > limits.regexStepsMax) return 'too-hard';
      if (end >= 0) return true;
    }
    return false;
  };
}

interface Run {
  readonly text: string;
  steps: number;
}

/** Runs a program from a position: where its match ends, or -1. Registers hold what the match captured. */
function follow(program: Program, start: number, registers: number[], run: Run): number {
  /** Pairs: a place and a position to go back to, or -1 − register and the value it had. */
  const back: number[] = [];
  let place = 0;
  let position = start;
  for (;;) {
    if (++run.steps > limits.regexStepsMax) return -1;
    const instruction = program[place] as Instruction;
    if (instruction.op === 'match') return position;
    if (instruction.op === 'split') {
      back.push(instruction.second, position);
      place = instruction.first;
      continue;
    }
    if (instruction.op === 'jump') {
      place = instruction.to;
      continue;
    }
    if (instruction.op === 'progress') {
      place = registers[instruction.register] === position ? instruction.leave : place + 1;
      continue;
    }
    position = advance(instruction, position, registers, back, run);
    place++;
    while (position < 0) {
      const at = back.pop();
      const to = back.pop();
      if (at === undefined || to === undefined) return -1;
      if (to < 0) registers[-1 - to] = at;
      else {
        place = to;
        position = at;
      }
    }
  }
}

type Simple = Exclude<Instruction, { op: 'match' | 'split' | 'jump' | 'progress' }>;

/** The position after an instruction, or -1 when it fails. */
function advance(instruction: Simple, position: number, registers: number[], back: number[], run: Run): number {
  const { text } = run;
  switch (instruction.op) {
    case 'bytes':
      return position < text.length && instruction.set[text.charCodeAt(position)] === 1 ? position + 1 : -1;
    case 'assert':
      return holds(instruction.what, text, position) ? position : -1;
    case 'save':
      save(instruction.register, position, registers, back);
      return position;
    case 'reference':
      return afterReference(instruction.index, instruction.caseless, position, registers, text);
    case 'atomic':
      return inside(instruction.program, position, registers, back, run);
    case 'look': {
      const found = instruction.ways.some((way) => {
        const from = position - way.back;
        if (from < 0) return false;
        if (instruction.negative) return follow(way.program, from, [...registers], run) >= 0;
        return inside(way.program, from, registers, back, run) >= 0;
      });
      return found !== instruction.negative ? position : -1;
    }
  }
}

/** Runs a part that is never entered again; what it captured stays until the way back is taken. */
function inside(program: Program, position: number, registers: number[], back: number[], run: Run): number {
  const own = [...registers];
  const end = follow(program, position, own, run);
  if (end >= 0) {
    for (const [register, value] of own.entries()) {
      if (registers[register] !== value) save(register, value, registers, back);
    }
  }
  return end;
}

function save(register: number, value: number, registers: number[], back: number[]): void {
  back.push(-1 - register, registers[register] ?? -1);
  registers[register] = value;
}

/** A reference to a group that took no part fails. */
function afterReference(index: number, caseless: boolean, position: number, registers: number[], text: string): number {
  const from = registers[2 * index] ?? -1;
  const to = registers[2 * index + 1] ?? -1;
  if (from < 0 || to < from) return -1;
  const wanted = text.slice(from, to);
  const found = text.slice(position, position + wanted.length);
  const same = caseless ? wanted.toLowerCase() === found.toLowerCase() : wanted === found;
  return same ? position + wanted.length : -1;
}

function holds(what: PcreAssertion, text: string, position: number): boolean {
  const atEnd = position === text.length;
  switch (what) {
    case 'text-start':
      return position === 0;
    case 'line-start':
      return position === 0 || (text[position - 1] === '\n' && !atEnd);
    case 'text-end':
      return atEnd;
    case 'text-end-or-newline':
      return atEnd || (position === text.length - 1 && text[position] === '\n');
    case 'line-end':
      return atEnd || text[position] === '\n';
    default: {
      const edge = isWord(text, position - 1) !== isWord(text, position);
      return edge === (what === 'word-edge');
    }
  }
}

function isWord(text: string, position: number): boolean {
  return position >= 0 && position < text.length && wordBytes[text.charCodeAt(position)] === 1;
}
