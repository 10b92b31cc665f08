import { asNumber, asText, type Document, isDocument, own } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import { sharedValues } from './shared-values.ts';

/** The settings of an index that mapping and search ask for. */
export interface IndexSettings {
  readonly fieldsLimit: number;
  readonly depthLimit: number;
  /** Objects of all nested fields of one document. */
  readonly nestedObjectsLimit: number;
  /** `index.query.default_field`. */
  readonly defaultFields: readonly string[];
  readonly ignoreMalformed: boolean;
  readonly coerce: boolean;
  readonly resultWindow: number;
  readonly termsLimit: number;
  readonly regexLength: number;
  readonly docValueFieldsMax: number;
  /** `index.percolator.map_unmapped_fields_as_text`. */
  readonly unmappedAsText: boolean;
}

/** Reads them from settings as they were put: nested or dotted (`index.mapping.total_fields.limit`), with or without `index`. The same settings are one object. */
export function indexSettings(settings: Document): IndexSettings {
  const read = readSettings(settings);
  return shared(JSON.stringify(read), () => read);
}

const shared = sharedValues<IndexSettings>(limits.sharedAnalysesMax);

function readSettings(settings: Document): IndexSettings {
  const number = (path: string, fallback: number): number => {
    const value = setting(settings, path);
    return value === undefined || Number.isNaN(asNumber(value)) ? fallback : asNumber(value);
  };
  const fields = setting(settings, 'query.default_field');
  return {
    fieldsLimit: number('mapping.total_fields.limit', 1000),
    depthLimit: number('mapping.depth.limit', 20),
    nestedObjectsLimit: number('mapping.nested_objects.limit', 10_000),
    defaultFields: Array.isArray(fields) ? fields.map(asText) : typeof fields === 'string' ? fields.split(',') : ['*'],
    ignoreMalformed: asText(setting(settings, 'mapping.ignore_malformed')) === 'true',
    coerce: asText(setting(settings, 'mapping.coerce')) !== 'false',
    resultWindow: number('max_result_window', 10_000),
    termsLimit: number('max_terms_count', 65_536),
    regexLength: number('max_regex_length', 1000),
    unmappedAsText: asText(setting(settings, 'percolator.map_unmapped_fields_as_text')) === 'true',
    docValueFieldsMax: number('max_docvalue_fields_search', 100),
  };
}

/** One setting by its name without `index.`, however it was nested. */
export function setting(settings: Document, path: string): unknown {
  return nestedValue(settings, `index.${path}`) ?? nestedValue(settings, path);
}

function nestedValue(value: unknown, path: string): unknown {
  const direct = own(value, path);
  if (direct !== undefined) return direct;
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const inner = own(value, path.slice(0, dot));
    const found = isDocument(inner) ? nestedValue(inner, path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
