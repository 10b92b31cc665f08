import type { IgnoredName, Rule } from './rule.ts';
import type { RuleReader } from './rule-reader.ts';

/** `<ignore>` and `<check_if_ignored>`: lists of names, of attributes or of dynamic fields. */
export function readIgnored(reader: RuleReader): Pick<Rule, 'ignores' | 'ignoredBy'> {
  const ignores = names(reader, 'ignore');
  const ignoredBy = names(reader, 'check_if_ignored');
  return { ...(ignores.length > 0 ? { ignores } : {}), ...(ignoredBy.length > 0 ? { ignoredBy } : {}) };
}

function names(reader: RuleReader, element: string): readonly IgnoredName[] {
  return reader.children
    .filter((child) => child.name === element)
    .flatMap((child) => {
      const words = child.text
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '');
      if (words.length === 0) reader.fail(child.line, `<${element}> names nothing`);
      return words.map(nameOf);
    });
}

function nameOf(word: string): IgnoredName {
  if (word === 'name') return { kind: 'decoder', name: word };
  if (word === 'location') return { kind: 'location', name: word };
  if (word === 'user') return { kind: 'attribute', name: 'dstuser' };
  if (['srcip', 'dstip', 'id', 'data'].includes(word)) return { kind: 'attribute', name: word };
  return { kind: 'field', name: word };
}
