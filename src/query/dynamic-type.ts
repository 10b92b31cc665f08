import { asText, type Document } from '../base/document.ts';
import { type DateFormat, dateFormat } from './dates/date-format.ts';
import type { DetectedType, DynamicRules } from './dynamic-template.ts';
import { objectParameters } from './mapping.ts';

/** The definition that a new field gets. */
export interface Definition {
  readonly json: Document;
  /** True where it is an object of the mapping rather than a field. */
  readonly object: boolean;
  readonly fromTemplate: boolean;
}

/**
 * Detects the type of a JSON value (no array, no null) and applies the first dynamic template that fits. `decimal`: a whole
 * number that was written as `5.0`.
 */
export function detect(rules: DynamicRules, path: string, name: string, value: unknown, decimal = false): Definition {
  const [detected, json] = decimal ? asDecimal : detectType(rules, value);
  const template = rules.templates.find((candidate) => candidate.applies(path, name, detected));
  if (!template) return { json, object: detected === 'object', fromTemplate: false };
  const dynamicType = dynamicTypes[detected];
  const filled = template.definition(name, dynamicType);
  const typed = 'type' in filled ? filled : { type: dynamicType, ...filled };
  // A date that names no format is read in the one that found it.
  const found = detected === 'date' && typed.type === 'date' && typed.format === undefined;
  const definition =
    found && 'format' in json ? { ...typed, format: json.format, print_format: json.print_format } : typed;
  const object = definition.type === 'object' || definition.type === 'nested';
  return {
    json: object ? ofObject(definition) : definition,
    object,
    fromTemplate: true,
  };
}

const asDecimal = ['double', { type: 'float' }] as const;

const dynamicTypes: Readonly<Record<DetectedType, string>> = {
  string: 'text',
  long: 'long',
  double: 'float',
  boolean: 'boolean',
  date: 'date',
  object: 'object',
  binary: 'binary',
};

const textWithKeyword: Document = { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } };

function detectType(rules: DynamicRules, value: unknown): readonly [DetectedType, Document] {
  switch (typeof value) {
    case 'object':
      return ['object', {}];
    case 'boolean':
      return ['boolean', { type: 'boolean' }];
    case 'bigint':
      return ['long', { type: 'long' }];
    case 'number':
      return isLong(value) ? ['long', { type: 'long' }] : ['double', { type: 'float' }];
    default:
      return detectText(rules, asText(value));
  }
}

/** Where nobody told that it was written as a decimal, a whole number counts as long while a long can hold it. */
function isLong(value: number): boolean {
  return Number.isInteger(value) && !Object.is(value, -0) && Math.abs(value) < 2 ** 63;
}

/** What Java reads as a double. */
const javaDouble = /^\s*[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)\s*$/;

function detectText(rules: DynamicRules, text: string): readonly [DetectedType, Document] {
  const whole = /^[+-]?\d{1,19}$/.test(text);
  const decimal = whole || /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
  if (rules.numericDetection && whole) return ['long', { type: 'long' }];
  if (rules.numericDetection && (decimal || javaDouble.test(text))) return ['double', { type: 'float' }];
  if (rules.dateDetection && !decimal) {
    const format = rules.dateFormats.find((candidate) => candidate.parse(text) !== undefined);
    if (format) return ['date', dateDefinition(format)];
  }
  return ['string', textWithKeyword];
}

function dateDefinition(format: DateFormat): Document {
  if (format === dateFormat('strict_date_optional_time')) return { type: 'date' };
  const [first] = format.text.split('||');
  return { type: 'date', format: format.text, print_format: first };
}

/** Parameters of a template that an object does not have are passed over, unlike those of a mapping. */
function ofObject(definition: Document): Document {
  return Object.fromEntries(
    Object.entries(definition).filter(([name, value]) => objectParameters.has(name) && value !== 'object'),
  );
}
