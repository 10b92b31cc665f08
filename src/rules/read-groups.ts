import { type RuleReader, texts } from './rule-reader.ts';

/** Group names with these prefixes are requirements of a standard and stand in arrays of their own. */
const standards = ['pci_dss', 'cis', 'gdpr', 'gpg13', 'hipaa', 'nist_800_53', 'tsc'];

export interface Groups {
  readonly groups: readonly string[];
  readonly groupText: string;
  readonly compliance: Readonly<Record<string, readonly string[]>>;
}

/**
 * The groups of a rule (in strict mode glued as there): those of its `<group name>` and its own elements. Wazuh glues the texts, so that a missing comma
 * makes one word of two; here a comma is put between them and the lint says so.
 */
export function readGroups(groupName: string, line: number, reader: RuleReader): Groups {
  const pieces = [groupName, ...texts(reader, 'group')].filter((piece) => piece !== '');
  let text = '';
  for (const piece of pieces) {
    if (text !== '' && !text.endsWith(',') && !piece.startsWith(',')) {
      reader.liberty(
        line,
        `the groups "${text}" and "${piece}" have no comma between them: Wazuh makes one word of the two`,
        `write "${text},"`,
      );
      if (!reader.strict) text += ',';
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
  const standardOf = (name: string): string | undefined =>
    standards.find((standard) => name.startsWith(`${standard}_`));
  for (const standard of standards) {
    const found = names.filter((name) => standardOf(name) === standard);
    if (found.length > 0) compliance[standard] = found.map((name) => name.slice(standard.length + 1));
  }
  const groups = names.filter((name) => standardOf(name) === undefined);
  return { groups, groupText: text, compliance };
}
