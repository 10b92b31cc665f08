import type { Alert, Monitor, Trigger, TriggerBody } from '../../../src/api/wire.ts';
import { plainText } from '../parts/plain-text.ts';

/** What is the same in the triggers of all kinds of monitors. */
export function triggerBody(trigger: Trigger): TriggerBody {
  if ('query_level_trigger' in trigger) return trigger.query_level_trigger;
  return 'bucket_level_trigger' in trigger ? trigger.bucket_level_trigger : trigger.document_level_trigger;
}

/** What a monitor asks: where, and its query or queries as they are written. */
export function questionOf(monitor: Pick<Monitor, 'inputs'>): {
  readonly indices: readonly string[];
  readonly json: unknown;
} {
  const [input] = monitor.inputs;
  if (!input) return { indices: [], json: {} };
  if ('search' in input) return { indices: input.search.indices, json: input.search.query };
  return { indices: input.doc_level_input.indices, json: input.doc_level_input.queries };
}

/** What tells an alert from the others of its trigger: the keys of its bucket, or its document. */
export function aboutOf(alert: Alert): string | undefined {
  const keys = alert.agg_alert_content?.bucket_keys ?? alert.related_doc_ids.map((name) => name.split('|')[0] ?? name);
  return keys.length > 0 ? keys.map((key) => plainText(key)).join(', ') : undefined;
}
