import type { Parsed, Problem } from '../base/problem.ts';

/** An element of a rule file. Texts are as they stand: Wazuh's dialect decodes no entities and trims nothing. */
export interface XmlElement {
  /** In lower case. */
  readonly name: string;
  /** In lower case, in order. */
  readonly attributes: readonly XmlAttribute[];
  readonly text: string;
  readonly children: readonly XmlElement[];
  readonly line: number;
}

export interface XmlAttribute {
  readonly name: string;
  readonly value: string;
}

/** What the original refuses to read. */
const textMax = 20_480;
const depthMax = 32;

/**
 * Reads Wazuh's XML dialect (specs/wazuh.md §5.1): several roots, comments `<!-- -->` and `<! … !>`, `\<` for a `<` in a text
 * (the backslash stays, expressions read it), no entities. Where it breaks, reading ends with a problem; elements that were
 * closed before stay.
 */
export function parseXml(text: string, place: string): Parsed<readonly XmlElement[]> {
  const roots: Open[] = [];
  const open: Open[] = [];
  const problems: Problem[] = [];
  const cursor: Cursor = { text, at: 0, line: 1 };
  const fail = (message: string, line = cursor.line): Parsed<readonly XmlElement[]> => {
    problems.push({ place, line, message: `${message}; what follows in this file is not read` });
    return { value: closedOnly(roots, open), problems };
  };
  while (cursor.at < text.length) {
    const inner = open.at(-1);
    const stop = textEnd(text, cursor.at);
    const chunk = text.slice(cursor.at, stop);
    if (inner) inner.text += chunk;
    else if (chunk.trim() !== '') return fail(`has text outside of any element: "${chunk.trim().slice(0, 40)}"`);
    if (inner && inner.text.length > textMax) return fail(`<${inner.name}> holds more than ${textMax} characters`);
    moveTo(cursor, stop);
    if (stop === text.length) break;
    if (text.startsWith('<!', stop) || text.startsWith('<?', stop)) {
      const ends = text.startsWith('<!--', stop) ? '-->' : text.startsWith('<?', stop) ? '?>' : '!>';
      const end = text.indexOf(ends, stop + (ends === '-->' ? 4 : 2));
      if (end < 0) return fail(unended(text, stop));
      moveTo(cursor, end + ends.length);
    } else if (text.startsWith('</', stop)) {
      const end = text.indexOf('>', stop);
      const name = text
        .slice(stop + 2, end < 0 ? undefined : end)
        .trim()
        .toLowerCase();
      if (!inner || end < 0) return fail(`closes </${name.slice(0, 40)}>, which is not open`);
      if (inner.name !== name)
        return fail(`closes </${name.slice(0, 40)}> where <${inner.name}> of line ${inner.line} is open`);
      open.pop();
      moveTo(cursor, end + 1);
    } else {
      const tag = readTag(cursor);
      if (typeof tag === 'string') return fail(tag);
      if (open.length >= depthMax) return fail('nests elements too deep');
      (inner ? inner.children : roots).push(tag.element);
      if (!tag.closed) open.push(tag.element);
    }
  }
  const left = open.at(-1);
  return left ? fail(`does not close <${left.name}>`, left.line) : { value: roots, problems };
}

/** Of what XML has and the dialect has not, people write these two: there they are comments, which end with `!>`. */
function unended(text: string, at: number): string {
  const found = /^<!(\[CDATA\[|DOCTYPE)/i.exec(text.slice(at, at + 9));
  if (!found) return 'has a comment that does not end';
  const instead = found[1] === 'DOCTYPE' ? 'leave it out' : 'write "\\<" for the character';
  return `has a <!${found[1]}, which Wazuh takes for a comment that does not end: ${instead}`;
}

/** The value of an attribute, undefined when absent. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((attribute) => attribute.name === name)?.value;
}

interface Open {
  name: string;
  attributes: XmlAttribute[];
  text: string;
  children: Open[];
  line: number;
}

interface Cursor {
  readonly text: string;
  at: number;
  line: number;
}

/** Elements still open at a break: groups keep the rules that were closed; a rule that was not is left out. */
function closedOnly(roots: readonly Open[], open: readonly Open[]): readonly XmlElement[] {
  for (const [depth, element] of open.entries()) {
    if (element.name === 'group' && depth === 0) continue;
    const siblings = depth === 0 ? undefined : open[depth - 1]?.children;
    siblings?.pop();
    if (depth === 0) return roots.slice(0, -1);
    break;
  }
  return roots;
}

/** Where the next tag begins: `\<` is text. */
function textEnd(text: string, from: number): number {
  for (let at = text.indexOf('<', from); at >= 0; at = text.indexOf('<', at + 1)) {
    if (at === from || text[at - 1] !== '\\') return at;
  }
  return text.length;
}

function moveTo(cursor: Cursor, to: number): void {
  for (let at = cursor.at; at < to; at++) if (cursor.text.charCodeAt(at) === 0x0a) cursor.line++;
  cursor.at = to;
}

/** Reads `<name a="…" b='…'>` or `<name />`; answers what is wrong as text. */
function readTag(cursor: Cursor): { element: Open; closed: boolean } | string {
  const name = nameAt(cursor.text, cursor.at + 1);
  if (name === '') return 'has a "<" that begins no element (write "\\<" for the character)';
  const element: Open = { name: name.toLowerCase(), attributes: [], text: '', children: [], line: cursor.line };
  moveTo(cursor, cursor.at + 1 + name.length);
  for (;;) {
    skipSpace(cursor);
    const char = cursor.text[cursor.at];
    if (char === undefined) return `does not end the tag <${element.name}>`;
    if (char === '>' || cursor.text.startsWith('/>', cursor.at)) {
      moveTo(cursor, cursor.at + (char === '>' ? 1 : 2));
      return { element, closed: char !== '>' };
    }
    const attribute = nameAt(cursor.text, cursor.at).toLowerCase();
    if (attribute === '') return `has an unexpected "${char}" in the tag <${element.name}>`;
    moveTo(cursor, cursor.at + attribute.length);
    skipSpace(cursor);
    if (cursor.text[cursor.at] !== '=') return `has the attribute ${attribute} without a value`;
    moveTo(cursor, cursor.at + 1);
    skipSpace(cursor);
    const quote = cursor.text[cursor.at];
    const end = quote === '"' || quote === "'" ? cursor.text.indexOf(quote, cursor.at + 1) : -1;
    if (end < 0) return `has the attribute ${attribute} without quotes that end`;
    if (element.attributes.some((other) => other.name === attribute)) return `has the attribute ${attribute} twice`;
    element.attributes.push({ name: attribute, value: cursor.text.slice(cursor.at + 1, end) });
    moveTo(cursor, end + 1);
  }
}

function nameAt(text: string, from: number): string {
  let at = from;
  while (at < text.length && /[A-Za-z0-9_.:-]/.test(text[at] as string)) at++;
  return text.slice(from, at);
}

function skipSpace(cursor: Cursor): void {
  let at = cursor.at;
  while (at < cursor.text.length && /\s/.test(cursor.text[at] as string)) at++;
  moveTo(cursor, at);
}
