import { tactics, techniqueOf } from './mitre-techniques.ts';
import type { Mitre } from './rule.ts';
import type { RuleReader } from './rule-reader.ts';

/**
 * The techniques of a rule with their names and tactics. An id that is not known stands alone, with a problem; in strict mode
 * nothing is told of a rule without a tactic, as in Wazuh.
 * Two forms: `<id>` entries, or a pair of `<tacticID>` and `<techniqueID>` a block; where both stand, the pairs hold.
 */
export function mitreOf(reader: RuleReader): Mitre {
  const ids: string[] = [];
  const pairs: { tactic: string; technique: string }[] = [];
  for (const block of reader.children) {
    if (block.name !== 'mitre') continue;
    const pair = { tactic: '', technique: '' };
    for (const entry of block.children) {
      const id = entry.text.trim();
      if (entry.name === 'id') ids.push(id);
      else if (entry.name === 'tacticid') pair.tactic = id;
      else if (entry.name === 'techniqueid') pair.technique = id;
      else reader.fail(entry.line, `<mitre><${entry.name}> is not known`);
      noteUnknown(reader, entry.line, entry.name, id);
    }
    if (pair.technique !== '') pairs.push(pair);
  }
  const found = (pairs.length > 0 ? pairs.map((pair) => pair.technique) : ids).map((id) => ({
    id,
    technique: techniqueOf(id),
  }));
  const mitre = {
    id: unique(found.map(({ id }) => id)),
    tactic: unique(
      pairs.length > 0
        ? pairs.flatMap(({ tactic }) => tactics.get(tactic) ?? [])
        : found.flatMap(({ technique }) => technique?.tactics ?? []),
    ),
    technique: unique(found.flatMap(({ technique }) => technique?.name ?? [])),
  };
  return reader.strict && mitre.tactic.length === 0 ? none : mitre;
}

const none: Mitre = { id: [], tactic: [], technique: [] };

function noteUnknown(reader: RuleReader, line: number, name: string, id: string): void {
  if (name === 'tacticid' && !tactics.has(id)) reader.note(line, `the tactic ${id} has no name here`);
  if (name !== 'tacticid' && !techniqueOf(id)) {
    reader.note(line, `the technique ${id} has no name here; its id is kept`);
  }
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
