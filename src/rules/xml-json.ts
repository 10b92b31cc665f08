import { put } from '../base/document.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** A rule file as JSON, the way Wazuh's API shows it: attributes with `@`, repeated elements as a list, texts as they stand. */
export function xmlJson(text: string): unknown {
  return members(parseXml(text, 'file').value);
}

function members(elements: readonly XmlElement[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of new Set(elements.map((element) => element.name))) {
    const values = elements.filter((element) => element.name === name).map(shownAs);
    put(found, name, values.length === 1 ? values[0] : values);
  }
  return found;
}

function shownAs(element: XmlElement): unknown {
  const { attributes, children, text } = element;
  if (attributes.length === 0 && children.length === 0) return text === '' ? null : text;
  const named: Record<string, unknown> = {};
  for (const { name, value } of attributes) put(named, `@${name}`, value);
  for (const [name, value] of Object.entries(members(children))) put(named, name, value);
  if (children.length === 0 && text !== '') put(named, '#text', text);
  return named;
}
