import type { CdbList } from './cdb-list.ts';
import type { XmlElement } from './xml.ts';

/** What reading an element needs to know. `fail` gives up the rule; `note` is a complaint that costs nothing. */
export interface RuleReader {
  readonly children: readonly XmlElement[];
  readonly file: string;
  readonly lists: Lists;
  /** As Wazuh to the letter: what makes it refuse a rule leaves the rule out here too. */
  readonly strict: boolean;
  fail(line: number, message: string): void;
  note(line: number, message: string): void;
  liberty(line: number, message: string, fix: string): void;
}

/** What a liberty says: works here, not on an unmodified Wazuh. */
export interface Liberty {
  readonly ruleId: string;
  readonly file: string;
  readonly line: number;
  readonly message: string;
  /** What would work there too. */
  readonly fix: string;
}

/** CDB lists by the name that rules use, with and without folders. */
export type Lists = ReadonlyMap<string, CdbList>;

/** Repeated elements are one text without a separator, as in the original. */
export function joined(reader: RuleReader, name: string): string {
  return texts(reader, name).join('');
}

/** The text of the last element of that name; undefined when there is none. */
export function lastText(reader: RuleReader, name: string): string | undefined {
  return reader.children.findLast((child) => child.name === name)?.text;
}

/** The texts of all elements of that name, in order. */
export function texts(reader: RuleReader, name: string): string[] {
  return reader.children.filter((child) => child.name === name).map((child) => child.text);
}
