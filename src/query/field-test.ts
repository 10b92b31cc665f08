import { isDocument } from '../base/document.ts';
import type { Field } from './field.ts';
import { booleanValue, dateValue, ipValue, keywordValue, numberValue, scalarText } from './field-value.ts';
import type { Point } from './lucene.ts';
import type { Mapping } from './mapping.ts';
import { type LeafTest, someLeaf, valueReader } from './source-values.ts';
import { tokenReader } from './tokens.ts';

/** A compiled question about one document or nested object. */
export type ScopeTest = (scope: unknown) => boolean;

/** True when the field holds this very term. */
export function hasTerm(mapping: Mapping, field: Field, nested: string | undefined, term: string): ScopeTest {
  if (field.kind === 'text') {
    const tokens = tokenReader(mapping, field, nested);
    return (scope) => tokens(scope).has(term);
  }
  if (field.kind === 'keyword' && !field.normalizer) {
    const read = valueReader(mapping, field, nested);
    // Almost every value is a string: it is compared as it stands.
    const short = term.length <= field.ignoreAbove;
    const test: LeafTest = (leaf) =>
      typeof leaf === 'string' ? short && leaf === term : keywordValue(field, leaf) === term;
    return (scope) => read(scope, test);
  }
  return someTerm(mapping, field, nested, (value) => value === term);
}

/** True when any term of the field passes. Fields without terms (numbers, dates) have none. */
export function someTerm(
  mapping: Mapping,
  field: Field,
  nested: string | undefined,
  test: (term: string) => boolean,
): ScopeTest {
  const read = valueReader(mapping, field, nested);
  switch (field.kind) {
    case 'text': {
      const tokens = tokenReader(mapping, field, nested);
      return (scope) => {
        for (const term of tokens(scope).keys()) if (test(term)) return true;
        return false;
      };
    }
    case 'keyword': {
      const leafTest: LeafTest = (leaf) => {
        const value = keywordValue(field, leaf);
        return value !== undefined && test(value);
      };
      return (scope) => read(scope, leafTest);
    }
    case 'boolean': {
      const leafTest: LeafTest = (leaf) => {
        const value = booleanValue(field, leaf);
        return value !== undefined && test(value ? 'T' : 'F');
      };
      return (scope) => read(scope, leafTest);
    }
    case 'flat_object': {
      const leaf = field.leaf;
      const inner = (path: string, value: unknown): boolean =>
        (leaf === undefined || path === leaf) && test(scalarText(value));
      return (scope) => read(scope, (value) => isDocument(value) && someLeaf(value, '', inner));
    }
    default:
      return () => false;
  }
}

/** True when any leaf of a flat_object passes, as the index has it: `fo.a.b=value`. */
export function somePathTerm(
  mapping: Mapping,
  field: Field,
  nested: string | undefined,
  test: (term: string) => boolean,
): ScopeTest {
  const read = valueReader(mapping, field, nested);
  const root = field.source.join('.');
  const inner = (path: string, value: unknown): boolean => test(`${root}.${path}=${scalarText(value)}`);
  return (scope) => read(scope, (value) => isDocument(value) && someLeaf(value, '', inner));
}

/** True when any key of a flat_object passes, at any depth, each behind the field's name: `fo.a`. */
export function someKey(
  mapping: Mapping,
  field: Field,
  nested: string | undefined,
  test: (term: string) => boolean,
): ScopeTest {
  const read = valueReader(mapping, field, nested);
  const root = field.source.join('.');
  const visit = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(visit);
    if (!isDocument(value)) return false;
    return Object.entries(value).some(([key, inner]) => inner !== null && (test(`${root}.${key}`) || visit(inner)));
  };
  return (scope) => read(scope, visit);
}

/** True when any value of a number, date, ip or boolean field passes. */
export function somePoint(
  mapping: Mapping,
  field: Field,
  nested: string | undefined,
  test: (value: Point) => boolean,
): ScopeTest {
  const value = pointOf(field);
  if (!value) return () => false;
  const read = valueReader(mapping, field, nested);
  const leafTest: LeafTest = (leaf) => {
    const point = value(leaf);
    return point !== undefined && test(point);
  };
  return (scope) => read(scope, leafTest);
}

/** A JSON value as the number, instant or address key that the field indexes; undefined for kinds without points. */
export function pointOf(field: Field): ((leaf: unknown) => Point | undefined) | undefined {
  switch (field.kind) {
    case 'number':
      return (leaf) => numberValue(field, leaf);
    case 'date':
      return (leaf) => dateValue(field, leaf);
    case 'ip':
      return (leaf) => ipValue(field, leaf);
    case 'boolean':
      return (leaf) => {
        const value = booleanValue(field, leaf);
        return value === undefined ? undefined : Number(value);
      };
    default:
      return undefined;
  }
}

/** As doc values keep it: a scaled float comes back as its whole number times the inverse of the factor. */
export function docValueOf(field: Field): ReturnType<typeof pointOf> {
  const point = pointOf(field);
  if (!point || field.kind !== 'number' || field.numeric !== 'scaled_float') return point;
  const inverse = 1 / field.factor;
  return (leaf) => {
    const value = point(leaf);
    return value === undefined ? undefined : Math.round(Number(value) * field.factor) * inverse;
  };
}

/** True when the field has a value. A text without tokens has one (its norms); a flat_object answers for its first level only. */
export function hasValue(mapping: Mapping, field: Field, nested: string | undefined): ScopeTest {
  const read = valueReader(mapping, field, nested);
  switch (field.kind) {
    case 'text':
    case 'opaque':
      return (scope) => read(scope, (leaf) => leaf !== null && leaf !== undefined);
    case 'keyword':
      return (scope) => read(scope, (leaf) => keywordValue(field, leaf) !== undefined);
    case 'flat_object': {
      const leaf = field.leaf;
      if (leaf?.includes('.')) return () => false;
      const inner = (path: string): boolean => leaf === undefined || path === leaf || path.startsWith(`${leaf}.`);
      return (scope) => read(scope, (value) => isDocument(value) && someLeaf(value, '', inner));
    }
    case 'alias':
      return () => false;
    default:
      return somePoint(mapping, field, nested, () => true);
  }
}
