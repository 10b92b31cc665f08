/** A JSON object as parsed. Values are hostile: check before use. */
export type Document = { readonly [field: string]: unknown };

/** True for a JSON object (not null, not an array). */
export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own property, never one of `Object.prototype`: records may hold keys such as `constructor` or `__proto__`. */
export function own(value: unknown, key: string): unknown {
  return isDocument(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value at a dotted path of plain objects (`userIdentity.type`); undefined where a step is missing or no object. */
export function at(document: unknown, path: string): unknown {
  let value = document;
  for (const key of path.split('.')) {
    value = own(value, key);
    if (value === undefined) return undefined;
  }
  return value;
}

/** Sets an own property whatever its name: `__proto__` becomes an ordinary key instead of the prototype. */
export function put(target: { [field: string]: unknown }, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** The value when it is a non-empty string, else undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Any JSON value as one text, for names, settings and error messages: scalars as they read, lists and objects as Java prints
 * them (`[a, b]`, `{k=v}`), which is what the original's messages show. Never `String(value)` on JSON that a client sent: an
 * object with a key `toString` makes it throw.
 */
export function asText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asText).join(', ')}]`;
  if (!isDocument(value)) return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}=${asText(item)}`)
    .join(', ')}}`;
}

/** Any JSON value as a number, NaN for lists and objects: `Number(value)` throws on what a client can send (see `asText`). */
export function asNumber(value: unknown): number {
  return typeof value === 'object' && value !== null ? Number.NaN : Number(value);
}
