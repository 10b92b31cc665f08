import { isDocument } from '../base/document.ts';
import { emptyShape, type KeyShape } from '../base/key-shape.ts';
import { numberText } from './field-text.ts';

/** The object holds what only the long way of alert-data.ts can do. */
export const odd = Symbol('odd');

/** What was found in an object: its members as `data` shows them, and how many fields they are. */
export interface PlainData {
  /** undefined where nothing is shown. Parts that need no change are the source's own; `value` itself never is. */
  readonly value: { [field: string]: unknown } | undefined;
  readonly fields: number;
}

/**
 * An object as alertData shows it, in one walk: for objects whose names cannot meet, which nearly all are. `odd` for all others,
 * and for what is nested deeper than `depthMax`.
 */
export function plainData(source: object, depthMax: number): PlainData | typeof odd {
  fields = 0;
  top = 0;
  const value = plainObject(source as Members, depthMax, true);
  return value === odd ? odd : { value, fields };
}

type Members = { [field: string]: unknown };

let fields = 0;
/** Members of the objects that are being walked, the inner ones above; one walk at a time. */
const members: unknown[] = [];
let top = 0;

function plainObject(source: Members, depth: number, copied: boolean): Members | typeof odd | undefined {
  if (depth < 0) return odd;
  const from = top;
  let shape: KeyShape | undefined = emptyShape();
  let changed = copied;
  for (const key in source) {
    const value = source[key];
    let shown: unknown = value;
    if (typeof value === 'string') {
      fields++;
      if (value.charCodeAt(0) === bracket) shown = listIn(value);
    } else if (isDocument(value)) shown = plainObject(value as Members, depth - 1, false) ?? '';
    else {
      fields++;
      if (!Array.isArray(value)) shown = typeof value === 'number' ? numberText(value) : String(value);
    }
    if (shown === odd) return odd;
    if (shown !== value) changed = true;
    if (shown === '') {
      // Nothing is shown of it; what a name with dots would count stays with the long way.
      if (key.includes('.')) return odd;
      changed = true;
      continue;
    }
    shape = shape.with(key);
    if (!shape || shape.odd) return odd;
    members[top++] = shown;
  }
  const empty = top === from;
  top = from;
  if (empty) return undefined;
  return changed ? shape.object(members, from) : source;
}

const bracket = 0x5b;

/** A text that is a JSON array, as the original shows it. */
export function listIn(text: string): unknown {
  if (!text.endsWith(']')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
