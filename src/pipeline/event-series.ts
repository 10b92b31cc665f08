import { type Document, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Problem } from '../base/problem.ts';
import type { Store, StoredTemplate } from '../store/store.ts';
import { type IndexSeries, ownSeries, plainSeries } from './index-name.ts';

/**
 * Puts the template of event indices into a cluster that others use too, and answers how those indices are called there. Where
 * Wazuh's own templates or indices are found for these names, ours get names of their own, which the guide's pattern
 * `wazuh-alerts-4.x-*` still means, and the template is for them only: nothing that is not ours is changed. What was decided once
 * stays, for the template tells it; what came later is told.
 */
export async function installSharedTemplate(
  store: Store,
  body: Document,
  problem: (problem: Problem) => void,
): Promise<IndexSeries> {
  const templates = await store.templates();
  const ours = templates.find(({ name, legacy, component }) => name === templateName && !legacy && !component);
  if (ours && !isOurs(ours)) {
    throw new TrailhoundError('bad-request', `the cluster has a template ${templateName} that is not ours: rename it`);
  }
  const series = ours ? seriesOf(ours) : (await isTaken(store, templates)) ? ownSeries : plainSeries;
  const late = ours && series === plainSeries ? rivalsOf(templates.filter((template) => template !== ours)) : [];
  if (late.length > 0) problem({ place: `index template ${templateName}`, message: cameLater(late) });
  const others = templates.filter((template) => template !== ours && !template.component && !template.legacy);
  await store.putTemplate({ name: templateName, legacy: false, body: sharedBody(body, series, others) });
  return series;
}

const templateName = 'trailhound-events';
/** How our templates begin to describe themselves. */
const mark = "Trailhound's";
const kinds = ['wazuh-alerts-4.x-', 'wazuh-archives-4.x-'];
const someDay = '2026.01.01';

function isOurs({ body }: StoredTemplate): boolean {
  const description = own(own(body, '_meta'), 'description');
  return typeof description === 'string' && description.startsWith(mark);
}

function seriesOf({ body }: StoredTemplate): IndexSeries {
  return patternsOf(body).includes(`${kinds[0]}${ownSeries}*`) ? ownSeries : plainSeries;
}

/** Somebody else's template would be given to our indices, or ours to theirs. */
async function isTaken(store: Store, templates: readonly StoredTemplate[]): Promise<boolean> {
  const wildcards = { open: true, closed: true, hidden: true };
  const indices = await store.indices(kinds.map((kind) => `${kind}*`).join(','), { wildcards });
  if (indices.some(({ name }) => !kinds.some((kind) => name.startsWith(`${kind}${ownSeries}`)))) return true;
  return rivalsOf(templates).length > 0;
}

/** Templates that are made for the names of event indices. */
function rivalsOf(templates: readonly StoredTemplate[]): readonly StoredTemplate[] {
  return templates.filter(({ body, component }) => !component && patternsOf(body).some(meansOurNames));
}

/** Another program was installed after the names had been chosen. */
function cameLater(late: readonly StoredTemplate[]): string {
  const names = late.map(({ name }) => name).join(', ');
  return (
    `another program's template (${names}) came later for the same indices, ${kinds[0]}*: new ones are made by ours, also those ` +
    'that it writes. To part the two, stop all Trailhound processes on this cluster, delete our index template, and start again: ' +
    `new events go to ${kinds[0]}${ownSeries}* then, and what is stored stays where it is`
  );
}

/** A pattern for all indices is a matter of the cluster, not of these. */
function meansOurNames(pattern: string): boolean {
  return kinds.some((kind) => fits(pattern, `${kind}${someDay}`)) && !fits(pattern, 'any-other-name');
}

function fits(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  if (!name.startsWith(first)) return false;
  if (rest.length === 0) return name === first;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = rest.at(-1) ?? '';
  return name.length - last.length >= at && name.endsWith(last);
}

function patternsOf(body: Document): readonly string[] {
  const patterns = body.index_patterns;
  return (Array.isArray(patterns) ? patterns : [patterns]).filter((pattern) => typeof pattern === 'string');
}

/** Ours for these names: above any other that means them, and with a copy where there is a second node. */
function sharedBody(body: Document, series: IndexSeries, others: readonly StoredTemplate[]): Document {
  const priorities = rivalsOf(others).map((other) => Number(own(other.body, 'priority') ?? 0) + 1);
  const template = isDocument(body.template) ? body.template : {};
  const settings = own(template, 'settings');
  const index = own(settings, 'index');
  const { number_of_replicas: _, ...kept } = isDocument(index) ? index : {};
  return {
    ...body,
    index_patterns: kinds.map((kind) => `${kind}${series}*`),
    priority: Math.max(Number(body.priority ?? 0), ...priorities),
    template: { ...template, settings: { index: { ...kept, auto_expand_replicas: '0-1' } } },
  };
}
