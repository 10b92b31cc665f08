import type { Instant } from '../base/clock.ts';
import type { Problem } from '../base/problem.ts';
import { type Children, createChildren } from './children.ts';
import { type ConditionTest, conditionTest } from './condition-test.ts';
import type { Decoded } from './decoder.ts';
import { compileDescription } from './description.ts';
import type { Composite } from './history.ts';
import type { Rule, RuleNode } from './rule.ts';

/** A rule ready to be tried. */
export interface EngineNode {
  readonly rule: Rule;
  /** In the order in which Wazuh asks them: explanations name the first that fails. */
  readonly tests: readonly ConditionTest[];
  /** The same, those that need the event's whole text last: what is asked first changes no answer. */
  readonly quickest: readonly ConditionTest[];
  readonly composite: Composite | undefined;
  readonly children: Children<EngineNode>;
  readonly shared: boolean;
  readonly describe: (decoded: Decoded) => string;
  readonly state: { ignoredSince: Instant | undefined };
}

export interface Planting {
  readonly strict: boolean;
  readonly indexed: boolean;
  readonly problem: (problem: Problem) => void;
  readonly composites: ReadonlyMap<Rule, Composite>;
}

/** Makes the tree ready, each rule once, however many parents it has. */
export function plantTree(roots: readonly RuleNode[], planting: Planting): readonly EngineNode[] {
  const planted = new Map<RuleNode, EngineNode>();
  const plant = (node: RuleNode): EngineNode => {
    const there = planted.get(node);
    if (there) return there;
    const made = plantOne(node, node.children.map(plant), planting);
    planted.set(node, made);
    return made;
  };
  return roots.map(plant);
}

function plantOne(node: RuleNode, children: readonly EngineNode[], planting: Planting): EngineNode {
  const { rule } = node;
  let told = false;
  const tests = rule.conditions.map((condition) =>
    conditionTest(condition, planting.strict, (expression) => {
      if (told) return;
      told = true;
      const message = `rule ${rule.id}: the ${expression.type} "${expression.pattern.slice(0, 100)}" took too many steps and was given up`;
      planting.problem({ place: rule.file, line: rule.line, message });
    }),
  );
  return {
    rule,
    tests,
    quickest: [...tests.filter((test) => !needsLog(test)), ...tests.filter(needsLog)],
    composite: planting.composites.get(rule),
    children: createChildren(children, planting),
    shared: node.shared,
    describe: compileDescription(rule.description, planting.strict),
    state: { ignoredSince: undefined },
  };
}

function needsLog({ condition }: ConditionTest): boolean {
  return condition.kind === 'log' || condition.kind === 'size';
}
