import { randomUUID } from 'node:crypto';
import { put } from './document.ts';
import { TrailhoundError } from './errors.ts';

/**
 * JSON as OpenSearch reads it: duplicate keys and trailing content are refused, comments are allowed. Integers beyond 2^53
 * become bigint, so that a document holds, and a query asks for, the number that was meant.
 * Throws one TrailhoundError (400) that names line and column; its wire type is Jackson's.
 */
export function parseJson(text: string): unknown {
  return readJson(text).value;
}

/** Members that hold a whole number written as a decimal. */
const decimals = new WeakMap<object, Set<string | number>>();

/**
 * True where JSON had `5.0` or `5e2` in a member of an object or an element of a list that this file read: to a mapping that
 * is a decimal, though JavaScript's number does not tell.
 */
export function wasDecimal(holder: object, key: string | number): boolean {
  return decimals.get(holder)?.has(key) ?? false;
}

/** The same with the text that stands for it: as it came but for what surrounds it, written anew where it holds comments. */
export function readJson(text: string): { readonly value: unknown; readonly text: string } {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  // The machine's parser is ten times as fast as ours; ours has to look only where that one loses something.
  if (!mayLoseDigits(body)) {
    try {
      const value: unknown = JSON.parse(body);
      if (countMembers(value) === countColons(body)) return { value, text: body.trim() };
    } catch {
      // Ours tells where and what.
    }
  }
  const reader = new Reader(body);
  const value = reader.document();
  return { value, text: reader.commented ? writeJson(value) : body.trim() };
}

/** The same for JSON that was read once before (a stored source): duplicates are not looked for. */
export function parseKnownJson(text: string): unknown {
  return mayHoldBig(text) ? new Reader(text).document() : JSON.parse(text);
}

/** JSON text that stands in an answer as it is: a `_source` comes back letter for letter as it was sent. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** For who must look inside: `filter_path`, `pretty`. */
  value(): unknown {
    return parseKnownJson(this.text);
  }

  /** The machine's writer cannot put text in as it is; `writeJson` can, member by member. */
  toJSON(): this {
    if (!byMember) throw new TypeError('only writeJson writes JSON that is text already');
    return this;
  }
}

/** Long runs of digits are common inside strings (request ids), rare as numbers. */
function mayHoldBig(text: string): boolean {
  return /(?:^|[:,[\s])-?\d{16}/.test(text);
}

/** What JavaScript's reader does not tell: digits beyond 2^53, and that a whole number was written as a decimal. */
function mayLoseDigits(text: string): boolean {
  return mayHoldBig(text) || /(?:^|[:,[\s])-?\d+(?:\.0+(?![\d.])|(?:\.\d+)?[eE][+-]?\d)/.test(text);
}

/** As JSON.stringify, with bigint as the number it is and RawJson as its text. `indent` is for people: it opens RawJson. */
export function writeJson(value: unknown, indent?: number): string {
  if (indent === undefined) {
    try {
      // Without a function to ask for each member the machine's writer is five times as fast.
      return JSON.stringify(value) ?? 'null';
    } catch {
      // A bigint, text that is JSON already, or what the writer below cannot write either.
    }
  }
  byMember = true;
  try {
    return writeByMember(value, indent);
  } finally {
    byMember = false;
  }
}

let byMember = false;

function writeByMember(value: unknown, indent: number | undefined): string {
  const parts: string[] = [];
  const text = JSON.stringify(
    value,
    (_, member: unknown) => {
      if (typeof member === 'bigint') parts.push(member.toString());
      else if (!(member instanceof RawJson)) return member;
      else if (indent !== undefined) return member.value();
      else parts.push(member.text);
      return `${partMark}${parts.length - 1}`;
    },
    indent,
  );
  if (text === undefined) return 'null';
  return parts.length === 0 ? text : text.replace(partPattern, (whole, at: string) => parts[Number(at)] ?? whole);
}

/** Deeper documents are refused: every reader behind us walks them by recursion. No query or document of use comes near. */
const depthMax = 250;
const partMark = `\u0000${randomUUID()}:`;
const partPattern = new RegExp(`"\\\\u0000${partMark.slice(1)}(\\d+)"`, 'g');

/** Members of all objects of a value; -1 where it is nested too deep. */
function countMembers(root: unknown): number {
  let members = 0;
  const stack: [value: unknown, depth: number][] = [[root, 0]];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [value, depth] = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= depthMax) return -1;
    const children = Object.values(value);
    if (!Array.isArray(value)) members += children.length;
    for (const child of children) if (typeof child === 'object' && child !== null) stack.push([child, depth + 1]);
  }
  return members;
}

/** Colons outside strings, of a text that is valid JSON: one for each member as written, duplicates included. */
function countColons(text: string): number {
  let colons = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x3a) colons++;
    if (code === 0x22) {
      for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++;
    }
  }
  return colons;
}

/** The slow reader: exact integers, duplicates, comments, and errors with their place. */
class Reader {
  commented = false;
  private at = 0;
  /** The number just read is whole, but not written so. */
  private decimal = false;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  document(): unknown {
    const value = this.value(0);
    this.blank();
    if (this.at < this.text.length) {
      const next = this.text[this.at];
      if (next === '{' || next === '[') {
        const token = next === '{' ? 'START_OBJECT' : 'START_ARRAY';
        throw new TrailhoundError('parse-failed', `Unexpected token [${token}] found after the main object.`, {
          fields: this.place(),
        });
      }
      this.unexpected();
    }
    return value;
  }

  private value(depth: number): unknown {
    this.blank();
    if (depth > depthMax) {
      this.refuse('json_parse_exception', `Document nesting depth exceeds the maximum allowed (${depthMax})`);
    }
    const next = this.text[this.at];
    if (next === '{') return this.object(depth);
    if (next === '[') return this.array(depth);
    if (next === '"') return this.string();
    const word = /^(?:true|false|null)\b/.exec(this.text.slice(this.at, this.at + 6))?.[0];
    if (word !== undefined) {
      this.at += word.length;
      return word === 'null' ? null : word === 'true';
    }
    return this.number();
  }

  private object(depth: number): unknown {
    const members: { [field: string]: unknown } = {};
    const start = this.at++;
    this.blank();
    if (this.take('}')) return members;
    for (;;) {
      this.blank();
      if (this.at >= this.text.length) this.ended('Object', start);
      if (this.text[this.at] !== '"') {
        this.refuse('json_parse_exception', `${this.character()}: was expecting double-quote to start field name`);
      }
      const key = this.string();
      if (Object.hasOwn(members, key)) this.refuse('json_parse_exception', `Duplicate field '${key}'`);
      this.blank();
      if (this.at >= this.text.length) this.ended('Object', start);
      if (!this.take(':')) {
        this.refuse(
          'json_parse_exception',
          `${this.character()}: was expecting a colon to separate field name and value`,
        );
      }
      put(members, key, this.value(depth + 1));
      this.note(members, key);
      this.blank();
      if (this.take('}')) return members;
      if (this.at >= this.text.length) this.ended('Object', start);
      if (!this.take(',')) {
        this.refuse('json_parse_exception', `${this.character()}: was expecting comma to separate Object entries`);
      }
    }
  }

  private array(depth: number): unknown {
    const values: unknown[] = [];
    const start = this.at++;
    this.blank();
    if (this.take(']')) return values;
    for (;;) {
      values.push(this.value(depth + 1));
      this.note(values, values.length - 1);
      this.blank();
      if (this.take(']')) return values;
      if (this.at >= this.text.length) this.ended('Array', start);
      if (!this.take(',')) {
        this.refuse('json_parse_exception', `${this.character()}: was expecting comma to separate Array entries`);
      }
    }
  }

  private string(): string {
    const start = this.at++;
    while (this.at < this.text.length && this.text[this.at] !== '"') this.at += this.text[this.at] === '\\' ? 2 : 1;
    if (this.at >= this.text.length) {
      this.at = this.text.length;
      this.refuse('json_e_o_f_exception', 'Unexpected end-of-input in a string');
    }
    this.at++;
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      this.at = start;
      return this.refuse('json_parse_exception', 'Illegal character or escape in a string');
    }
  }

  private number(): unknown {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
    pattern.lastIndex = this.at;
    const digits = pattern.exec(this.text)?.[0];
    if (digits === undefined) return this.unexpected();
    this.at += digits.length;
    const value = Number(digits);
    const plain = /^-?\d+$/.test(digits);
    this.decimal = !plain && Number.isInteger(value);
    if (Number.isSafeInteger(value) || digits.length > 400 || !plain) return value;
    const whole = BigInt(digits);
    return whole >= -(2n ** 53n) && whole <= 2n ** 53n ? value : whole;
  }

  private note(holder: object, key: string | number): void {
    if (!this.decimal) return;
    this.decimal = false;
    const known = decimals.get(holder);
    if (known) known.add(key);
    else decimals.set(holder, new Set([key]));
  }

  private unexpected(): never {
    if (this.at >= this.text.length) this.refuse('json_e_o_f_exception', 'Unexpected end-of-input');
    const word = /^[\w$]+/.exec(this.text.slice(this.at, this.at + 60))?.[0];
    if (word === undefined) this.refuse('json_parse_exception', `${this.character()}: expected a value`);
    const wanted = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
    return this.refuse('json_parse_exception', `Unrecognized token '${word}': ${wanted}`);
  }

  private ended(kind: string, start: number): never {
    const marker = `start marker at ${this.source(start)}`;
    return this.refuse(
      'json_e_o_f_exception',
      `Unexpected end-of-input: expected close marker for ${kind} (${marker})`,
    );
  }

  private refuse(wire: string, what: string): never {
    throw new TrailhoundError('parse-failed', `${what}\n at ${this.source()}`, { wire });
  }

  private character(): string {
    const char = this.text[this.at] ?? '';
    return `Unexpected character ('${char}' (code ${char.charCodeAt(0)}))`;
  }

  /** A place in Jackson's words, odd as they are: some clients compare them. */
  private source(at = this.at): string {
    const { line, col } = this.place(at);
    const hidden = 'REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)';
    return `[Source: ${hidden}; line: ${line}, column: ${col}]`;
  }

  private place(at = this.at): { line: number; col: number } {
    const before = this.text.slice(0, at);
    return { line: before.split('\n').length, col: at - before.lastIndexOf('\n') };
  }

  private take(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private blank(): void {
    const pattern = /(?:[ \t\r\n]+|\/\*[\s\S]*?\*\/|\/\/[^\n]*)*/y;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    if (found.includes('/')) this.commented = true;
    this.at += found.length;
  }
}
