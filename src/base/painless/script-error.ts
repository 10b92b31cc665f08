/** What is wrong with a script, in the words and with the positions of the original's script_exception. */
export class ScriptError extends Error {
  readonly phase: 'compile error' | 'runtime error';
  /** Characters from the start of the script. */
  readonly offset: number;
  /** Java's exception in snake case, such as class_cast_exception. */
  readonly type: string;

  constructor(phase: ScriptError['phase'], offset: number, type: string, reason: string) {
    super(reason);
    this.name = 'ScriptError';
    this.phase = phase;
    this.offset = offset;
    this.type = type;
  }
}

/** Line and column (both from 1) of an offset. */
export function lineAndColumn(source: string, offset: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** A failed script as told to people: the stack for the alert's message, the JSON text for the run's result. */
export interface ScriptFailure {
  readonly reason: string;
  readonly type: string;
  readonly line: number;
  readonly column: number;
  /** The place in the script and `^---- HERE` below it. */
  readonly stack: readonly string[];
  /** The original's pretty-printed script_exception. */
  readonly text: string;
}

/** Characters shown before and after the place of a compile error, as in the original. */
const contextChars = 25;

/**
 * `statements` are the offsets where statements start: a runtime error shows its whole statement,
 * a compile error some characters around its place.
 */
export function describeScriptError(source: string, error: ScriptError, statements: readonly number[]): ScriptFailure {
  const offset = Math.min(error.offset, source.length);
  const { start, end } =
    error.phase === 'compile error' ? around(source, offset) : statementAt(source, offset, statements);
  const stack = [
    `${start > 0 ? '... ' : ''}${source.slice(start, end)}${end < source.length ? ' ...' : ''}`,
    `${' '.repeat((start > 0 ? 4 : 0) + offset - start)}^---- HERE`,
  ];
  const json = {
    type: 'script_exception',
    reason: error.phase,
    script_stack: stack,
    script: source,
    lang: 'painless',
    position: { offset, start, end },
    caused_by: { type: error.type, reason: error.message },
  };
  return { reason: error.message, type: error.type, ...lineAndColumn(source, offset), stack, text: javaJson(json) };
}

function around(source: string, offset: number): { start: number; end: number } {
  return { start: Math.max(0, offset - contextChars), end: Math.min(source.length, offset + contextChars) };
}

function statementAt(source: string, offset: number, statements: readonly number[]): { start: number; end: number } {
  const start = Math.max(0, ...statements.filter((at) => at <= offset));
  const later = statements.filter((at) => at > start);
  return { start, end: later.length > 0 ? Math.min(...later) : source.length };
}

/** JSON as Jackson's pretty printer writes it: `"a" : 1`, lists one entry a line. */
function javaJson(value: unknown, indent = ''): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => inner + javaJson(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(
      ([key, item]) => `${inner}${JSON.stringify(key)} : ${javaJson(item, inner)}`,
    );
    return `{\n${fields.join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
}
