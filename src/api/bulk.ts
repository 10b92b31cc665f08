import { asText, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { illegal } from './error.ts';
import type { Parameters } from './parameters.ts';
import { invalid } from './write.ts';

/** One action of a `_bulk` body. `source` is the line as it came: only its own item fails when it is broken. */
export interface BulkAction {
  readonly action: 'index' | 'create' | 'delete' | 'update';
  readonly index: string;
  /** Undefined: the server makes one. */
  readonly id: string | undefined;
  readonly source: string;
  readonly requireAlias: boolean;
  /** if_seq_no, if_primary_term, retry_on_conflict as URL parameters would bring them. */
  readonly conditions: Parameters;
}

/** Reads action lines; yields nothing before all of them were read, for a wrong one refuses the whole request. */
export function parseBulk(
  body: string,
  defaults: { readonly index: string | undefined; readonly requireAlias: boolean },
): readonly BulkAction[] {
  if (!/\S/.test(body))
    throw new TrailhoundError('parse-failed', 'request body is required', { wire: 'parse_exception' });
  if (!body.endsWith('\n')) throw illegal('The bulk request must be terminated by a newline [\\n]');
  const actions: BulkAction[] = [];
  const missing: string[] = [];
  let lineNumber = 0;
  let at = 0;
  const nextLine = (): string | undefined => {
    if (at >= body.length) return undefined;
    const end = body.indexOf('\n', at);
    const line = body.slice(at, end);
    at = end + 1;
    lineNumber++;
    return line;
  };
  for (let line = nextLine(); line !== undefined; line = nextLine()) {
    if (/^\s*$/.test(line)) continue;
    const { action, metadata } = parseActionLine(line, lineNumber);
    const named = action === 'index' && metadata.op_type === 'create' ? 'create' : action;
    const source = action === 'delete' ? '' : nextLine();
    // Observed: a last action without its source is no action.
    if (source === undefined) break;
    const index = textOf(metadata._index) ?? defaults.index;
    const id = textOf(metadata._id);
    if (index === undefined) missing.push('index is missing');
    if (id === undefined && (action === 'delete' || action === 'update')) missing.push('id is missing');
    actions.push({
      action: named,
      index: index ?? '',
      id,
      source,
      requireAlias: metadata.require_alias === undefined ? defaults.requireAlias : metadata.require_alias === true,
      conditions: conditions(metadata),
    });
  }
  if (actions.length === 0) throw invalid('no requests added');
  if (missing.length > 0) throw invalid(...missing);
  return actions;
}

const actionNames = ['create', 'delete', 'index', 'update'] as const;

const metadataNames = [
  '_index',
  '_id',
  'routing',
  '_routing',
  'version',
  'version_type',
  'if_seq_no',
  'if_primary_term',
  'retry_on_conflict',
  'pipeline',
  'require_alias',
  'dynamic_templates',
  'op_type',
  '_source',
];

function parseActionLine(line: string, number: number) {
  const json = parseJson(line);
  const where = `Malformed action/metadata line [${number}]`;
  if (!isDocument(json)) throw illegal(`${where}, expected START_OBJECT but found [${tokenOf(json)}]`);
  const [name, ...more] = Object.keys(json);
  if (name === undefined) throw illegal(`${where}, expected FIELD_NAME but found [END_OBJECT]`);
  const action = actionNames.find((known) => known === name);
  if (action === undefined) {
    throw illegal(`${where}, expected one of [${actionNames.join(', ')}] but found [${name}]`);
  }
  if (more.length > 0) throw illegal(`${where}, expected END_OBJECT but found [FIELD_NAME]`);
  const metadata = json[name];
  if (!isDocument(metadata)) throw illegal(`${where}, expected START_OBJECT but found [${tokenOf(metadata)}]`);
  for (const key of Object.keys(metadata)) {
    if (!metadataNames.includes(key)) {
      throw illegal(`Action/metadata line [${number}] contains an unknown parameter [${key}]`);
    }
  }
  return { action, metadata };
}

function conditions(metadata: { readonly [field: string]: unknown }): Parameters {
  const found: Record<string, string> = {};
  for (const name of ['if_seq_no', 'if_primary_term', 'retry_on_conflict', 'version', 'version_type']) {
    const value = metadata[name];
    if (value !== undefined && value !== null) found[name] = asText(value);
  }
  return found;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  throw illegal('Malformed action/metadata line: _index and _id are strings');
}

function tokenOf(value: unknown): string {
  if (Array.isArray(value)) return 'START_ARRAY';
  if (value === null) return 'VALUE_NULL';
  if (typeof value === 'string') return 'VALUE_STRING';
  return typeof value === 'boolean' ? (value ? 'VALUE_TRUE' : 'VALUE_FALSE') : 'VALUE_NUMBER';
}
