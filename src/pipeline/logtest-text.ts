import { describeProblem, printable } from '../base/problem.ts';
import type { RuleMatch, Tried } from '../rules/engine.ts';
import type { LogtestAnswer } from './logtest.ts';

/** Longer texts are cut: a person reads them, `--json` has them whole. */
const eventShownMax = 4000;
const valueShownMax = 400;
/** Rules that failed at the top are many in a large ruleset; those that matched are always told. */
const triedShownMax = 60;

/**
 * One line's answer for people: the three phases with the labels of wazuh-logtest, then the way through the rules. Every text
 * of the event is made printable: it was written by whoever made the event.
 */
export function logtestText(answer: LogtestAnswer): string {
  const { phases, problems, tried } = answer;
  return [
    '**Phase 1: Completed pre-decoding.',
    pair('full event', cut(phases.log, eventShownMax)),
    '',
    '**Phase 2: Completed decoding.',
    ...(phases.decoder === '' ? ['\tNo decoder matched.'] : [pair('name', phases.decoder)]),
    ...phases.fields.map(([name, text]) => pair(cut(name, valueShownMax), cut(text, valueShownMax))),
    '',
    ...phaseThree(phases.match, answer.alert),
    '',
    '**Rules tried, in order:',
    ...triedLines(tried),
    ...(problems.length > 0 ? ['', '**Problems:', ...problems.map((problem) => `\t${describeProblem(problem)}`)] : []),
    '',
  ].join('\n');
}

function phaseThree(match: RuleMatch | undefined, alert: boolean): readonly string[] {
  if (!match) return ['**No rule matched: Wazuh would stay silent.'];
  const { rule } = match;
  return [
    '**Phase 3: Completed filtering (rules).',
    pair('id', rule.id),
    pair('level', String(rule.level)),
    pair('description', cut(match.description, valueShownMax)),
    pair('groups', list(rule.groups)),
    ...(rule.options.noCounter ? [] : [pair('firedtimes', String(match.firedTimes))]),
    ...(rule.frequency === undefined ? [] : [pair('frequency', String(rule.frequency))]),
    ...Object.entries(rule.compliance).map(([standard, requirements]) => pair(standard, list(requirements))),
    pair('mail', match.mail ? 'True' : 'False'),
    ...Object.entries(rule.mitre)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => pair(`mitre.${name}`, list(values))),
    ...(match.instead
      ? [`\tThe floor rule stands in for rule ${match.instead.id} (level ${match.instead.level}), which is no alert.`]
      : []),
    alert ? '**Alert to be generated.' : '**No alert: the level is too low, or an option of the rule says so.',
  ].map((line) => (line.startsWith('**') ? line : printableLine(line)));
}

function triedLines(tried: readonly Tried[]): readonly string[] {
  if (tried.length === 0) return ['\tnone'];
  const lines: string[] = [];
  let left = 0;
  let others = 0;
  for (const { id, level, depth, outcome, why } of tried) {
    if (outcome === 'failed' && why?.startsWith('decoded_as is "json"')) {
      others++;
      continue;
    }
    if (outcome === 'failed' && lines.length >= triedShownMax) {
      left++;
      continue;
    }
    const reason = why === undefined ? '' : `: ${why}`;
    lines.push(printableLine(`\t${'  '.repeat(depth)}${id} (level ${level}) ${words[outcome]}${reason}`));
  }
  if (others > 0) lines.push(`\t${others} rules for other decoders than json were passed over`);
  return left > 0 ? [...lines, `\t… and ${left} more that failed; --json tells them all`] : lines;
}

const words: Readonly<Record<Tried['outcome'], string>> = {
  final: 'fires',
  matched: 'matched',
  failed: 'no',
  silent: 'matched, but is silent',
};

/** As wazuh-logtest: a tab, the name and the value in quotes. */
function pair(name: string, text: string): string {
  return printableLine(`\t${name}: '${text}'`);
}

/** The leading tab is ours; all that follows is made printable. */
function printableLine(line: string): string {
  return line.startsWith('\t') ? `\t${printable(line.slice(1))}` : printable(line);
}

function list(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}… (${text.length} characters)` : text;
}
