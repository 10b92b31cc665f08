import { asNumber, asText, type Document, isDocument, own } from '../../base/document.ts';
import { writeJson } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { argumentError, mapperError } from '../refusal.ts';
import { sharedValues } from '../shared-values.ts';
import { stemEnglish } from './english.ts';
import type { Analyzer, Filter, Normalizer, Token, Tokenizer, WordSplit } from './token.ts';
import { customFilter, lower, plainFilters } from './token-filter.ts';
import { groupTokenizer, keywordTokenizer, letterTokenizer, splitTokenizer, whitespaceTokenizer } from './tokenizer.ts';
import { standardTokens } from './word-break.ts';

/** The analyzers and normalizers of one index: the built-in ones and those of `settings.analysis`. */
export interface Analysis {
  /** Throws mapper_parsing_exception for a name that is not known. */
  analyzer(name: string): Analyzer;
  normalizer(name: string): Normalizer;
  tokenizer(name: string): Tokenizer;
  filter(name: string): Filter;
}

const lowercase = plainFilters.lowercase as Filter;

const builtIn: Readonly<Record<string, Analyzer>> = {
  standard: analyzer('standard', standardTokens, [lowercase]),
  simple: analyzer('simple', letterTokenizer, [lowercase]),
  whitespace: analyzer('whitespace', whitespaceTokenizer, []),
  keyword: analyzer('keyword', keywordTokenizer, []),
  stop: analyzer('stop', letterTokenizer, [lowercase, plainFilters.stop as Filter]),
  pattern: analyzer('pattern', splitTokenizer(/\W+/g), [lowercase]),
  english: analyzer('english', standardTokens, [lowercase, stemEnglish.stop, stemEnglish.stem]),
};
const tokenizers: Readonly<Record<string, Tokenizer>> = {
  standard: standardTokens,
  keyword: keywordTokenizer,
  whitespace: whitespaceTokenizer,
  letter: letterTokenizer,
  lowercase: (text) => letterTokenizer(text).map((token) => ({ ...token, term: lower(token.term) })),
  pattern: splitTokenizer(/\W+/g),
};

/** `settings`: those of the index, with or without the outer `index`. Daily indices of one template share one object. */
export function parseAnalysis(settings: Document): Analysis {
  const analysis = own(settings, 'analysis') ?? own(own(settings, 'index'), 'analysis');
  return shared(writeJson(analysis ?? null), () => readAnalysis(analysis));
}

const shared = sharedValues<Analysis>(limits.sharedAnalysesMax);

function readAnalysis(analysis: unknown): Analysis {
  const group = (kind: string): Document => {
    const value = own(analysis, kind);
    return isDocument(value) ? value : {};
  };
  const analyzers = new Map<string, Analyzer>();
  const self: Analysis = {
    analyzer: (name) => {
      let found = analyzers.get(name);
      if (!found) {
        const custom = own(group('analyzer'), name);
        found = isDocument(custom)
          ? customAnalyzer(name, custom, self)
          : Object.hasOwn(builtIn, name)
            ? (builtIn[name] as Analyzer)
            : name === 'default'
              ? (builtIn.standard as Analyzer)
              : undefined;
        if (!found) throw mapperError(`analyzer [${name}] has not been configured in mappings`);
        analyzers.set(name, found);
      }
      return found;
    },
    normalizer: (name) => {
      const custom = own(group('normalizer'), name);
      if (!isDocument(custom)) {
        if (name === 'lowercase') return { name, normalize: lower };
        throw mapperError(`normalizer [${name}] not found for field`);
      }
      const filters = names(own(custom, 'filter')).map((filter) => self.filter(filter));
      return { name, normalize: (text) => filters.reduce((value, filter) => filter.normalize?.(value) ?? value, text) };
    },
    tokenizer: (name) => {
      const custom = own(group('tokenizer'), name);
      if (isDocument(custom)) return customTokenizer(name, custom);
      if (Object.hasOwn(tokenizers, name)) return tokenizers[name] as Tokenizer;
      throw argumentError(`failed to find tokenizer under [${name}]`);
    },
    filter: (name) => {
      const custom = own(group('filter'), name);
      if (isDocument(custom)) return customFilter(name, custom);
      if (Object.hasOwn(plainFilters, name)) return plainFilters[name] as Filter;
      throw argumentError(`failed to find filter under [${name}]`);
    },
  };
  return self;
}

/** A tokenizer and filters joined. */
export function analyzer(name: string, tokenize: Tokenizer, filters: readonly Filter[]): Analyzer {
  const split = wordSplit(tokenize, filters);
  return {
    name,
    ...(split ? { split } : {}),
    analyze: (text) => filters.reduce<Token[]>((tokens, filter) => filter.apply(tokens), tokenize(text)),
    normalize: (text) => filters.reduce((value, filter) => filter.normalize?.(value) ?? value, text),
  };
}

function wordSplit({ separator }: Tokenizer, filters: readonly Filter[]): WordSplit | undefined {
  const alterations = filters.flatMap(({ alters }) => alters ?? []);
  if (!separator || filters[0] !== lowercase || alterations.length < filters.length) return undefined;
  return {
    separates: (char) => separator.test(char),
    longest: Math.min(...alterations.map(({ longerThan }) => longerThan ?? Number.POSITIVE_INFINITY)),
    altered: alterations.flatMap(({ words }) => words ?? []),
  };
}

function customAnalyzer(name: string, settings: Document, analysis: Analysis): Analyzer {
  const type = asText(own(settings, 'type') ?? 'custom');
  if (type === 'pattern') {
    const split = splitTokenizer(
      javaPattern(asText(own(settings, 'pattern') ?? '\\W+'), asText(own(settings, 'flags') ?? '')),
    );
    return analyzer(name, split, own(settings, 'lowercase') === false ? [] : [lowercase]);
  }
  if (type !== 'custom') {
    if (Object.hasOwn(builtIn, type)) return { ...(builtIn[type] as Analyzer), name };
    throw argumentError(`Unknown analyzer type [${type}] for [${name}]`);
  }
  const tokenizer = own(settings, 'tokenizer');
  if (typeof tokenizer !== 'string')
    throw argumentError(`analyzer [${name}] must specify either an analyzer type, or a tokenizer`);
  const filters = names(own(settings, 'filter')).map((filter) => analysis.filter(filter));
  return analyzer(name, analysis.tokenizer(tokenizer), filters);
}

function customTokenizer(name: string, settings: Document): Tokenizer {
  const type = asText(own(settings, 'type') ?? '');
  if (type === 'pattern') {
    const pattern = javaPattern(asText(own(settings, 'pattern') ?? '\\W+'), asText(own(settings, 'flags') ?? ''));
    const group = asNumber(own(settings, 'group') ?? -1);
    return group < 0 ? splitTokenizer(pattern) : groupTokenizer(pattern, group);
  }
  if (Object.hasOwn(tokenizers, type)) return tokenizers[type] as Tokenizer;
  throw argumentError(`Unknown tokenizer type [${type}] for [${name}]`);
}

/**
 * A Java pattern as a JavaScript one. Only one character class or escape with an optional `+` is taken: such a pattern
 * cannot backtrack, whoever wrote it.
 */
function javaPattern(source: string, flags: string): RegExp {
  if (!/^(?:\[(?:\\.|[^\\\][&])+\]|\\[wWsSdD]|\\?[^\\()[\]{}|*+?.^$])\+?$/s.test(source)) {
    throw argumentError(`pattern [${source}] is not supported: use one character class, such as [\\s,]+`);
  }
  try {
    return new RegExp(source, flags.includes('CASE_INSENSITIVE') ? 'gi' : 'g');
  } catch (cause) {
    throw argumentError(`pattern [${source}] does not read: ${String(cause)}`);
  }
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(asText) : typeof value === 'string' ? [value] : [];
}
