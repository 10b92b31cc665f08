import { asText, isDocument } from '../../base/document.ts';
import { allRegexpFlags, type RegexpFlags } from '../../base/lucene-regexp.ts';
import { checkKeys, checkRewrite, emptyField, flagOf, oneField, readCommon, textOf } from '../clause-body.ts';
import { existsQuery } from '../exists-query.ts';
import { nothing } from '../lucene.ts';
import { metadataTerm } from '../metadata-field.ts';
import { hasTerms, prefixQuery, regexpQuery, wildcardQuery } from '../pattern-query.ts';
import type { PatternQuery } from '../query.ts';
import { argumentError } from '../refusal.ts';
import { idField, queryField, unmapped } from '../value-query.ts';
import type { Clause } from './clause.ts';

const keys = {
  prefix: ['value', 'rewrite', 'case_insensitive'],
  wildcard: ['value', 'wildcard', 'rewrite', 'case_insensitive'],
  regexp: ['value', 'flags', 'flags_value', 'max_determinized_states', 'rewrite', 'case_insensitive'],
} as const;

/** prefix, wildcard and regexp: patterns over whole terms, as they stand. */
export function patternClause(kind: PatternQuery['kind']): Clause<PatternQuery> {
  return {
    kind,
    parse(body, { name }) {
      const { field, value, common } = oneField(body, name);
      if (field === undefined || field === '') throw emptyField();
      if (!isDocument(value)) {
        if (value === null || typeof value === 'object') throw argumentError('value cannot be null');
        return { kind, ...common, field, value: asText(value), caseInsensitive: false };
      }
      checkKeys(value, keys[kind], name);
      const text = textOf(value, 'value') ?? textOf(value, kind);
      if (text === undefined) throw argumentError('value cannot be null');
      const flags = textOf(value, 'flags');
      const unknown = flags?.split('|').find((flag) => flag !== '' && !flagNames.has(flag.toUpperCase()));
      if (unknown !== undefined) throw argumentError(`Unknown regexp flag [${unknown}]`);
      const rewrite = textOf(value, 'rewrite');
      return {
        kind,
        ...readCommon(value, name),
        field,
        value: text,
        caseInsensitive: flagOf(value, 'case_insensitive', false),
        ...(flags === undefined ? {} : { flags }),
        ...(rewrite === undefined ? {} : { rewrite }),
      };
    },
    lower({ field: name, value, caseInsensitive, flags, rewrite }, scope) {
      checkRewrite(rewrite);
      if (name === '_index') return metadataTerm(name, [kind === 'prefix' ? `${value}*` : value]) ?? unmapped(name);
      const field = queryField(scope, name);
      const options = { ignoreCase: caseInsensitive, normalize: 'normalizer' } as const;
      if (!field && kind === 'regexp') {
        // Read as any, and asked of no terms.
        const noField = { ...idField, path: name };
        return regexpQuery(noField, value, { ...options, normalize: 'analyzer' }, readFlags(flags));
      }
      if (!field) return unmapped(name);
      // Observed: without case only the index is asked, which a field in columns alone is not in.
      if (kind === 'wildcard' && caseInsensitive && hasTerms(field) && field.parameters.index === false)
        return nothing();
      if (kind === 'wildcard') return wildcardQuery(field, value, options);
      if (kind === 'regexp') {
        return regexpQuery(field, value, options, readFlags(flags), scope.mapping.settings.regexLength);
      }
      return value === '' && field.kind === 'keyword' ? existsQuery(name, scope) : prefixQuery(field, value, options);
    },
  };
}

const flagNames = new Set(['ALL', 'NONE', ...allRegexpFlags]);

/** `INTERSECTION|COMPLEMENT`, ALL, NONE. */
function readFlags(flags: string | undefined): RegexpFlags {
  if (flags === undefined || flags === '' || /\bALL\b/i.test(flags)) return allRegexpFlags;
  const wanted = new Set(flags.toUpperCase().split('|'));
  return new Set([...allRegexpFlags].filter((flag) => wanted.has(flag)));
}
