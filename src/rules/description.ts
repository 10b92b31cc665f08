import type { AnyAttribute } from './attribute.ts';
import { attributeNamed } from './attribute.ts';
import type { Decoded } from './decoder.ts';
import { attributeReader, type FieldReader, fieldReader } from './field-reader.ts';

/** Longer descriptions stay unrendered, as in the original. */
const descriptionMax = 1024;

/** A description ready to be written for an event: `$(name)` becomes the text of the field, nothing when it is absent. */
export function compileDescription(description: string, strict: boolean): (decoded: Decoded) => string {
  const pieces = description.replace('\n', ' ').split(/\$\(([^)]*)\)/);
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return () => only;
  const readers = pieces.map((piece, index) => (index % 2 === 0 ? undefined : nameReader(piece.trim(), strict)));
  return (decoded) => {
    let text = '';
    for (const [index, reader] of readers.entries()) {
      const value = reader ? reader(decoded) : pieces[index];
      text += typeof value === 'string' ? value : (value?.join(', ') ?? '');
    }
    return text.length > descriptionMax ? description : text;
  };
}

function nameReader(name: string, strict: boolean): FieldReader {
  const attribute: AnyAttribute | undefined = attributeNamed(name);
  if (!attribute) return fieldReader(name, strict);
  const read = attributeReader(attribute);
  const field = fieldReader(name, strict);
  return (decoded) => read(decoded) ?? field(decoded);
}
