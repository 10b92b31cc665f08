import type { ByteSet } from './pcre-class.ts';
import { fixedLength, type PcreAssertion, type PcreNode } from './pcre-tree.ts';

/** An instruction; unless it says where, the next one follows. */
export type Instruction =
  | { readonly op: 'bytes'; readonly set: ByteSet }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'assert'; readonly what: PcreAssertion }
  /** Puts the position into a register. */
  | { readonly op: 'save'; readonly register: number }
  /** Goes on behind the loop when nothing was consumed since the register was saved: a loop over nothing ends. */
  | { readonly op: 'progress'; readonly register: number; leave: number }
  | { readonly op: 'reference'; readonly index: number; readonly caseless: boolean }
  | { readonly op: 'atomic'; readonly program: Program }
  | { readonly op: 'look'; readonly negative: boolean; readonly ways: readonly Way[] }
  | { readonly op: 'match' };

export type Program = readonly Instruction[];

/** A look-ahead (`back` 0) or one alternative of a look-behind, begun `back` bytes earlier. */
export interface Way {
  readonly program: Program;
  readonly back: number;
}

export interface CompiledProgram {
  readonly program: Program;
  readonly registers: number;
}

/** Repeats are written out; beyond this the expression is refused. */
const instructionsMax = 10_000;

/** Translates a parsed expression; answers as text what cannot be translated. */
export function buildProgram(node: PcreNode, captures: number): CompiledProgram | string {
  const build: Build = { registers: 2 * (captures + 1), instructions: 0, wrong: undefined };
  const program = programOf(node, build);
  return build.wrong ?? { program, registers: build.registers };
}

interface Build {
  registers: number;
  instructions: number;
  wrong: string | undefined;
}

function programOf(node: PcreNode, build: Build): Program {
  const code: Instruction[] = [];
  emit(node, code, build);
  code.push({ op: 'match' });
  return code;
}

function emit(node: PcreNode, code: Instruction[], build: Build): void {
  if (++build.instructions > instructionsMax) build.wrong ??= 'is too large when its repeats are written out';
  if (build.wrong !== undefined) return;
  switch (node.kind) {
    case 'empty':
      return;
    case 'bytes':
      code.push({ op: 'bytes', set: node.set });
      return;
    case 'assert':
      code.push({ op: 'assert', what: node.what });
      return;
    case 'reference':
      code.push({ op: 'reference', index: node.index, caseless: node.caseless });
      return;
    case 'sequence':
      for (const part of node.parts) emit(part, code, build);
      return;
    case 'choice':
      emitChoice(node.parts, code, build);
      return;
    case 'capture':
      code.push({ op: 'save', register: 2 * node.index });
      emit(node.inner, code, build);
      code.push({ op: 'save', register: 2 * node.index + 1 });
      return;
    case 'atomic':
      code.push({ op: 'atomic', program: programOf(node.inner, build) });
      return;
    case 'look':
      code.push({ op: 'look', negative: node.negative, ways: waysOf(node, build) });
      return;
    case 'repeat':
      emitRepeat(node, code, build);
  }
}

function emitChoice(parts: readonly PcreNode[], code: Instruction[], build: Build): void {
  const jumps: { op: 'jump'; to: number }[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      emit(part, code, build);
      break;
    }
    const split = { op: 'split' as const, first: code.length + 1, second: 0 };
    code.push(split);
    emit(part, code, build);
    const jump = { op: 'jump' as const, to: 0 };
    jumps.push(jump);
    code.push(jump);
    split.second = code.length;
  }
  for (const jump of jumps) jump.to = code.length;
}

function emitRepeat(node: Extract<PcreNode, { kind: 'repeat' }>, code: Instruction[], build: Build): void {
  const { inner, min, max, lazy } = node;
  for (let times = 0; times < min && build.wrong === undefined; times++) emit(inner, code, build);
  if (max === Number.POSITIVE_INFINITY) {
    const split = branch(code, lazy);
    const length = fixedLength(inner);
    const register = length !== undefined && length > 0 ? undefined : build.registers++;
    if (register !== undefined) code.push({ op: 'save', register });
    emit(inner, code, build);
    const progress = register === undefined ? undefined : { op: 'progress' as const, register, leave: 0 };
    if (progress) code.push(progress);
    code.push({ op: 'jump', to: split.at });
    split.leave(code.length);
    if (progress) progress.leave = code.length;
    return;
  }
  const splits = [];
  for (let times = min; times < max && build.wrong === undefined; times++) {
    splits.push(branch(code, lazy));
    emit(inner, code, build);
  }
  for (const split of splits) split.leave(code.length);
}

/** A split into what follows and a place that `leave` names, in the order that greed wants. */
function branch(code: Instruction[], lazy: boolean): { readonly at: number; leave(to: number): void } {
  const at = code.length;
  const split = { op: 'split' as const, first: at + 1, second: at + 1 };
  code.push(split);
  return {
    at,
    leave(to) {
      if (lazy) split.first = to;
      else split.second = to;
    },
  };
}

function waysOf(node: Extract<PcreNode, { kind: 'look' }>, build: Build): readonly Way[] {
  if (!node.behind) return [{ program: programOf(node.inner, build), back: 0 }];
  const inner = node.inner.kind === 'choice' ? node.inner.parts : [node.inner];
  return inner.map((part) => {
    const back = fixedLength(part);
    if (back === undefined) build.wrong ??= 'has a look-behind whose length is not fixed';
    return { program: programOf(part, build), back: back ?? 0 };
  });
}
