import { limits } from '../base/limits.ts';
import { asciiLower } from './byte-text.ts';
import type { ConditionTest } from './condition-test.ts';
import type { Decoded } from './decoder.ts';

/** The rules below a rule, in order. */
export interface Children<Node> {
  readonly all: readonly Node[];
  /** Those that may match the event, in order: the others cannot. */
  candidates(decoded: Decoded): readonly Node[];
}

/** Fewer siblings are asked one by one: that costs less than looking them up. */
const indexedFrom = 4;

/**
 * Finds the children that an event can match without asking each of them. Every child with a condition on a field goes under
 * one such field, and which children a value of the field satisfies is worked out once and remembered by the value: event
 * names, sources and the like are few. Nothing is guessed from the pattern, so the answers are those of asking each.
 */
export function createChildren<Node extends { readonly tests: readonly ConditionTest[] }>(
  all: readonly Node[],
  options: { readonly indexed: boolean },
): Children<Node> {
  if (!options.indexed || all.length < indexedFrom) return { all, candidates: () => all };
  const { groups, unkeyed } = plan(all);
  if (groups.length === 0) return { all, candidates: () => all };
  return {
    all,
    candidates(decoded) {
      let places: readonly number[] = unkeyed;
      for (const group of groups) {
        const found = placesOf(group, decoded);
        if (found.length > 0) places = places.length === 0 ? found : merged(places, found);
      }
      return places.map((place) => all[place] as Node);
    },
  };
}

/** Children by one field. */
interface Group {
  readonly read: ConditionTest['read'];
  /** Equal conditions are asked once. */
  readonly ways: Map<string, { readonly test: ConditionTest; readonly places: number[] }>;
  /** Value → places of the children it satisfies, ascending. */
  readonly known: Map<string, readonly number[]>;
}

function plan(all: readonly { readonly tests: readonly ConditionTest[] }[]): { groups: Group[]; unkeyed: number[] } {
  const distinct = new Map<string, Set<string>>();
  for (const { tests } of all) {
    for (const test of tests) {
      const key = fieldOf(test);
      if (key !== undefined) distinct.set(key, (distinct.get(key) ?? new Set()).add(test.key));
    }
  }
  const groups = new Map<string, Group>();
  const unkeyed: number[] = [];
  for (const [place, { tests }] of all.entries()) {
    const best = mostTelling(tests, distinct);
    const field = best && fieldOf(best);
    if (!best || field === undefined) {
      unkeyed.push(place);
      continue;
    }
    const group = groups.get(field) ?? { read: best.read, ways: new Map(), known: new Map() };
    groups.set(field, group);
    const way = group.ways.get(best.key) ?? { test: best, places: [] };
    group.ways.set(best.key, way);
    way.places.push(place);
  }
  return { groups: [...groups.values()], unkeyed };
}

/** The condition on the field by which the siblings differ most. */
function mostTelling(
  tests: readonly ConditionTest[],
  distinct: ReadonlyMap<string, ReadonlySet<string>>,
): ConditionTest | undefined {
  let best: ConditionTest | undefined;
  let most = 0;
  for (const test of tests) {
    const count = distinct.get(fieldOf(test) ?? '')?.size ?? 0;
    if (count > most) {
      most = count;
      best = test;
    }
  }
  return best;
}

function fieldOf(test: ConditionTest): string | undefined {
  return test.condition.kind === 'field' ? asciiLower(test.condition.name) : undefined;
}

/** An absent field satisfies nobody, negated or not. */
function placesOf(group: Group, decoded: Decoded): readonly number[] {
  const value = group.read(decoded, 0);
  if (value === undefined) return [];
  if (typeof value !== 'string' || value.length > limits.ruleIndexValueMax) return workOut(group, value);
  let places = group.known.get(value);
  if (!places) {
    places = workOut(group, value);
    if (group.known.size >= limits.ruleIndexValuesMax) group.known.clear();
    group.known.set(value, places);
  }
  return places;
}

function workOut(group: Group, value: string | readonly string[]): readonly number[] {
  const places: number[] = [];
  for (const way of group.ways.values()) {
    if (way.test.accepts(value, 0)) places.push(...way.places);
  }
  return places.sort((a, b) => a - b);
}

function merged(one: readonly number[], other: readonly number[]): readonly number[] {
  return [...one, ...other].sort((a, b) => a - b);
}
