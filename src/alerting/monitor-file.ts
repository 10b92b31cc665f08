import { LineCounter, type Node, parseDocument } from 'yaml';
import { reasonOf } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';

/** Both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A monitor's file, JSON or YAML, with the lines of its parts. */
export interface MonitorFile {
  /** undefined when the file is neither. */
  readonly json: unknown;
  readonly broken?: { readonly line: number; readonly column?: number; readonly message: string };
  /** The line of a part, or of the nearest one around it. */
  lineOf(path: readonly (string | number)[]): number;
  /** Line and column of a part, or of the nearest one around it; `offset`: of a character inside of a text. */
  placeOf(path: readonly (string | number)[], offset?: number): Place;
}

/** What the text of a file says, without places of its parts: JSON, which most are, takes no time then. Never throws. */
export function readMonitorContent(text: string): Pick<MonitorFile, 'json' | 'broken'> {
  try {
    if (text.length <= limits.monitorFileMax) return { json: parseJson(text) };
  } catch {
    // YAML, or the reader below tells what is wrong with it.
  }
  return readMonitorFile(text);
}

/** Reads the text of a file. Never throws. */
export function readMonitorFile(text: string): MonitorFile {
  if (text.length > limits.monitorFileMax) {
    const message = `is longer than ${limits.monitorFileMax} characters, so no monitor`;
    return { json: undefined, broken: { line: 1, message }, lineOf: () => 1, placeOf: () => ({ line: 1, column: 1 }) };
  }
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: true });
  const [first] = document.errors;
  if (first) {
    const { line = 1, col: column = 1 } = first.linePos?.[0] ?? {};
    const broken = { line, column, message: first.message.split('\n')[0] ?? '' };
    return { json: undefined, broken, lineOf: () => line, placeOf: () => ({ line, column }) };
  }
  const placeOf = (path: readonly (string | number)[], offset = 0): Place => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as Node | undefined;
      if (!node?.range) continue;
      const [start, end] = node.range;
      const inside = length === path.length && text[start] === '"' ? quotedOffset(text.slice(start, end), offset) : 0;
      const { line, col: column } = counter.linePos(start + inside);
      return { line, column };
    }
    return { line: 1, column: 1 };
  };
  const lineOf = (path: readonly (string | number)[]): number => placeOf(path).line;
  try {
    return { json: document.toJS({ maxAliasCount: 100 }), lineOf, placeOf };
  } catch (error) {
    return { json: undefined, broken: { line: 1, message: reasonOf(error) }, lineOf, placeOf };
  }
}

/** Where the character stands in a text with quotes and escapes: 0 for the text itself. */
function quotedOffset(raw: string, offset: number): number {
  if (offset === 0) return 0;
  let at = 1;
  for (let passed = 0; passed < offset && at < raw.length - 1; passed++) {
    at += /^\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.)/s.exec(raw.slice(at, at + 6))?.[0].length ?? 1;
  }
  return at;
}

/** Whether it was meant to be a monitor: templates and cases lie in the same folders. */
export function looksLikeMonitor(json: unknown): boolean {
  return typeof json === 'object' && json !== null && ['monitor_type', 'inputs', 'triggers'].some((key) => key in json);
}
