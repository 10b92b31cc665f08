import type { Document } from '../base/document.ts';

/** A parsed `_search` body. `json` is the body as it came, for a back end that passes it on. */
export interface SearchBody {
  readonly json: Document;
}
