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
  /** Which of the slot's views its `same` values are. */
  readonly view: number;
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

/** What is counted, and by which equal values: a rule that asks for the same address must not go through all others. */
interface SlotPlan {
  readonly takes: (rule: Rule, decoded: Decoded) => boolean;
  /** Numbers of the values that must be equal. */
  readonly views: (readonly number[])[];
}

interface Slot {
  readonly takes: SlotPlan['takes'];
  readonly views: readonly View[];
}

interface View {
  readonly same: readonly number[];
  /** By the equal values; entries that lack one of them are in none. */
  readonly buckets: Map<string, Entry[]>;
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
  const plans: SlotPlan[] = [];
  const valueNames = new Map<string, number>();
  const readers: FieldReader[] = [];
  const slotOf = (correlation: Correlation): number => {
    const name = JSON.stringify([correlation.matchedSid, correlation.matchedGroup?.pattern, patternOf(correlation)]);
    let slot = slotNames.get(name);
    if (slot === undefined) {
      slot = plans.length;
      slotNames.set(name, slot);
      plans.push({ takes: takerOf(correlation, counted), views: [] });
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
    const slot = slotOf(correlation);
    const same = correlation.same.map(numberOf).sort((a, b) => a - b);
    composites.set(rule, {
      correlation,
      slot,
      view: viewOf(plans[slot]?.views ?? [], same),
      same,
      different: correlation.different.map((name) => ({ value: numberOf(name), dynamic: name.kind === 'field' })),
    });
  }
  return { composites, create: () => createHistory(plans, readers) };
}

function viewOf(views: (readonly number[])[], same: readonly number[]): number {
  const found = views.findIndex((view) => view.join() === same.join());
  return found >= 0 ? found : views.push(same) - 1;
}

function patternOf(correlation: Correlation): string {
  const regex = correlation.matchedRegex;
  return regex ? `${regex.type} ${regex.negate} ${regex.pattern}` : '';
}

function takerOf(correlation: Correlation, counted: ReadonlySet<string>): SlotPlan['takes'] {
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

function createHistory(plans: readonly SlotPlan[], readers: readonly FieldReader[]): History {
  const slots: readonly Slot[] = plans.map(({ takes, views }) => ({
    takes,
    views: views.map((same) => ({ same, buckets: new Map() })),
  }));
  let all: Entry[] = [];
  let oldest = 0;
  const texts = keptTexts();
  const forget = (): void => {
    for (const entry of all.slice(oldest, oldest + 10)) entry.forgotten = true;
    oldest += 10;
    if (oldest < all.length / 2) return;
    all = all.slice(oldest);
    oldest = 0;
    for (const slot of slots) for (const view of slot.views) sweep(view);
  };
  const valuesOf = (decoded: Decoded): (string | undefined)[] => readers.map((reader) => bounded(reader(decoded)));
  return {
    count(composite, decoded, at, level, look) {
      const now: Now = { values: valuesOf(decoded), decoded, at };
      const key = bucketKey(composite.same, now.values);
      const buckets = slots[composite.slot]?.views[composite.view]?.buckets;
      const entries = (key === undefined ? undefined : buckets?.get(key)) ?? [];
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
        for (const view of slot.views) remember(view, entry);
      }
      if (!entry) return;
      all.push(entry);
      texts.keep(entry);
      if (all.length - oldest > limits.ruleHistoryMax) forget();
    },
  };
}

/** undefined when one of the values is absent: absent ones are never the same. */
function bucketKey(same: readonly number[], values: readonly (string | undefined)[]): string | undefined {
  let key = '';
  for (const number of same) {
    const value = values[number];
    if (value === undefined) return undefined;
    key += `${value.length}:${value}`;
  }
  return key;
}

function remember({ same, buckets }: View, entry: Entry): void {
  const key = bucketKey(same, entry.values);
  if (key === undefined) return;
  const bucket = buckets.get(key);
  if (bucket) bucket.push(entry);
  else buckets.set(key, [entry]);
}

function sweep({ buckets }: View): void {
  for (const [key, entries] of buckets) {
    const kept = entries.filter((entry) => !entry.forgotten);
    if (kept.length > 0) buckets.set(key, kept);
    else buckets.delete(key);
  }
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

/** What must be the same is: the entries come from the bucket of the values. */
function agrees(composite: Composite, entry: Entry, { values, decoded }: Now): boolean {
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
