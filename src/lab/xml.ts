import { SaxesParser } from 'saxes';
import { type Document, put } from '../base/document.ts';
import { AwsRefusal } from './exchange.ts';

/** An element to be written: text, a list of elements of the same name, or members. `undefined` is left out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

/** `<root xmlns="…">…</root>` with its declaration. Members beginning with `@` are attributes. */
export function xmlText(root: string, value: XmlValue, namespace?: string): string {
  const attributes = namespace ? ` xmlns="${namespace}"` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, value, attributes)}`;
}

function element(name: string, value: XmlValue, attributes = ''): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((each: XmlValue) => element(name, each)).join('');
  if (typeof value !== 'object') return `<${name}${attributes}>${escapeXml(String(value))}</${name}>`;
  let own = attributes;
  let inner = '';
  for (const [key, member] of Object.entries(value)) {
    if (key.startsWith('@')) own += ` ${key.slice(1)}="${escapeXml(String(member))}"`;
    else inner += element(key, member);
  }
  return `<${name}${own}>${inner}</${name}>`;
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\r', '&#13;'],
]);

/** Markup and what XML cannot hold, which comes from whoever calls. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"\r]/g, (character) => entities.get(character) ?? '')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}

const depthMax = 20;

/**
 * The body of a request: the root's name, and its content as CloudTrail writes it: elements by name, repeated ones as a
 * list, text where nothing is inside, attributes as members. Throws MalformedXML. No entity is expanded but XML's own.
 */
export function parseXml(body: Uint8Array): { readonly root: string; readonly value: Document } {
  const parser = new SaxesParser({ xmlns: false });
  const stack: { name: string; members: { [name: string]: unknown }; text: string }[] = [];
  let done: { root: string; value: Document } | undefined;
  parser.on('error', () => refuse());
  parser.on('doctype', () => refuse());
  parser.on('opentag', (tag) => {
    if (stack.length >= depthMax) refuse();
    const members: { [name: string]: unknown } = {};
    for (const [name, value] of Object.entries(tag.attributes)) {
      if (!name.startsWith('xmlns:')) put(members, name, value);
    }
    stack.push({ name: tag.name, members, text: '' });
  });
  const addText = (text: string): void => {
    const open = stack.at(-1);
    if (open) open.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = stack.pop();
    if (!closed) return;
    const parent = stack.at(-1);
    if (!parent) {
      done = { root: closed.name, value: closed.members };
      return;
    }
    const value = Object.keys(closed.members).length === 0 ? closed.text : closed.members;
    add(parent.members, closed.name, value);
  });
  parser.write(Buffer.from(body).toString()).close();
  if (!done) return refuse();
  return done;
}

function add(members: { [name: string]: unknown }, name: string, value: unknown): void {
  const before = Object.hasOwn(members, name) ? members[name] : undefined;
  put(members, name, before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]);
}

function refuse(): never {
  throw new AwsRefusal(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
