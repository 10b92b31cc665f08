import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { stringify } from 'yaml';
import { writeJson } from '../base/json.ts';
import { filterPath } from './filter-path.ts';
import { flag, type Parameters } from './parameters.ts';
import type { Answer } from './route.ts';

/** An answer as bytes with its headers. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/**
 * JSON is compact unless `pretty` asks otherwise: clients look for the literal `"errors":true`.
 * `filter_path` thins it out, `format=yaml` or `Accept: application/yaml` turns it into YAML, gzip is used when asked for.
 */
export async function render(
  answer: Answer,
  query: Parameters,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<Rendered> {
  const out: Record<string, string> = { ...answer.headers };
  let text: string | undefined;
  if (typeof answer.body === 'string' && out['content-type'] !== undefined) {
    text = answer.body;
  } else if (answer.body !== undefined) {
    const value = query.filter_path ? filterPath(answer.body, query.filter_path) : answer.body;
    const yaml = query.format === 'yaml' || /^application\/yaml\b/.test(headers.accept ?? '');
    text = yaml ? `---\n${stringify(JSON.parse(writeJson(value)))}` : json(value, query);
    out['content-type'] = yaml ? 'application/yaml; charset=UTF-8' : 'application/json; charset=UTF-8';
  }
  if (text === undefined) return { status: answer.status, headers: out, body: undefined };
  const body = Buffer.from(text);
  if (body.length < worthCompressing || !acceptsGzip(headers['accept-encoding'])) {
    return { status: answer.status, headers: out, body };
  }
  return {
    status: answer.status,
    headers: { ...out, 'content-encoding': 'gzip', vary: 'accept-encoding' },
    body: await zip(body, { level: 3 }),
  };
}

const zip = promisify(gzip);

/** Below this, gzip saves no packet. */
const worthCompressing = 1024;

function json(value: unknown, query: Parameters): string {
  return flag(query, 'pretty') ? `${writeJson(value, 2)}\n` : writeJson(value);
}

function acceptsGzip(header: string | undefined): boolean {
  return (header ?? '').split(',').some((part) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(part));
}
