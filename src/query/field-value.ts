import { asText, isDocument } from '../base/document.ts';
import { parseIp } from '../base/ip-address.ts';
import type { BooleanField, DateField, Field, IpField, KeywordField, NumberField } from './field.ts';
import { boundsOf, isWhole, type Numeric, readAs, rounded, truncate } from './number.ts';

/**
 * What a field makes of one JSON value of a document (never of an array). undefined: no value, or one that it does not
 * take; `refusalOf` tells which. An explicit null becomes the field's null_value.
 */

/** The indexed term of a keyword: undefined for null, objects and what is longer than ignore_above. */
export function keywordValue(field: KeywordField, raw: unknown): string | undefined {
  let text: string;
  if (typeof raw === 'string') text = raw;
  else if (raw === null || raw === undefined) return field.nullValue;
  else if (typeof raw === 'object') return undefined;
  else text = scalarText(raw);
  if (text.length > field.ignoreAbove) return undefined;
  return field.normalizer ? field.normalizer.normalize(text) : text;
}

/** A number or boolean as the text that keyword and text fields index. */
export function scalarText(raw: unknown): string {
  return typeof raw === 'number' && (Math.abs(raw) >= 1e21 || (raw !== 0 && Math.abs(raw) < 1e-6))
    ? javaNumber(raw)
    : asText(raw);
}

export function numberValue(field: NumberField, raw: unknown): Numeric | undefined {
  if (raw === null) return field.nullValue;
  if (typeof raw === 'string' && !field.coerce) return undefined;
  // Java makes 0 of it for the types below long.
  if (raw === 'NaN' && /^(?:integer|short|byte)$/.test(field.numeric)) return 0;
  const value = typeof raw === 'object' ? undefined : readAs(field.numeric, raw);
  if (value === undefined) return undefined;
  const bounds = boundsOf(field.numeric);
  if (!bounds) {
    const plain = rounded(field.numeric, value, field.factor);
    return Number.isFinite(plain) ? plain : undefined;
  }
  if (!isWhole(value) && (!field.coerce || !Number.isFinite(value as number))) return undefined;
  const whole = truncate(value);
  return whole >= bounds[0] && whole <= bounds[1] ? whole : undefined;
}

/** Milliseconds. Numbers are read as text in the field's format: 2024 is a year where the format has years first. */
export function dateValue(field: DateField, raw: unknown): number | undefined {
  if (raw === null) return field.nullValue;
  if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'bigint') return undefined;
  return field.format.parse(String(raw));
}

export function ipValue(field: IpField, raw: unknown): string | undefined {
  if (raw === null) return field.nullValue;
  return typeof raw === 'string' ? parseIp(raw) : undefined;
}

export function booleanValue(field: BooleanField, raw: unknown): boolean | undefined {
  if (raw === null) return field.nullValue;
  if (typeof raw === 'boolean') return raw;
  return raw === 'true' ? true : raw === 'false' || raw === '' ? false : undefined;
}

/** Why OpenSearch would refuse a document for this value; undefined where it takes it. `raw` is neither array nor null. */
export function refusalOf(field: Field, raw: unknown): string | undefined {
  switch (field.kind) {
    case 'keyword':
      return typeof raw === 'object' ? "Can't get text on a START_OBJECT" : keywordRefusal(field, raw);
    case 'text':
      return typeof raw === 'object' ? "Can't get text on a START_OBJECT" : undefined;
    case 'number':
      return numberValue(field, raw) !== undefined || (raw === '' && field.coerce)
        ? undefined
        : numberRefusal(field, raw);
    case 'date':
      if (dateValue(field, raw) !== undefined) return undefined;
      return raw === ''
        ? 'cannot parse empty date'
        : `failed to parse date field [${preview(raw)}] with format [${field.format.text}]`;
    case 'ip':
      return ipValue(field, raw) === undefined ? `'${preview(raw)}' is not an IP string literal.` : undefined;
    case 'boolean':
      return booleanValue(field, raw) === undefined
        ? `Failed to parse value [${preview(raw)}] as only [true] or [false] are allowed.`
        : undefined;
    case 'flat_object':
      return isDocument(raw) ? undefined : 'flat_object expects an object';
    case 'alias':
      return 'Cannot write to a field alias';
    case 'opaque':
      return undefined;
  }
}

/** A value as OpenSearch's error shows it: objects in Java's `{a=1}`. */
export function preview(raw: unknown, depth = 0): string {
  if (depth > 3) return '…';
  if (Array.isArray(raw))
    return `[${raw
      .slice(0, 10)
      .map((item) => preview(item, depth + 1))
      .join(', ')}]`;
  if (isDocument(raw)) {
    const entries = Object.entries(raw).slice(0, 10);
    return `{${entries.map(([key, value]) => `${key}=${preview(value, depth + 1)}`).join(', ')}}`;
  }
  return asText(raw).slice(0, 1000);
}

/** Lucene refuses terms over 32,766 bytes of UTF-8. */
const termBytesMax = 32_766;

function keywordRefusal(field: KeywordField, raw: unknown): string | undefined {
  if (typeof raw !== 'string' || raw.length * 3 <= termBytesMax || raw.length > field.ignoreAbove) return undefined;
  const bytes = Buffer.byteLength(raw);
  if (bytes <= termBytesMax) return undefined;
  return `Document contains at least one immense term in field="${field.path}" (whose UTF8 encoding is longer than the max length ${termBytesMax}), all of which were skipped.  Please correct the analyzer to not produce such terms.`;
}

function numberRefusal(field: NumberField, raw: unknown): string {
  if (typeof raw === 'boolean') return 'Current token (VALUE_TRUE) not numeric, can not use numeric value accessors';
  const value = typeof raw === 'object' ? undefined : readAs(field.numeric, raw);
  if (raw === 'NaN' || raw === 'Infinity' || raw === '-Infinity') {
    return `[${field.numeric}] supports only finite values, but got [${raw}]`;
  }
  if (value === undefined) return `For input string: "${preview(raw)}"`;
  if (!boundsOf(field.numeric)) return `[${field.numeric}] supports only finite values, but got [${value}]`;
  if (!isWhole(value) && !field.coerce) return `Value [${value}] has a decimal part`;
  return `Value [${value}] is out of range for ${/^[aeiou]/.test(field.numeric) ? 'an' : 'a'} ${field.numeric}`;
}

/** `1.0E-7`, as Java writes doubles. */
export function javaNumber(value: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`;
}
