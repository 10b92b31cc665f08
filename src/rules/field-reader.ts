import { own } from '../base/document.ts';
import { type AnyAttribute, absentAttributes, attributeNamed } from './attribute.ts';
import { asciiLower } from './byte-text.ts';
import { type Decoded, decoderFieldsMax } from './decoder.ts';

/** The text of a field for one event; several where it stands below an array (any of them may match); undefined when absent. */
export type FieldReader = (decoded: Decoded) => string | readonly string[] | undefined;

/**
 * How a rule's name of a field is found. Strict: the event's own dynamic field among those Wazuh keeps. By default names as the alert
 * document shows them mean the same field (specs/wazuh.md §6): the event's field, then without `data.` (or below it when the
 * event itself is an alert document), then the document's other names, then static attributes, then members of arrays.
 */
export function fieldReader(name: string, strict: boolean): FieldReader {
  const lower = asciiLower(name);
  if (strict) {
    return (decoded) => {
      const text = decoded.field(lower);
      return text !== undefined && decoded.isWithin(lower, decoderFieldsMax) ? text : undefined;
    };
  }
  const inner = lower.startsWith('data.') ? lower.slice('data.'.length) : undefined;
  const other = otherReader(inner ?? lower, inner === undefined ? lower : undefined);
  const outer = `data.${lower}`;
  return (decoded) => {
    const own = decoded.field(lower);
    if (own !== undefined) return own;
    if (inner !== undefined) {
      const stripped = decoded.field(inner);
      if (stripped !== undefined) return stripped;
    } else if (decoded.alertShaped) {
      const below = decoded.field(outer);
      if (below !== undefined) return below;
    }
    const value = other(decoded);
    if (value !== undefined) return value;
    return firstFull(decoded, lower, inner, outer);
  };
}

/** A static attribute, present or not. */
export function attributeReader(name: AnyAttribute): (decoded: Decoded) => string | undefined {
  const present = (absentAttributes as readonly string[]).includes(name);
  return present
    ? () => undefined
    : (decoded) => decoded.attribute(name as Exclude<AnyAttribute, (typeof absentAttributes)[number]>);
}

/** Wazuh's manager is agent 000, too: its name stands twice in a document. */
const outerNames: ReadonlySet<string> = new Set(['agent.name', 'manager.name', 'timestamp']);

/** Names of the alert document that are no fields of the event. */
function otherReader(name: string, whole: string | undefined): (decoded: Decoded) => string | undefined {
  if (whole === 'location') return (decoded) => decoded.location;
  if (whole === 'full_log') return (decoded) => decoded.log;
  if (whole === 'decoder.name') return (decoded) => decoded.decoder;
  if (whole === 'agent.id') return () => '000';
  if (whole !== undefined && outerNames.has(whole)) return (decoded) => own(decoded.outer, whole) as string | undefined;
  const attribute = attributeNamed(name);
  return attribute ? attributeReader(attribute) : () => undefined;
}

function firstFull(
  decoded: Decoded,
  lower: string,
  inner: string | undefined,
  outer: string,
): readonly string[] | undefined {
  for (const name of [inner ?? lower, lower, decoded.alertShaped ? outer : lower]) {
    const texts = decoded.elements(name);
    if (texts.length > 0) return texts;
  }
  return undefined;
}
