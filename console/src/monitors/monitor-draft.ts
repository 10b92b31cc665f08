import type { Monitor, MonitorInput, Schedule, Trigger, TriggerBody, UiMetadata } from '../../../src/api/wire.ts';
import { jsonMistake } from '../parts/json-mistake.ts';
import { questionOf, triggerBody } from './monitor-kind.ts';

/** What the form holds: text as typed, right or wrong. */
export interface MonitorDraft {
  readonly name: string;
  readonly enabled: boolean;
  readonly frequency: 'interval' | 'cronExpression';
  readonly interval: string;
  readonly unit: 'MINUTES' | 'HOURS' | 'DAYS';
  readonly cron: string;
  readonly timezone: string;
  readonly indices: readonly string[];
  readonly query: string;
  readonly counts: 'opensearch' | 'arrived';
  readonly triggers: readonly TriggerDraft[];
  /** The monitor that is edited: what the form does not show is kept. */
  readonly base?: MonitorInput;
}

export interface TriggerDraft {
  /** Tells the form's triggers apart; a server's id where there is one. */
  readonly key: string;
  readonly name: string;
  readonly severity: string;
  readonly condition: string;
  /** The trigger that is edited: its id and actions are kept. */
  readonly base?: TriggerBody;
}

/** What a panel of the form needs: what stands there, what is wrong, how to change it. */
export interface FormPart {
  readonly draft: MonitorDraft;
  /** Messages to show, by field. */
  readonly errors: Readonly<Record<string, string>>;
  readonly change: (changes: Partial<MonitorDraft>) => void;
}

export const defaultCondition = 'ctx.results[0].hits.total.value > 0';

/** A new monitor, as the form opens: the guide fills in the rest. */
export function emptyDraft(): MonitorDraft {
  return {
    name: '',
    enabled: true,
    frequency: 'interval',
    interval: '1',
    unit: 'MINUTES',
    cron: '0 * * * *',
    timezone: 'UTC',
    indices: [],
    query: JSON.stringify({ size: 0, query: { match_all: {} } }, null, 2),
    // The guide's queries have no time range: counting everything, their one alert would never end.
    counts: 'arrived',
    triggers: [emptyTrigger('new-1')],
  };
}

export function emptyTrigger(key: string): TriggerDraft {
  return { key, name: '', severity: '1', condition: defaultCondition };
}

export function draftOf(monitor: Monitor): MonitorDraft {
  const empty = emptyDraft();
  const question = questionOf(monitor);
  const schedule = monitor.schedule;
  return {
    ...empty,
    ...('cron' in schedule
      ? { frequency: 'cronExpression', cron: schedule.cron.expression, timezone: schedule.cron.timezone }
      : { interval: String(schedule.period.interval), unit: schedule.period.unit }),
    name: monitor.name,
    enabled: monitor.enabled,
    indices: question.indices,
    query: JSON.stringify(question.json, null, 2),
    counts: monitor.ui_metadata?.trailhound?.evaluate ?? 'opensearch',
    triggers: monitor.triggers.map((trigger, place) => triggerDraft(triggerBody(trigger), place)),
    base: monitor,
  };
}

/** The monitor to send; call it on a draft without errors. */
export function monitorOf(draft: MonitorDraft): MonitorInput {
  return {
    ...draft.base,
    type: 'monitor',
    name: draft.name.trim(),
    monitor_type: 'query_level_monitor',
    enabled: draft.enabled,
    schedule: scheduleOf(draft),
    inputs: [{ search: { indices: draft.indices, query: JSON.parse(draft.query) as Record<string, unknown> } }],
    triggers: draft.triggers.map(triggerOf),
    ui_metadata: metadataOf(draft),
  };
}

/** What `Run` sends: the draft's query over everything, with no trigger or with those given. */
export function previewOf(draft: MonitorDraft, triggers: readonly TriggerDraft[] = []): MonitorInput {
  const { ui_metadata: _, ...rest } = monitorOf({ ...draft, name: draft.name.trim() || 'preview', triggers });
  return rest;
}

/** Wrong fields by the field's name, with Dashboards' messages; `taken` are the names of the other monitors. */
export function draftErrors(draft: MonitorDraft, taken: readonly string[]): Readonly<Record<string, string>> {
  const errors: Record<string, string> = {};
  const name = draft.name.trim();
  if (name === '') errors.name = 'Required.';
  else if (taken.includes(name)) errors.name = 'Monitor name is already used.';
  if (draft.frequency === 'interval') {
    if (!/^[1-9]\d{0,8}$/.test(draft.interval.trim())) errors.interval = 'Must be a positive integer.';
  } else {
    if (draft.cron.trim().split(/\s+/).length !== 5)
      errors.cron = 'Must be five fields: minute hour day month weekday.';
    if (draft.timezone.trim() === '') errors.timezone = 'Select a timezone.';
  }
  if (draft.indices.length === 0) errors.index = 'Must specify an index.';
  const mistake = queryMistake(draft.query);
  if (mistake) errors.query = mistake;
  draft.triggers.forEach((trigger, place) => {
    const field = `triggerDefinitions[${place}]`;
    const same = draft.triggers.filter((other) => other.name.trim() === trigger.name.trim());
    if (trigger.name.trim() === '') errors[`${field}.name`] = 'Required.';
    else if (same.length > 1) errors[`${field}.name`] = 'Trigger name is already used.';
    if (trigger.condition.trim() === '') errors[`${field}.condition`] = 'Required.';
  });
  return errors;
}

/** Why the text cannot be a query; undefined when it can. */
export function queryMistake(query: string): string | undefined {
  const mistake = jsonMistake(query);
  if (mistake) return `Invalid JSON. ${mistake}`;
  const value: unknown = JSON.parse(query);
  return isObject(value) ? undefined : 'Invalid JSON. A query is an object: { "size": 0, "query": { … } }';
}

/** `Every 1 minutes`, as Dashboards writes it, or the cron expression. */
export function scheduleText(schedule: Schedule): string {
  if ('cron' in schedule) return `Cron ${schedule.cron.expression} (${schedule.cron.timezone})`;
  return `Every ${schedule.period.interval} ${schedule.period.unit.toLowerCase()}`;
}

function scheduleOf(draft: MonitorDraft): Schedule {
  if (draft.frequency === 'interval') return { period: { interval: Number(draft.interval), unit: draft.unit } };
  return { cron: { expression: draft.cron.trim().split(/\s+/).join(' '), timezone: draft.timezone.trim() } };
}

function triggerDraft(trigger: TriggerBody, place: number): TriggerDraft {
  return {
    key: trigger.id ?? `trigger-${place}`,
    name: trigger.name,
    severity: trigger.severity,
    condition: trigger.condition.script.source,
    base: trigger,
  };
}

function triggerOf(draft: TriggerDraft): Trigger {
  return {
    query_level_trigger: {
      ...draft.base,
      name: draft.name.trim(),
      severity: draft.severity,
      condition: { script: { source: draft.condition, lang: 'painless' } },
      actions: draft.base?.actions ?? [],
    },
  };
}

/** What Dashboards would write, so that it shows the monitor right; its other settings and ours are kept. */
function metadataOf(draft: MonitorDraft): UiMetadata {
  const before = draft.base?.ui_metadata ?? {};
  const timing =
    draft.frequency === 'interval'
      ? { frequency: 'interval', period: { interval: Number(draft.interval), unit: draft.unit } }
      : { frequency: 'cronExpression', cronExpression: draft.cron.trim(), timezone: draft.timezone.trim() };
  return {
    search: { searchType: 'query' },
    monitor_type: 'query_level_monitor',
    ...before,
    schedule: { ...(isObject(before.schedule) ? before.schedule : {}), ...timing },
    trailhound: { ...before.trailhound, evaluate: draft.counts },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
