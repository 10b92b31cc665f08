import { limits } from '../base/limits.ts';
import { asciiLower } from './byte-text.ts';
import type { ConditionTest } from './condition-test.ts';
import type { Decoded } from './decoder.ts';
import type { Expression } from './expression.ts';
import { createLiteralIndex, type LiteralIndex } from './literal-index.ts';

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
 * names, sources and the like are few. Where many ask for words, in one field or in the whole text, a text is gone through once
 * for all of them (literal-index.ts). The answers are those of asking each.
 */
export function createChildren<Node extends { readonly tests: readonly ConditionTest[] }>(
  all: readonly Node[],
  options: { readonly indexed: boolean },
): Children<Node> {
  if (!options.indexed || all.length < indexedFrom) return { all, candidates: () => all };
  const { groups, unkeyed: rest } = plan(all);
  const { texts, unkeyed } = planTexts(all, rest);
  if (groups.length === 0 && !texts) return { all, candidates: () => all };
  return {
    all,
    candidates(decoded) {
      let places: readonly number[] = unkeyed;
      for (const group of groups) {
        const found = placesOf(group, decoded);
        if (found.length > 0) places = places.length === 0 ? found : merged(places, found);
      }
      if (texts) places = merged(places, texts(decoded.log));
      return places.map((place) => all[place] as Node);
    },
  };
}

/** Children by one field. */
interface Group {
  readonly read: ConditionTest['read'];
  /** Equal conditions are asked once. */
  readonly ways: Map<string, { readonly test: ConditionTest; readonly places: number[] }>;
  /** Places in `ways`, as their order is. */
  words: LiteralIndex | undefined;
  list: readonly { readonly test: ConditionTest; readonly places: readonly number[] }[];
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
    const group = groups.get(field) ?? emptyGroup(best.read);
    groups.set(field, group);
    const way = group.ways.get(best.key) ?? { test: best, places: [] };
    group.ways.set(best.key, way);
    way.places.push(place);
  }
  for (const group of groups.values()) {
    group.list = [...group.ways.values()];
    const expressions = group.list.map(({ test }) => expressionOf(test));
    if (expressions.every((one) => one !== undefined)) group.words = createLiteralIndex(expressions);
  }
  return { groups: [...groups.values()], unkeyed };
}

function emptyGroup(read: ConditionTest['read']): Group {
  return { read, ways: new Map(), words: undefined, list: [], known: new Map() };
}

function expressionOf({ condition }: ConditionTest): Expression | undefined {
  return condition.kind === 'field' || condition.kind === 'log' ? condition.test : undefined;
}

/** Of the children without a field to go by, those that ask for words in the event's text. */
function planTexts(
  all: readonly { readonly tests: readonly ConditionTest[] }[],
  places: readonly number[],
): { texts: ((log: string) => readonly number[]) | undefined; unkeyed: readonly number[] } {
  const asking = places.flatMap((place) => {
    const test = all[place]?.tests.find((one) => one.condition.kind === 'log' && !one.condition.test.negate);
    const expression = test && expressionOf(test);
    return expression ? [{ place, expression }] : [];
  });
  const index = createLiteralIndex(asking.map(({ expression }) => expression));
  if (!index) return { texts: undefined, unkeyed: places };
  const asked = new Set(asking.map(({ place }) => place));
  return {
    texts: (log) => [...index.candidates(log)].map((at) => asking[at]?.place as number),
    unkeyed: places.filter((place) => !asked.has(place)),
  };
}

/** The condition on the field by which the siblings differ most. */
function mostTelling(
  tests: readonly ConditionTest[],
  distinct: ReadonlyMap<string, ReadonlySet<string>>,
): ConditionTest | undefined {
  let best: ConditionTest | undefined;
  let most = 0;
  for (const test of tests) {
    if (fieldOf(test) === ' decoder') return test;
    const count = distinct.get(fieldOf(test) ?? '')?.size ?? 0;
    if (count > most) {
      most = count;
      best = test;
    }
  }
  return best;
}

/** A rule for another program is found by its decoder: none of them is asked for a JSON event. */
function fieldOf({ condition }: ConditionTest): string | undefined {
  if (condition.kind === 'decoder') return condition.name === 'json' ? undefined : ' decoder';
  return condition.kind === 'field' ? asciiLower(condition.name) : undefined;
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
  const ask = (way: Group['list'][number] | undefined): void => {
    if (way?.test.accepts(value, 0)) places.push(...way.places);
  };
  if (group.words && typeof value === 'string') for (const at of group.words.candidates(value)) ask(group.list[at]);
  else for (const way of group.list) ask(way);
  return places.sort((a, b) => a - b);
}

function merged(one: readonly number[], other: readonly number[]): readonly number[] {
  return [...one, ...other].sort((a, b) => a - b);
}
