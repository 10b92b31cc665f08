/** What a plan is made from: a sealed segment, and how many documents of it are left to be found. */
export interface SegmentSize {
  readonly after: number;
  readonly last: number;
  /** When it was sealed. */
  readonly rows: number;
  readonly left: number;
}

/** Small ones side by side before they are made one: a document is indexed anew a few times at most, however often one starts. */
const sideBySide = 4;

/**
 * The neighbours that should become one segment; undefined when all is well. `sizes` are in order of arrival. Small are those
 * with less than half of what a segment takes; neighbours are taken when they are four, or fill half of one. A segment that lost half
 * of its documents is made anew alone.
 */
export function planMerge(sizes: readonly SegmentSize[], rowsMax: number): readonly SegmentSize[] | undefined {
  const isSmall = ({ left }: SegmentSize): boolean => left < rowsMax / 2;
  for (let from = 0; from < sizes.length; from++) {
    let left = 0;
    let to = from;
    for (; to < sizes.length; to++) {
      const size = sizes[to] as SegmentSize;
      if (!isSmall(size) || left + size.left > rowsMax || (to > from && sizes[to - 1]?.last !== size.after)) break;
      left += size.left;
    }
    const run = sizes.slice(from, to);
    if (run.length >= sideBySide || (run.length > 1 && left >= rowsMax / 2)) return run;
    const first = sizes[from] as SegmentSize;
    if (first.left < first.rows / 2) return [first];
  }
  return undefined;
}
