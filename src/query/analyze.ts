import { asText, type Document, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { type Analysis, analyzer, parseAnalysis } from './analysis/analysis.ts';
import type { Analyzer, Token } from './analysis/token.ts';
import { keywordTokenizer } from './analysis/tokenizer.ts';
import { fieldAt, type Mapping } from './mapping.ts';
import { argumentError } from './refusal.ts';

/** One token as `_analyze` answers it. Offsets are UTF-16 positions. */
export interface AnalyzedToken {
  readonly token: string;
  readonly start_offset: number;
  readonly end_offset: number;
  readonly type: string;
  readonly position: number;
  readonly positionLength?: number;
}

const known = [
  'analyzer',
  'text',
  'field',
  'tokenizer',
  'filter',
  'char_filter',
  'normalizer',
  'explain',
  'attributes',
];

/** Positions between two texts of a field. Without an index there is no field: the texts follow on each other. */
const textGap = 100;

/**
 * Takes texts apart as the body of `_analyze` asks: by an analyzer's name, a field of the mapping, or a tokenizer with
 * filters; by `standard` where it says nothing. Throws TrailhoundError: what is missing, or a name that is not known.
 */
export function analyzeRequest(json: Document, mapping?: Mapping): readonly AnalyzedToken[] {
  for (const key of Object.keys(json)) {
    if (!known.includes(key))
      throw argumentError(`[analyze_request] unknown field [${key}]`, 'x_content_parse_exception');
  }
  for (const key of ['explain', 'char_filter']) {
    const value = json[key];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) continue;
    throw new TrailhoundError('not-supported', `[${key}] is not supported in _analyze: leave it out`);
  }
  const texts = textsOf(json.text);
  return tokensOf(texts, chosenAnalyzer(json, mapping), mapping === undefined ? 0 : textGap);
}

function textsOf(text: unknown): readonly string[] {
  const texts = (Array.isArray(text) ? text : text === undefined || text === null ? [] : [text]).map(asText);
  if (texts.length > 0) return texts;
  throw argumentError('Validation Failed: 1: text is missing;', 'action_request_validation_exception');
}

/** Further texts follow the first: their offsets and positions count on. */
function tokensOf(texts: readonly string[], { analyze }: Analyzer, gap: number): AnalyzedToken[] {
  let offset = 0;
  let position = 0;
  return texts.flatMap((text) => {
    const tokens = analyze(text);
    const shown = tokens.map((token) => shownToken(token, offset, position));
    offset += text.length + 1;
    position += (tokens.at(-1)?.position ?? -1) + 1 + gap;
    return shown;
  });
}

function shownToken({ term, start, end, type, position, length }: Token, offset: number, base: number): AnalyzedToken {
  return {
    token: term,
    start_offset: offset + start,
    end_offset: offset + end,
    type,
    position: base + position,
    ...(length !== undefined && length > 1 ? { positionLength: length } : {}),
  };
}

function chosenAnalyzer(json: Document, mapping: Mapping | undefined): Analyzer {
  const analysis = mapping?.analysis ?? parseAnalysis({});
  const { analyzer: name, field, tokenizer, filter, normalizer } = json;
  const filters = namesOf('filter', filter);
  if (name !== undefined && (tokenizer !== undefined || filters.length > 0)) {
    const reason = 'Validation Failed: 1: tokenizer/filter/char_filter should be null if analyzer is specified;';
    throw argumentError(reason, 'action_request_validation_exception');
  }
  if (name !== undefined) return namedAnalyzer(asText(name), analysis, mapping);
  if (normalizer !== undefined) {
    if (!mapping) {
      const reason = 'Validation Failed: 1: index is required if normalizer is specified;';
      throw argumentError(reason, 'action_request_validation_exception');
    }
    return wholeValue(analysis.normalizer(asText(normalizer)).normalize);
  }
  if (tokenizer !== undefined || filters.length > 0) {
    if (tokenizer !== undefined && typeof tokenizer !== 'string') throw definition('tokenizer');
    const tokenize = tokenizer === undefined ? keywordTokenizer : analysis.tokenizer(tokenizer);
    return analyzer(
      '_custom_',
      tokenize,
      filters.map((each) => analysis.filter(each)),
    );
  }
  return field === undefined ? analysis.analyzer('default') : fieldAnalyzer(asText(field), analysis, mapping);
}

function namedAnalyzer(name: string, analysis: Analysis, mapping: Mapping | undefined): Analyzer {
  try {
    return analysis.analyzer(name);
  } catch (thrown) {
    if (!(thrown instanceof TrailhoundError) || thrown.wire !== 'mapper_parsing_exception') throw thrown;
    throw argumentError(`failed to find ${mapping ? '' : 'global '}analyzer [${name}]`);
  }
}

function fieldAnalyzer(name: string, analysis: Analysis, mapping: Mapping | undefined): Analyzer {
  if (!mapping) throw argumentError('analysis based on a specific field requires an index');
  const field = fieldAt(mapping, name);
  if (!field) return analysis.analyzer('default');
  if (field.kind === 'text') return field.analyzer;
  if (field.kind === 'keyword') return wholeValue((text) => field.normalizer?.normalize(text) ?? text);
  throw argumentError(`Can't process field [${name}], Analysis requests are only supported on tokenized fields`);
}

/** The whole text as one token. */
function wholeValue(normalize: (text: string) => string): Analyzer {
  return {
    name: 'keyword',
    normalize,
    analyze: (text) => [{ term: normalize(text), start: 0, end: text.length, type: 'word', position: 0 }],
  };
}

function namesOf(key: string, value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.map((item) => {
    if (typeof item === 'string') return item;
    throw definition(key, own(item, 'type'));
  });
}

function definition(key: string, type?: unknown): TrailhoundError {
  const what = type === undefined ? '' : ` of type [${asText(type)}]`;
  return new TrailhoundError(
    'not-supported',
    `a [${key}]${what} defined in the call is not supported: define it in the settings of an index and name it`,
  );
}
