import { createHash } from 'node:crypto';
import type { Instant } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { AnyAttribute } from './attribute.ts';
import type { Decoded } from './decoder.ts';
import { attributeReader, type FieldReader, fieldReader } from './field-reader.ts';
import type { ComparedName, Correlation, Rule } from './rule.ts';

/** What composite rules remember of earlier events: at most limits.ruleHistoryMax entries in all (specs/wazuh.md §5.5). */
export interface History {
  /**
   * Whether the correlation holds for this event. Marks what it counted as consumed at `level`, unless `look` only.
   * Times may come unsorted: entries outside the timeframe on either side are passed over.
   */
  count(composite: Composite, decoded: Decoded, at: Instant, level: number, look: boolean): Counted;
  /** Remembers the event under its final rule. */
  add(rule: Rule, decoded: Decoded, at: Instant, consumedAt: number): void;
}

export interface Counted {
  readonly fires: boolean;
  /** Earlier events that agree, as far as they were counted. */
  readonly earlier: number;
  /** The walk ended at an event that an earlier firing had counted. */
  readonly consumed: boolean;
  /** Logs of the counted events, the newest first, when it fires. */
  readonly logs: readonly string[];
}

/** A correlation made ready for a history. */
export interface Composite {
  readonly correlation: Correlation;
  readonly slot: number;
  readonly same: readonly number[];
  readonly different: readonly { readonly value: number; readonly dynamic: boolean }[];
}

interface Entry {
  readonly at: Instant;
  /** The compared values, by their number; undefined: absent. */
  readonly values: readonly (string | undefined)[];
  readonly fieldless: boolean;
  /** undefined: no longer kept. */
  log: string | undefined;
  consumed: number;
  forgotten: boolean;
}

interface Slot {
  readonly takes: (rule: Rule, decoded: Decoded) => boolean;
  entries: Entry[];
}

export interface HistoryPlan {
  readonly composites: ReadonlyMap<Rule, Composite>;
  create(): History;
}

/** Works out what must be remembered for the rules: one slot for each sid, group or expression that is counted. */
export function planHistory(rules: Iterable<Rule>, strict: boolean): HistoryPlan {
  const correlated = [...rules].filter((rule) => rule.correlation);
  const counted = new Set(correlated.flatMap((rule) => rule.correlation?.matchedSid ?? []));
  const slotNames = new Map<string, number>();
  const takers: Slot['takes'][] = [];
  const valueNames = new Map<string, number>();
  const readers: FieldReader[] = [];
  const slotOf = (correlation: Correlation): number => {
    const name = JSON.stringify([correlation.matchedSid, correlation.matchedGroup?.pattern, patternOf(correlation)]);
    let slot = slotNames.get(name);
    if (slot === undefined) {
      slot = takers.length;
      slotNames.set(name, slot);
      takers.push(takerOf(correlation, counted));
    }
    return slot;
  };
  const numberOf = (compared: ComparedName): number => {
    const name = `${compared.kind} ${compared.name}`;
    let value = valueNames.get(name);
    if (value === undefined) {
      value = readers.length;
      valueNames.set(name, value);
      readers.push(readerOf(compared, strict));
    }
    return value;
  };
  const composites = new Map<Rule, Composite>();
  for (const rule of correlated) {
    const { correlation } = rule;
    if (!correlation) continue;
    composites.set(rule, {
      correlation,
      slot: slotOf(correlation),
      same: correlation.same.map(numberOf),
      different: correlation.different.map((name) => ({ value: numberOf(name), dynamic: name.kind === 'field' })),
    });
  }
  return { composites, create: () => createHistory(takers, readers) };
}

function patternOf(correlation: Correlation): string {
  const regex = correlation.matchedRegex;
  return regex ? `${regex.type} ${regex.negate} ${regex.pattern}` : '';
}

function takerOf(correlation: Correlation, counted: ReadonlySet<string>): Slot['takes'] {
  const { matchedSid, matchedGroup, matchedRegex } = correlation;
  if (matchedSid !== undefined) return (rule) => rule.id === matchedSid;
  if (matchedGroup) return (rule) => !counted.has(rule.id) && matchedGroup.test(rule.groupText) === true;
  return (_, decoded) =>
    matchedRegex !== undefined && (matchedRegex.test(decoded.log) === true) !== matchedRegex.negate;
}

function readerOf(compared: ComparedName, strict: boolean): FieldReader {
  if (compared.kind === 'field') return fieldReader(compared.name, strict);
  if (compared.name === 'location') return (decoded) => decoded.location;
  return attributeReader(compared.name as AnyAttribute);
}

function createHistory(takers: readonly Slot['takes'][], readers: readonly FieldReader[]): History {
  const slots: readonly Slot[] = takers.map((takes) => ({ takes, entries: [] }));
  let all: Entry[] = [];
  let oldest = 0;
  const texts = keptTexts();
  const forget = (): void => {
    for (const entry of all.slice(oldest, oldest + 10)) entry.forgotten = true;
    oldest += 10;
    if (oldest < all.length / 2) return;
    all = all.slice(oldest);
    oldest = 0;
    for (const slot of slots) slot.entries = slot.entries.filter((entry) => !entry.forgotten);
  };
  const valuesOf = (decoded: Decoded): (string | undefined)[] => readers.map((reader) => bounded(reader(decoded)));
  return {
    count(composite, decoded, at, level, look) {
      const entries = slots[composite.slot]?.entries ?? [];
      const now: Now = { values: valuesOf(decoded), decoded, at };
      return countBack(composite, entries, now, level, look);
    },
    add(rule, decoded, at, consumed) {
      let entry: Entry | undefined;
      for (const slot of slots) {
        if (!slot.takes(rule, decoded)) continue;
        entry ??= {
          at,
          values: valuesOf(decoded),
          fieldless: isFieldless(decoded),
          log: decoded.log,
          consumed,
          forgotten: false,
        };
        slot.entries.push(entry);
      }
      if (!entry) return;
      all.push(entry);
      texts.keep(entry);
      if (all.length - oldest > limits.ruleHistoryMax) forget();
    },
  };
}

/** Bounds the logs that are kept, apart from the entries themselves: a few long ones must not fill the memory. */
function keptTexts(): { keep(entry: Entry): void } {
  let kept: Entry[] = [];
  let first = 0;
  let size = 0;
  return {
    keep(entry) {
      kept.push(entry);
      size += entry.log?.length ?? 0;
      while (size > limits.ruleHistoryTextMax || kept.length - first > limits.ruleHistoryMax) {
        const oldest = kept[first++] as Entry;
        size -= oldest.log?.length ?? 0;
        oldest.log = undefined;
      }
      if (first > kept.length / 2) {
        kept = kept.slice(first);
        first = 0;
      }
    },
  };
}

/** The event that asks. */
interface Now {
  readonly values: readonly (string | undefined)[];
  readonly decoded: Decoded;
  readonly at: Instant;
}

/** Wazuh's last_events: logs that an alert shows. */
const logsMax = 11;

/**
 * Counts from the newest to the oldest. With a frequency of 2 nothing is counted before it fires, so nothing earlier is
 * marked and it fires on every further event: the original's quirk, kept.
 */
function countBack(composite: Composite, entries: readonly Entry[], now: Now, level: number, look: boolean): Counted {
  const { frequency, timeframeSeconds } = composite.correlation;
  let earlier = 0;
  let newest: Entry | undefined;
  const logs: string[] = [];
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index] as Entry;
    if (entry.forgotten) break;
    if (Math.abs(now.at - entry.at) > timeframeSeconds * 1000) continue;
    if (!agrees(composite, entry, now)) continue;
    if (entry.consumed >= level) return { fires: false, earlier, consumed: true, logs: [] };
    earlier++;
    if (entry.log !== undefined && logs.length < logsMax) logs.push(entry.log);
    if (earlier >= frequency - 1) {
      if (!look && newest) newest.consumed = level;
      return { fires: true, earlier, consumed: false, logs };
    }
    newest ??= entry;
  }
  return { fires: false, earlier, consumed: false, logs: [] };
}

function agrees(composite: Composite, entry: Entry, { values, decoded }: Now): boolean {
  for (const value of composite.same) {
    if (values[value] === undefined || values[value] !== entry.values[value]) return false;
  }
  for (const { value, dynamic } of composite.different) {
    if (values[value] !== undefined && values[value] === entry.values[value]) return false;
    if (dynamic && entry.fieldless && isFieldless(decoded)) return false;
  }
  return true;
}

function isFieldless(decoded: Decoded): boolean {
  return decoded.fields(1).length === 0;
}

/** Long values are remembered as their hash: hostile input must not fill the memory. */
function bounded(value: string | readonly string[] | undefined): string | undefined {
  const text = typeof value === 'object' ? JSON.stringify(value) : value;
  return text === undefined || text.length <= 256 ? text : createHash('sha256').update(text).digest('base64');
}
