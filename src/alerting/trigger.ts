import { asText, type Document, isDocument, own } from '../base/document.ts';
import { type Action, actionJson, parseAction } from './action.ts';
import { newId } from './identity.ts';
import { refusal } from './refusal.ts';

/** A condition over one run's results and what to do when it holds. */
export interface Trigger {
  readonly id: string;
  readonly name: string;
  /** '1' (highest) to '5' in the UI; the API takes any text. */
  readonly severity: string;
  readonly condition: string;
  readonly actions: readonly Action[];
}

/** The named forms that other monitor kinds use. */
const otherForms = ['bucket_level_trigger', 'document_level_trigger', 'chained_alert_trigger', 'ppl_trigger'];

/** Reads `{query_level_trigger: {…}}` or the old form without that name. Scripts are not compiled at save, as in the original. */
export function parseTrigger(json: unknown, monitorType: string): Trigger {
  if (!isDocument(json)) throw refusal('Trigger is not an object');
  const other = otherForms.find((form) => Object.hasOwn(json, form));
  if (other) {
    const id = own(own(json, other), 'id');
    throw refusal(`Incompatible trigger [${typeof id === 'string' ? id : newId()}] for monitor type [${monitorType}]`);
  }
  const inner = Object.hasOwn(json, 'query_level_trigger') ? own(json, 'query_level_trigger') : json;
  if (!isDocument(inner)) throw refusal('Trigger is not an object');
  const name = own(inner, 'name') ?? null;
  const severity = own(inner, 'severity') ?? null;
  if (name === null) throw refusal('Trigger name is null');
  if (severity === null) throw refusal('Trigger severity is null');
  const id = own(inner, 'id') ?? null;
  const actions = own(inner, 'actions') ?? [];
  if (!Array.isArray(actions)) throw refusal('Trigger actions are not a list');
  return {
    id: id === null ? newId() : asText(id),
    name: asText(name),
    severity: asText(severity),
    condition: parseCondition(own(inner, 'condition')),
    actions: actions.map(parseAction),
  };
}

export function triggerJson(trigger: Trigger): Document {
  return {
    query_level_trigger: {
      id: trigger.id,
      name: trigger.name,
      severity: trigger.severity,
      condition: { script: { source: trigger.condition, lang: 'painless' } },
      actions: trigger.actions.map(actionJson),
    },
  };
}

function parseCondition(json: unknown): string {
  if (!isDocument(json)) throw refusal('Trigger condition is null');
  const script = own(json, 'script');
  if (typeof script === 'string') return script;
  const source = own(script, 'source');
  if ((own(script, 'lang') ?? 'painless') !== 'painless') {
    throw refusal('Invalid script language. Allowed languages are [painless]');
  }
  if (typeof source !== 'string') throw refusal('Trigger condition has no script source');
  return source;
}
