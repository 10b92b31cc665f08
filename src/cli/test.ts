import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDocument } from '../base/document.ts';
import { describeProblem, printable } from '../base/problem.ts';
import { parseConfig } from '../config/config.ts';
import { readContent, shippedContent } from '../config/content.ts';
import { parseCases } from '../hunt/case-file.ts';
import { type CaseOutcome, runCases } from '../hunt/cases.ts';
import type { RegisterCommand, Terminal } from './command.ts';
import { jsonLine } from './json-line.ts';

/** `trailhound test content`: runs every case beside the rules and monitors of a folder through the real chain. */
export const testCommand: RegisterCommand = (program, terminal, exit) => {
  program
    .command('test')
    .description('run the cases (*.cases.yaml) beside the rules and monitors of a folder through the whole chain')
    .argument('<folder>', 'a folder with rules/*.xml and monitors/*.json, as content/ is')
    .option('--json', 'print one JSON value a case')
    .action(async (folder: string, flags: { json?: boolean }) => {
      const content = read(folder);
      const outcomes: CaseOutcome[] = [];
      for (const problem of content.problems) terminal.note(`error: ${describeProblem(problem)}`);
      for (const file of content.files) {
        for (const outcome of await runCases(file, content.config, (name) => content.monitors.get(name))) {
          outcomes.push(outcome);
          tell(outcome, flags.json === true, terminal);
        }
      }
      const exercised = content.detections.filter((name) => isExercised(name, outcomes));
      const missing = content.detections.filter((name) => !exercised.includes(name));
      if (missing.length > 0)
        terminal.note(
          `not exercised (a case that fires and one that does not, all passed): ${missing.map(printable).join(', ')}`,
        );
      const failed = outcomes.filter(({ passed }) => !passed).length;
      const summary = `${outcomes.length} cases, ${failed} failed; detections exercised: ${exercised.length} of ${content.detections.length}`;
      if (flags.json) terminal.note(summary);
      else terminal.print(summary);
      if (failed > 0 || missing.length > 0 || content.problems.length > 0) exit(1);
    });
};

function tell(outcome: CaseOutcome, json: boolean, terminal: Terminal): void {
  if (json) terminal.print(jsonLine(outcome));
  else if (!outcome.passed) terminal.print(printable(`FAILED ${outcome.file}: ${outcome.name}: ${outcome.why}`));
}

/** At least one case that fires and one that does not, and all of them as they must be. */
function isExercised(detection: string, outcomes: readonly CaseOutcome[]): boolean {
  const own = outcomes.filter((outcome) => outcome.detection === detection);
  return (
    own.length > 1 &&
    own.every(({ passed }) => passed) &&
    own.some(({ fires }) => fires) &&
    own.some(({ fires }) => !fires)
  );
}

/** The folder's monitors by file name, its rules by id, its cases; the configuration that runs only these. */
function read(folder: string) {
  const below = (name: string): string => (existsSync(join(folder, name)) ? join(folder, name) : folder);
  const monitors = new Map<string, string>();
  const monitorFiles = readContent([below('monitors')], ['.json']);
  for (const { name, text } of monitorFiles.value) {
    const json: unknown = JSON.parse(text);
    if (isDocument(json)) monitors.set(name.replace(/\.json$/, ''), String(json.name));
  }
  const rules = readContent([below('rules')], ['.xml']);
  const ids = rules.value
    .flatMap(({ text }) => [
      ...text
        .replace(/<!--[\s\S]*?-->/g, '')
        .matchAll(/<rule\s[^>]*id="(\d+)"[^>]*level="(\d+)"|<rule\s[^>]*level="(\d+)"[^>]*id="(\d+)"/g),
    ])
    .flatMap((match) => (Number(match[2] ?? match[3]) > 0 ? [match[1] ?? match[4] ?? ''] : []));
  const cases = readContent([folder], ['.cases.yaml', '.cases.yml']);
  const parsed = cases.value.map(({ text, path }) => parseCases(text, path));
  const { value: config } = parseConfig([
    {
      place: folder,
      values: {
        shippedMonitors: false,
        shippedRules: resolve(folder) !== shippedContent,
        monitors: [below('monitors')],
        rules: [below('rules')],
      },
    },
  ]);
  return {
    config,
    monitors,
    files: parsed.map(({ value }) => value),
    detections: [...monitors.keys(), ...ids],
    problems: [
      ...monitorFiles.problems,
      ...rules.problems,
      ...cases.problems,
      ...parsed.flatMap(({ problems }) => problems),
    ],
  };
}
