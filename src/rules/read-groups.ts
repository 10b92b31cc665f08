import { type RuleReader, texts } from './rule-reader.ts';

/** Group names with these prefixes are requirements of a standard and stand in arrays of their own. */
const standards = ['pci_dss', 'cis', 'gdpr', 'gpg13', 'hipaa', 'nist_800_53', 'tsc'];

export interface Groups {
  readonly groups: readonly string[];
  readonly groupText: string;
  readonly compliance: Readonly<Record<string, readonly string[]>>;
}

/**
 * The groups of a rule: those of its `<group name>` and its own elements. Wazuh glues the texts, so that a missing comma
 * makes one word of two; here a comma is put between them and the lint says so.
 */
export function readGroups(groupName: string, reader: RuleReader): Groups {
  const pieces = [groupName, ...texts(reader, 'group')].filter((piece) => piece !== '');
  let text = '';
  for (const piece of pieces) {
    if (text !== '' && !text.endsWith(',') && !piece.startsWith(',')) {
      reader.liberty(
        0,
        `the groups "${text}" and "${piece}" need a comma between them: Wazuh makes one word of the two`,
      );
      text += ',';
    }
    text += piece;
  }
  const names = [
    ...new Set(
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ),
  ];
  const compliance: Record<string, string[]> = {};
  const groups: string[] = [];
  for (const name of names) {
    const standard = standards.find((standard) => name.startsWith(`${standard}_`));
    if (!standard) groups.push(name);
    else {
      compliance[standard] ??= [];
      compliance[standard].push(name.slice(standard.length + 1));
    }
  }
  return { groups, groupText: text, compliance };
}
