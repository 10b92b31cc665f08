/** A leaf of a document, by its dotted path. */
export interface EventField {
  readonly path: string;
  readonly value: unknown;
}

/** Deeper or wider documents are shown as JSON from there on. */
const depthMax = 20;
const fieldsMax = 1000;

/** A document as the query language sees it: dotted paths and their values; lists stay whole. */
export function eventFields(document: unknown): readonly EventField[] {
  const fields: EventField[] = [];
  const walk = (value: unknown, path: string, depth: number): void => {
    if (fields.length >= fieldsMax) return;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject || depth >= depthMax) {
      fields.push({ path, value });
      return;
    }
    for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`, depth + 1);
  };
  walk(document, '', 0);
  return fields.filter(({ path }) => path !== '');
}

/** `data.aws.eventName:"GetObject"`, or undefined for what a phrase cannot say (lists, objects, odd names). */
export function filterFor({ path, value }: EventField): string | undefined {
  if (!/^[\w@][\w@.-]*$/.test(path)) return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return `${path}:"${value}"`;
  if (typeof value !== 'string' || value === '' || value.length > 500) return undefined;
  return `${path}:"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** Joins a filter to a query that may hold anything. */
export function withFilter(query: string, filter: string): string {
  const text = query.trim();
  if (text === '') return filter;
  return /^[\w@.]+:("[^"]*"|\w+)( AND [\w@.]+:("[^"]*"|\w+))*$/.test(text)
    ? `${text} AND ${filter}`
    : `(${text}) AND ${filter}`;
}
