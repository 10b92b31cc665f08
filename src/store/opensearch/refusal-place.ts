import { mapDocument } from '../../query/document-mapping.ts';
import type { Operation, OperationResult } from '../store.ts';
import type { EngineIndices } from './engine-indices.ts';

/**
 * The results with the path of what was refused where the cluster's words do not tell it: it says "failed to parse" of odd keys
 * and of what is nested too deeply. Then our own reader of documents looks with the index's mapping.
 */
export async function withPlaces(
  results: readonly OperationResult[],
  operations: readonly Operation[],
  indices: Pick<EngineIndices, 'list'>,
): Promise<readonly OperationResult[]> {
  const found: OperationResult[] = [];
  for (const [at, result] of results.entries()) {
    const document = operations[at]?.document;
    const unplaced = 'error' in result && result.error === 'mapping' && result.path === undefined;
    const path = unplaced && document ? await placeOf(result.index, document, indices) : undefined;
    found.push(path === undefined ? result : { ...result, path });
  }
  return found;
}

async function placeOf(
  index: string,
  document: NonNullable<Operation['document']>,
  indices: Pick<EngineIndices, 'list'>,
): Promise<string | undefined> {
  const [info] = await indices.list(index, { ignoreUnavailable: true }).catch(() => []);
  if (!info) return undefined;
  const mapped = mapDocument(info.mapping, document);
  return 'error' in mapped ? mapped.error.path : undefined;
}
