import type { Columns } from '../query/candidate.ts';
import type { Keep } from '../query/stretch.ts';
import type { IndexState } from './catalog.ts';
import type { Scan } from './scan-scope.ts';
import { SegmentDamage } from './segment/paged-file.ts';
import { segmentRowsMax } from './segment/rows.ts';
import type { SegmentIndex } from './segment/segment-index.ts';
import { livingRows, partOf } from './segment-part.ts';
import { columnsOfPart } from './segment-scan.ts';

/** Neighbours among the segments that are searched as one, where all of them never change. */
export interface Run {
  readonly segments: readonly SegmentIndex[];
  /** Which stretch of positions it is of; undefined for a segment that changes, or is searched in part. */
  readonly stretch: number | undefined;
}

/** Stretches lie at fixed positions: when segments of one are made anew, what is kept of the others goes on to hold. */
const stretchPositions = 8 * segmentRowsMax;

export function runsOf(segments: readonly SegmentIndex[], { window }: Pick<Scan, 'window'>): readonly Run[] {
  const runs: { segments: SegmentIndex[]; stretch: number | undefined }[] = [];
  for (const segment of segments) {
    const { after, last, sealed } = segment;
    const whole = sealed && after >= window.after && last <= window.upTo;
    const stretch = whole ? Math.floor(after / stretchPositions) : undefined;
    const run = runs.at(-1);
    if (run && stretch !== undefined && run.stretch === stretch && run.segments.at(-1)?.last === after) {
      run.segments.push(segment);
    } else runs.push({ segments: [segment], stretch });
  }
  return runs;
}

/** Where what is made of a run is kept, and how many living documents of the index are in it; undefined where it must not be. */
export function keepOf(
  { segments, stretch }: Run,
  index: IndexState,
  scan: Scan,
): { readonly keep: Keep; readonly rows: number } | undefined {
  const { queryKey, aggregationKey } = scan;
  if (stretch === undefined || queryKey === undefined || aggregationKey === undefined) return undefined;
  const { number } = index.stored;
  let rows = 0;
  let names = '';
  try {
    for (const segment of segments) {
      const part = partOf(segment, number, scan);
      const { count } = livingRows(part, segment, { after: segment.after, upTo: segment.last }, index, scan);
      rows += count;
      names += `${segment.number}:${count} `;
    }
  } catch (error) {
    if (error instanceof SegmentDamage) return undefined;
    throw error;
  }
  const key = `${number} ${segments[0]?.after} ${queryKey}\n${aggregationKey}`;
  const columns = (segment: number): Columns => {
    const found = segments.find((one) => one.number === segment);
    if (!found) throw new Error('a part names a segment that is not of its stretch');
    return columnsOfPart(found, index, scan);
  };
  return { keep: scan.keptAggregations.of(key, { segments: names, lineage: index.mapping().lineage, columns }), rows };
}
