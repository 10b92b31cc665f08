import { limits } from '../base/limits.ts';
import type { AnyAttribute } from './attribute.ts';
import type { Decoded } from './decoder.ts';
import { attributeReader, type FieldReader, fieldReader } from './field-reader.ts';
import type { IgnoredName, Rule } from './rule.ts';

/** What `<ignore>` remembered: values of events, in memory, the newest limits.ruleIgnoredMax. */
export interface Ignored {
  /** Whether the rule checks what was remembered, and the event is it. */
  silences(rule: Rule, decoded: Decoded): boolean;
  /** Remembers the event when the rule says so. */
  add(rule: Rule, decoded: Decoded): void;
}

/** Both elements name the same places for a value to be found again: one line a set of values, as in the original's file. */
export function createIgnored(strict: boolean): Ignored {
  const known = new Set<string>();
  const lines = new Map<readonly IgnoredName[], (decoded: Decoded) => string>();
  const lineOf = (names: readonly IgnoredName[], decoded: Decoded): string => {
    let line = lines.get(names);
    if (!line) {
      line = lineWriter(names, strict);
      lines.set(names, line);
    }
    return line(decoded);
  };
  return {
    silences: ({ ignoredBy }, decoded) => ignoredBy !== undefined && known.has(lineOf(ignoredBy, decoded)),
    add({ ignores }, decoded) {
      if (!ignores) return;
      known.add(lineOf(ignores, decoded));
      const [oldest] = known;
      if (known.size > limits.ruleIgnoredMax && oldest !== undefined) known.delete(oldest);
    },
  };
}

function lineWriter(names: readonly IgnoredName[], strict: boolean): (decoded: Decoded) => string {
  const readers = names
    .map((name) => [`${name.kind} ${name.name}`, readerOf(name, strict)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return (decoded) => JSON.stringify(readers.map(([name, read]) => [name, read(decoded) ?? '']));
}

function readerOf({ kind, name }: IgnoredName, strict: boolean): FieldReader {
  if (kind === 'decoder') return (decoded) => decoded.decoder;
  if (kind === 'location') return (decoded) => decoded.location;
  return kind === 'attribute' ? attributeReader(name as AnyAttribute) : fieldReader(name, strict);
}
