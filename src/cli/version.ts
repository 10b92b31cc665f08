import { readFileSync } from 'node:fs';
import { isDocument } from '../base/document.ts';

/** The version in package.json, which stands above both src/ and dist/. */
export function packageVersion(): string {
  const json: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return isDocument(json) && typeof json.version === 'string' ? json.version : '0.0.0';
}
