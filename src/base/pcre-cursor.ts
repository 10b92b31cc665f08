/** Where the parser of expressions stands. Thrown refusals never leave the parser. */
export interface PcreCursor {
  readonly text: string;
  at: number;
}

/** What is wrong with an expression: caught by parsePcre. */
export class PcreRefusal {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Steps over `expected` when it stands here. */
export function accept(cursor: PcreCursor, expected: string): boolean {
  if (!cursor.text.startsWith(expected, cursor.at)) return false;
  cursor.at += expected.length;
  return true;
}

/** The match of a sticky expression here, stepped over; undefined when it does not stand here. */
export function scan(cursor: PcreCursor, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text) ?? undefined;
  if (found) cursor.at += found[0].length;
  return found;
}
