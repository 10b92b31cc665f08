import type { Document } from '../base/document.ts';
import type { Analyzer, Normalizer } from './analysis/token.ts';
import type { DateFormat } from './dates/date-format.ts';
import type { NumberType, Numeric } from './number.ts';

/** What one mapped field means. */
export type Field =
  | KeywordField
  | TextField
  | NumberField
  | DateField
  | IpField
  | BooleanField
  | FlatObjectField
  | AliasField
  | OpaqueField;

export interface FieldCommon {
  /** The full name, `a.b` or, for a multi-field, `a.b.keyword`. */
  readonly path: string;
  /** OpenSearch's name of the type. */
  readonly type: string;
  /** Where its values lie in `_source`; a multi-field's are those of its parent. */
  readonly source: readonly string[];
  /** The parameters as they were put, without `type` and `fields`. */
  readonly parameters: Document;
  readonly multi: ReadonlyMap<string, Field>;
  readonly copyTo: readonly string[];
  /** The nearest nested object around it. */
  readonly nested: string | undefined;
  /** False with `index: false` and no doc values: a query on it is an error. */
  readonly searchable: boolean;
  readonly ignoreMalformed: boolean;
}

/** `keyword`, `wildcard`, `constant_keyword`: whole values. */
export interface KeywordField extends FieldCommon {
  readonly kind: 'keyword';
  /** UTF-16 length; a longer value is not indexed. */
  readonly ignoreAbove: number;
  readonly normalizer: Normalizer | undefined;
  readonly nullValue: string | undefined;
}

/** `text`, `match_only_text`: tokens. */
export interface TextField extends FieldCommon {
  readonly kind: 'text';
  readonly analyzer: Analyzer;
  readonly searchAnalyzer: Analyzer;
  readonly quoteAnalyzer: Analyzer;
  readonly positionGap: number;
}

export interface NumberField extends FieldCommon {
  readonly kind: 'number';
  readonly numeric: NumberType;
  readonly coerce: boolean;
  readonly factor: number;
  readonly nullValue: Numeric | undefined;
}

/** `date`, `date_nanos`: milliseconds. */
export interface DateField extends FieldCommon {
  readonly kind: 'date';
  readonly format: DateFormat;
  readonly nullValue: number | undefined;
}

export interface IpField extends FieldCommon {
  readonly kind: 'ip';
  readonly nullValue: string | undefined;
}

export interface BooleanField extends FieldCommon {
  readonly kind: 'boolean';
  readonly nullValue: boolean | undefined;
}

/** Every leaf below it is a keyword. `leaf` is set for a name inside it (`fo.a.b`): a field that the mapping does not list. */
export interface FlatObjectField extends FieldCommon {
  readonly kind: 'flat_object';
  readonly leaf?: string;
}

export interface AliasField extends FieldCommon {
  readonly kind: 'alias';
  readonly target: string;
}

/** A type that is stored but cannot be searched here: binary, geo_point, … */
export interface OpaqueField extends FieldCommon {
  readonly kind: 'opaque';
}
