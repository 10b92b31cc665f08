import type { RequiredTerms } from '../query/candidate.ts';
import type { Mapping } from '../query/mapping.ts';
import { fieldAt } from '../query/mapping.ts';
import type { Block } from './block.ts';

/** Says which rows of a block may match, by looking for bytes in the unparsed texts. */
export type RowFilter = (block: Block) => readonly number[] | 'all';

/**
 * The cheap half of a search: a term that a keyword field must hold stands in the JSON text as it is, so a text without it
 * need not be parsed. Used only where that is certain: plain keyword fields (no normalizer, no null_value, no alias), and
 * values that JSON need not escape. A client's text is kept letter for letter, and some clients escape what they need not
 * (`\/`, `\u0041`): rows with such escapes may hold anything.
 */
export function rowFilter(required: RequiredTerms, mapping: Mapping): RowFilter | undefined {
  if (required === 'none-known') return undefined;
  const sure = required.filter((term) => isPlainKeyword(mapping, term.field) && term.anyOf.every(isPlainText));
  if (sure.length === 0) return undefined;
  const needles = sure.map((term) => term.anyOf.map((value) => Buffer.from(value, 'latin1')));
  return (block) => {
    let rows: readonly number[] | 'all' = 'all';
    for (const anyOf of needles) {
      rows = rowsWith(block, anyOf, rows);
      if (rows.length === 0) break;
    }
    if (rows === 'all') return rows;
    const written = rowsWith(block, needlessEscapes, 'all');
    return written.length === 0 ? rows : [...new Set([...rows, ...written])].sort((a, b) => a - b);
  };
}

const needlessEscapes = [Buffer.from('\\/'), Buffer.from('\\u')];

/** One pass over the block's bytes a needle: the cost is that of a memory search, not of a call per row. */
function rowsWith(block: Block, anyOf: readonly Buffer[], among: readonly number[] | 'all'): readonly number[] {
  const found = new Set<number>();
  for (const needle of anyOf) {
    let at = block.bytes.indexOf(needle);
    while (at >= 0) {
      const row = rowAt(block, at);
      found.add(row);
      const end = block.rows[row]?.end ?? block.bytes.length;
      at = end >= block.bytes.length ? -1 : block.bytes.indexOf(needle, end);
    }
  }
  const kept = among === 'all' ? [...found] : among.filter((row) => found.has(row));
  return kept.sort((a, b) => a - b);
}

function rowAt(block: Block, offset: number): number {
  let low = 0;
  let high = block.rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((block.rows[middle]?.end ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Printable ASCII without the two characters that JSON escapes. The empty text stands everywhere, so it tells nothing; a
 * number is indexed as Java writes it (1000.0), which is not always how it stands in the JSON (1e3).
 */
function isPlainText(value: string): boolean {
  return /^[ !#-[\]-~]+$/.test(value) && !/^-?\d+(?:\.\d+)?(?:E-?\d+)?$/.test(value);
}

function isPlainKeyword(mapping: Mapping, path: string): boolean {
  const field = fieldAt(mapping, path);
  return field?.type === 'keyword' && !('normalizer' in field.parameters) && !('null_value' in field.parameters);
}
