import { asNumber, asText, at, type Document, isDocument, own } from '../base/document.ts';
import { isCategory } from './alert-category.ts';
import { newId } from './identity.ts';
import { refusal } from './refusal.ts';

/** What a trigger does when it holds: a message to a channel. */
export interface Action {
  readonly id: string;
  readonly name: string;
  readonly destinationId: string;
  readonly message: Template;
  readonly subject: Template | undefined;
  readonly throttleEnabled: boolean;
  readonly throttleMinutes: number | undefined;
  /** As it came (action-scope.ts reads it): query-level monitors keep it and do not read it. */
  readonly policy: Document | undefined;
}

export interface Template {
  readonly source: string;
}

const fields = new Set([
  'id',
  'name',
  'destination_id',
  'message_template',
  'subject_template',
  'throttle_enabled',
  'throttle',
  'action_execution_policy',
]);

/** The original's `action_throttle_max_value`. */
const throttleMinutesMax = 24 * 60;

export function parseAction(json: unknown): Action {
  if (!isDocument(json)) throw refusal('Action is not an object');
  for (const field of Object.keys(json)) {
    if (!fields.has(field)) throw refusal(`Unexpected field: ${field}, while parsing action`);
  }
  const name = own(json, 'name') ?? null;
  const destination = own(json, 'destination_id') ?? null;
  if (name === null) throw refusal('Action name is null');
  if (destination === null) throw refusal('Destination id is null');
  const message = parseTemplate(own(json, 'message_template'), 'message_template');
  if (!message) throw refusal('Action message template is null');
  const throttleEnabled = own(json, 'throttle_enabled') === true || own(json, 'throttle_enabled') === 'true';
  const throttleMinutes = parseThrottle(own(json, 'throttle'));
  if (throttleEnabled && throttleMinutes === undefined) {
    throw refusal('Action throttle enabled but not set throttle value');
  }
  const policy = parsePolicy(own(json, 'action_execution_policy'));
  if (throttleMinutes !== undefined && at(policy, 'action_execution_scope.per_execution') !== undefined) {
    throw refusal('Throttle is currently not supported for per execution action scope');
  }
  const id = own(json, 'id') ?? null;
  return {
    id: id === null ? newId() : asText(id),
    name: asText(name),
    destinationId: asText(destination),
    message,
    subject: parseTemplate(own(json, 'subject_template'), 'subject_template'),
    throttleEnabled,
    throttleMinutes,
    policy,
  };
}

/** In the original's order of keys. */
export function actionJson(action: Action): Document {
  return {
    id: action.id,
    name: action.name,
    destination_id: action.destinationId,
    message_template: { source: action.message.source, lang: 'mustache' },
    throttle_enabled: action.throttleEnabled,
    ...(action.subject ? { subject_template: { source: action.subject.source, lang: 'mustache' } } : {}),
    ...(action.throttleMinutes === undefined ? {} : { throttle: { value: action.throttleMinutes, unit: 'MINUTES' } }),
    ...(action.policy ? { action_execution_policy: action.policy } : {}),
  };
}

function parseTemplate(json: unknown, field: string): Template | undefined {
  if (json === undefined || json === null) return undefined;
  // The original's Script also reads a bare string.
  if (typeof json === 'string') return { source: json };
  const source = own(json, 'source');
  const lang = own(json, 'lang') ?? 'mustache';
  if (lang !== 'mustache') throw refusal(`${field} must be a mustache script`);
  if (typeof source !== 'string') throw refusal(`must specify either [source] for an inline script in [${field}]`);
  return { source };
}

function parseThrottle(json: unknown): number | undefined {
  if (json === undefined || json === null) return undefined;
  if (!isDocument(json)) throw refusal('Throttle is not an object');
  for (const field of Object.keys(json)) {
    if (field !== 'value' && field !== 'unit') throw refusal(`Unexpected field: ${field}, while parsing throttle`);
  }
  const unit = own(json, 'unit');
  if (unit !== undefined && asText(unit).toUpperCase() !== 'MINUTES') {
    throw refusal('Only support MINUTES throttle unit currently');
  }
  const minutes = asNumber(own(json, 'value') ?? 0);
  if (!(minutes > 0) || !Number.isSafeInteger(minutes)) throw refusal('Can only set positive throttle period');
  if (minutes > throttleMinutesMax) throw refusal('Can only set throttle period less than or equal to 1d');
  return minutes;
}

function parsePolicy(json: unknown): Document | undefined {
  if (json === undefined || json === null) return undefined;
  const scope = own(json, 'action_execution_scope');
  if (!isDocument(json) || !isDocument(scope)) throw refusal('Action execution scope is null');
  const kinds = Object.keys(scope);
  if (kinds.length > 1) throw refusal('You can only specify one type of action execution scope.');
  if (kinds[0] !== 'per_alert' && kinds[0] !== 'per_execution') {
    throw refusal(`Invalid field: [${kinds[0] ?? ''}] found in action execution scope.`);
  }
  const categories = own(own(scope, 'per_alert'), 'actionable_alerts');
  if (categories !== undefined && !Array.isArray(categories)) throw refusal('actionable_alerts: a list is expected');
  for (const category of categories ?? []) {
    if (!isCategory(category)) {
      const known = 'use NEW, DEDUPED or COMPLETED';
      throw refusal(
        `No enum constant org.opensearch.commons.alerting.alerts.AlertCategory.${asText(category)}: ${known}`,
      );
    }
  }
  return json;
}
