import type { Document } from '../base/document.ts';

/** An index template as it was put; `legacy` ones (`_template`) lose against composable ones. */
export interface IndexTemplate {
  readonly name: string;
  readonly legacy: boolean;
  readonly body: Document;
}

/** What the templates give to a new index of this name. */
export interface ResolvedTemplate {
  readonly settings: Document;
  readonly mappings: Document;
  readonly aliases: Document;
}

export function resolveTemplates(_templates: readonly IndexTemplate[], _indexName: string): ResolvedTemplate {
  return { settings: {}, mappings: {}, aliases: {} };
}
