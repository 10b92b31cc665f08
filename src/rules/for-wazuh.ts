import { forbiddenFieldNames } from './attribute.ts';
import { compileRules, type RuleFile } from './compile.ts';

/**
 * A rule file as it must be written for an unmodified Wazuh: fields without `data.`, the location as its element, static names
 * as theirs, groups that end in a comma, and `<if_sid>80200</if_sid>` in rules about AWS that had no parent. Everything else
 * stays as it stands, comments included. undefined when nothing has to change.
 */
export function rulesForWazuh(file: RuleFile): string | undefined {
  const orphans = orphansOf(file);
  const written = outsideComments(withoutStaleComments(file.text), (text) => {
    const named = text
      .replace(/<field(\s[^>]*)>([\s\S]*?)<\/field>/gi, (whole, attributes: string, content: string) =>
        fieldForWazuh(whole, attributes, content),
      )
      .replace(/(<list\b[^>]*\bfield\s*=\s*["'])data\./gi, '$1')
      .replace(/(<(?:same|different|not_same)_field>\s*)data\./gi, '$1')
      .replace(/\$\(data\./gi, '$(')
      .replace(/(<group\s+name\s*=\s*)(["'])([^"']*[^"',\s])\2/gi, '$1$2$3,$2');
    return named.replace(/<rule\b[^>]*>/gi, (tag) => (orphans.has(idOf(tag)) ? `${tag}\n<if_sid>80200</if_sid>` : tag));
  });
  return written === file.text ? undefined : written;
}

/** Ids of rules about AWS that hang below nothing. */
function orphansOf(file: RuleFile): ReadonlySet<string> {
  const { value } = compileRules({ own: [file] });
  const orphans = value.roots.filter(
    ({ rule }) =>
      rule.level > 0 &&
      rule.parents.sids.length === 0 &&
      rule.conditions.some((one) => one.kind === 'field' && /^(data\.)?(integration$|aws\.)/i.test(one.name)),
  );
  return new Set(orphans.map(({ rule }) => rule.id));
}

function idOf(tag: string): string {
  return String(Number(/\bid\s*=\s*["'](\d+)["']/i.exec(tag)?.[1] ?? ''));
}

function fieldForWazuh(whole: string, attributes: string, content: string): string {
  const name = /\bname\s*=\s*["']([^"']*)["']/i.exec(attributes)?.[1] ?? '';
  const rest = attributes.replace(/\s*\bname\s*=\s*["'][^"']*["']/i, '');
  const lower = name.toLowerCase();
  if (lower === 'location') return element('location', rest, content);
  const bare = name.replace(/^data\./i, '');
  if (forbiddenFieldNames.has(bare) && (bare !== name || forbiddenFieldNames.has(name)))
    return element(bare, rest, content);
  return bare === name ? whole : `<field name="${bare}"${rest}>${content}</field>`;
}

/** A field is an osregex unless it says otherwise; these elements are osmatch, which is the same for plain words. */
function element(name: string, attributes: string, content: string): string {
  const plain = /^[\w.:/ -]*$/.test(content) || /\btype\s*=/i.test(attributes);
  return `<${name}${attributes}${plain ? '' : ' type="osregex"'}>${content}</${name}>`;
}

/** A comment that explains a field which becomes an element would explain something that is no longer there. */
function withoutStaleComments(text: string): string {
  return text.replace(/<!--(?:(?!-->)[\s\S])*?-->[ \t]*\r?\n?(\s*)(?=<field\s+name\s*=\s*["']location["'])/gi, '$1');
}

function outsideComments(text: string, change: (text: string) => string): string {
  return text
    .split(/(<!--[\s\S]*?-->|<![\s\S]*?!>)/)
    .map((piece, index) => (index % 2 === 1 ? piece : change(piece)))
    .join('');
}

/** Events that a monitor asks for. */
export interface Wanted {
  readonly source: 'cloudtrail' | 'custom';
  readonly eventSources: readonly string[];
  readonly eventNames: readonly string[];
}

/**
 * Rules that make alert documents of the events that monitors ask for: the stock ruleset alerts on a list of event names only,
 * and a monitor over wazuh-alerts-* sees nothing else.
 */
export function rulesForMonitors(wanted: readonly Wanted[], firstId: number): string {
  const rules = wanted.map((one, index) => {
    const fields =
      one.source === 'custom'
        ? [
            ['aws.source', '^custom$'],
            ['aws.httpMethod', '\\.+'],
          ]
        : [
            ['aws.source', '^cloudtrail$'],
            ...(one.eventSources.length > 0 ? [['aws.eventSource', anyOf(one.eventSources)]] : []),
            ...(one.eventNames.length > 0 ? [['aws.eventName', anyOf(one.eventNames)]] : []),
          ];
    const description =
      one.source === 'custom'
        ? 'API Gateway access log: $(aws.httpMethod) $(aws.resourcePath) $(aws.status)'
        : 'AWS CloudTrail: $(aws.eventSource) $(aws.eventName)';
    return [
      `  <rule id="${firstId + index}" level="3">`,
      '    <if_sid>80200</if_sid>',
      ...fields.map(([name, pattern]) => `    <field name="${name}">${pattern}</field>`),
      `    <description>${description}</description>`,
      '  </rule>',
    ].join('\n');
  });
  return `<!-- Wazuh's stock rules alert on a list of event names only. These make alert documents of what the monitors ask for. -->
<group name="aws,monitored,">
${rules.join('\n')}
</group>
`;
}

function anyOf(words: readonly string[]): string {
  return words.map((word) => `^${word.replace(/[\\$|(<]/g, '\\$&')}$`).join('|');
}
