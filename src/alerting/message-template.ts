import { asText, isDocument } from '../base/document.ts';

/**
 * Mustache as OpenSearch renders messages: `{{x}}` is escaped as text in JSON, `{{{x}}}` and `{{&x}}` are raw, sections,
 * inverted sections, comments, `toJson` and `join`; list items by number (`results.0.hits`), `.size` of lists. What the
 * values say is never read as a template again. A broken template renders up to where it breaks. `harmless` keeps values from
 * being markup where the message goes to; it is asked for raw values too, as events are written by attackers.
 */
export function renderTemplate(source: string, values: unknown, harmless = (text: string): string => text): string {
  const { nodes } = parse(source, 0, undefined, 0);
  const out: Output = { text: '', steps: 0, harmless };
  render(nodes, [values], out);
  return out.text;
}

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string; readonly raw: boolean }
  | { readonly kind: 'section'; readonly name: string; readonly inverted: boolean; readonly nodes: readonly Node[] };

/** Sections inside one another; deeper ones are left out. */
const depthMax = 50;

interface Output {
  text: string;
  steps: number;
  readonly harmless: (text: string) => string;
}

/** Parts rendered in all: loops inside loops over results that print nothing must end too. */
const stepsMax = 1_000_000;

/** The longest message; loops over results could make any length. */
const messageMax = 1_000_000;

const tag = /\{\{(?:\{\s*([^{}]*?)\s*\}|([#^/&!>])\s*([^{}]*?)\s*|\s*([^{}]*?)\s*)\}\}/g;

function parse(
  source: string,
  from: number,
  closing: string | undefined,
  depth: number,
): { nodes: Node[]; end: number } {
  const nodes: Node[] = [];
  let place = from;
  for (;;) {
    tag.lastIndex = place;
    const found = tag.exec(source);
    if (!found) return { nodes: [...nodes, { kind: 'text', text: source.slice(place) }], end: source.length };
    nodes.push({ kind: 'text', text: source.slice(place, found.index) });
    place = found.index + found[0].length;
    const [, triple, sign, signed = '', plain] = found;
    if (triple !== undefined) nodes.push({ kind: 'value', name: triple, raw: true });
    else if (plain !== undefined) nodes.push({ kind: 'value', name: plain, raw: false });
    else if (sign === '&') nodes.push({ kind: 'value', name: signed, raw: true });
    else if (sign === '/' && signed === closing) return { nodes, end: place };
    else if ((sign === '#' || sign === '^') && depth < depthMax) {
      const inner = parse(source, place, signed, depth + 1);
      place = inner.end;
      nodes.push({ kind: 'section', name: signed, inverted: sign === '^', nodes: inner.nodes });
    }
  }
}

function render(nodes: readonly Node[], stack: readonly unknown[], out: Output): void {
  for (const node of nodes) {
    if (out.text.length > messageMax || out.steps++ > stepsMax) return;
    if (node.kind === 'text') out.text += node.text;
    else if (node.kind === 'value') out.text += shown(lookUp(stack, node.name), node.raw, out.harmless);
    else renderSection(node, stack, out);
  }
}

function renderSection(section: Extract<Node, { kind: 'section' }>, stack: readonly unknown[], out: Output): void {
  const { name, nodes, inverted } = section;
  const [first] = nodes;
  const argument = nodes.length === 1 && first?.kind === 'text' ? first.text.trim() : undefined;
  if (!inverted && (name === 'toJson' || name === 'join') && argument !== undefined) {
    const value = lookUp(stack, argument);
    out.text += out.harmless(name === 'toJson' ? (JSON.stringify(value) ?? 'null') : joined(value));
    return;
  }
  const value = lookUp(stack, name);
  const empty =
    value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);
  if (inverted) {
    if (empty) render(nodes, stack, out);
  } else if (Array.isArray(value)) {
    for (const item of value) {
      if (out.text.length > messageMax || out.steps++ > stepsMax) return;
      render(nodes, [...stack, item], out);
    }
  } else if (!empty) {
    render(nodes, [...stack, value], out);
  }
}

/** The innermost value that has the first step of the name; `.` is the innermost value itself. */
function lookUp(stack: readonly unknown[], name: string): unknown {
  if (name === '.') return stack.at(-1);
  const [first = '', ...rest] = name.split('.');
  for (let place = stack.length - 1; place >= 0; place--) {
    const value = step(stack[place], first);
    if (value !== undefined) return rest.reduce<unknown>(step, value);
  }
  return undefined;
}

function step(value: unknown, key: string): unknown {
  if (Array.isArray(value))
    return key === 'size' ? value.length : /^\d{1,9}$/.test(key) ? value[Number(key)] : undefined;
  return isDocument(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function shown(value: unknown, raw: boolean, harmless: Output['harmless']): string {
  const text = harmless(javaText(value, 0));
  return raw ? text : JSON.stringify(text).slice(1, -1);
}

function joined(value: unknown): string {
  return Array.isArray(value) ? value.map((item) => javaText(item, 0)).join(',') : javaText(value, 0);
}

/** As Java prints it: `{a=1, b=x}`; lists as the original's wrapper does, `{0=a, 1=b}`, empty ones `[]`. */
function javaText(value: unknown, depth: number): string {
  if (value === undefined || value === null) return depth === 0 ? '' : 'null';
  if (typeof value !== 'object') return asText(value);
  if (depth > depthMax) return '…';
  if (Array.isArray(value) && value.length === 0) return '[]';
  const entries = Object.entries(value).map(([key, item]) => `${key}=${javaText(item, depth + 1)}`);
  return `{${entries.join(', ')}}`;
}
