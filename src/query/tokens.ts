import type { TextField } from './field.ts';
import { scalarText } from './field-value.ts';
import type { Mapping } from './mapping.ts';
import { valueReader } from './source-values.ts';

/** The tokens of a text field in one document: each term with its positions, ascending. */
export type Tokens = ReadonlyMap<string, readonly number[]>;

export type TokenReader = (scope: unknown) => Tokens;

const none: Tokens = new Map();
const readers = new WeakMap<Mapping, Map<string, TokenReader>>();

/**
 * Analyses a text field when it is first asked for and remembers the answer with the document, so that the matchers of
 * many monitors share it. Positions of a further value begin after the field's gap: phrases do not cross values.
 */
export function tokenReader(mapping: Mapping, field: TextField, nested: string | undefined): TokenReader {
  let ofMapping = readers.get(mapping);
  if (!ofMapping) {
    ofMapping = new Map();
    readers.set(mapping, ofMapping);
  }
  const key = `${field.path}\n${nested ?? ''}`;
  let reader = ofMapping.get(key);
  if (!reader) {
    reader = makeReader(mapping, field, nested);
    ofMapping.set(key, reader);
  }
  return reader;
}

function makeReader(mapping: Mapping, field: TextField, nested: string | undefined): TokenReader {
  const read = valueReader(mapping, field, nested);
  const memo = new WeakMap<object, Tokens>();
  return (scope) => {
    if (typeof scope !== 'object' || scope === null) return none;
    let tokens = memo.get(scope);
    if (!tokens) {
      tokens = analyze(scope, field, read);
      memo.set(scope, tokens);
    }
    return tokens;
  };
}

function analyze(scope: unknown, field: TextField, read: ReturnType<typeof valueReader>): Tokens {
  const tokens = new Map<string, number[]>();
  let base = 0;
  read(scope, (leaf) => {
    if (leaf === null || typeof leaf === 'object') return false;
    let last = -1;
    for (const token of field.analyzer.analyze(typeof leaf === 'string' ? leaf : scalarText(leaf))) {
      const positions = tokens.get(token.term);
      if (positions) positions.push(base + token.position);
      else tokens.set(token.term, [base + token.position]);
      last = token.position;
    }
    if (last >= 0) base += last + 1 + field.positionGap;
    return false;
  });
  return tokens.size === 0 ? none : tokens;
}
