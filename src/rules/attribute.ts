/**
 * Names at the top of a JSON event that become static attributes instead of dynamic fields, exact and case-sensitive,
 * with the attribute each of them fills (specs/wazuh.md §2).
 */
export const staticNames: ReadonlyMap<string, Attribute> = new Map<string, Attribute>([
  ['srcip', 'srcip'],
  ['dstip', 'dstip'],
  ['srcport', 'srcport'],
  ['dstport', 'dstport'],
  ['protocol', 'protocol'],
  ['action', 'action'],
  ['srcuser', 'srcuser'],
  ['dstuser', 'dstuser'],
  ['user', 'dstuser'],
  ['id', 'id'],
  ['status', 'status'],
  ['url', 'url'],
  ['data', 'data'],
  ['extra_data', 'extra_data'],
  ['systemname', 'system_name'],
]);

/** Attributes as the alert document names and orders them. */
export const attributes = [
  'srcip',
  'dstip',
  'srcport',
  'dstport',
  'protocol',
  'action',
  'srcuser',
  'dstuser',
  'id',
  'status',
  'url',
  'data',
  'extra_data',
  'system_name',
] as const;

export type Attribute = (typeof attributes)[number];

/** Attributes that no JSON event has: tests on them never hold. */
export const absentAttributes = ['program_name', 'hostname', 'srcgeoip', 'dstgeoip'] as const;

export type AnyAttribute = Attribute | (typeof absentAttributes)[number];

/** Names that Wazuh forbids in `<field name>` because they are static. */
export const forbiddenFieldNames: ReadonlySet<string> = new Set(
  'srcip dstip srcgeoip dstgeoip srcport dstport user srcuser dstuser url id data extra_data status protocol system_name action'.split(
    ' ',
  ),
);

/** The attribute that a static name of a rule means, `user` and `system_name` included. */
export function attributeNamed(name: string): AnyAttribute | undefined {
  if (name === 'user') return 'dstuser';
  if (name === 'systemname') return 'system_name';
  return [...attributes, ...absentAttributes].find((attribute) => attribute === name);
}
