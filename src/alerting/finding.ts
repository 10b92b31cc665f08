import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { type DocumentQuery, documentQueryJson } from './document-input.ts';

/** That a document was found by queries of a document-level monitor. */
export interface Finding {
  readonly id: string;
  readonly monitorId: string;
  readonly monitorName: string;
  readonly index: string;
  readonly documentId: string;
  readonly queries: readonly DocumentQuery[];
  readonly at: Instant;
  readonly executionId: string;
}

/** As the original stores and answers it, in its order of keys. */
export function findingJson(finding: Finding): Document {
  return {
    id: finding.id,
    related_doc_ids: [finding.documentId],
    correlated_doc_ids: [finding.documentId],
    monitor_id: finding.monitorId,
    monitor_name: finding.monitorName,
    index: finding.index,
    queries: finding.queries.map(documentQueryJson),
    timestamp: finding.at,
    execution_id: finding.executionId,
  };
}
