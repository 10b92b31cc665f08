import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Candidate } from './candidate.ts';
import type { Mapping } from './mapping.ts';

/** Collects the matches of a search, index after index, and answers its aggregations. */
export interface Aggregator {
  enter(mapping: Mapping): void;
  collect(candidate: Candidate, score: number): void;
  answer(): Document;
}

export function makeAggregator(json: Document, _at: Instant): Aggregator {
  for (const name of Object.keys(json))
    throw new TrailhoundError('not-supported', `aggregation [${name}]: aggregations are not supported yet`);
  return { enter: () => {}, collect: () => {}, answer: () => ({}) };
}
