/**
 * True when `text` is at most `edits` (0–2) changes away from `word`: a character put in, left out, replaced or, with
 * `transpositions`, two neighbours swapped. The first `prefixLength` characters must be equal. Code points count.
 */
export function withinEdits(
  word: readonly number[],
  text: readonly number[],
  edits: number,
  prefixLength: number,
  transpositions: boolean,
): boolean {
  if (Math.abs(word.length - text.length) > edits) return false;
  for (let at = 0; at < Math.min(prefixLength, word.length); at++) if (word[at] !== text[at]) return false;
  // Row by row, only the columns that lie within `edits` of the diagonal: others cost more.
  const width = 2 * edits + 1;
  const far = edits + 1;
  let before = new Array<number>(width).fill(far);
  let last = Array.from({ length: width }, (_, at) => (at < edits ? far : at - edits));
  for (let row = 1; row <= word.length; row++) {
    const current = new Array<number>(width).fill(far);
    let least = far;
    for (let at = 0; at < width; at++) {
      const column = row - edits + at;
      if (column < 0 || column > text.length) continue;
      let cost = column === 0 ? row : (last[at] as number) + (word[row - 1] === text[column - 1] ? 0 : 1);
      if (column > 0 && at > 0) cost = Math.min(cost, (current[at - 1] as number) + 1);
      if (at < width - 1) cost = Math.min(cost, (last[at + 1] as number) + 1);
      const swapped =
        transpositions &&
        row > 1 &&
        column > 1 &&
        word[row - 1] === text[column - 2] &&
        word[row - 2] === text[column - 1];
      if (swapped) cost = Math.min(cost, (before[at] as number) + 1);
      current[at] = cost;
      if (cost < least) least = cost;
    }
    if (least > edits && !(transpositions && last.some((cost) => cost <= edits))) return false;
    before = last;
    last = current;
  }
  return (last[text.length - word.length + edits] as number) <= edits;
}

export function codePoints(text: string): number[] {
  return Array.from(text, (char) => char.codePointAt(0) as number);
}
