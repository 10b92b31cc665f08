/**
 * One JSON value on one line, fit for a terminal too: what could move the cursor, colour or reorder the line (C1 controls,
 * line separators, bidi marks) is written as an escape, which any reader of JSON gives back as it was.
 */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
