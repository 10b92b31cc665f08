import { limits } from '../base/limits.ts';
import { type CdbList, parseCdbList } from './cdb-list.ts';
import { compileOsMatch } from './osmatch.ts';
import { parseRules, type RuleProblem } from './parse.ts';
import type { Rule, RuleSet } from './rule.ts';
import type { Liberty, Lists } from './rule-reader.ts';

/** A rule or list file: `name` is its base name, rule files load in its order; `path` is what problems show. */
export interface RuleFile {
  readonly name: string;
  readonly path?: string;
  readonly text: string;
}

export interface RuleFiles {
  /** Those that come with the program. */
  readonly shipped?: readonly RuleFile[];
  /** The user's: they win a clash of ids. */
  readonly own?: readonly RuleFile[];
  /** CDB lists by their path below `etc/lists`; rules name them so, or without folders and ending. The later of equal paths wins. */
  readonly lists?: readonly RuleFile[];
}

export interface CompiledRules {
  readonly value: RuleSet;
  readonly problems: readonly RuleProblem[];
}

/**
 * Reads rule files in the order of their base names and builds the tree (specs/wazuh.md §5.1, §5.3). A broken file or rule
 * costs only itself and is a problem with file and line. Never throws.
 */
export function compileRules(files: RuleFiles, options: { readonly strict?: boolean } = {}): CompiledRules {
  const lists = readLists(files.lists ?? []);
  const loading = [
    ...(files.shipped ?? []).map((file) => ({ file, own: false })),
    ...(files.own ?? []).map((file) => ({ file, own: true })),
  ].sort((a, b) => Buffer.compare(Buffer.from(a.file.name), Buffer.from(b.file.name)));
  const problems: RuleProblem[] = [];
  const liberties: Liberty[] = [];
  const loaded: { readonly rule: Rule; readonly own: boolean }[] = [];
  for (const { file, own } of loading) {
    const parsed = parseRules(file.text, file.path ?? file.name, lists, options.strict);
    problems.push(...parsed.problems);
    liberties.push(...parsed.liberties);
    for (const rule of parsed.value) loaded.push({ rule, own });
  }
  const ownIds = new Set(loaded.filter(({ own, rule }) => own && !rule.overwrite).map(({ rule }) => rule.id));
  const tree: Tree = { nodes: new Map(), categories: new Map(), categoryIds: new Map(), problems };
  for (const { rule, own } of loaded) {
    if (own || !ownIds.has(rule.id)) insert(tree, rule);
  }
  const rules = new Map([...tree.nodes].map(([id, node]) => [id, node.rule]));
  return { value: { rules, roots: tree.categories.get('syslog') ?? [], liberties }, problems };
}

interface Growing {
  rule: Rule;
  readonly children: Growing[];
  readonly parentless: boolean;
  readonly shared: boolean;
  /** Where it stands among siblings: fixed when it is inserted, an overwrite does not move it. */
  readonly priority: number;
  readonly depth: number;
}

interface Tree {
  readonly nodes: Map<string, Growing>;
  /** Category → the rules without a parent in it. JSON events belong to `syslog`. */
  readonly categories: Map<string, Growing[]>;
  /** Ids of the category roots (1 to 7) as files define them. */
  readonly categoryIds: Map<string, string>;
  readonly problems: RuleProblem[];
}

function insert(tree: Tree, rule: Rule): void {
  const note = (message: string): void => {
    const level = message.startsWith(`rule ${rule.id} is left out`) ? 'error' : 'warning';
    tree.problems.push({ place: rule.file, line: rule.line, level, message });
  };
  const there = tree.nodes.get(rule.id);
  if (there && rule.overwrite) {
    overwrite(there, rule, note);
    return;
  }
  if (there || tree.categoryIds.has(rule.id)) {
    note(`rule ${rule.id} is left out: the id is taken${there ? ` by ${there.rule.file}:${there.rule.line}` : ''}`);
    return;
  }
  if (Number(rule.id) < 10 && rule.parents.category) {
    tree.categoryIds.set(rule.id, rule.parents.category);
    return;
  }
  const matchedSid = rule.correlation?.matchedSid;
  if (matchedSid !== undefined && !tree.nodes.has(matchedSid)) {
    note(`rule ${rule.id} is left out: if_matched_sid ${matchedSid} names no rule loaded before it`);
    return;
  }
  const parents = findParents(tree, rule, note);
  if (!parents) return;
  const depth = 1 + Math.max(0, ...parents.map((parent) => parent.depth));
  if (depth > limits.ruleDepthMax) {
    note(`rule ${rule.id} is left out: it is nested too deep`);
    return;
  }
  const siblings = parents.length > 0 ? parents.map((parent) => parent.children) : [categoryOf(tree, rule)];
  const node: Growing = {
    rule,
    children: [],
    parentless: parents.length === 0,
    shared: parents.length > 1,
    priority: rule.inaccurate ? -1 : rule.level === 0 ? 99 : rule.level,
    depth,
  };
  tree.nodes.set(rule.id, node);
  for (const list of siblings) place(list, node);
}

/** Level 0 first, then from 16 down to 1; ties in the order of loading. */
function place(siblings: Growing[], node: Growing): void {
  let low = 0;
  let high = siblings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((siblings[middle] as Growing).priority >= node.priority) low = middle + 1;
    else high = middle;
  }
  siblings.splice(low, 0, node);
}

/** Conditions, level, texts, groups and options change; place, children and what it counts stay. */
function overwrite(there: Growing, rule: Rule, note: (message: string) => void): void {
  const old = there.rule;
  const { sids, group, level } = rule.parents;
  if (sids.length > 0 || group !== undefined || level !== undefined) {
    const same = sids.join() === old.parents.sids.join() && group === old.parents.group && level === old.parents.level;
    if (!same) note(`rule ${rule.id}: overwrite does not change its place (if_sid, if_group, if_level)`);
  }
  const correlation =
    rule.correlation && old.correlation
      ? { ...rule.correlation, ...counted(old.correlation) }
      : (rule.correlation ?? old.correlation);
  there.rule = {
    ...rule,
    parents: old.parents,
    correlation,
    frequency: correlation ? (rule.frequency ?? old.frequency) : undefined,
  };
}

function counted(correlation: NonNullable<Rule['correlation']>): Partial<NonNullable<Rule['correlation']>> {
  const { matchedSid, matchedGroup } = correlation;
  return { ...(matchedSid === undefined ? {} : { matchedSid }), ...(matchedGroup ? { matchedGroup } : {}) };
}

/** The rules it hangs below; empty for a rule of a category root; undefined when it names parents and none is there. */
function findParents(tree: Tree, rule: Rule, note: (message: string) => void): readonly Growing[] | undefined {
  const { sids, group, level } = rule.parents;
  const found = new Set<Growing>();
  let root = false;
  for (const sid of sids) {
    const node = tree.nodes.get(sid);
    if (node) found.add(node);
    else if (tree.categoryIds.has(sid) || (Number(sid) < 8 && Number(sid) > 0)) root = true;
    else note(`rule ${rule.id}: if_sid ${sid} names no rule loaded before it`);
  }
  if (group !== undefined) {
    const matches = compileOsMatch(group);
    for (const node of tree.nodes.values()) if (matches(node.rule.groupText)) found.add(node);
  }
  if (level !== undefined) {
    for (const node of tree.nodes.values()) if (node.rule.level >= level || node.rule.level === 0) found.add(node);
  }
  if (found.size > 0) return [...found];
  if (root || (sids.length === 0 && group === undefined && level === undefined)) return [];
  note(`rule ${rule.id} is left out: none of the rules it hangs below is there`);
  return undefined;
}

function categoryOf(tree: Tree, rule: Rule): Growing[] {
  const [sid] = rule.parents.sids;
  const category = rule.parents.category ?? (sid && tree.categoryIds.get(sid)) ?? 'syslog';
  let siblings = tree.categories.get(category);
  if (!siblings) {
    siblings = [];
    tree.categories.set(category, siblings);
  }
  return siblings;
}

/** Lists by the names that rules may use: the path below `lists`, else the file's own name, with and without ending. */
function readLists(files: readonly RuleFile[]): Lists {
  const lists = new Map<string, CdbList>();
  const paths = new Map<string, CdbList>();
  for (const { name, text } of files) {
    const list = parseCdbList(text);
    paths.set(name, list);
    const base = name.slice(name.lastIndexOf('/') + 1);
    for (const key of [base, base.replace(/\.[^.]*$/, '')]) if (!lists.has(key)) lists.set(key, list);
  }
  return new Map([...lists, ...paths]);
}
