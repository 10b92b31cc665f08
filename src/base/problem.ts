/** A complaint about input. `place` is a file, object or request; `path` a JSON path; `line` counts from 1. */
export interface Problem {
  readonly place: string;
  readonly line?: number;
  readonly path?: string;
  readonly message: string;
}

/** Parsing never throws on input: what could be read, and what could not. */
export interface Parsed<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}

/** `file:line path: message`, safe for a terminal: control characters of hostile input are shown as escapes. */
export function describeProblem(problem: Problem): string {
  const line = problem.line === undefined ? '' : `:${problem.line}`;
  const path = problem.path === undefined ? '' : ` ${problem.path}`;
  return printable(`${problem.place}${line}${path}: ${problem.message}`);
}

/** Text of unknown origin made safe for a terminal and a log line: C0/C1 controls, line and bidi marks become `\u…`. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
