import { asNumber, asText, type Document, isDocument, own, put } from '../base/document.ts';
import { nameTest } from './dynamic-template.ts';

/** An index template as it was put; `legacy` ones (`_template`) lose against composable ones. */
export interface IndexTemplate {
  readonly name: string;
  readonly legacy: boolean;
  readonly body: Document;
}

/** What the templates give to a new index of this name. */
export interface ResolvedTemplate {
  readonly settings: Document;
  readonly mappings: Document;
  readonly aliases: Document;
}

/**
 * The composable template of the highest priority that matches the name (with `components`, its composed_of, in order,
 * below it); where none matches, all matching legacy ones merged by `order`.
 */
export function resolveTemplates(
  templates: readonly IndexTemplate[],
  indexName: string,
  components: readonly IndexTemplate[] = [],
): ResolvedTemplate {
  const matching = templates.filter(({ body }) => patterns(body).some((pattern) => nameTest(pattern)(indexName)));
  const best = matching
    .filter(({ legacy }) => !legacy)
    .sort((a, b) => number(b.body, 'priority') - number(a.body, 'priority'))[0];
  if (best) {
    const parts = list(own(best.body, 'composed_of')).map((name) => {
      const component = components.find((candidate) => candidate.name === name);
      return part(own(component?.body, 'template'));
    });
    return [...parts, part(own(best.body, 'template'))].reduce(merge, part({}));
  }
  return matching
    .filter(({ legacy }) => legacy)
    .sort((a, b) => number(a.body, 'order') - number(b.body, 'order'))
    .map(({ body }) => part(body))
    .reduce(merge, part({}));
}

/** Two JSON objects joined, the second one on top; objects are joined, everything else is replaced. */
export function mergeJson(base: Document, top: Document): Document {
  const merged: { [key: string]: unknown } = { ...base };
  for (const [key, value] of Object.entries(top)) {
    const before = own(base, key);
    put(merged, key, isDocument(before) && isDocument(value) ? mergeJson(before, value) : value);
  }
  return merged;
}

function merge(base: ResolvedTemplate, top: ResolvedTemplate): ResolvedTemplate {
  return {
    settings: mergeJson(base.settings, top.settings),
    mappings: mergeMappings(base.mappings, top.mappings),
    aliases: { ...base.aliases, ...top.aliases },
  };
}

/** As mergeJson, but dynamic templates add up: one of the same name is replaced in place. */
function mergeMappings(base: Document, top: Document): Document {
  const merged = mergeJson(base, top);
  const [before, after] = [own(base, 'dynamic_templates'), own(top, 'dynamic_templates')];
  if (!Array.isArray(before) || !Array.isArray(after)) return merged;
  const byName = new Map<string, unknown>();
  for (const template of [...before, ...after]) byName.set(Object.keys(template ?? {})[0] ?? '', template);
  return { ...merged, dynamic_templates: [...byName.values()] };
}

function part(body: unknown): ResolvedTemplate {
  const document = (key: string): Document => {
    const value = own(body, key);
    return isDocument(value) ? value : {};
  };
  return { settings: document('settings'), mappings: document('mappings'), aliases: document('aliases') };
}

function patterns(body: Document): string[] {
  return list(own(body, 'index_patterns'));
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(asText) : typeof value === 'string' ? [value] : [];
}

function number(body: Document, key: string): number {
  return asNumber(own(body, key) ?? 0) || 0;
}
