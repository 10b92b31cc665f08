import type { Document } from '../base/document.ts';
import { at, isDocument, put } from '../base/document.ts';

type Fields = { [field: string]: unknown };

/**
 * Index settings in one form, `{index: {a: {b: …}}}`: clients send them nested, dotted (`index.a.b`), and with or without
 * `index`. Later ones win.
 */
export function normalSettings(...layers: readonly (Document | undefined)[]): Document {
  const index: Fields = {};
  for (const layer of layers) spread(index, layer, []);
  return { index };
}

/** One setting by its path below `index`, such as `hidden` or `mapping.total_fields.limit`. */
export function indexSetting(settings: Document, path: string): unknown {
  return at(settings, `index.${path}`);
}

function spread(into: Fields, value: unknown, path: readonly string[]): void {
  if (isDocument(value) && path.length < 20) {
    for (const [key, child] of Object.entries(value)) spread(into, child, [...path, ...key.split('.')]);
    return;
  }
  const steps = path[0] === 'index' ? path.slice(1) : path;
  const last = steps.at(-1);
  if (last === undefined) return;
  let target = into;
  for (const step of steps.slice(0, -1)) {
    const next = Object.hasOwn(target, step) ? target[step] : undefined;
    if (isDocument(next)) {
      target = next as Fields;
    } else {
      const made: Fields = {};
      put(target, step, made);
      target = made;
    }
  }
  put(target, last, value);
}

/** Mappings of a template with those of a request on top: fields are joined by name, the request's definition wins. */
export function layeredMappings(below: Document, above: Document): Document {
  const result: Fields = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (key === 'properties') put(result, key, layeredProperties(below[key], value));
    else if (key === 'dynamic_templates') put(result, key, layeredTemplates(below[key], value));
    else put(result, key, value);
  }
  return result;
}

function layeredProperties(below: unknown, above: unknown, depth = 0): unknown {
  if (!isDocument(below) || !isDocument(above) || depth > 100) return above;
  const result: Fields = { ...below };
  for (const [name, field] of Object.entries(above)) {
    const old = Object.hasOwn(below, name) ? below[name] : undefined;
    const both = isDocument(old) && isDocument(field) && isDocument(old.properties) && isDocument(field.properties);
    put(
      result,
      name,
      both ? { ...old, ...field, properties: layeredProperties(old.properties, field.properties, depth + 1) } : field,
    );
  }
  return result;
}

/** The request's templates are asked first; one of the same name replaces the template's. */
function layeredTemplates(below: unknown, above: unknown): unknown {
  if (!Array.isArray(below) || !Array.isArray(above)) return above;
  const names = new Set(above.flatMap((entry) => (isDocument(entry) ? Object.keys(entry) : [])));
  const kept = below.filter((entry) => !isDocument(entry) || !Object.keys(entry).some((name) => names.has(name)));
  return [...above, ...kept];
}
