import { type AddressBlock, addressText, inBlock, notOfTheInternet, parseBlocks } from './policy-address.ts';
import { type Condition, holds } from './policy-condition.ts';
import { compilePattern, type Pattern, type Resolve } from './policy-pattern.ts';
import { type Effort, findText, type TextWish } from './policy-witness.ts';
import type { Said } from './stranger.ts';

/** A condition, and whether it has to hold or to fail. */
export interface KeyWish {
  readonly condition: Condition;
  readonly hold: boolean;
  readonly resolve: Resolve | undefined;
}

/** What a stranger never says of a key. */
export interface Forbidden {
  readonly texts: readonly Pattern[];
  readonly blocks: readonly AddressBlock[];
}

/**
 * What a request could say of one key so that all wishes come true: its values, or `absent`; undefined when nothing would do.
 * A handful of candidates is enough: between two bounds that the conditions name, all values are alike.
 */
export function findValues(
  wishes: readonly KeyWish[],
  said: Said,
  forbidden: Forbidden,
  effort: Effort,
): readonly string[] | 'absent' | undefined {
  const fulfils = (given: readonly string[] | undefined): boolean =>
    wishes.every(({ condition, hold, resolve }) => holds(condition, given, resolve) === hold);
  if (said.absent && fulfils(undefined)) return 'absent';
  const candidates = said.values === 'any' ? candidatesOf(wishes, said, forbidden, effort) : said.values;
  const single = candidates.find((value) => fulfils([value]));
  if (single !== undefined) return [single];
  if (said.values !== 'any' || !wishes.some(({ condition }) => condition.quantifier)) return undefined;
  for (const first of candidates) {
    for (const second of candidates) if (fulfils([first, second])) return [first, second];
  }
  return undefined;
}

function candidatesOf(wishes: readonly KeyWish[], said: Said, forbidden: Forbidden, effort: Effort): readonly string[] {
  const compared = new Set(wishes.map(({ condition }) => condition.operator.compares));
  const typed = said.holds !== undefined && !compared.has('text') && !compared.has('arn');
  const candidates: string[] = [];
  if (compared.has('text') || compared.has('arn') || (!typed && [...compared].every((one) => one === 'presence'))) {
    candidates.push(...texts(wishes, forbidden, effort));
  }
  if (compared.has('address') || (typed && said.holds === 'address'))
    candidates.push(...addresses(wishes, forbidden.blocks));
  if (typed && said.holds === 'date') candidates.push('2026-01-01T00:00:00.000Z');
  for (const { condition } of wishes) {
    const { compares } = condition.operator;
    if (compares === 'number') candidates.push(...condition.values.flatMap(aroundNumber), '0');
    else if (compares === 'date') candidates.push(...condition.values.flatMap(aroundDate));
    else if (compares === 'boolean') candidates.push('true', 'false');
    else if (compares === 'binary') candidates.push(...condition.values);
  }
  return candidates.slice(0, candidatesMax);
}

function texts(wishes: readonly KeyWish[], forbidden: Forbidden, effort: Effort): readonly string[] {
  const never: TextWish = { patterns: forbidden.texts, match: false };
  const asking = wishes.filter(({ condition: { operator } }) => isText(operator.compares));
  const wanted = asking.map(textWish);
  // Each alone as well: a key of several values may need one value for each.
  const sets = [wanted, ...(asking.some(({ condition }) => condition.quantifier) ? wanted.map((wish) => [wish]) : [])];
  return sets.flatMap((set) => findText([...set, never, notEmpty], effort) ?? []);
}

/** Pairs of these are tried for keys of several values. */
const candidatesMax = 200;
const notEmpty: TextWish = { patterns: [{ codes: [], fold: false }], match: false };

function isText(compares: string): boolean {
  return compares === 'text' || compares === 'arn';
}

/** For one value: a negated condition holds where no pattern matches. */
function textWish({ condition, hold, resolve }: KeyWish): TextWish {
  const { operator, values } = condition;
  const options = {
    wild: operator.wild ?? false,
    fold: operator.fold ?? false,
    arn: operator.compares === 'arn',
    resolve,
  };
  return {
    patterns: values.flatMap((value) => compilePattern(value, options) ?? []),
    match: hold !== operator.negated,
  };
}

/** Membership changes only at the ends of blocks: their first addresses and those behind their last are enough. */
function addresses(wishes: readonly KeyWish[], forbidden: readonly AddressBlock[]): readonly string[] {
  const blocks = wishes.flatMap(({ condition }) => condition.values.flatMap((value) => parseBlocks(value) ?? []));
  const ends = [...blocks, ...forbidden, ...notOfTheInternet].flatMap(({ v6, from, to }) => [
    { v6, value: from },
    { v6, value: to + 1n },
  ]);
  const inside = ends.filter(({ v6, value }) => value < 1n << (v6 ? 128n : 32n));
  return [{ v6: false, value: 0x08080808n }, { v6: true, value: 0x2a00n << 112n }, ...inside]
    .filter((address) => !forbidden.some((block) => inBlock(block, address)))
    .map(addressText);
}

function aroundNumber(text: string): readonly string[] {
  const value = Number(text);
  return Number.isFinite(value) ? [value - 1, value, value + 1].map(String) : [];
}

function aroundDate(text: string): readonly string[] {
  const value = Date.parse(text);
  const instant = Number.isNaN(value) ? Number(text) * 1000 : value;
  return Math.abs(instant) < 8e15 ? [-1000, 0, 1000].map((by) => new Date(instant + by).toISOString()) : [];
}
