import { randomBytes } from 'node:crypto';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { isRootCause } from '../query/refusal.ts';
import type { IndexInfo, Operation, OperationResult, Store } from '../store/store.ts';
import { illegal, indexMissing } from './error.ts';
import { writeShards } from './index-facts.ts';
import { flag, integer, type Parameters } from './parameters.ts';

type Written = Extract<OperationResult, { result: unknown }>;

/** URL parameters of every write of one document. */
export const writeParameters = [
  'refresh',
  'routing',
  'timeout',
  'version',
  'version_type',
  'if_seq_no',
  'if_primary_term',
  'pipeline',
  'require_alias',
  'wait_for_active_shards',
  'op_type',
];

/** The body of an answer to a write. */
export function writeAnswer(written: Written, info: IndexInfo | undefined, refreshed: boolean) {
  return {
    _index: written.index,
    _id: written.id,
    _version: written.version,
    result: written.result,
    ...(refreshed ? { forced_refresh: true } : {}),
    _shards: writeShards(info),
    _seq_no: written.seqNo,
    _primary_term: 1,
  };
}

export function writeStatus(written: Written): number {
  return written.result === 'created' ? 201 : written.result === 'not_found' ? 404 : 200;
}

/** A refused operation as the error a client gets. */
export function writeError(refused: Exclude<OperationResult, Written>, info: IndexInfo | undefined): TrailhoundError {
  const { index, error, reason, type, causedBy } = refused;
  switch (error) {
    case 'conflict': {
      const fields = { index, shard: '0', index_uuid: info?.uuid ?? '_na_' };
      return new TrailhoundError('conflict', reason, { wire: type, fields });
    }
    case 'index-not-found':
      return indexMissing(index, 'index_expression');
    case 'bad-index-name':
      return new TrailhoundError('bad-request', reason, { wire: type, fields: { index, index_uuid: '_na_' } });
    case 'mapping':
      return new TrailhoundError('bad-request', reason, {
        wire: type,
        fields: causedBy ? mapperCause(causedBy, info) : mappingCause(reason),
      });
  }
}

/** A query that its index refuses names the index. */
function mapperCause(
  causedBy: { readonly type: string; readonly reason: string },
  info: IndexInfo | undefined,
): Document {
  const inIndex = causedBy.type === 'query_shard_exception' && info ? { index: info.name, index_uuid: info.uuid } : {};
  const cause = { ...causedBy, ...inIndex };
  return isRootCause(causedBy.type) ? { root_cause: [cause], caused_by: cause } : { caused_by: cause };
}

/** What Java said below the mapper's words; for integers it is known, and clients show it. */
function mappingCause(reason: string): { readonly caused_by?: unknown } {
  const [, text] = /of type \[(?:long|integer|short|byte)\] in document with id .*value: '(.*)'$/s.exec(reason) ?? [];
  if (text === undefined) return {};
  return { caused_by: { type: 'illegal_argument_exception', reason: `For input string: "${text}"` } };
}

/** `refresh=true|wait_for|false`; true when the answer says that it was forced. */
export async function refreshAfter(store: Pick<Store, 'refresh'>, index: string, query: Parameters): Promise<boolean> {
  const wanted = query.refresh;
  if (wanted === undefined || wanted === 'false') return false;
  if (wanted !== '' && wanted !== 'true' && wanted !== 'wait_for') {
    throw illegal(`Unknown value for refresh: [${wanted}].`);
  }
  await store.refresh(index);
  return wanted !== 'wait_for';
}

/** The compare-and-set of a write, from URL or bulk metadata. Both or none, as OpenSearch has it. */
export function conditionOf(query: Parameters): Pick<Operation, 'ifSeqNo' | 'ifPrimaryTerm'> {
  const ifSeqNo = integer(query, 'if_seq_no');
  const ifPrimaryTerm = integer(query, 'if_primary_term');
  if (ifSeqNo === undefined && ifPrimaryTerm === undefined) return {};
  if (ifSeqNo === undefined || ifPrimaryTerm === undefined) {
    throw invalid(
      ifSeqNo === undefined
        ? `ifSeqNo is unassigned, but primary term is [${ifPrimaryTerm}]`
        : 'ifSeqNo is set, but primary term is [0]',
    );
  }
  if (ifSeqNo < 0) throw illegal(`sequence numbers must be non negative. got [${ifSeqNo}].`);
  return { ifSeqNo, ifPrimaryTerm };
}

/** What OpenSearch does with external versions needs a clock of the client's; refused by name instead of ignored. */
export function checkVersionType(query: Parameters): void {
  if (query.version !== undefined || (query.version_type !== undefined && query.version_type !== 'internal')) {
    throw invalid(
      'internal versioning can not be used for optimistic concurrency control. Please use `if_seq_no` and `if_primary_term` instead',
    );
  }
}

/** There are no pipelines: a document that should pass through one is not kept without. */
export function checkPipeline({ pipeline }: Parameters): void {
  if (pipeline === undefined || pipeline === '_none') return;
  throw illegal(`pipeline with id [${pipeline}] does not exist`);
}

/** A write through `require_alias` must not make an index by accident. */
export function checkAlias(name: string, alias: boolean, query: Parameters): void {
  if (alias || !flag(query, 'require_alias')) return;
  throw new TrailhoundError(
    'index-not-found',
    `no such index [${name}] and [require_alias] request flag is [true] and [${name}] is not an alias`,
    { fields: { index: name, index_uuid: '_na_' } },
  );
}

export function invalid(...reasons: readonly string[]): TrailhoundError {
  const text = reasons.map((reason, at) => ` ${at + 1}: ${reason};`).join('');
  return new TrailhoundError('bad-request', `Validation Failed:${text}`, {
    wire: 'action_request_validation_exception',
  });
}

/** An id as OpenSearch makes one: 20 characters, safe in a URL. */
export function newId(): string {
  return randomBytes(15).toString('base64url');
}

/** Refuses ids that OpenSearch refuses. */
export function checkId(id: string): void {
  const bytes = Buffer.byteLength(id);
  if (bytes > 512) throw invalid(`id [${id}] is too long, must be no longer than 512 bytes but was: ${bytes}`);
}
