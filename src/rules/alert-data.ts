import { asText, type Document, isDocument, put } from '../base/document.ts';
import type { Problem } from '../base/problem.ts';
import { type Attribute, attributes, staticNames } from './attribute.ts';
import { asciiLower } from './byte-text.ts';
import { decoderFieldsMax } from './decoder.ts';
import { numberText } from './field-text.ts';
import { listIn, odd, plainData } from './plain-data.ts';

export interface AlertData {
  /** The alert document's `data`. */
  readonly data: Document;
  readonly problems: readonly Problem[];
  /** Values for which `data` has no room, by their path in the event: nothing is lost. Absent when there are none. */
  readonly dropped?: Document;
}

/** Deeper values are kept whole under `dropped`: hostile input must not exhaust the stack. */
const depthMax = 200;

/**
 * The event as the alert document shows it below `data` (specs/wazuh.md §3): static attributes first, every scalar as text,
 * arrays as JSON, empty texts left out, dotted keys nested. Names that differ only in case are one name and the first wins;
 * what loses is a problem and kept under `dropped`. Never throws; `__proto__` is an ordinary name. `data` and the objects in it are
 * made anew; what is deeper may be the event's own.
 */
export function alertData(event: Document): AlertData {
  const run: Run = { fields: 0, problems: [], dropped: undefined, names: new Map() };
  const data: Writable = {};
  addAttributes(event, data, run);
  fill(event, data, '', 0, run);
  if (run.fields > decoderFieldsMax) {
    run.problems.push({
      place: 'event',
      message: `has ${run.fields} fields: Wazuh would drop those after the first ${decoderFieldsMax}, here they are kept`,
    });
  }
  return run.dropped ? { data, problems: run.problems, dropped: run.dropped } : { data, problems: run.problems };
}

type Writable = { [field: string]: unknown };

interface Run {
  fields: number;
  readonly problems: Problem[];
  dropped: Writable | undefined;
  /** Lower-case name → name, of targets where names can meet: few, and never searched one by one. */
  readonly names: Map<Document, Map<string, string>>;
}

function addAttributes(event: Document, data: Writable, run: Run): void {
  let found: Map<Attribute, string> | undefined;
  for (const key of Object.keys(event)) {
    const attribute = staticNames.get(key);
    const value = event[key];
    if (!attribute || isDocument(value)) continue;
    found ??= new Map();
    if (found.has(attribute)) drop(run, key, value, `another key already fills ${attribute}`);
    else {
      const text = typeof value === 'string' ? value : Array.isArray(value) ? JSON.stringify(value) : scalarText(value);
      if (text !== '') found.set(attribute, text);
    }
  }
  if (!found) return;
  for (const attribute of attributes) {
    const text = found.get(attribute);
    if (text !== undefined) data[attribute] = text;
  }
}

/** Adds the members of `source` to `target`, which holds what was there before (static attributes, a twin of other case). */
function fill(source: Document, target: Writable, path: string, depth: number, run: Run): void {
  const keys = Object.keys(source);
  const fresh = isEmpty(target) && !canMeet(keys);
  for (const key of keys) {
    const value = source[key];
    if (path === '' && staticNames.has(key) && !isDocument(value)) continue;
    if (fresh) add(target, key, path, key, value, depth, run);
    else if (key.includes('.')) addDotted(target, path, key, value, depth, run);
    else add(target, nameIn(target, key, run), path, key, value, depth, run);
  }
}

function add(target: Writable, name: string, path: string, key: string, value: unknown, depth: number, run: Run): void {
  if (value === '') {
    run.fields++;
    return;
  }
  const there = Object.hasOwn(target, name) ? target[name] : undefined;
  if (isDocument(value)) {
    if (there !== undefined && !isDocument(there)) {
      drop(run, path + key, value, `"${name}" is already a value`);
      return;
    }
    if (depth >= depthMax) {
      drop(run, path + key, value, 'is nested too deep');
      return;
    }
    if (there === undefined && addPlain(target, name, value, depth, run)) return;
    const child: Writable = (there as Writable | undefined) ?? {};
    fill(value, child, `${path}${key}.`, depth + 1, run);
    if (there === undefined && !isEmpty(child)) place(target, name, child, run);
    return;
  }
  run.fields++;
  if (there !== undefined) {
    drop(run, path + key, value, `"${name}" is already there`);
    return;
  }
  place(target, name, shown(value), run);
}

/** Adds the object in one walk if it can be; tried for the outer ones only, or odd objects in each other would be walked again and again. */
function addPlain(target: Writable, name: string, value: Document, depth: number, run: Run): boolean {
  const plain = depth < plainTriesMax ? plainData(value, depthMax - depth - 1) : odd;
  if (plain === odd) return false;
  run.fields += plain.fields;
  if (plain.value) place(target, name, plain.value, run);
  return true;
}

const plainTriesMax = 2;

/** A key with dots is nested like a path, as the original does when it builds the document from flat names. */
function addDotted(target: Writable, path: string, key: string, value: unknown, depth: number, run: Run): void {
  const steps = key.split('.');
  if (steps.length > depthMax - depth) {
    drop(run, path + key, value, 'is nested too deep');
    return;
  }
  if (!hasText(value, depth)) return;
  let inner = target;
  for (const step of steps.slice(0, -1)) {
    const name = nameIn(inner, step, run);
    const there = Object.hasOwn(inner, name) ? inner[name] : undefined;
    if (there !== undefined && !isDocument(there)) {
      drop(run, path + key, value, `"${name}" is already a value`);
      return;
    }
    const child: Writable = (there as Writable | undefined) ?? {};
    if (there === undefined) place(inner, name, child, run);
    inner = child;
  }
  const last = steps.at(-1) ?? '';
  add(inner, nameIn(inner, last, run), path, key, value, depth + steps.length, run);
}

/** Whether anything of the value will be shown: a path to nothing is not made. */
function hasText(value: unknown, depth: number): boolean {
  if (!isDocument(value)) return value !== '';
  return depth >= depthMax || Object.keys(value).some((key) => hasText(value[key], depth + 1));
}

/** What stands in the document: texts, but arrays as JSON; so is a text that is a JSON array, as in the original. */
function shown(value: unknown): unknown {
  if (typeof value === 'string') return value.charCodeAt(0) === 0x5b ? listIn(value) : value;
  return Array.isArray(value) ? value : scalarText(value);
}

function scalarText(value: unknown): string {
  return typeof value === 'number' ? numberText(value) : asText(value);
}

function drop(run: Run, path: string, value: unknown, why: string): void {
  run.dropped ??= {};
  put(run.dropped, path, value);
  run.problems.push({ place: 'event', path, message: `is left out of data, as Wazuh would: ${why}` });
}

function isEmpty(object: Document): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return false;
  return true;
}

/** Whether keys of one object can meet: two differ only in case (rare, so equal length is asked first), or one has dots. */
function canMeet(keys: readonly string[]): boolean {
  if (keys.length > 40) return true;
  for (let later = 0; later < keys.length; later++) {
    const key = keys[later] as string;
    if (key.includes('.')) return true;
    for (let earlier = 0; earlier < later; earlier++) {
      const other = keys[earlier] as string;
      if (key.length === other.length && sameFirst(key, other) && asciiLower(key) === asciiLower(other)) return true;
    }
  }
  return false;
}

function sameFirst(one: string, other: string): boolean {
  return ((one.charCodeAt(0) ^ other.charCodeAt(0)) & ~0x20) === 0;
}

/** The name under which `key` already stands in the target, in whatever case; else the key. */
function nameIn(target: Document, key: string, run: Run): string {
  let names = run.names.get(target);
  if (!names) {
    names = new Map(Object.keys(target).map((name) => [asciiLower(name), name]));
    run.names.set(target, names);
  }
  return names.get(asciiLower(key)) ?? key;
}

function place(target: Writable, name: string, value: unknown, run: Run): void {
  put(target, name, value);
  const names = run.names.get(target);
  const lower = names && asciiLower(name);
  if (names && lower !== undefined && !names.has(lower)) names.set(lower, name);
}
