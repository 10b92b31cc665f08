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
  let before: number[] = [];
  let last = Array.from({ length: text.length + 1 }, (_, column) => column);
  for (let row = 1; row <= word.length; row++) {
    const current = [row];
    let least = row;
    for (let column = 1; column <= text.length; column++) {
      const same = word[row - 1] === text[column - 1];
      let cost = Math.min(
        (last[column - 1] as number) + (same ? 0 : 1),
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
      );
      const swapped =
        transpositions &&
        row > 1 &&
        column > 1 &&
        word[row - 1] === text[column - 2] &&
        word[row - 2] === text[column - 1];
      if (swapped) cost = Math.min(cost, (before[column - 2] as number) + 1);
      current.push(cost);
      if (cost < least) least = cost;
    }
    if (least > edits && !(transpositions && Math.min(...last) <= edits)) return false;
    before = last;
    last = current;
  }
  return (last[text.length] as number) <= edits;
}

export function codePoints(text: string): number[] {
  return Array.from(text, (char) => char.codePointAt(0) as number);
}
