/** What the program keeps for itself: cursors, ledger, messages that wait. */
const ownIndices = '.trailhound-*';

/** True for such an index: what is told of all indices together, as health, is told of the clients'. */
export function isOwnIndex(name: string): boolean {
  return name.startsWith('.trailhound-');
}

/**
 * The indices that a client's deletion means: its patterns do not reach the program's own ones, whatever `expand_wildcards`
 * says, as a secured OpenSearch keeps its system indices. Whoever names one means it.
 */
export function deletable(expression: string): string {
  const patterns = /[*]|(?:^|,)_all(?:,|$)/.test(expression) || expression === '';
  return patterns ? `${expression === '' || expression === '_all' ? '*' : expression},-${ownIndices}` : expression;
}
