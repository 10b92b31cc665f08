import type { Mitre } from './rule.ts';
import type { RuleReader } from './rule-reader.ts';

/** ATT&CK techniques (Enterprise, v15) that rules about AWS name: id → name and tactics. */
const techniques: ReadonlyMap<string, { readonly name: string; readonly tactics: readonly string[] }> = new Map(
  (
    [
      ['T1040', 'Network Sniffing', 'Credential Access|Discovery'],
      ['T1046', 'Network Service Discovery', 'Discovery'],
      ['T1059', 'Command and Scripting Interpreter', 'Execution'],
      ['T1069', 'Permission Groups Discovery', 'Discovery'],
      ['T1069.003', 'Cloud Groups', 'Discovery'],
      ['T1071', 'Application Layer Protocol', 'Command and Control'],
      ['T1078', 'Valid Accounts', 'Defense Evasion|Persistence|Privilege Escalation|Initial Access'],
      ['T1078.004', 'Cloud Accounts', 'Defense Evasion|Persistence|Privilege Escalation|Initial Access'],
      ['T1087', 'Account Discovery', 'Discovery'],
      ['T1087.004', 'Cloud Account', 'Discovery'],
      ['T1098', 'Account Manipulation', 'Persistence|Privilege Escalation'],
      ['T1098.001', 'Additional Cloud Credentials', 'Persistence|Privilege Escalation'],
      ['T1098.003', 'Additional Cloud Roles', 'Persistence|Privilege Escalation'],
      ['T1110', 'Brute Force', 'Credential Access'],
      ['T1136', 'Create Account', 'Persistence'],
      ['T1136.003', 'Cloud Account', 'Persistence'],
      ['T1190', 'Exploit Public-Facing Application', 'Initial Access'],
      ['T1199', 'Trusted Relationship', 'Initial Access'],
      ['T1485', 'Data Destruction', 'Impact'],
      ['T1486', 'Data Encrypted for Impact', 'Impact'],
      ['T1490', 'Inhibit System Recovery', 'Impact'],
      ['T1496', 'Resource Hijacking', 'Impact'],
      ['T1526', 'Cloud Service Discovery', 'Discovery'],
      ['T1528', 'Steal Application Access Token', 'Credential Access'],
      ['T1530', 'Data from Cloud Storage', 'Collection'],
      ['T1531', 'Account Access Removal', 'Impact'],
      ['T1537', 'Transfer Data to Cloud Account', 'Exfiltration'],
      ['T1538', 'Cloud Service Dashboard', 'Discovery'],
      ['T1548', 'Abuse Elevation Control Mechanism', 'Privilege Escalation|Defense Evasion'],
      ['T1550', 'Use Alternate Authentication Material', 'Defense Evasion|Lateral Movement'],
      ['T1552', 'Unsecured Credentials', 'Credential Access'],
      ['T1555', 'Credentials from Password Stores', 'Credential Access'],
      ['T1555.006', 'Cloud Secrets Management Stores', 'Credential Access'],
      ['T1562', 'Impair Defenses', 'Defense Evasion'],
      ['T1562.001', 'Disable or Modify Tools', 'Defense Evasion'],
      ['T1562.007', 'Disable or Modify Cloud Firewall', 'Defense Evasion'],
      ['T1562.008', 'Disable or Modify Cloud Logs', 'Defense Evasion'],
      ['T1567', 'Exfiltration Over Web Service', 'Exfiltration'],
      ['T1578', 'Modify Cloud Compute Infrastructure', 'Defense Evasion'],
      ['T1580', 'Cloud Infrastructure Discovery', 'Discovery'],
      ['T1595', 'Active Scanning', 'Reconnaissance'],
      ['T1613', 'Container and Resource Discovery', 'Discovery'],
      ['T1619', 'Cloud Storage Object Discovery', 'Discovery'],
      ['T1651', 'Cloud Administration Command', 'Execution'],
    ] as const
  ).map(([id, name, tactics]) => [id, { name, tactics: tactics.split('|') }]),
);

/** Tactics (Enterprise) by their id. */
const tactics: ReadonlyMap<string, string> = new Map([
  ['TA0001', 'Initial Access'],
  ['TA0002', 'Execution'],
  ['TA0003', 'Persistence'],
  ['TA0004', 'Privilege Escalation'],
  ['TA0005', 'Defense Evasion'],
  ['TA0006', 'Credential Access'],
  ['TA0007', 'Discovery'],
  ['TA0008', 'Lateral Movement'],
  ['TA0009', 'Collection'],
  ['TA0010', 'Exfiltration'],
  ['TA0011', 'Command and Control'],
  ['TA0040', 'Impact'],
  ['TA0042', 'Resource Development'],
  ['TA0043', 'Reconnaissance'],
]);

/**
 * The techniques of a rule with their names and tactics. An id that is not in our table keeps its id alone, with a problem.
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
    technique: techniques.get(id),
  }));
  return {
    id: unique(found.map(({ id }) => id)),
    tactic: unique(
      pairs.length > 0
        ? pairs.flatMap(({ tactic }) => tactics.get(tactic) ?? [])
        : found.flatMap(({ technique }) => technique?.tactics ?? []),
    ),
    technique: unique(found.flatMap(({ technique }) => (technique ? [technique.name] : []))),
  };
}

function noteUnknown(reader: RuleReader, line: number, name: string, id: string): void {
  if (name === 'tacticid' && !tactics.has(id)) reader.note(line, `the tactic ${id} has no name here`);
  if (name !== 'tacticid' && !techniques.has(id)) {
    reader.note(line, `the technique ${id} has no name here; its id is kept`);
  }
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
