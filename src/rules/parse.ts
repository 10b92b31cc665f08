import type { Parsed, Problem } from '../base/problem.ts';
import { mitreOf } from './mitre.ts';
import { noteName, readConditions } from './read-conditions.ts';
import { readCorrelation } from './read-correlation.ts';
import { readGroups } from './read-groups.ts';
import { readIgnored } from './read-ignored.ts';
import type { Parents, Rule, RuleOptions } from './rule.ts';
import { joined, type Liberty, type Lists, lastText, type RuleReader, texts } from './rule-reader.ts';
import { applyVariables, type Variables } from './variables.ts';
import { attributeOf, parseXml, type XmlElement } from './xml.ts';

/** `error`: a rule or a file was lost to it. */
export interface RuleProblem extends Problem {
  readonly level: 'error' | 'warning';
}

export interface ParsedRules extends Parsed<readonly Rule[]> {
  readonly problems: readonly RuleProblem[];
  readonly liberties: readonly Liberty[];
}

/**
 * Reads the rules of one file, in order. A rule that is wrong is left out with a problem naming file and line; its neighbours
 * stay. Never throws.
 */
export function parseRules(xml: string, file: string, lists: Lists = new Map(), strict = false): ParsedRules {
  const { value: roots, problems: broken } = parseXml(xml, file);
  const problems: RuleProblem[] = broken.map((problem) => ({ ...problem, level: 'error' }));
  const liberties: Liberty[] = [];
  const rules: Rule[] = [];
  const variables: Map<string, string> = new Map();
  for (const root of roots) {
    // A ruleset folder holds decoders too. Every event here is JSON, so that they are not needed.
    if (root.name === 'decoder') continue;
    if (root.name === 'var') {
      const name = attributeOf(root, 'name');
      if (name) variables.set(name.toLowerCase(), root.text);
      else problems.push({ place: file, line: root.line, level: 'error', message: '<var> needs a name' });
    } else if (root.name === 'group' && attributeOf(root, 'name') !== undefined) {
      if (root.attributes.length > 1) {
        const message = '<group> has another attribute than name: Wazuh refuses to start';
        problems.push({ place: file, line: root.line, level: 'warning', message });
      }
      for (const element of root.children) {
        const note = (line: number, level: RuleProblem['level'], message: string): void => {
          problems.push({ place: file, line, level, message });
        };
        if (element.name !== 'rule')
          note(element.line, 'error', `<${element.name}> is not known in a group: only <rule> is`);
        else {
          const scope = { file, variables, lists, strict, note, liberties };
          const rule = readRule(element, attributeOf(root, 'name') ?? '', scope);
          if (rule) rules.push(rule);
        }
      }
    } else {
      const message =
        root.name === 'group'
          ? '<group> needs a name'
          : `<${root.name}> is not known: rule files hold <group> and <var>`;
      problems.push({ place: file, line: root.line, level: 'error', message });
    }
  }
  return { value: rules, problems, liberties };
}

interface FileScope {
  readonly file: string;
  readonly variables: Variables;
  readonly lists: Lists;
  readonly strict: boolean;
  readonly note: (line: number, level: RuleProblem['level'], message: string) => void;
  readonly liberties: Liberty[];
}

function readRule(raw: XmlElement, groupName: string, scope: FileScope): Rule | undefined {
  const id = readId(attributeOf(raw, 'id'));
  const label = id === undefined ? 'a rule' : `rule ${id}`;
  let failed = false;
  const fail = (line: number, message: string): void => {
    failed = true;
    scope.note(line, 'error', `${label} is left out: ${message}`);
  };
  const element = applyVariables(raw, scope.variables, (name) =>
    fail(raw.line, `the variable $${name} is not defined before it`),
  );
  const reader: RuleReader = {
    children: element.children,
    file: scope.file,
    lists: scope.lists,
    strict: scope.strict,
    fail,
    note: (line, message) => scope.note(line, 'warning', `${label}: ${message}`),
    liberty: (line, message, fix) => {
      scope.liberties.push({ ruleId: id ?? '', file: scope.file, line, message, fix });
    },
  };
  if (id === undefined) fail(raw.line, 'it needs an id of at most 6 digits');
  const attributes = readAttributes(element, reader);
  checkElements(reader);
  const description = joined(reader, 'description');
  if (description === '') fail(raw.line, 'it needs a <description>');
  const described = element.children.find((child) => child.name === 'description')?.line ?? raw.line;
  for (const [place, name] of description.matchAll(/\$\(([^)]*)\)/g)) noteName(reader, described, place, name ?? '');
  const conditions = readConditions(reader, attributes.maxSize);
  const correlation = readCorrelation(reader, attributes.frequency, attributes.timeframe);
  const groups = readGroups(groupName, raw.line, reader);
  const ignored = readIgnored(reader);
  const options = readOptions(reader);
  const mitre = mitreOf(reader);
  const parents = readParents(reader);
  if (failed || id === undefined) return undefined;
  return {
    id,
    level: attributes.level,
    description,
    ...groups,
    mitre,
    info: texts(reader, 'info'),
    cve: texts(reader, 'cve'),
    frequency: correlation ? attributes.frequency : undefined,
    options,
    conditions,
    correlation,
    parents,
    overwrite: attributes.overwrite,
    noAlert: attributes.noAlert,
    inaccurate: attributes.inaccurate,
    ignoreSeconds: attributes.ignore,
    ...ignored,
    file: scope.file,
    line: raw.line,
  };
}

function readId(text: string | undefined): string | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? String(Number(text)) : undefined;
}

interface RuleAttributes {
  readonly level: number;
  readonly maxSize: number | undefined;
  readonly frequency: number | undefined;
  readonly timeframe: number;
  readonly ignore: number;
  readonly overwrite: boolean;
  readonly noAlert: boolean;
  readonly inaccurate: boolean;
}

function readAttributes(element: XmlElement, reader: RuleReader): RuleAttributes {
  const known = ['id', 'level', 'maxsize', 'frequency', 'timeframe', 'ignore', 'overwrite', 'noalert', 'accuracy'];
  for (const { name } of element.attributes) {
    if (!known.includes(name)) reader.fail(element.line, `the attribute ${name} is not known`);
  }
  const number = (name: string, min: number, max: number): number | undefined => {
    const text = attributeOf(element, name);
    if (text === undefined) return undefined;
    const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    reader.fail(element.line, `${name}="${text}" is not a number from ${min} to ${max}`);
    return undefined;
  };
  const word = (name: string, yes: string, no: string): boolean => {
    const text = attributeOf(element, name)?.toLowerCase();
    if (text !== undefined && text !== yes && text !== no)
      reader.fail(element.line, `${name}="${text}" is not ${yes} or ${no}`);
    return text === yes;
  };
  if (attributeOf(element, 'level') === undefined) reader.fail(element.line, 'it needs a level from 0 to 16');
  return {
    level: number('level', 0, 16) ?? 0,
    maxSize: number('maxsize', 0, 999_999),
    frequency: number('frequency', 2, 9999),
    timeframe: number('timeframe', 1, 999_999) ?? 360,
    ignore: number('ignore', 1, 999_999) ?? 0,
    overwrite: word('overwrite', 'yes', 'no'),
    noAlert: word('noalert', '1', '0'),
    inaccurate: attributeOf(element, 'accuracy') === '0',
  };
}

const ineffective = ['check_diff', 'if_fts', 'same_agent', 'not_same_agent', 'compiled_rule'];

/** Every element that has a meaning; names with a meaning of their own are read where it is. */
const known = new Set(
  `match regex field location program_name hostname id url status protocol system_name data extra_data srcport dstport srcgeoip
  dstgeoip user action srcip dstip decoded_as category time weekday list if_sid if_group if_level if_matched_sid
  if_matched_group if_matched_regex global_frequency options description info cve group mitre ignore check_if_ignored`.split(
    /\s+/,
  ),
);

function checkElements(reader: RuleReader): void {
  for (const { name, line } of reader.children) {
    if (ineffective.includes(name)) reader.note(line, `<${name}> has no effect here`);
    else if (!known.has(name) && !/^(same|different|not_same)_/.test(name)) reader.fail(line, `<${name}> is not known`);
  }
}

const optionNames = ['alert_by_email', 'no_email_alert', 'log_alert', 'no_log', 'no_ar', 'no_full_log', 'no_counter'];

function readOptions(reader: RuleReader): RuleOptions {
  const found = new Set<string>();
  for (const child of reader.children) {
    if (child.name !== 'options') continue;
    for (const word of child.text.trim().split(/[\s,]+/)) {
      if (optionNames.includes(word)) found.add(word);
      else reader.fail(child.line, `<options>${word}</options> is not one of ${optionNames.join(', ')}`);
    }
  }
  return {
    alertByEmail: found.has('alert_by_email'),
    noEmailAlert: found.has('no_email_alert'),
    logAlert: found.has('log_alert'),
    noLog: found.has('no_log'),
    noFullLog: found.has('no_full_log'),
    noCounter: found.has('no_counter'),
  };
}

function readParents(reader: RuleReader): Parents {
  const line = (name: string): number => reader.children.find((child) => child.name === name)?.line ?? 0;
  const sidText = joined(reader, 'if_sid');
  const groupText = joined(reader, 'if_group');
  const levelText = joined(reader, 'if_level').trim();
  const matched = (lastText(reader, 'if_matched_sid') ?? '').trim();
  const category = (lastText(reader, 'category') ?? '').trim();
  if (lastText(reader, 'if_sid') !== undefined && !/^[\d, ]+$/.test(sidText))
    reader.fail(line('if_sid'), `<if_sid>${sidText}</if_sid> is not a list of ids`);
  const level = Number(levelText);
  if (levelText !== '' && !(level >= 1 && level <= 16)) {
    reader.fail(line('if_level'), `<if_level>${levelText}</if_level> is not a level from 1 to 16`);
  }
  if (category !== '' && !categories.includes(category)) {
    reader.fail(line('category'), `<category>${category}</category> is not one of ${categories.join(', ')}`);
  }
  const sids = (sidText.match(/\d+/g) ?? []).map((id) => String(Number(id)));
  // A composite rule without a place of its own stands below what it counts.
  if (sids.length === 0 && /^\d{1,6}$/.test(matched)) sids.push(String(Number(matched)));
  const group = groupText || (sids.length === 0 ? joined(reader, 'if_matched_group') : '');
  return {
    sids,
    ...(group === '' ? {} : { group }),
    ...(levelText === '' ? {} : { level }),
    ...(category === '' ? {} : { category }),
  };
}

const categories = ['syslog', 'ids', 'web-log', 'firewall', 'squid', 'windows', 'ossec'];
