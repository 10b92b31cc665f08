import type { Finding } from '../base/finding.ts';
import type { Problem } from '../base/problem.ts';
import { type CompiledRules, compileRules, type RuleFile } from '../rules/compile.ts';
import { createEngine, type RuleEngine } from '../rules/engine.ts';
import { lintRules } from '../rules/lint.ts';
import { rememberingRules } from '../rules/remembering.ts';

/** The rules of the program, which may change between two events. */
export interface RuleBook {
  /** The engine of the moment. */
  engine(): RuleEngine;
  /** The same rules with a memory of their own, for a session of a log test. */
  fresh(): RuleEngine;
  /** Ids of the rules whose answer depends on earlier events. */
  remembering(): readonly string[];
  list(): readonly RuleFileFacts[];
  /** The text of a file; where several have the name, the one that was put, then the user's, then the shipped one. */
  read(name: string): string | undefined;
  /** Whether a file of this name was put, or given by the user: writing it needs `overwrite`. */
  has(name: string): boolean;
  /**
   * Puts a file in the place of one of the same name. Refused when a rule or the file would not load, here or elsewhere: then
   * the old one stays and the findings say why. Accepted, it is durable and active for the next event; counters begin anew.
   */
  put(name: string, text: string): PutAnswer;
  /** Removes a file that was put. False when there is none. */
  remove(name: string): boolean;
}

export interface RuleFileFacts {
  readonly filename: string;
  /** `etc/rules`: put over the API. `ruleset/rules`: shipped. Else the folder it was read from. */
  readonly relativeDirname: string;
}

export interface PutAnswer {
  readonly accepted: boolean;
  readonly findings: readonly Finding[];
}

export interface RuleBookParts {
  readonly shipped: readonly RuleFile[];
  /** Files and folders that the user named. */
  readonly given: readonly RuleFile[];
  readonly lists: readonly RuleFile[];
  /** Where files that are put are kept. */
  readonly folder: {
    list(): readonly RuleFile[];
    write(name: string, text: string): void;
    remove(name: string): void;
  };
  readonly strict: boolean;
  readonly problem: (problem: Problem) => void;
}

/** Loads all rules; what is wrong with them is told once, at the start. */
export function openRuleBook(parts: RuleBookParts): RuleBook {
  let put = new Map(parts.folder.list().map((file) => [file.name, file]));
  let compiled = compile(parts, put);
  for (const problem of compiled.problems) parts.problem(problem);
  let engine = engineOf(parts, compiled);
  const activate = (files: Map<string, RuleFile>, rules: CompiledRules): void => {
    put = files;
    compiled = rules;
    engine = engineOf(parts, rules);
  };
  const given = (name: string): RuleFile | undefined => parts.given.find((file) => file.name === name);
  return {
    engine: () => engine,
    fresh: () => engineOf(parts, compiled),
    remembering: () => rememberingRules(compiled.value),
    list: () => [
      ...[...put.values()].map(({ name }) => ({ filename: name, relativeDirname: 'etc/rules' })),
      ...standing(parts, put).map(({ name, path }) => ({ filename: name, relativeDirname: folderOf(path ?? name) })),
      ...parts.shipped.map(({ name }) => ({ filename: name, relativeDirname: 'ruleset/rules' })),
    ],
    read: (name) => (put.get(name) ?? given(name) ?? parts.shipped.find((file) => file.name === name))?.text,
    has: (name) => put.has(name) || given(name) !== undefined,
    put(name, text) {
      const file = { name, path: `etc/rules/${name}`, text };
      const files = new Map([...put, [name, file]]);
      const rules = compile(parts, files);
      const before = new Set(compiled.problems.map(shown));
      const errors = rules.problems.filter(
        (one) => one.level === 'error' && (one.place === file.path || !before.has(shown(one))),
      );
      const own = [...files.values(), ...standing(parts, files)];
      const all = { shipped: parts.shipped, own, lists: parts.lists };
      const findings = lintRules(all).filter(({ place }) => place === file.path);
      const told = [...errors.filter(({ place }) => place !== file.path), ...findings];
      if (errors.length > 0) return { accepted: false, findings: told };
      parts.folder.write(name, text);
      activate(files, rules);
      return { accepted: true, findings: told };
    },
    remove(name) {
      if (!put.has(name)) return false;
      parts.folder.remove(name);
      const files = new Map([...put].filter(([other]) => other !== name));
      activate(files, compile(parts, files));
      return true;
    },
  };
}

/** The user's files but for those that a put one stands in for. */
function standing(parts: RuleBookParts, put: ReadonlyMap<string, RuleFile>): readonly RuleFile[] {
  return parts.given.filter(({ name }) => !put.has(name));
}

function compile(parts: RuleBookParts, put: ReadonlyMap<string, RuleFile>): CompiledRules {
  const own = [...standing(parts, put), ...put.values()];
  return compileRules({ shipped: parts.shipped, own, lists: parts.lists }, { strict: parts.strict });
}

function engineOf({ strict, problem }: RuleBookParts, { value }: CompiledRules): RuleEngine {
  return createEngine(value, { strict, problem });
}

function shown({ place, line, message }: Problem): string {
  return `${place} ${line} ${message}`;
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}
