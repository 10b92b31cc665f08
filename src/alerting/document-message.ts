import type { Document } from '../base/document.ts';
import type { Alert } from './alert.ts';
import type { FoundDocuments } from './document-fetch.ts';
import type { Finding } from './finding.ts';
import { alertWords, runWords, sampleWords } from './message-context.ts';
import type { Order, Subject } from './run.ts';
import type { Trigger } from './trigger.ts';

/** `{ctx: …}` as a message of a document-level trigger sees it: `ctx.alerts`, each with its queries and its document. */
export function documentMessageContext(about: {
  readonly subject: Subject;
  readonly order: Order;
  readonly trigger: Trigger;
  readonly found: FoundDocuments;
  readonly alerts: readonly Alert[];
  readonly findings: readonly Finding[];
}): Document {
  const { subject, order, trigger, found, alerts, findings } = about;
  const byId = new Map(findings.map((finding) => [finding.id, finding]));
  return {
    ctx: {
      ...runWords({
        monitorId: subject.id,
        monitorVersion: subject.version,
        monitor: subject.monitor,
        trigger,
        results: [Object.fromEntries([...found.byQuery].map(([query, names]) => [query.id, names]))],
        period: order.period,
        error: null,
      }),
      alerts: alerts.map((alert) => {
        const queries = alert.findingIds.flatMap((id) => byId.get(id)?.queries ?? []);
        const documents = alert.relatedDocIds.flatMap((name) => found.documents.get(name) ?? []);
        return {
          ...alertWords(alert),
          associated_queries: queries.map(({ id, name, tags }) => ({ id, name, tags })),
          sample_documents: documents.map(sampleWords),
        };
      }),
    },
  };
}
