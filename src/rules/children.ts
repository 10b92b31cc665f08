import type { Decoded } from './decoder.ts';

/** The rules below a rule, in order. */
export interface Children<Node> {
  readonly all: readonly Node[];
  /** Those that may match the event, in order: the others cannot. */
  candidates(decoded: Decoded): readonly Node[];
}

export function createChildren<Node>(all: readonly Node[], _planting: unknown): Children<Node> {
  return { all, candidates: () => all };
}
