import type { AddressList } from './address-list.ts';
import type { AnyAttribute } from './attribute.ts';
import type { CdbList } from './cdb-list.ts';
import type { DayTimes } from './day-times.ts';
import type { Expression } from './expression.ts';

/** What a rule asks of one event. All conditions of a rule must hold. */
export type Condition =
  | { readonly kind: 'decoder'; readonly name: string }
  | { readonly kind: 'log'; readonly element: 'match' | 'regex'; readonly test: Expression }
  | { readonly kind: 'location'; readonly test: Expression }
  | { readonly kind: 'attribute'; readonly attribute: AnyAttribute; readonly test: Expression }
  | { readonly kind: 'user'; readonly test: Expression }
  | { readonly kind: 'field'; readonly name: string; readonly test: Expression; readonly line: number }
  | { readonly kind: 'address'; readonly attribute: 'srcip' | 'dstip'; readonly list: AddressList }
  | { readonly kind: 'size'; readonly bytes: number }
  | { readonly kind: 'day-time'; readonly times: DayTimes }
  | {
      readonly kind: 'list';
      readonly field: string;
      readonly lookup: ListLookup;
      readonly list: CdbList;
      readonly listName: string;
      readonly check?: Expression;
    };

export type ListLookup =
  | 'match_key'
  | 'not_match_key'
  | 'match_key_value'
  | 'address_match_key'
  | 'not_address_match_key'
  | 'address_match_key_value';

/** What a rule asks of the events before this one (specs/wazuh.md §5.5). */
export interface Correlation {
  readonly matchedSid?: string;
  /** osmatch over the group text of earlier final rules. */
  readonly matchedGroup?: Expression;
  /** Over the log text of earlier events. */
  readonly matchedRegex?: Expression;
  /** Fires on the Nth event, the current one included; at least 2. */
  readonly frequency: number;
  readonly timeframeSeconds: number;
  /** Static attributes (and `location`), or names of dynamic fields. */
  readonly same: readonly ComparedName[];
  readonly different: readonly ComparedName[];
}

export interface ComparedName {
  readonly kind: 'attribute' | 'field';
  readonly name: string;
}

/** What `<ignore>` and `<check_if_ignored>` name: `name` is the decoder's, `user` the dstuser. */
export interface IgnoredName {
  readonly kind: 'decoder' | 'attribute' | 'location' | 'field';
  readonly name: string;
}

/** Where in the tree a rule asks to be. */
export interface Parents {
  readonly sids: readonly string[];
  /** Words of the group text of earlier rules, `|` between alternatives. */
  readonly group?: string;
  readonly level?: number;
  readonly category?: string;
}

export interface RuleOptions {
  readonly alertByEmail: boolean;
  readonly noEmailAlert: boolean;
  readonly logAlert: boolean;
  readonly noLog: boolean;
  readonly noFullLog: boolean;
  readonly noCounter: boolean;
}

export interface Mitre {
  readonly id: readonly string[];
  readonly tactic: readonly string[];
  readonly technique: readonly string[];
}

/** One `<rule>`, compiled, as it stands in its file; compile.ts gives it its place in the tree. */
export interface Rule {
  readonly id: string;
  readonly level: number;
  /** With `$(field)` still in it. */
  readonly description: string;
  /** Without the compliance ones. */
  readonly groups: readonly string[];
  /** As Wazuh would glue it: what if_group and if_matched_group search in. */
  readonly groupText: string;
  /** `pci_dss`, `gdpr`, … → requirements, from groups with that prefix. */
  readonly compliance: Readonly<Record<string, readonly string[]>>;
  readonly mitre: Mitre;
  readonly info: readonly string[];
  readonly cve: readonly string[];
  /** The attribute's number, only for composite rules. */
  readonly frequency: number | undefined;
  readonly options: RuleOptions;
  readonly conditions: readonly Condition[];
  readonly correlation: Correlation | undefined;
  readonly parents: Parents;
  readonly overwrite: boolean;
  readonly noAlert: boolean;
  /** accuracy="0": last among its siblings. */
  readonly inaccurate: boolean;
  /** Seconds during which further firings are given to the parent. */
  readonly ignoreSeconds: number;
  /** `<ignore>`: what is remembered of an event when the rule is the final one. */
  readonly ignores?: readonly IgnoredName[];
  /** `<check_if_ignored>`: the event ends silently when these of it were remembered. */
  readonly ignoredBy?: readonly IgnoredName[];
  readonly file: string;
  readonly line: number;
}

/** A rule with its place in the tree. */
export interface RuleNode {
  readonly rule: Rule;
  /** In the order in which they are tried. */
  readonly children: readonly RuleNode[];
  /** True when no rule of the files is its parent. */
  readonly parentless: boolean;
  /** True when it hangs below more than one rule. */
  readonly shared: boolean;
}

/** What compile.ts hands to the engine. */
export interface RuleSet {
  readonly rules: ReadonlyMap<string, Rule>;
  /** Rules without a parent that JSON events are tried against, in order. */
  readonly roots: readonly RuleNode[];
  /** What works here and not on an unmodified Wazuh, for the lint: no complaints. */
  readonly liberties: readonly {
    readonly ruleId: string;
    readonly file: string;
    readonly line: number;
    readonly message: string;
    readonly fix: string;
  }[];
}
