import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { reasonOf, TrailhoundError } from '../base/errors.ts';

/** Reads a configuration file, YAML or JSON. Throws 'bad-request' naming file and line when it is neither. */
export function readConfigFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new TrailhoundError('bad-request', `cannot read the configuration file: ${reasonOf(error)}`);
  }
  const parsed = parseDocument(text, { prettyErrors: true });
  const first = parsed.errors[0];
  if (first) throw new TrailhoundError('bad-request', `${path}:${first.linePos?.[0].line ?? 1}: ${first.message}`);
  return parsed.toJS({ maxAliasCount: 100 }) ?? {};
}
