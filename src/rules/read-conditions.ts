import { parseAddressList } from './address-list.ts';
import { type AnyAttribute, forbiddenFieldNames } from './attribute.ts';
import type { CdbList } from './cdb-list.ts';
import { type DayTimes, parseTime, parseWeekday } from './day-times.ts';
import { compileExpression, type Expression, type ExpressionType, isExpressionType } from './expression.ts';
import type { Condition, ListLookup } from './rule.ts';
import { joined, lastText, type RuleReader, texts } from './rule-reader.ts';
import { attributeOf, type XmlElement } from './xml.ts';

/** The conditions of a rule, in the order in which Wazuh asks them: explanations name the first that fails. */
export function readConditions(reader: RuleReader, maxSize: number | undefined): readonly Condition[] {
  return [
    ...readDecoder(reader),
    ...attribute(reader, 'program_name'),
    ...attribute(reader, 'id'),
    ...attribute(reader, 'system_name'),
    ...attribute(reader, 'protocol'),
    ...whole(reader, 'match', 'osmatch', (test) => ({ kind: 'log', element: 'match', test })),
    ...whole(reader, 'regex', 'osregex', (test) => ({ kind: 'log', element: 'regex', test })),
    ...attribute(reader, 'action', 'string'),
    ...attribute(reader, 'url'),
    ...whole(reader, 'location', 'osmatch', (test) => ({ kind: 'location', test })),
    ...readFields(reader),
    ...readAddresses(reader, 'srcip'),
    ...readAddresses(reader, 'dstip'),
    ...attribute(reader, 'srcport'),
    ...attribute(reader, 'dstport'),
    ...whole(reader, 'user', 'osmatch', (test) => ({ kind: 'user', test })),
    ...attribute(reader, 'srcgeoip'),
    ...attribute(reader, 'dstgeoip'),
    ...(maxSize === undefined ? [] : [{ kind: 'size', bytes: maxSize } as const]),
    ...readTimes(reader, 'time', parseTime),
    ...readTimes(reader, 'weekday', parseWeekday),
    ...attribute(reader, 'data'),
    ...attribute(reader, 'extra_data'),
    ...attribute(reader, 'hostname'),
    ...attribute(reader, 'status'),
    ...readLists(reader),
  ];
}

/** An expression element, repeated ones joined; type and negate of the last one hold. */
export function readExpression(reader: RuleReader, name: string, byDefault: ExpressionType): Expression | undefined {
  const last = reader.children.findLast((child) => child.name === name);
  return last ? compile(reader, last, joined(reader, name), byDefault) : undefined;
}

function compile(
  reader: RuleReader,
  element: XmlElement,
  pattern: string,
  byDefault: ExpressionType,
): Expression | undefined {
  for (const { name } of element.attributes) {
    if (!['type', 'negate', 'name'].includes(name))
      reader.fail(element.line, `<${element.name} ${name}="…"> is not known`);
  }
  const type = attributeOf(element, 'type')?.toLowerCase() ?? byDefault;
  const negate = attributeOf(element, 'negate')?.toLowerCase();
  if (!isExpressionType(type)) {
    reader.fail(element.line, `<${element.name} type="${type}"> is not osmatch, osregex or pcre2`);
    return undefined;
  }
  if (negate !== undefined && negate !== 'yes' && negate !== 'no') {
    reader.fail(element.line, `<${element.name} negate="${negate}"> is not yes or no`);
  }
  const expression = compileExpression(type, pattern, negate === 'yes');
  if (typeof expression !== 'string') return expression;
  reader.fail(element.line, `in <${element.name}>, ${expression}`);
  return undefined;
}

function whole(
  reader: RuleReader,
  name: string,
  byDefault: ExpressionType,
  build: (test: Expression) => Condition,
): readonly Condition[] {
  const test = readExpression(reader, name, byDefault);
  return test ? [build(test)] : [];
}

function attribute(
  reader: RuleReader,
  name: AnyAttribute,
  byDefault: ExpressionType = 'osmatch',
): readonly Condition[] {
  return whole(reader, name, byDefault, (test) => ({ kind: 'attribute', attribute: name, test }));
}

function readDecoder(reader: RuleReader): readonly Condition[] {
  const name = lastText(reader, 'decoded_as');
  return name === undefined ? [] : [{ kind: 'decoder', name }];
}

function readFields(reader: RuleReader): readonly Condition[] {
  const conditions: Condition[] = [];
  for (const child of reader.children) {
    if (child.name !== 'field') continue;
    const name = attributeOf(child, 'name');
    if (!name) reader.fail(child.line, '<field> needs a name');
    else {
      noteFieldName(reader, child.line, name);
      const test = compile(reader, child, child.text, 'osregex');
      if (test) conditions.push({ kind: 'field', name, test, line: child.line });
    }
  }
  return conditions;
}

/** Tells of names that events do not have on an unmodified Wazuh. `place` is where the name stands, as written. */
export function noteName(reader: RuleReader, line: number, place: string, name: string): void {
  const lower = name.toLowerCase();
  if (lower.startsWith('data.')) {
    reader.liberty(line, `${place}: Wazuh's events have no "data." prefix`, `use "${name.slice(5)}"`);
  } else if (lower === 'location') {
    reader.liberty(line, `${place}: the location is no field in Wazuh`, 'use <location>');
  } else if (documentNames.has(lower)) {
    reader.liberty(line, `${place}: "${name}" stands in Wazuh's alert document, not in the event`, 'leave it out');
  }
}

const documentNames: ReadonlySet<string> = new Set(
  'full_log decoder.name agent.id agent.name manager.name timestamp'.split(' '),
);

function noteFieldName(reader: RuleReader, line: number, name: string): void {
  if (!forbiddenFieldNames.has(name)) {
    noteName(reader, line, `<field name="${name}">`, name);
    return;
  }
  if (reader.strict) reader.fail(line, `"${name}" is static and no field: use <${name}>`);
  const fix = `use <${name}>`;
  reader.liberty(line, `<field name="${name}">: Wazuh refuses to start, "${name}" is static`, fix);
}

function readAddresses(reader: RuleReader, name: 'srcip' | 'dstip'): readonly Condition[] {
  const found = reader.children.filter((child) => child.name === name);
  const first = found[0];
  if (!first) return [];
  const list = parseAddressList(
    found.map((child) => ({ text: child.text, negate: attributeOf(child, 'negate')?.toLowerCase() === 'yes' })),
  );
  if (typeof list !== 'string') return [{ kind: 'address', attribute: name, list }];
  reader.fail(first.line, `in <${name}>, ${list}`);
  return [];
}

function readTimes(
  reader: RuleReader,
  name: 'time' | 'weekday',
  parse: (text: string) => DayTimes | string,
): readonly Condition[] {
  const text = texts(reader, name).at(-1);
  if (text === undefined) return [];
  const times = parse(text);
  if (typeof times !== 'string') return [{ kind: 'day-time', times }];
  reader.fail(reader.children.find((child) => child.name === name)?.line ?? 0, times);
  return [];
}

const lookups: readonly ListLookup[] = [
  'match_key',
  'not_match_key',
  'match_key_value',
  'address_match_key',
  'not_address_match_key',
  'address_match_key_value',
];

/** `etc/lists/amazon/names` is the file `amazon/names` below a folder `lists`, else any list `names`. */
function listNamed(reader: RuleReader, path: string): CdbList | undefined {
  const below = path.slice(path.lastIndexOf('lists/') < 0 ? 0 : path.lastIndexOf('lists/') + 'lists/'.length);
  return reader.lists.get(below) ?? reader.lists.get(below.slice(below.lastIndexOf('/') + 1));
}

function readLists(reader: RuleReader): readonly Condition[] {
  const conditions: Condition[] = [];
  for (const child of reader.children) {
    if (child.name !== 'list') continue;
    const field = attributeOf(child, 'field');
    const lookup = lookups.find((lookup) => lookup === (attributeOf(child, 'lookup') ?? 'match_key'));
    const list = listNamed(reader, child.text.trim());
    const value = attributeOf(child, 'check_value');
    const check = value === undefined ? undefined : compileExpression('osmatch', value, false);
    if (!field) reader.fail(child.line, '<list> needs a field');
    else if (!lookup)
      reader.fail(child.line, `<list lookup="${attributeOf(child, 'lookup')}"> is not one of ${lookups.join(', ')}`);
    else if (lookup.endsWith('_value') && value === undefined)
      reader.fail(child.line, `lookup="${lookup}" needs a check_value`);
    else if (!list)
      reader.fail(
        child.line,
        `the list ${child.text.trim()} is not there: put it below etc/lists of a folder given with --rules`,
      );
    else {
      noteName(reader, child.line, `<list field="${field}">`, field);
      const checked = typeof check === 'object' ? { check } : {};
      conditions.push({ kind: 'list', field, lookup, list, listName: child.text.trim(), ...checked });
    }
  }
  return conditions;
}
