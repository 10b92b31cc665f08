import { knownEventField, similarEventField } from '../base/event-names.ts';
import type { Finding } from '../base/finding.ts';
import { absentAttributes } from './attribute.ts';
import { compileRules, type RuleFiles } from './compile.ts';
import { contradicts, fieldName, implies, subjectOf } from './implication.ts';
import type { Condition, Rule, RuleNode } from './rule.ts';

/**
 * What is wrong with rules: what does not load, what can never fire on an event, what fires here and not on an unmodified
 * Wazuh. `for: 'wazuh'` makes errors of the last. Tells of the user's own files only. Never throws.
 */
export function lintRules(files: RuleFiles, options: { readonly for?: 'wazuh' | undefined } = {}): readonly Finding[] {
  const { value, problems } = compileRules(files);
  const places = new Set((files.own ?? []).map((file) => file.path ?? file.name));
  const there = options.for === 'wazuh' ? 'error' : 'warning';
  const liberties: Finding[] = value.liberties.map(({ ruleId, file, line, message, fix }) => ({
    level: there,
    place: file,
    line,
    message: `rule ${ruleId}: works here, not on Wazuh: ${message}`,
    fix,
  }));
  const findings = new Map<Rule, Finding[]>();
  walk(value.roots, [], (node, above, before) => {
    if (!places.has(node.rule.file)) return;
    // What is wrong with a parent need not be told of each rule below it.
    if (above.some((parent) => findings.get(parent)?.some(isDeath))) {
      findings.set(node.rule, []);
      return;
    }
    const found = [...deadOnes(node, above, before), ...unreachable(node, above, before, there)];
    const known = findings.get(node.rule);
    // Below several parents a rule is dead only if it is so below each.
    findings.set(
      node.rule,
      known ? known.filter(({ message }) => found.some((one) => one.message === message)) : found,
    );
  });
  for (const rule of value.rules.values()) {
    const orphan = places.has(rule.file) && !findings.has(rule);
    if (orphan) findings.set(rule, rule.parents.sids.length === 0 ? elsewhere(rule) : []);
  }
  for (const [rule, found] of findings) found.push(...counting(rule, value.rules));
  return [...problems.map(withFix), ...liberties, ...[...findings.values()].flat()]
    .filter((finding) => places.has(finding.place))
    .sort((a, b) => (a.place === b.place ? (a.line ?? 0) - (b.line ?? 0) : a.place < b.place ? -1 : 1));
}

function isDeath({ message }: Finding): boolean {
  return message.includes('can never fire');
}

type Visit = (node: RuleNode, above: readonly Rule[], before: readonly RuleNode[]) => void;

/** Visits each rule below each of its parents once; a lattice must not be walked by every path. */
function walk(siblings: readonly RuleNode[], above: readonly Rule[], visit: Visit, seen = new Set<RuleNode>()): void {
  for (const [index, node] of siblings.entries()) {
    visit(node, above, siblings.slice(0, index));
    if (seen.has(node)) continue;
    seen.add(node);
    walk(node.children, [...above, node.rule], visit, seen);
  }
}

/** Why no event reaches the rule or satisfies it. */
function deadOnes({ rule }: RuleNode, above: readonly Rule[], before: readonly RuleNode[]): Finding[] {
  const inherited = above.flatMap((parent) => parent.conditions);
  const all = [...inherited, ...rule.conditions];
  const findings = impossible(rule);
  const [one, other] = contradiction(all, rule.conditions) ?? [];
  if (one && other) {
    const message = `rule ${rule.id} can never fire: ${told(one)} and ${told(other)} do not hold together`;
    findings.push({ level: 'error', ...placeOf(rule), message, fix: 'make one of them wider, or remove it' });
  }
  const shadow = before.find(
    (earlier) => isShadow(earlier) && earlier.rule.conditions.every((wide) => all.some((mine) => implies(mine, wide))),
  );
  if (shadow) {
    const { id, level, file, line } = shadow.rule;
    findings.push({
      level: 'error',
      ...placeOf(rule),
      message: `rule ${rule.id} can never fire: its sibling ${id} (level ${level}, ${file}:${line}) is tried first and matches whatever this one matches`,
      fix: `write <if_sid>${id}</if_sid> into it, so that it stands below, ${level === 0 ? 'for level 0 is always tried first' : `or give it a higher level than ${level}`}`,
    });
  }
  if (!foreign(all)) findings.push(...unknownFields(rule));
  return findings;
}

/** What ends the search whatever stands below it. By default a level 0 without a parent does not (specs/wazuh.md §6). */
function isShadow({ rule, parentless }: RuleNode): boolean {
  return !rule.noAlert && !rule.correlation && !(parentless && rule.level === 0);
}

function impossible(rule: Rule): Finding[] {
  return rule.conditions.flatMap((condition): Finding[] => {
    const never = (why: string, fix: string): Finding[] => [
      { level: 'error', ...placeOf(rule, condition), message: `rule ${rule.id} can never fire: ${why}`, fix },
    ];
    if (condition.kind === 'decoder' && condition.name !== 'json')
      return never(`every event is decoded as json, not as ${condition.name}`, 'write <decoded_as>json</decoded_as>');
    if (condition.kind === 'attribute' && (absentAttributes as readonly string[]).includes(condition.attribute))
      return never(`JSON events have no ${condition.attribute}`, 'ask for a field: <field name="aws.…">');
    const attribute =
      condition.kind === 'attribute' || condition.kind === 'address' ? condition.attribute : condition.kind;
    if (condition.kind === 'attribute' || condition.kind === 'address' || condition.kind === 'user')
      return never(
        `CloudTrail events have no ${attribute} at the top`,
        `ask for a field: ${fieldFor[attribute] ?? '<field name="aws.…">'}`,
      );
    return [];
  });
}

const fieldFor: Readonly<Record<string, string>> = {
  srcip: '<field name="aws.sourceIPAddress">',
  user: '<field name="aws.userIdentity.userName">',
  id: '<field name="aws.eventID">',
  status: '<field name="aws.errorCode">',
  action: '<field name="aws.eventName">',
};

function unknownFields(rule: Rule): Finding[] {
  return rule.conditions.flatMap((condition): Finding[] => {
    if (condition.kind !== 'field' && condition.kind !== 'list') return [];
    const written = condition.kind === 'field' ? condition.name : condition.field;
    const name = fieldName(written);
    if (documentNames.test(name) || subjectOf(condition).includes('attribute')) return [];
    const known = knownEventField(name);
    if (known === 'field') return [];
    const message =
      known === 'object'
        ? `rule ${rule.id} can never fire: "${written}" is an object and has no value of its own`
        : `rule ${rule.id} can never fire: no known event has the field "${written}"`;
    const meant = similarEventField(name);
    const fix =
      known === 'object' ? `ask for a field below it, such as "${written}.…"` : meant && `did you mean "${meant}"?`;
    return [{ level: 'error', ...placeOf(rule, condition), message, ...(fix ? { fix } : {}) }];
  });
}

/** Names of the document that the engine resolves by itself. */
const documentNames =
  /^(location|full_log|decoder\.name|agent\.(id|name)|manager\.name|timestamp|srcip|dstip|srcport|dstport|protocol|action|srcuser|dstuser|user|id|status|url|data|extra_data|system_name)$/;

/** The rule is about another source than CloudTrail: its fields are not ours to know. */
function foreign(conditions: readonly Condition[]): boolean {
  return conditions.some(
    (condition) =>
      condition.kind === 'field' &&
      fieldName(condition.name) === 'aws.source' &&
      condition.test.test('cloudtrail') === condition.test.negate,
  );
}

function contradiction(
  all: readonly Condition[],
  own: readonly Condition[],
): readonly [Condition, Condition] | undefined {
  for (const mine of own) {
    const other = all.find((one) => one !== mine && contradicts(one, mine));
    if (other) return [other, mine];
  }
  return undefined;
}

/**
 * What ends the search on Wazuh before the rule is tried, and not here: rules of level 0 without a parent, first of all its stock
 * rule 80200.
 */
function unreachable(
  { rule, parentless }: RuleNode,
  above: readonly Rule[],
  before: readonly RuleNode[],
  level: Finding['level'],
): Finding[] {
  const told: Finding[] = rule.conditions.flatMap((one) => memberOfList(rule, one));
  if (!parentless || above.length > 0 || rule.level === 0) return told;
  const works = `rule ${rule.id}: works here, not on Wazuh: `;
  const ofAws = rule.conditions.some(
    (one) => one.kind === 'field' && /^(integration$|aws\.)/.test(fieldName(one.name)),
  );
  if (ofAws) {
    const message = `${works}its stock rule 80200 (level 0) takes every event of AWS before a rule without a parent is tried`;
    return [...told, { level, ...placeOf(rule), message, fix: 'write <if_sid>80200</if_sid> into it' }];
  }
  const silent = before.find(
    (earlier) =>
      isSilentRoot(earlier) &&
      earlier.rule.conditions.every((wide) => rule.conditions.some((mine) => implies(mine, wide))),
  );
  if (!silent) return told;
  const { id, file, line } = silent.rule;
  const message = `${works}rule ${id} (level 0, without a parent, ${file}:${line}) takes its events before it is tried`;
  return [...told, { level, ...placeOf(rule), message, fix: `write <if_sid>${id}</if_sid> into it` }];
}

function isSilentRoot({ rule, parentless }: RuleNode): boolean {
  return parentless && rule.level === 0 && !rule.noAlert && !rule.correlation && rule.conditions.length > 0;
}

/** Wazuh has fields below a list only where the wodle put its one member in the list's place. */
function memberOfList(rule: Rule, condition: Condition): Finding[] {
  if (condition.kind !== 'field' || !fieldName(condition.name).startsWith('aws.resources.')) return [];
  const message = `rule ${rule.id}: "${condition.name}" is found in any member here, on Wazuh only where the list has one`;
  return [
    {
      level: 'warning',
      ...placeOf(rule, condition),
      message,
      fix: 'there, ask for a word in the list itself: "aws.resources"',
    },
  ];
}

/** A rule below no root of JSON events. */
function elsewhere(rule: Rule): Finding[] {
  const message = `rule ${rule.id} can never fire: it belongs to a category that JSON events do not have`;
  return [
    { level: 'error', ...placeOf(rule), message, fix: 'leave <category> out, or hang it below a rule for JSON events' },
  ];
}

function counting(rule: Rule, rules: ReadonlyMap<string, Rule>): Finding[] {
  const sid = rule.correlation?.matchedSid;
  const counted = sid === undefined ? undefined : rules.get(sid);
  if (!counted || counted.level > 0) return [];
  const message = `rule ${rule.id} can never fire: it counts rule ${sid}, and matches of level 0 are not remembered`;
  return [{ level: 'error', ...placeOf(rule), message, fix: `give rule ${sid} a level of 1 or more` }];
}

function withFix(problem: Finding): Finding {
  if (/names no rule loaded before it|none of the rules it hangs below/.test(problem.message))
    return { ...problem, fix: 'give the file with the parent too, under a name that sorts before this one' };
  if (/the id is taken/.test(problem.message))
    return { ...problem, fix: 'choose another id (100000 to 120000 are yours), or write overwrite="yes"' };
  return problem;
}

function placeOf(rule: Rule, condition?: Condition): { readonly place: string; readonly line: number } {
  return { place: rule.file, line: condition?.kind === 'field' ? condition.line : rule.line };
}

function told(condition: Condition): string {
  const negated = 'test' in condition && condition.test.negate ? 'not ' : '';
  const wanted = 'test' in condition ? ` ${negated}"${condition.test.pattern}"` : '';
  return `${condition.kind === 'field' ? `field ${condition.name}` : subjectOf(condition)}${wanted}`;
}
