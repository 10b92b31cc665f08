import { asText, type Document, isDocument, own } from '../base/document.ts';
import { type Action, actionJson, parseAction } from './action.ts';
import { type BucketCondition, bucketConditionJson, parseBucketCondition } from './bucket-condition.ts';
import { newId } from './identity.ts';
import { refusal } from './refusal.ts';

/** A condition over one run's results and what to do when it holds. */
export interface Trigger {
  readonly id: string;
  readonly name: string;
  /** '1' (highest) to '5' in the UI; the API takes any text. */
  readonly severity: string;
  /** A script; of a document-level trigger the expression over its monitor's queries. */
  readonly condition: string;
  /** What a bucket-level trigger says besides its script. */
  readonly bucket: BucketCondition | undefined;
  readonly actions: readonly Action[];
}

/** The kinds of monitors that run. */
export type MonitorType = 'query_level_monitor' | 'bucket_level_monitor' | 'doc_level_monitor';

/** The name that each kind's triggers stand under. */
const forms: Readonly<Record<MonitorType, string>> = {
  query_level_monitor: 'query_level_trigger',
  bucket_level_monitor: 'bucket_level_trigger',
  doc_level_monitor: 'document_level_trigger',
};

/** Where a trigger stands in its monitor's JSON. */
export function triggerPath(monitorType: MonitorType, number: number): string {
  return `triggers[${number}].${forms[monitorType]}`;
}

/** Named forms of kinds that do not run here. */
const otherForms = ['chained_alert_trigger', 'ppl_trigger', 'remote_monitor_trigger'];

/**
 * Reads `{query_level_trigger: {…}}` and its like, or the old form without a name, which is a query-level trigger's. Scripts
 * are not compiled at save, as in the original.
 */
export function parseTrigger(json: unknown, monitorType: MonitorType): Trigger {
  if (!isDocument(json)) throw refusal('Trigger is not an object');
  const form = [...Object.values(forms), ...otherForms].find((name) => Object.hasOwn(json, name));
  const inner = form === undefined ? json : own(json, form);
  if (!isDocument(inner)) throw refusal('Trigger is not an object');
  const given = own(inner, 'id') ?? null;
  const id = given === null ? newId() : asText(given);
  if ((form ?? forms.query_level_monitor) !== forms[monitorType]) {
    throw refusal(`Incompatible trigger [${id}] for monitor type [${monitorType}]`);
  }
  const name = own(inner, 'name') ?? null;
  const severity = own(inner, 'severity') ?? null;
  if (name === null) throw refusal('Trigger name is null');
  if (severity === null) throw refusal('Trigger severity is null');
  const actions = own(inner, 'actions') ?? [];
  if (!Array.isArray(actions)) throw refusal('Trigger actions are not a list');
  const condition = own(inner, 'condition');
  if (!isDocument(condition)) throw refusal('Trigger condition is null');
  return {
    id,
    name: asText(name),
    severity: asText(severity),
    bucket: monitorType === 'bucket_level_monitor' ? parseBucketCondition(condition, id) : undefined,
    condition: parseScript(condition, monitorType === 'bucket_level_monitor' ? id : undefined),
    actions: actions.map(parseAction),
  };
}

/** In the original's order of keys. */
export function triggerJson(trigger: Trigger, monitorType: MonitorType): Document {
  const script = { source: trigger.condition, lang: 'painless' };
  return {
    [forms[monitorType]]: {
      id: trigger.id,
      name: trigger.name,
      severity: trigger.severity,
      condition: trigger.bucket ? bucketConditionJson(trigger.bucket, script) : { script },
      actions: trigger.actions.map(actionJson),
    },
  };
}

/** `selector`: the id of the bucket-level trigger whose script it is; the original's words name it. */
function parseScript(condition: Document, selector: string | undefined): string {
  const script = own(condition, 'script');
  if (typeof script === 'string') return script;
  const source = own(script, 'source');
  if ((own(script, 'lang') ?? 'painless') !== 'painless') {
    throw refusal('Invalid script language. Allowed languages are [painless]');
  }
  if (typeof source === 'string') return source;
  throw refusal(
    selector === undefined
      ? 'Trigger condition has no script source'
      : `Missing required field [script] for bucket_selector aggregation [${selector}]`,
  );
}
