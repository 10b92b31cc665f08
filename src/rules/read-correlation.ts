import { attributeNamed } from './attribute.ts';
import { compileExpression } from './expression.ts';
import { noteName, readExpression } from './read-conditions.ts';
import type { ComparedName, Correlation } from './rule.ts';
import { joined, lastText, type RuleReader } from './rule-reader.ts';

/** What the rule asks of earlier events; undefined for a rule that looks at one event only. */
export function readCorrelation(
  reader: RuleReader,
  frequency: number | undefined,
  timeframeSeconds: number,
): Correlation | undefined {
  const sid = (lastText(reader, 'if_matched_sid') ?? '').trim();
  const group = joined(reader, 'if_matched_group');
  const regex = readExpression(reader, 'if_matched_regex', 'osregex');
  const same = compared(reader, /^same_(.+)$/);
  const different = compared(reader, /^(?:different|not_same)_(.+)$/);
  const line = (name: RegExp): number => reader.children.find((child) => name.test(child.name))?.line ?? 0;
  if (sid === '' && group === '' && !regex) {
    const needing = reader.children.find((child) => /^(same|different|not_same)_|^global_frequency$/.test(child.name));
    if (needing && !/_agent$/.test(needing.name)) reader.fail(needing.line, `<${needing.name}> needs an if_matched_…`);
    else if (frequency !== undefined) reader.fail(line(/./), 'frequency needs an if_matched_…');
    return undefined;
  }
  if (sid !== '' && !/^\d{1,6}$/.test(sid)) {
    reader.fail(line(/^if_matched_sid$/), `<if_matched_sid>${sid}</if_matched_sid> is not one id`);
  }
  const matchedGroup = group === '' ? undefined : compileExpression('osmatch', group, false);
  return {
    ...(sid === '' ? {} : { matchedSid: String(Number(sid)) }),
    ...(typeof matchedGroup === 'object' ? { matchedGroup } : {}),
    ...(regex ? { matchedRegex: regex } : {}),
    frequency: frequency ?? 2,
    timeframeSeconds,
    same,
    different,
  };
}

/** Names as elements write them → the attribute they mean. */
const aliases: Readonly<Record<string, string>> = {
  source_ip: 'srcip',
  src_port: 'srcport',
  dst_port: 'dstport',
};

function compared(reader: RuleReader, pattern: RegExp): readonly ComparedName[] {
  const names: ComparedName[] = [];
  for (const child of reader.children) {
    const word = pattern.exec(child.name)?.[1];
    if (word === undefined || word === 'agent') continue;
    if (word === 'field') {
      if (child.text.trim() === '') reader.fail(child.line, `<${child.name}> needs the name of a field`);
      else {
        noteName(reader, child.line, `<${child.name}>${child.text}</${child.name}>`, child.text.trim());
        names.push({ kind: 'field', name: child.text.trim() });
      }
      continue;
    }
    const name = Object.hasOwn(aliases, word) ? (aliases[word] as string) : word;
    const attribute = name === 'location' ? name : attributeNamed(name);
    if (attribute) names.push({ kind: 'attribute', name: attribute });
    else reader.fail(child.line, `<${child.name}> is not known`);
  }
  return names;
}
