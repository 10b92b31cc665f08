import { type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { writeJson } from '../base/json.ts';
import type { Candidate, Matcher } from './candidate.ts';
import type { LowerScope } from './clauses/clause.ts';
import { mapFields } from './dynamic.ts';
import type { Field } from './field.ts';
import type { Lucene, QueryHolder } from './lucene.ts';
import { fieldAt, type Mapping } from './mapping.ts';
import type { PercolateQuery } from './query.ts';
import { shardError } from './refusal.ts';
import { pathReader } from './source-values.ts';
import { unmappedAsText } from './unmapped-field.ts';

type Asked = PercolateQuery & { readonly documents: readonly Document[] };

/**
 * Puts the documents to the query that each candidate holds. They are mapped as if they were indexed here, and read by the
 * fields of the index: a field that only the documents have is no field. Throws shard errors for a field that holds no
 * queries and for a document that the mapping refuses.
 */
export function percolated(query: Asked, scope: LowerScope): Lucene {
  const { mapping } = scope;
  const field = fieldAt(mapping, query.field);
  if (!field) throw shardError(`field [${query.field}] does not exist`);
  if (field.type !== 'percolator') {
    throw shardError(`expected field [${query.field}] to be of type [percolator], but is of type [${field.type}]`);
  }
  const documents = query.documents.map((source) => ({ source, mapping: mappedBy(mapping, source) }));
  const stored = storedQuery(field);
  const compile = matcherMaker(scope);
  const sourcesOf = ({ index }: QueryHolder): Candidate[] =>
    documents.map(({ source }) => ({ index, id: temporaryId, version: 1, seqNo: 0, source }));
  /** Says for each document whether the candidate's query finds it; undefined where it holds none that can be asked. */
  const asker = (candidate: QueryHolder): ((place: number, document: Candidate) => boolean) | undefined => {
    const json = stored(candidate.source);
    if (json === undefined) return undefined;
    const matcher = compile(json);
    return (place, document) => matcher(documents[place]?.mapping ?? mapping)(document);
  };
  return {
    kind: 'percolate',
    percolation: {
      field: query.field,
      slotName: query.slotName ?? query.field,
      shown: query.documents.map((document) => `${writeJson(document)}\n`).join(''),
      matches(candidate) {
        const ask = asker(candidate);
        return ask ? sourcesOf(candidate).some((document, place) => ask(place, document)) : false;
      },
      slots(candidate) {
        const ask = asker(candidate);
        return ask ? sourcesOf(candidate).flatMap((document, place) => (ask(place, document) ? [place] : [])) : [];
      },
    },
  };
}

/** The id that a document has while it is percolated, as in the original's errors. */
const temporaryId = '_temp_id';

function mappedBy(mapping: Mapping, source: Document): Mapping {
  const mapped = mapFields(mapping, source, temporaryId);
  if ('mapping' in mapped) return mapped.mapping;
  throw shardError(mapped.error.reason, mapped.error.type);
}

function storedQuery(field: Field): (source: Document) => unknown {
  const read = pathReader(field.source);
  return (source) => {
    let found: unknown;
    read(source, (leaf) => {
      if (isDocument(leaf)) found = leaf;
      return found !== undefined;
    });
    return found;
  };
}

/**
 * A stored query that the index refuses by now finds nothing. With unmapped fields taken as text, a query means something
 * else for each document: what is text in one is a number in another.
 */
function matcherMaker({ mapping, stored }: LowerScope): (json: unknown) => (document: Mapping) => Matcher {
  return (json) => {
    const query = attempt(() => stored(json));
    if (!query) return () => nothing;
    if (!mapping.settings.unmappedAsText) {
      const matcher = attempt(() => query.on(mapping)) ?? nothing;
      return () => matcher;
    }
    // The original looks for candidates by the fields that it knows, and verifies by the others too.
    if (query.findsNothing) return () => nothing;
    return (document) => attempt(() => query.on(unmappedAsText(mapping, document))) ?? nothing;
  };
}

const nothing: Matcher = () => false;

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (thrown) {
    if (thrown instanceof TrailhoundError) return undefined;
    throw thrown;
  }
}
