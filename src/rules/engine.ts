import type { Instant } from '../base/clock.ts';
import type { Problem } from '../base/problem.ts';
import { type Children, createChildren } from './children.ts';
import type { Decoded } from './decoder.ts';
import { compileDescription } from './description.ts';
import { type EngineNode, plantTree } from './engine-node.ts';
import { alertLevelMin, floorRule, isTrailEvent, mailLevelMin } from './floor.ts';
import { type Counted, type History, planHistory } from './history.ts';
import { createIgnored, type Ignored } from './ignored.ts';
import type { Rule, RuleSet } from './rule.ts';

export type { Rule, RuleSet } from './rule.ts';

/** The one rule that an event got. */
export interface RuleMatch {
  readonly rule: Rule;
  /** The rule's description with the event's fields in it. */
  readonly description: string;
  /** How often the rule was the final one since the last change of the hour, this time included. */
  readonly firedTimes: number;
  /** Whether Wazuh would mark it for mail (level ≥ 12, or an option says so). */
  readonly mail: boolean;
  /** The option no_full_log: the alert document has no `full_log`. */
  readonly noFullLog: boolean;
  /** Whether Wazuh would write an alert: level ≥ alertLevelMin or log_alert, and not no_log. */
  readonly alerts: boolean;
  /** Logs of the earlier events that a composite rule counted, the newest first. Absent where none fired. */
  readonly earlier?: readonly string[];
  /** Set when the floor rule answers in place of this rule, which matched without being an alert. */
  readonly instead?: Rule;
}

/** What happened to one rule on the way, in the order of trying. */
export interface Tried {
  readonly id: string;
  readonly level: number;
  readonly description: string;
  /** 0 for a rule without a parent. */
  readonly depth: number;
  readonly outcome: 'final' | 'matched' | 'failed' | 'silent';
  /** The first condition that did not hold; for `silent` and `matched` why it is not the final one. */
  readonly why?: string;
}

export interface Explanation {
  readonly match: RuleMatch | undefined;
  /** The rule of level 0 that silenced the event: a log test shows it. */
  readonly silent: RuleMatch | undefined;
  readonly tried: readonly Tried[];
}

export interface RuleEngine {
  /**
   * The rule for the event, at most one; undefined when none speaks. `at` is the event's time: what frequencies, hours and
   * `<time>` go by. Stateful: counts firings and remembers what composite rules count.
   */
  match(decoded: Decoded, at: Instant): RuleMatch | undefined;
  /** The same answer with the way to it. Unless `remember`, no trace is left: nothing is counted or remembered. */
  explain(decoded: Decoded, at: Instant, remember?: boolean): Explanation;
}

export interface EngineOptions {
  /** As Wazuh to the letter: no names of the alert document, level 0 silences, no floor. */
  readonly strict?: boolean;
  /** Hears of expressions that gave up, once a rule. */
  readonly problem?: (problem: Problem) => void;
  /** False: every child is asked, one by one. For the test that the index changes no answer. */
  readonly indexed?: boolean;
}

/** Makes a rule set ready to judge events (specs/wazuh.md §5.3 to §6). */
export function createEngine(ruleSet: RuleSet, options: EngineOptions = {}): RuleEngine {
  const strict = options.strict ?? false;
  const plan = planHistory(ruleSet.rules.values(), strict);
  const planting = {
    strict,
    indexed: options.indexed ?? true,
    problem: options.problem ?? (() => {}),
    composites: plan.composites,
  };
  const nodes = plantTree(ruleSet.roots, planting);
  const roots = createChildren(nodes, planting);
  const state: State = {
    strict,
    roots,
    history: plan.create(),
    ignored: createIgnored(strict),
    counters: new Map(),
    floorText: compileDescription(floorRule.description, strict),
  };
  return {
    match: (decoded, at) =>
      finish(state, search(state, { decoded, at, look: false, failed: undefined, tried: undefined, consumed: -1 })),
    explain(decoded, at, remember = false) {
      const tried: Tried[] = [];
      const run: Run = { decoded, at, look: !remember, failed: undefined, tried, consumed: -1 };
      const match = finish(state, search(state, run));
      return { match, silent: run.matched?.rule.level === 0 ? run.matched : undefined, tried };
    },
  };
}

/** At most this many tries are told. */
const triedMax = 10_000;

interface State {
  readonly strict: boolean;
  readonly roots: Children<EngineNode>;
  readonly history: History;
  readonly ignored: Ignored;
  readonly counters: Map<string, { hour: number; fired: number }>;
  readonly floorText: (decoded: Decoded) => string;
}

/** One event on its way. */
interface Run {
  readonly decoded: Decoded;
  readonly at: Instant;
  /** True when nothing may be remembered. */
  readonly look: boolean;
  /** Nodes below several rules that have failed for this event: asked once, or a lattice of parents would take for ever. */
  failed: Set<EngineNode> | undefined;
  readonly tried: Tried[] | undefined;
  /** The level at which a composite rule consumed this event. */
  consumed: number;
  /** What the composite rule that fired last had counted. */
  counted?: Counted;
  found?: Found | undefined;
  /** What was found, whatever its level, before the floor. */
  matched?: RuleMatch | undefined;
}

interface Found {
  readonly node: EngineNode;
  readonly parent: EngineNode | undefined;
}

/** Depth first, the first that speaks wins. By default a level-0 rule without a parent does not silence those after it. */
function search(state: State, run: Run): Run {
  const { strict, roots } = state;
  let silent: Found | undefined;
  for (const child of run.tried ? roots.all : roots.candidates(run.decoded)) {
    const found = tryNode(state, child, undefined, run, 0);
    if (!found) continue;
    if (strict || found.node !== child || child.rule.level > 0) {
      run.found = found;
      return run;
    }
    silent ??= found;
  }
  run.found = silent;
  return run;
}

function tryNode(
  state: State,
  node: EngineNode,
  parent: EngineNode | undefined,
  run: Run,
  depth: number,
): Found | undefined {
  const { rule } = node;
  if (node.shared && run.failed?.has(node)) return undefined;
  const asked = run.tried ? node.tests : node.quickest;
  const failing = asked.find((test) => !test.holds(run.decoded, run.at));
  const counted =
    !failing && node.composite
      ? state.history.count(node.composite, run.decoded, run.at, rule.level, run.look)
      : undefined;
  if (failing || counted?.fires === false) {
    if (run.tried) {
      const why = failing ? whyNot(failing.explain(run.decoded, run.at)) : whyTooFew(rule, counted);
      tell(run.tried, rule, depth, 'failed', why);
    }
    if (node.shared) fail(run, node);
    return undefined;
  }
  if (counted) {
    run.consumed = Math.max(run.consumed, rule.level);
    run.counted = counted;
  }
  const place = run.tried ? tell(run.tried, rule, depth, 'matched', 'a rule below it speaks') : -1;
  for (const child of run.tried ? node.children.all : node.children.candidates(run.decoded)) {
    const found = tryNode(state, child, node, run, depth + 1);
    if (found) return found;
  }
  if (rule.noAlert) {
    if (node.shared) fail(run, node);
    amend(run.tried, place, 'silent', 'noalert: the search goes on');
    return undefined;
  }
  const goesOn = !state.strict && depth === 0;
  const silence = goesOn ? 'level 0 without a parent, the search goes on' : 'level 0, no alert';
  amend(run.tried, place, rule.level > 0 ? 'final' : 'silent', rule.level > 0 ? undefined : silence);
  return { node, parent };
}

function fail(run: Run, node: EngineNode): void {
  run.failed ??= new Set();
  run.failed.add(node);
}

/** Counts, remembers, and puts the floor under what would disappear. */
function finish(state: State, run: Run): RuleMatch | undefined {
  const { decoded, at, look } = run;
  const found = run.found ? afterIgnore(run.found, run) : undefined;
  const node = found && found.rule.level > 0 && state.ignored.silences(found.rule, decoded) ? undefined : found;
  const matched = node && matchOf(state, node.rule, node.describe(decoded), run);
  run.matched = matched;
  if (node && matched && node.rule.level > 0 && !look) {
    state.ignored.add(node.rule, decoded);
    state.history.add(node.rule, decoded, at, run.consumed);
  }
  if (matched?.alerts || state.strict || !isTrailEvent(decoded.event)) {
    return matched && matched.rule.level > 0 ? matched : undefined;
  }
  const floor = matchOf(state, floorRule, state.floorText(decoded), run);
  return matched ? { ...floor, instead: matched.rule } : floor;
}

/** Within `ignore` seconds of the last firing the event is its parent's. */
function afterIgnore(found: Found, run: Run): EngineNode | undefined {
  const { node, parent } = found;
  if (node.rule.ignoreSeconds === 0) return node;
  const since = node.state.ignoredSince;
  if (since !== undefined && Math.abs(run.at - since) < node.rule.ignoreSeconds * 1000) return parent;
  if (!run.look) node.state.ignoredSince = run.at;
  return node;
}

function matchOf(state: State, rule: Rule, description: string, run: Run): RuleMatch {
  const { options } = rule;
  return {
    rule,
    description,
    firedTimes: count(state, rule, run),
    mail: (rule.level >= mailLevelMin || options.alertByEmail) && !options.noEmailAlert,
    noFullLog: options.noFullLog,
    alerts: (rule.level >= alertLevelMin || options.logAlert) && !options.noLog,
    ...(run.counted ? { earlier: run.counted.logs } : {}),
  };
}

function count(state: State, rule: Rule, run: Run): number {
  const hour = Math.floor(run.at / 3_600_000);
  const counter = state.counters.get(rule.id);
  const fired = (counter?.hour === hour ? counter.fired : 0) + 1;
  if (!run.look) state.counters.set(rule.id, { hour, fired });
  return fired;
}

function tell(tried: Tried[], rule: Rule, depth: number, outcome: Tried['outcome'], why: string): number {
  if (tried.length >= triedMax) return -1;
  tried.push({ id: rule.id, level: rule.level, description: rule.description, depth, outcome, why });
  return tried.length - 1;
}

function amend(tried: Tried[] | undefined, place: number, outcome: Tried['outcome'], why: string | undefined): void {
  const told = tried?.[place];
  if (!tried || !told) return;
  const { why: _, ...rest } = told;
  tried[place] = { ...rest, outcome, ...(why === undefined ? {} : { why }) };
}

function whyTooFew({ correlation }: Rule, counted: Counted | undefined): string {
  const wanted = (correlation?.frequency ?? 2) - 1;
  const events = `${counted?.earlier ?? 0} earlier events agree within ${correlation?.timeframeSeconds} s`;
  const why = counted?.consumed ? ', then one that an earlier firing has counted' : '';
  return `frequency: ${events}${why}, wanted ${wanted}`;
}

function whyNot(seen: {
  readonly element: string;
  readonly wanted: string;
  readonly found: string | undefined;
}): string {
  const found = seen.found === undefined ? 'is absent' : `is "${seen.found.slice(0, 200)}"`;
  return `${seen.element} ${found}, wanted ${seen.wanted.slice(0, 200)}`;
}
