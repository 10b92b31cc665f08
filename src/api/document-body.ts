import { type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { readJson } from '../base/json.ts';
import { wireCause } from './error.ts';

/**
 * The document of an index request, with its text as the client sent it. Its JSON errors are the mapper's:
 * `mapper_parsing_exception`, caused by Jackson's.
 */
export function parseDocument(sent: string): { readonly document: Document; readonly text: string } {
  let value: unknown;
  let text: string;
  try {
    ({ value, text } = readJson(sent));
  } catch (error) {
    if (error instanceof TrailhoundError) throw unparsed(wireCause(error), error);
    throw error;
  }
  if (isDocument(value)) return { document: value, text };
  const reason = 'a document must be a JSON object';
  throw unparsed({ type: 'not_x_content_exception', reason });
}

/** The same for a request that holds nothing but the document. */
export function requiredDocument(text: unknown): ReturnType<typeof parseDocument> {
  return parseDocument(requiredText(text));
}

export function requiredText(text: unknown): string {
  if (typeof text === 'string' && /\S/.test(text)) return text;
  throw new TrailhoundError('parse-failed', 'request body is required', { wire: 'parse_exception' });
}

function unparsed(cause: { readonly [field: string]: unknown }, error?: unknown): TrailhoundError {
  return new TrailhoundError('bad-request', 'failed to parse', {
    wire: 'mapper_parsing_exception',
    fields: { caused_by: cause },
    cause: error,
  });
}
