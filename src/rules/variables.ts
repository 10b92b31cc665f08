import type { XmlElement } from './xml.ts';

/** Lower-case name → text, of the `<var>` elements before this place of the same file. */
export type Variables = ReadonlyMap<string, string>;

/**
 * Replaces `$NAME` in attributes and texts. A name ends at `$`, `.`, `|`, `,`, a space or the end; `$(` and a `$` without a
 * name stay; in a file without `<var>` every `$` stays. `unknown` hears of names that are not defined.
 */
export function applyVariables(element: XmlElement, variables: Variables, unknown: (name: string) => void): XmlElement {
  if (variables.size === 0) return element;
  const replaced = (text: string): string =>
    text.replace(/\$([^$.|, (\\][^$.|, ]*)/g, (whole, name: string) => {
      const value = variables.get(name.toLowerCase());
      if (value === undefined) unknown(name.slice(0, 40));
      return value ?? whole;
    });
  return {
    ...element,
    text: replaced(element.text),
    attributes: element.attributes.map(({ name, value }) => ({ name, value: replaced(value) })),
    children: element.children.map((child) => applyVariables(child, variables, unknown)),
  };
}
