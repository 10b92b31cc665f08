import { isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { parseQuery } from '../query/parse.ts';
import type { Query } from '../query/query.ts';
import { validateQuery } from '../query/validation.ts';
import { lintForWazuh } from '../query/wazuh-template-lint.ts';
import type { IndexInfo } from '../store/store.ts';
import { withDocuments } from './looked-up.ts';
import { flag, indexOptions, indexParameters } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import { queryOf, queryStringParameters } from './search-request.ts';
import type { Services } from './services.ts';

type Needs = Pick<Services, 'store' | 'clock'>;

/** `_validate/query`: would this query run, and as what. */
export const validateRoutes: readonly Route<Needs>[] = ['/_validate/query', '/:index/_validate/query'].map((path) => ({
  methods: ['GET', 'POST'],
  path,
  query: [...indexParameters, ...queryStringParameters, 'explain', 'rewrite', 'all_shards'],
  body: 'json',
  handle: validate,
}));

async function validate({ params, query, body }: Call, { store, clock }: Needs): Promise<Answer> {
  const eachShard = flag(query, 'all_shards');
  const explain = flag(query, 'explain') || flag(query, 'rewrite') || eachShard;
  const infos = await store.indices(params.index ?? '_all', indexOptions(query));
  if (queryOf(query) === undefined && isDocument(body) && Object.keys(body).length === 0) {
    throw new TrailhoundError('bad-request', 'Validation Failed: 1: query cannot be null;', {
      wire: 'action_request_validation_exception',
    });
  }
  const wanted = readQuery(query, await withDocuments(body, store));
  if (wanted instanceof TrailhoundError) {
    const error = flag(query, 'explain') ? { error: `ParsingException[${wanted.message}]` } : {};
    return { status: 200, body: { valid: false, ...error } };
  }
  const found = infos.map((info) => explained(info, wanted, clock.now(), eachShard));
  return {
    status: 200,
    body: {
      _shards: { total: infos.length, successful: infos.length, failed: 0 },
      valid: found.every(({ valid }) => valid),
      ...(explain ? { explanations: found } : {}),
      ...onWazuh(infos, wanted),
    },
  };
}

/** Ours: where it is asked of Wazuh's indices, what a Wazuh with its own template would answer differently. */
function onWazuh(infos: readonly IndexInfo[], query: Query): object {
  if (!infos.some(({ name }) => name.startsWith('wazuh-'))) return {};
  const warnings = lintForWazuh(query);
  return warnings.length === 0 ? {} : { trailhound: { warnings } };
}

/** The query, or why it does not read: that too is an answer here. */
function readQuery(query: Call['query'], body: unknown): Query | TrailhoundError {
  try {
    const json = queryOf(query) ?? (body === undefined ? { match_all: {} } : inBody(body));
    return parseQuery(json);
  } catch (thrown) {
    if (thrown instanceof TrailhoundError) return thrown;
    throw thrown;
  }
}

function inBody(body: unknown): unknown {
  if (!isDocument(body)) throw new TrailhoundError('parse-failed', 'Expected [START_OBJECT]');
  for (const key of Object.keys(body)) {
    if (key !== 'query') throw new TrailhoundError('parse-failed', `request does not support [${key}]`);
  }
  return Object.hasOwn(body, 'query') ? body.query : { match_all: {} };
}

function explained(
  { name, uuid, mapping }: IndexInfo,
  query: Query,
  at: number,
  eachShard: boolean,
): {
  readonly index: string;
  readonly shard?: number;
  readonly valid: boolean;
  readonly explanation?: string;
  readonly error?: string;
} {
  const found = validateQuery(query, mapping, at);
  const of = eachShard ? { index: name, shard: 0 } : { index: name };
  if (found.valid) return { ...of, valid: true, explanation: found.explanation };
  return { ...of, valid: false, error: `[${name}/${uuid}] ${javaName(found.type)}[${found.reason}]` };
}

/** `query_shard_exception` as the exception's own name. */
function javaName(type: string): string {
  return type.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
