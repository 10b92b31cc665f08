import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import type { AggregationNode, Tally } from './aggregations/aggregation.ts';
import { answerNodes, enterNodes } from './aggregations/bucket.ts';
import { addInside, partsInside } from './aggregations/bucket-parts.ts';
import { makeBudget } from './aggregations/budget.ts';
import type { Names } from './aggregations/names.ts';
import type { Part } from './aggregations/part.ts';
import { withPipelines } from './aggregations/pipeline.ts';
import { collectRows, hitOf } from './aggregations/row-batch.ts';
import { parseAggregations } from './aggregations.ts';
import type { Candidate, RowBatch } from './candidate.ts';
import type { Mapping } from './mapping.ts';
import type { Keep } from './stretch.ts';

/** Collects the matches of a search, index after index, and answers its aggregations. */
export interface Aggregator {
  /** True where the scores of matches count (`top_hits`). */
  readonly scores: boolean;
  /** True where documents count that do not match: then `see` is called with every document, before `collect`. */
  readonly everything: boolean;
  enter(mapping: Mapping): void;
  see(candidate: Candidate): void;
  collect(candidate: Candidate, score: number): void;
  /** The same for many matches whose scores do not count. */
  collectRows(batch: RowBatch): void;
  /** What it gathered is little and known by name: it may be kept. */
  keepable(): boolean;
  /** What it gathered, by aggregation; undefined where that cannot be kept. */
  parts(names: Names): readonly Part[] | undefined;
  /** Adds what another one gathered for the same request. */
  add(parts: readonly Part[], { names, columns }: Pick<Keep, 'names' | 'columns'>): void;
  /** What is left to do when all have come, before they are answered: it stops now and then. */
  finish(): Generator<void>;
  answer(): Document;
}

/** Throws TrailhoundError for aggregations that do not read or are not supported. */
export function makeAggregator(json: Document, at: Instant): Aggregator {
  const budget = makeBudget();
  const { nodes, pipelines } = parseAggregations(json, at, budget);
  const all = flat(nodes);
  const seeing = all.filter(({ aggregation }) => aggregation.see);
  const keeps = all.every(({ kind }) => keptKinds.includes(kind));
  const keptMax = nodes.length === all.length ? limits.keptEntriesMax : limits.keptInnerEntriesMax;
  let tallies: readonly Tally[] | undefined;
  return {
    scores: all.some(({ aggregation }) => aggregation.scores),
    everything: seeing.length > 0,
    enter(mapping) {
      enterNodes(nodes, { mapping, nested: undefined, at });
      tallies ??= nodes.map(({ aggregation }) => aggregation.start());
    },
    see(candidate) {
      const hit = hitOf(candidate, 1);
      for (const { aggregation } of seeing) aggregation.see?.(hit);
    },
    collect(candidate, score) {
      const hit = hitOf(candidate, score);
      for (const tally of tallies ?? []) tally.collect(hit);
    },
    collectRows(batch) {
      for (const tally of tallies ?? []) collectRows(tally, batch);
    },
    keepable: () => keeps && !budget.waits && budget.held <= keptMax,
    parts: (names) => partsInside({ tallies: tallies ?? [] }, names),
    add: (parts, { names, columns }) => addInside({ tallies: tallies ?? [] }, parts, names, columns),
    finish: budget.finish,
    answer: () => (tallies ? withPipelines(answerNodes({}, tallies, nodes), pipelines) : {}),
  };
}

/** What is gathered in one part after the other is the same in whatever parts. */
const keptKinds = (
  'terms date_histogram histogram range date_range ip_range filter filters missing nested reverse_nested ' +
  'cardinality value_count min max'
).split(' ');

function flat(nodes: readonly AggregationNode[]): readonly AggregationNode[] {
  return nodes.flatMap((node) => [node, ...flat(node.inner)]);
}
