import type { Document } from '../base/document.ts';
import { badRequest, unsortable } from './refusal.ts';

/** How a list of alerts or findings is sorted and cut: the parameters that both routes take. */
export interface PageQuery {
  readonly sortString?: string;
  readonly sortOrder?: string;
  readonly missing?: string;
  readonly size?: number;
  readonly startIndex?: number;
}

/**
 * The search for one page of what passes `filter`. Throws 400 with the original's words for an order, a size, a start or a
 * field that it does not take; `sorts.fields` are those it knows by its mapping.
 */
export function pageSearch(
  query: PageQuery,
  sorts: { readonly fields: ReadonlySet<string>; readonly byDefault: string },
  filter: readonly Document[],
): Document {
  const { sortString = sorts.byDefault, sortOrder = 'asc', size = 20, startIndex = 0 } = query;
  const order = sortOrder.toLowerCase();
  if (order !== 'asc' && order !== 'desc') {
    throw badRequest(`No enum constant org.opensearch.search.sort.SortOrder.${sortOrder.toUpperCase()}`);
  }
  if (size < 0) throw badRequest(`[size] parameter cannot be negative, found [${size}]`);
  if (startIndex < 0) throw badRequest(`[from] parameter cannot be negative, found [${startIndex}]`);
  if (!sorts.fields.has(sortString)) throw unsortable(sortString);
  const missing = query.missing === undefined || query.missing === '' ? {} : { missing: query.missing };
  return {
    query: { bool: { filter } },
    size,
    from: startIndex,
    track_total_hits: true,
    sort: [{ [sortString]: { order, ...missing } }],
  };
}
