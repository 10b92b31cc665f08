import { asText, type Document, isDocument, own, put } from '../../base/document.ts';
import { canonicalBody, sorted } from './canonical-query.ts';

/**
 * What a file says of a monitor and what a server has of it, each in one spelling and restricted to what the file can say: times,
 * versions and constants of the server are no part of it, and what the file leaves out is the server's own matter.
 */
export function comparable(file: Document, server: Document): { readonly file: Document; readonly server: Document } {
  const said = withServerIds(file, server);
  const theirs = restricted(server, said);
  return { file: canonicalMonitor(said), server: canonicalMonitor(theirs) };
}

/** A monitor in one spelling: defaults left out or spelt out, lists that have no order in one order. */
export function canonicalMonitor(monitor: Document): Document {
  const ui = uiMetadata(own(monitor, 'ui_metadata'));
  return sorted({
    name: own(monitor, 'name'),
    monitor_type: own(monitor, 'monitor_type') ?? 'query_level_monitor',
    ...(own(monitor, 'enabled') === undefined ? {} : { enabled: asText(own(monitor, 'enabled')) === 'true' }),
    schedule: schedule(own(monitor, 'schedule')),
    inputs: list(own(monitor, 'inputs')).map(input),
    triggers: byName(list(own(monitor, 'triggers')).map(trigger)),
    ...(ui === undefined ? {} : { ui_metadata: ui }),
  }) as Document;
}

/** The file's monitor with the ids that the server gave to what has the same name: a new id would end the open alerts. */
export function withServerIds(file: Document, server: Document): Document {
  const theirs = list(own(server, 'triggers')).map(innerTrigger);
  const triggers = list(own(file, 'triggers')).map((json) => {
    const { form, inner } = innerTrigger(json);
    const twin = theirs.find((other) => sameThing(inner, other.inner))?.inner;
    const actions = list(own(inner, 'actions')).map((action) => withId(action, list(own(twin, 'actions'))));
    return { [form]: { ...identified(inner, twin), ...(actions.length > 0 ? { actions } : {}) } };
  });
  const inputs = list(own(file, 'inputs')).map((json, at) => {
    const documents = own(json, 'doc_level_input');
    if (!isDocument(json) || !isDocument(documents)) return json;
    const known = list(own(own(list(own(server, 'inputs'))[at], 'doc_level_input'), 'queries'));
    return { doc_level_input: { ...documents, queries: list(own(documents, 'queries')).map((q) => withId(q, known)) } };
  });
  return { ...file, ...(inputs.length > 0 ? { inputs } : {}), triggers };
}

/** Without what the server alone knows: as a file says it. Ids stay: they are what alerts hang on. */
export function asFile(server: Document, id: string): Document {
  const known = ['type', 'name', 'monitor_type', 'enabled', 'schedule', 'inputs', 'triggers'];
  const kept: { [field: string]: unknown } = {};
  for (const key of known) if (Object.hasOwn(server, key)) put(kept, key, server[key]);
  const ui = own(server, 'ui_metadata');
  const { file: _, ...trailhound } = documentOf(own(ui, 'trailhound'));
  return { ...kept, ui_metadata: { ...documentOf(ui), trailhound: { ...trailhound, id } } };
}

/** As it is sent to a server: the id that the file knows it by is not the server's. */
export function asSent(file: Document): Document {
  const ui = own(file, 'ui_metadata');
  if (!isDocument(ui)) return file;
  const { id: _, ...trailhound } = documentOf(own(ui, 'trailhound'));
  const { trailhound: __, ...rest } = ui;
  const kept = { ...rest, ...(Object.keys(trailhound).length > 0 ? { trailhound } : {}) };
  const { ui_metadata: ___, ...monitor } = file;
  return Object.keys(kept).length > 0 ? { ...monitor, ui_metadata: kept } : monitor;
}

function restricted(server: Document, file: Document): Document {
  const { enabled, ui_metadata: ui, ...rest } = server;
  const saidUi = own(file, 'ui_metadata');
  const theirs = documentOf(ui);
  const { trailhound, ...other } = theirs;
  const said = Object.keys(documentOf(uiMetadata(saidUi))).length > 0;
  const saidTrailhound = Object.keys(documentOf(own(uiMetadata(saidUi), 'trailhound'))).length > 0;
  return {
    ...rest,
    ...(own(file, 'enabled') === undefined ? {} : { enabled }),
    ...(said ? { ui_metadata: { ...other, ...(saidTrailhound ? { trailhound } : {}) } } : {}),
  };
}

function schedule(json: unknown): unknown {
  const period = own(json, 'period');
  if (!isDocument(period)) return json;
  return { period: { interval: Number(own(period, 'interval')), unit: asText(own(period, 'unit')).toUpperCase() } };
}

function input(json: unknown): unknown {
  const search = own(json, 'search');
  if (isDocument(search)) {
    return {
      search: { indices: names(own(search, 'indices')), query: canonicalBody(documentOf(own(search, 'query'))) },
    };
  }
  const documents = own(json, 'doc_level_input');
  if (!isDocument(documents)) return json;
  const queries = list(own(documents, 'queries')).map((query) => ({
    fields: [],
    query_field_names: [],
    ...documentOf(query),
    tags: names(own(query, 'tags') ?? []),
  }));
  return {
    doc_level_input: {
      description: '',
      fan_out_enabled: true,
      ...documents,
      indices: names(own(documents, 'indices')),
      queries: byName(queries),
    },
  };
}

function trigger(json: unknown): Document {
  const { form, inner } = innerTrigger(json);
  const actions = byName(list(own(inner, 'actions')).map(action));
  const severity = own(inner, 'severity');
  return {
    [form]: {
      ...inner,
      severity: severity === undefined ? '' : asText(severity),
      condition: condition(own(inner, 'condition')),
      actions,
    },
  };
}

function condition(json: unknown): unknown {
  if (!isDocument(json)) return json;
  const gap = Object.hasOwn(json, 'gap_policy') || Object.hasOwn(json, 'buckets_path') ? { gap_policy: 'skip' } : {};
  return { ...gap, ...json, script: script(own(json, 'script'), 'painless') };
}

function action(json: unknown): Document {
  const { throttle, ...rest } = documentOf(json);
  const subject = own(json, 'subject_template');
  return {
    throttle_enabled: false,
    ...rest,
    ...(isDocument(throttle) ? { throttle: { value: Number(own(throttle, 'value')), unit: 'MINUTES' } } : {}),
    message_template: script(own(json, 'message_template'), 'mustache'),
    ...(subject === undefined || subject === null ? {} : { subject_template: script(subject, 'mustache') }),
  };
}

function script(json: unknown, lang: string): unknown {
  if (typeof json === 'string') return { source: json, lang };
  return isDocument(json) ? { source: own(json, 'source'), lang: own(json, 'lang') ?? lang } : json;
}

/** What it says besides what ties it to a file or a server. */
function uiMetadata(json: unknown): unknown {
  if (!isDocument(json)) return undefined;
  const { file: _, id: __, ...trailhound } = documentOf(own(json, 'trailhound'));
  const { trailhound: ___, ...rest } = json;
  const kept = { ...rest, ...(Object.keys(trailhound).length > 0 ? { trailhound } : {}) };
  return Object.keys(kept).length > 0 ? kept : undefined;
}

const forms = ['query_level_trigger', 'bucket_level_trigger', 'document_level_trigger', 'chained_alert_trigger'];

/** The old form without a name is a query-level trigger's. */
export function innerTrigger(json: unknown): { readonly form: string; readonly inner: Document } {
  const form = forms.find((name) => isDocument(own(json, name)));
  return form === undefined
    ? { form: 'query_level_trigger', inner: documentOf(json) }
    : { form, inner: documentOf(own(json, form)) };
}

function withId(json: unknown, known: readonly unknown[]): Document {
  const mine = documentOf(json);
  return identified(
    mine,
    known.find((other) => sameThing(mine, other)),
  );
}

function identified(mine: Document, twin: unknown): Document {
  const id = own(mine, 'id') ?? own(twin, 'id');
  return id === undefined ? mine : { ...mine, id };
}

/** By id where both have one, else by name. */
function sameThing(mine: Document, other: unknown): boolean {
  const id = own(mine, 'id');
  return id === undefined ? own(mine, 'name') === own(other, 'name') : id === own(other, 'id');
}

function byName(items: readonly Document[]): readonly Document[] {
  const key = (item: Document): string => {
    const { inner } = innerTrigger(item);
    return JSON.stringify([own(inner, 'name') ?? '', own(inner, 'id') ?? '']);
  };
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function names(json: unknown): readonly string[] {
  return (Array.isArray(json) ? json : [json]).map((name) => asText(name ?? '')).sort();
}

function list(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json : [];
}

function documentOf(json: unknown): Document {
  return isDocument(json) ? json : {};
}
