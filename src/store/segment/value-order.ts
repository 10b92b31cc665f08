import { compareTerms } from '../../query/lucene-match.ts';
import { push32, type Words32, words32 } from './growing.ts';

/**
 * Where values that are only hashed stand among each other: of each text 24 bits that ascend as texts do, made of four characters
 * behind what the column's first texts begin with. Aggregations find by them which of a million values come first, and read those.
 */
export interface ValueOrders {
  /** Of each text that was added, in that order; of the first ones once `prefix` is known. */
  readonly codes: Words32;
  /** Undefined until enough texts came. */
  prefix: string | undefined;
  readonly first: string[];
}

/** Of texts that are too long to be listed: they have no place. */
export const longText = 0xffffff;
/** Behind all that begin with the prefix. */
const behind = 0xfffffe;

/** Texts that are looked at to find what all begin with. */
const sampleSize = 64;
const prefixMax = 200;

export function makeValueOrders(): ValueOrders {
  return { codes: words32(8), prefix: undefined, first: [] };
}

/** `long`: the text is beyond the length of values that are listed. */
export function addOrder(orders: ValueOrders, text: string, long: boolean): void {
  const { codes, first, prefix } = orders;
  if (prefix !== undefined) {
    push32(codes, long ? longText : orderOf(prefix, text));
    return;
  }
  push32(codes, long ? longText : 0);
  first.push(long ? '' : text);
  if (first.length < sampleSize) return;
  const whole = wholeOrders(orders);
  codes.data.set(whole.codes);
  orders.prefix = whole.prefix;
  first.length = 0;
}

/** All that was added so far. */
export function wholeOrders({ codes, first, prefix }: ValueOrders): {
  readonly codes: Uint32Array;
  readonly prefix: string;
} {
  const known = codes.data.subarray(0, codes.count);
  if (prefix !== undefined) return { codes: known, prefix };
  const common = commonPrefix(first.filter((_, at) => known[at] !== longText));
  const of = (code: number, at: number): number => (code === longText ? code : orderOf(common, first[at] ?? ''));
  return { codes: known.map(of), prefix: common };
}

/** The place of a text in a column with this prefix. */
export function orderOf(prefix: string, text: string): number {
  if (!text.startsWith(prefix)) return compareTerms(text, prefix) < 0 ? 0 : behind;
  let code = 0;
  let at = prefix.length;
  // What follows a character counts only where no other one has its class.
  for (let single = true, end = at + characters; at < end; at++) {
    const one: number = single && at < text.length ? classOf(text.charCodeAt(at)) : 0;
    single = isSingle[one] === 1;
    code = at === end - 1 ? code * lastClasses + Math.floor((one * lastClasses) / classCount) : code * classCount + one;
  }
  return code;
}

/** No text with this place, or a later one, comes before what is answered. */
export function leastText(prefix: string, order: number): string {
  if (order === 0) return '';
  let text = prefix;
  const three = Math.floor(order / lastClasses);
  const ones = [
    Math.floor(three / classCount ** 2),
    Math.floor(three / classCount) % classCount,
    three % classCount,
    Math.ceil(((order % lastClasses) * classCount) / lastClasses),
  ];
  for (const one of order < behind ? ones : []) {
    if (one === 0) break;
    text += String.fromCharCode(leastOfClass[one] as number);
    if (isSingle[one] === 0) break;
  }
  return text;
}

/** Digits and letters have a class each, what lies before, between and behind them shares four; the end of a text comes first. */
const classCount = 66;
const characters = 4;
/** Of the last character, neighbours share a class, so that all fit into 24 bits. */
const lastClasses = 58;

function classOf(code: number): number {
  return code < 128 ? (classes[code] as number) : classCount - 1;
}

const classes = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code < 48) return 0;
  if (code < 65) return Math.min(11, code - 47);
  if (code < 97) return Math.min(38, code - 53);
  return Math.min(65, code - 58);
});

const shared: readonly number[] = [0, 11, 38, 65];

const isSingle = Uint8Array.from({ length: classCount }, (_, one) => (shared.includes(one) ? 0 : 1));

const leastOfClass = Array.from({ length: classCount }, (_, one) => classes.indexOf(one));

function commonPrefix(texts: readonly string[]): string {
  const [first = ''] = texts;
  let length = Math.min(first.length, prefixMax);
  for (const text of texts) {
    let at = 0;
    while (at < length && text.charCodeAt(at) === first.charCodeAt(at)) at++;
    length = at;
  }
  // Half of a pair is no text.
  if (length > 0 && (first.charCodeAt(length - 1) & 0xfc00) === 0xd800) length--;
  return first.slice(0, length);
}
