import { asText, type Document, isDocument, own } from '../base/document.ts';
import { type DateFormat, dateFormat } from './dates/date-format.ts';
import { mapperError } from './refusal.ts';

/** How new fields are typed. */
export interface DynamicRules {
  readonly dateDetection: boolean;
  readonly numericDetection: boolean;
  readonly dateFormats: readonly DateFormat[];
  readonly templates: readonly DynamicTemplate[];
}

/** A type that detection finds in JSON. */
export type DetectedType = 'string' | 'long' | 'double' | 'boolean' | 'date' | 'object' | 'binary';

export interface DynamicTemplate {
  readonly name: string;
  /** True when the template applies to a new field. `path` is its full name. */
  applies(path: string, name: string, detected: DetectedType): boolean;
  /** The field's definition, with `{name}` and `{dynamic_type}` filled in. */
  definition(name: string, dynamicType: string): Document;
  readonly detected: DetectedType | undefined;
}

/** OpenSearch's own: ISO dates, and slashes with or without a time. */
const defaultDateFormats = ['strict_date_optional_time', 'yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis'];

/** Reads the rules of a mapping's root. */
export function parseDynamicRules(mapping: Document): DynamicRules {
  const formats = own(mapping, 'dynamic_date_formats');
  const templates = own(mapping, 'dynamic_templates');
  if (templates !== undefined && !Array.isArray(templates)) {
    throw mapperError('Dynamic template syntax error. An array of named objects is expected.');
  }
  return {
    dateDetection: asText(own(mapping, 'date_detection') ?? true) !== 'false',
    numericDetection: asText(own(mapping, 'numeric_detection') ?? false) === 'true',
    dateFormats: (Array.isArray(formats) ? formats.map(asText) : defaultDateFormats).map((format) =>
      dateFormat(format),
    ),
    templates: (templates ?? []).map(parseTemplate),
  };
}

function parseTemplate(json: unknown): DynamicTemplate {
  const entries = isDocument(json) ? Object.entries(json) : [];
  const [name, body] = entries[0] ?? [];
  if (entries.length !== 1 || name === undefined || !isDocument(body)) {
    throw mapperError('A dynamic template must be defined with a name');
  }
  const mapping = own(body, 'mapping');
  if (!isDocument(mapping)) throw mapperError(`template [${name}] must have mapping set`);
  const regex = own(body, 'match_pattern') === 'regex';
  const type = own(body, 'match_mapping_type');
  if (
    type !== undefined &&
    !['string', 'long', 'double', 'boolean', 'date', 'object', 'binary', '*'].includes(asText(type))
  ) {
    throw mapperError(
      `No field type matched on [${asText(type)}], possible values are [object, string, long, double, boolean, date, binary]`,
    );
  }
  const test = (key: string): ((text: string) => boolean) | undefined => {
    const patterns = own(body, key);
    if (patterns === undefined) return undefined;
    const list = (Array.isArray(patterns) ? patterns : [patterns]).map((pattern) => nameTest(asText(pattern), regex));
    return (text) => list.some((matches) => matches(text));
  };
  const [match, unmatch, pathMatch, pathUnmatch] = [
    test('match'),
    test('unmatch'),
    test('path_match'),
    test('path_unmatch'),
  ];
  return {
    name,
    detected: type === undefined || type === '*' ? undefined : (asText(type) as DetectedType),
    applies: (path, last, detected) =>
      (type === undefined || type === '*' || type === detected) &&
      (match?.(last) ?? true) &&
      !(unmatch?.(last) ?? false) &&
      (pathMatch?.(path) ?? true) &&
      !(pathUnmatch?.(path) ?? false),
    definition: (last, dynamicType) => fill(mapping, last, dynamicType) as Document,
  };
}

/** A name pattern: `*` stands for any text. A regular expression is taken only as plain characters, dots and `.*`. */
export function nameTest(pattern: string, regex = false): (text: string) => boolean {
  const simple = regex
    ? pattern
        .replace(/^\^|\$$/g, '')
        .replaceAll('.*', '*')
        .replaceAll('\\.', '.')
    : pattern;
  const parts = simple.split('*');
  if (parts.length === 1) return (text) => text === simple;
  const first = parts[0] as string;
  const last = parts[parts.length - 1] as string;
  const middle = parts.slice(1, -1);
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    const end = text.length - last.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

function fill(value: unknown, name: string, dynamicType: string): unknown {
  if (typeof value === 'string')
    return value
      .replaceAll('{name}', name)
      .replaceAll('{dynamic_type}', dynamicType)
      .replaceAll('{dynamicType}', dynamicType);
  if (Array.isArray(value)) return value.map((item) => fill(item, name, dynamicType));
  if (!isDocument(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, name, dynamicType)]));
}
