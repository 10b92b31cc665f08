import { type Document, isDocument, own } from '../base/document.ts';
import { type Attribute, staticNames } from './attribute.ts';
import { asciiLower } from './byte-text.ts';
import { fieldText } from './field-text.ts';
import { logText } from './log-text.ts';

/**
 * An event as analysisd's JSON decoder hands it to the rules. Nothing is flattened before it is asked for: rules look at a
 * handful of fields. Names are looked up without regard to the case of A–Z, the first in the event's order wins.
 */
export interface Decoded {
  readonly event: Document;
  /** The decoder's name: `json`, or empty for a line that is no JSON. */
  readonly decoder: string;
  /** The attribute `location`, which is no field. */
  readonly location: string;
  /** Names of the alert document that the event does not hold (`manager.name`, `timestamp`), in lower case. */
  readonly outer: Readonly<Record<string, string>>;
  /** The event as the wodle writes it. */
  readonly log: string;
  /** True when the event is an alert document: its own fields stand below `data`. */
  readonly alertShaped: boolean;
  /** The text of a dynamic field by its dotted name in lower case; undefined when absent. */
  field(lowerName: string): string | undefined;
  /** Whether the field is among the first `max`, all that Wazuh keeps. */
  isWithin(lowerName: string, max: number): boolean;
  /** The texts found below members of arrays (`aws.resources.arn`); Wazuh has no such fields. Empty when there are none. */
  elements(lowerName: string): readonly string[];
  /** A static attribute; undefined when absent. */
  attribute(name: Attribute): string | undefined;
  /** All dynamic fields in order, as phase 2 of a log test shows them; at most `max`. */
  fields(max: number): readonly (readonly [name: string, text: string])[];
}

export interface DecodeOptions {
  /** The text that rules with `<match>` and `<regex>` see, when it is known; else it is written from the event. */
  readonly log?: string;
  readonly location?: string;
  readonly decoder?: string;
  readonly outer?: Readonly<Record<string, string>>;
}

/** `analysisd.decoder_order_size`: Wazuh drops further fields. Here they are kept, and the document's problems say so. */
export const decoderFieldsMax = 256;

/** Objects nested deeper than this have no fields: hostile input must not exhaust the stack. */
const depthMax = 200;

const none: Readonly<Record<string, string>> = {};

/** Decodes one JSON event (specs/wazuh.md §2). Never throws. */
export function decode(event: Document, options: DecodeOptions = {}): Decoded {
  return new JsonEvent(event, options);
}

/** A class, for one is made per event: closures and maps that nobody asks for would be the larger part of its cost. */
class JsonEvent implements Decoded {
  readonly event: Document;
  readonly decoder: string;
  readonly outer: Readonly<Record<string, string>>;
  readonly location: string;
  readonly alertShaped: boolean;
  private text: string | undefined;
  private readonly serial = ++serials;
  private below: Map<string, readonly string[]> | undefined;
  private first: readonly string[] | undefined;

  constructor(event: Document, options: DecodeOptions) {
    this.event = event;
    this.decoder = options.decoder ?? 'json';
    this.outer = options.outer ?? none;
    this.location = options.location ?? 'Wazuh-AWS';
    this.alertShaped = isDocument(own(event, 'data')) && !Object.hasOwn(event, 'integration');
    this.text = options.log;
  }

  get log(): string {
    this.text ??= logText(this.event);
    return this.text;
  }

  field(lowerName: string): string | undefined {
    const place = places.get(lowerName) ?? newPlace(lowerName);
    if (owners[place] === this.serial) return found[place];
    const value = find(this.event, lowerName, 0, 0);
    const text = value === undefined ? undefined : fieldText(value);
    if (text === undefined || text.length <= foundTextMax) {
      owners[place] = this.serial;
      found[place] = text;
    }
    return text;
  }

  isWithin(lowerName: string, max: number): boolean {
    this.first ??= firstNames(this.event, max);
    return this.first.length < max || this.first.includes(lowerName);
  }

  elements(lowerName: string): readonly string[] {
    this.below ??= new Map();
    let texts = this.below.get(lowerName);
    if (!texts) {
      const found: string[] = [];
      collect(this.event, lowerName, 0, 0, false, found);
      texts = found;
      this.below.set(lowerName, texts);
    }
    return texts;
  }

  attribute(name: Attribute): string | undefined {
    return attributeOf(this.event, name);
  }

  fields(max: number): readonly (readonly [name: string, text: string])[] {
    const found: [string, string][] = [];
    flatten(this.event, '', 0, max, found);
    return found;
  }
}

/**
 * Rules ask each event for the same fields, several times: by name the event that was asked last (its serial number, so that no event
 * is kept) and what it said. One table for all: a map an event is filled anew with the same names.
 */
let serials = 0;
const placesMax = 1024;
const places = new Map<string, number>();
const owners = new Float64Array(placesMax);
const found: (string | undefined)[] = new Array(placesMax).fill(undefined);
/** Longer texts are looked up each time: what stands in the table stays in memory. */
const foundTextMax = 1024;

function newPlace(lowerName: string): number {
  if (places.size === placesMax) {
    places.clear();
    owners.fill(0);
  }
  const place = places.size;
  places.set(lowerName, place);
  owners[place] = 0;
  return place;
}

/** The first value, in the event's order, whose dotted name is `name` from `offset` on. Objects are no values. */
function find(object: Document, name: string, offset: number, depth: number): unknown {
  if (depth > depthMax) return undefined;
  for (const key in object) {
    const end = offset + key.length;
    if (end === name.length) {
      if (!sameAt(name, key, offset)) continue;
      const value = object[key];
      if (!isDocument(value) && !(offset === 0 && staticNames.has(key))) return value;
    } else if (end < name.length && name.charCodeAt(end) === dot) {
      const value = object[key];
      if (!isDocument(value) || !sameAt(name, key, offset)) continue;
      const found = find(value, name, end + 1, depth + 1);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** As `find`, but through arrays, and all of them. `inside` tells that an array was passed. */
function collect(value: unknown, name: string, offset: number, depth: number, inside: boolean, found: string[]): void {
  if (depth > depthMax) return;
  if (Array.isArray(value)) {
    for (const member of value) collect(member, name, offset, depth + 1, true, found);
    return;
  }
  if (!isDocument(value)) return;
  for (const key of Object.keys(value)) {
    const end = offset + key.length;
    if (end > name.length || !sameAt(name, key, offset)) continue;
    if (end === name.length) {
      if (inside && !isDocument(value[key])) found.push(fieldText(value[key]));
    } else if (name.charCodeAt(end) === dot) collect(value[key], name, end + 1, depth + 1, inside, found);
  }
}

const dot = 0x2e;

/** Whether `key`, in lower case for A–Z, stands in `name` at `offset`. */
function sameAt(name: string, key: string, offset: number): boolean {
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index);
    if (name.charCodeAt(offset + index) !== (code >= 0x41 && code <= 0x5a ? code + 32 : code)) return false;
  }
  return true;
}

function attributeOf(event: Document, name: Attribute): string | undefined {
  const value = own(event, name === 'system_name' ? 'systemname' : name);
  if (value !== undefined && !isDocument(value)) return fieldText(value);
  if (name !== 'dstuser') return undefined;
  const user = own(event, 'user');
  return user === undefined || isDocument(user) ? undefined : fieldText(user);
}

function firstNames(event: Document, max: number): readonly string[] {
  const found: [string, string][] = [];
  flatten(event, '', 0, max, found);
  return found.map(([name]) => asciiLower(name));
}

function flatten(object: Document, prefix: string, depth: number, max: number, found: [string, string][]): void {
  if (depth > depthMax) return;
  for (const key of Object.keys(object)) {
    if (found.length >= max) return;
    const value = object[key];
    if (isDocument(value)) flatten(value, `${prefix}${key}.`, depth + 1, max, found);
    else if (prefix !== '' || !staticNames.has(key)) found.push([prefix + key, fieldText(value)]);
  }
}
