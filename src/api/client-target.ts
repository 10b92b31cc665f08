/** What the program keeps for itself: cursors, ledger, messages that wait. */
const ownIndices = '.trailhound-*';

/**
 * The indices that a client's deletion means: none of its patterns reach the program's own ones, not even those that begin with
 * their name, as a secured OpenSearch keeps its system indices. Whoever names one means it.
 */
export function deletable(expression: string): string {
  const patterns = /[*]|(?:^|,)_all(?:,|$)/.test(expression) || expression === '';
  return patterns ? `${expression === '' || expression === '_all' ? '*' : expression},-${ownIndices}` : expression;
}
