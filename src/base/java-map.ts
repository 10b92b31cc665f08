/**
 * The names in the order in which a java.util.HashMap walks them: the original keeps a bucket's keys and a query's names in
 * such maps, so that they stand in this order in `bucket_keys` and `matched_queries`. `names`: in order of insertion.
 */
export function hashOrder(names: readonly string[]): readonly string[] {
  let size = 16;
  while (names.length > size * 0.75) size *= 2;
  const placeOf = (name: string): number => {
    const hash = hashCode(name);
    return (hash ^ (hash >>> 16)) & (size - 1);
  };
  return names
    .map((name) => ({ name, place: placeOf(name) }))
    .sort((a, b) => a.place - b.place)
    .map(({ name }) => name);
}

/** String.hashCode */
function hashCode(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(31, hash) + text.charCodeAt(at)) | 0;
  return hash;
}
