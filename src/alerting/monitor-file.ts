import { LineCounter, type Node, parseDocument } from 'yaml';
import { reasonOf } from '../base/errors.ts';

/** A monitor's file, JSON or YAML, with the lines of its parts. */
export interface MonitorFile {
  /** undefined when the file is neither. */
  readonly json: unknown;
  readonly broken?: { readonly line: number; readonly message: string };
  /** The line of a part, or of the nearest one around it. */
  lineOf(path: readonly (string | number)[]): number;
}

/** Reads the text of a file. Never throws. */
export function readMonitorFile(text: string): MonitorFile {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: true });
  const [first] = document.errors;
  if (first) {
    const line = first.linePos?.[0].line ?? 1;
    return { json: undefined, broken: { line, message: first.message.split('\n')[0] ?? '' }, lineOf: () => line };
  }
  const lineOf = (path: readonly (string | number)[]): number => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as Node | undefined;
      if (node?.range) return counter.linePos(node.range[0]).line;
    }
    return 1;
  };
  try {
    return { json: document.toJS({ maxAliasCount: 100 }), lineOf };
  } catch (error) {
    return { json: undefined, broken: { line: 1, message: reasonOf(error) }, lineOf };
  }
}

/** Whether it was meant to be a monitor: templates and cases lie in the same folders. */
export function looksLikeMonitor(json: unknown): boolean {
  return typeof json === 'object' && json !== null && ['monitor_type', 'inputs', 'triggers'].some((key) => key in json);
}
