import type { Field } from '../../query/field.ts';
import type { Pattern, TermBounds } from '../../query/lucene.ts';
import { addRow, noRows, or, type Rows } from './rows.ts';
import type { Hits, Likeness } from './segment-index.ts';
import { valueLengthMax } from './value-length.ts';
import { longText, orderOf } from './value-order.ts';

/** Of a field whose terms are whole values as they stand; undefined where a normalizer changes them, or nothing is known. */
export function patternLikeness(field: Field, { literals, of, syntax }: Pattern): Likeness | undefined {
  if (!literals || of || !standsAsItIs(field)) return undefined;
  const { texts, start } = literals;
  if (start === '') return texts.length === 0 ? undefined : { texts };
  return { texts, from: start, to: start + highest, ...(syntax === 'prefix' ? betweenOf(field) : {}) };
}

export function rangeLikeness(field: Field, { from, to }: TermBounds): Likeness | undefined {
  if (!standsAsItIs(field)) return undefined;
  return {
    texts: [],
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...betweenOf(field),
  };
}

/** A field that takes no value which is too long for it cannot be answered by places alone; longer ones than these have none. */
function betweenOf(field: Field): { readonly between?: true } {
  return field.kind !== 'keyword' || field.ignoreAbove >= valueLengthMax ? { between: true } : {};
}

/** Comes behind all that begins with what it is put to, as far as places can tell. */
const highest = '\u{10ffff}'.repeat(8);

function standsAsItIs(field: Field): boolean {
  return field.kind === 'flat_object' || (field.kind === 'keyword' && !field.normalizer);
}

/** Rows of hashed values, by their places among each other: which pass, and which may. */
export function rowsBetween(
  rows: ArrayLike<number>,
  { codes, prefix }: { readonly codes: ArrayLike<number>; readonly prefix: string },
  { from, to, between }: Likeness,
): Hits {
  const low = from === undefined ? -1 : orderOf(prefix, from);
  const high = to === undefined ? longText : orderOf(prefix, to);
  const sure = noRows();
  const maybe = noRows();
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] as number;
    if ((code < low || code > high) && code !== longText) continue;
    addRow(maybe, rows[at] as number);
    if (between && code > low && code < high) addRow(sure, rows[at] as number);
  }
  return { sure, maybe };
}

/** Rows with a listed value that passes, and what is known of the others. */
export function withUnlisted(listed: Rows, { sure, maybe }: Hits): Hits {
  return { sure: or(listed, sure), maybe: or(listed, maybe) };
}
