import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { monitorForWazuh, onlyHere } from '../alerting/for-wazuh.ts';
import { lintMonitor } from '../alerting/lint.ts';
import { looksLikeMonitor, readMonitorFile } from '../alerting/monitor-file.ts';
import { describeFinding, type Finding } from '../base/finding.ts';
import { printable } from '../base/problem.ts';
import { type ContentFile, readContent, shippedContent } from '../config/content.ts';
import { type Ruleset, readRuleset } from '../config/ruleset.ts';
import type { RuleFiles } from '../rules/compile.ts';
import { rulesForMonitors, rulesForWazuh, type Wanted } from '../rules/for-wazuh.ts';
import { lintRules } from '../rules/lint.ts';
import type { RegisterCommand, Terminal } from './command.ts';
import { jsonLine } from './json-line.ts';

interface LintFlags {
  readonly json?: boolean;
  readonly for?: 'wazuh';
  readonly fix?: boolean;
  readonly out: string;
  readonly shippedRules?: boolean;
}

/** `trailhound lint`: rules and monitors that can never fire or never end, with file, line and what to do. */
export const lintCommand: RegisterCommand = (program, terminal, exit) => {
  program
    .command('lint')
    .description('tell which rules and monitors can never fire, never end, or would not work on an unmodified Wazuh')
    .argument('<path...>', 'rule files (.xml), monitor files (.json, .yaml), or folders of them')
    .option('--for <whom>', 'wazuh: what would not work on an unmodified Wazuh is an error', whom)
    .option('--fix', 'with --for wazuh: write rules and monitors as they must be written there')
    .option('--out <dir>', 'where --fix writes; the files themselves are never changed', './for-wazuh')
    .option('--no-shipped-rules', 'judge the rules without those that come with the program')
    .option('--json', 'print one JSON value a line')
    .action((paths: readonly string[], flags: LintFlags, command: Command) => {
      if (flags.fix && flags.for !== 'wazuh')
        command.error('error: --fix needs --for wazuh: say for whom to write', { exitCode: 2 });
      const found = readPaths(paths);
      if (flags.fix) return exit(writeFixed(found, flags, terminal));
      const findings = [
        ...found.problems,
        ...lintRules(rulesOf(found, flags), { for: flags.for }),
        ...found.monitors.flatMap((file) => lintMonitor(file, { for: flags.for })),
      ];
      for (const finding of findings) terminal.print(flags.json ? jsonLine(finding) : describeFinding(finding));
      const errors = findings.filter(({ level }) => level === 'error').length;
      const files = found.ruleset.rules.length + found.monitors.length;
      terminal.note(`${errors} errors and ${findings.length - errors} warnings in ${files} files`);
      return exit(errors > 0 ? 1 : 0);
    });
};

function whom(value: string): 'wazuh' {
  if (value !== 'wazuh') throw new InvalidArgumentError('is not known: only wazuh is.');
  return value;
}

interface Found {
  readonly ruleset: Ruleset;
  readonly monitors: readonly ContentFile[];
  readonly problems: readonly Finding[];
}

const monitorEndings = ['.json', '.yaml', '.yml'];

/** Folders hold other JSON and YAML too (templates, cases): only a file that was named must be a monitor. */
function readPaths(paths: readonly string[]): Found {
  const isMonitor = (path: string): boolean => monitorEndings.some((ending) => path.endsWith(ending));
  const named = new Set(paths.filter(isMonitor));
  const ruleset = readRuleset(paths.filter((path) => !named.has(path)));
  const content = readContent(
    paths.filter((path) => named.has(path) || !path.endsWith('.xml')),
    monitorEndings,
  );
  const files = content.value.filter((file) => isMonitor(file.path));
  const monitors = files.filter((file) => named.has(file.path) || looksLikeMonitor(readMonitorFile(file.text).json));
  const complaints = [...ruleset.problems, ...content.problems.filter(({ place }) => named.has(place))];
  return { ruleset, monitors, problems: complaints.map((problem) => ({ ...problem, level: 'error' })) };
}

function rulesOf({ ruleset }: Found, flags: LintFlags): RuleFiles {
  const shipped = readRuleset(flags.shippedRules === false ? [] : [join(shippedContent, 'rules')]);
  return { shipped: shipped.rules, own: ruleset.rules, lists: [...shipped.lists, ...ruleset.lists] };
}

/** Ids of the rules that the monitors need: beside the guide's, in the range that Wazuh leaves to its users. */
const firstMonitoredId = 119_600;

/** Answers the exit code. */
function writeFixed({ ruleset, monitors, problems }: Found, flags: LintFlags, terminal: Terminal): number {
  for (const problem of problems) terminal.note(describeFinding(problem));
  const wanted: Wanted[] = [];
  const written: { readonly path: string; readonly text: string }[] = [];
  for (const file of ruleset.rules) {
    const text = rulesForWazuh(file);
    if (text !== undefined) written.push({ path: join('rules', file.name), text });
  }
  for (const file of monitors) {
    const { json } = readMonitorFile(file.text);
    if (onlyHere(json)) {
      terminal.note(printable(`${file.path} asks for trailhound.*, which only this program writes: left out`));
      continue;
    }
    const fixed = monitorForWazuh(json);
    if (!fixed) continue;
    wanted.push(fixed.watched);
    const path = join('monitors', file.name.replace(/\.ya?ml$/, '.json'));
    written.push({ path, text: `${JSON.stringify(fixed.json, null, 2)}\n` });
  }
  if (wanted.length > 0)
    written.push({ path: join('rules', 'monitored_events.xml'), text: rulesForMonitors(wanted, firstMonitoredId) });
  const inputs = new Set([...ruleset.rules, ...monitors].map((file) => resolve(file.path)));
  for (const { path, text } of written) {
    const target = join(flags.out, path);
    if (inputs.has(resolve(target))) {
      terminal.note(`error: ${printable(target)} is one of the files that were read: choose another folder with --out`);
      return 1;
    }
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    terminal.print(flags.json ? jsonLine({ written: target }) : `wrote ${printable(target)}`);
  }
  if (written.length === 0) terminal.note('nothing has to change');
  return problems.length > 0 ? 1 : 0;
}
