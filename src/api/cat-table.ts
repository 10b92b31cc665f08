import type { Document } from '../base/document.ts';
import { illegal } from './error.ts';
import { globMatches } from './glob.ts';
import { flag, list, type Parameters } from './parameters.ts';
import type { Answer } from './route.ts';

/** One column of a `_cat` table. */
export interface Column<Row> {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly about: string;
  /** Numbers stand at the right. */
  readonly right?: boolean;
  /** Shown only when `h` asks for it. */
  readonly extra?: boolean;
  value(row: Row): string | number | null;
}

/** URL parameters that every `_cat` table knows. */
export const catParameters = [
  'v',
  'h',
  's',
  'help',
  'bytes',
  'time',
  'local',
  'master_timeout',
  'cluster_manager_timeout',
  'size',
  'pri',
];

/** A table as text for people (`v` headers, `h` columns, `s` order, `help`) or as JSON where the client asks for it. */
export function catAnswer<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  query: Parameters,
  headers: Readonly<Record<string, string | undefined>>,
): Answer {
  if (flag(query, 'help')) return plain(helpText(columns));
  const shown = chosenColumns(columns, query);
  const ordered = sortedRows(columns, rows, query);
  if (wantsJson(query, headers)) return { status: 200, body: ordered.map((row) => jsonRow(shown, row)) };
  const cells = ordered.map((row) => shown.map(({ column }) => text(column.value(row))));
  const lines = flag(query, 'v') ? [shown.map(({ label }) => label), ...cells] : cells;
  return plain(
    aligned(
      lines,
      shown.map(({ column }) => column.right === true),
    ),
  );
}

interface Shown<Row> {
  readonly label: string;
  readonly column: Column<Row>;
}

/** `h` may name columns, their short names, or patterns; a name keeps the label that was asked for. */
function chosenColumns<Row>(columns: readonly Column<Row>[], query: Parameters): readonly Shown<Row>[] {
  const wanted = list(query, 'h');
  if (!wanted) return columns.filter((column) => !column.extra).map((column) => ({ label: column.name, column }));
  return wanted.flatMap((name): Shown<Row>[] => {
    if (name.includes('*')) {
      return columns
        .filter((column) => globMatches(name, column.name))
        .map((column) => ({ label: column.name, column }));
    }
    const column = find(columns, name);
    return column ? [{ label: name, column }] : [];
  });
}

function sortedRows<Row>(columns: readonly Column<Row>[], rows: readonly Row[], query: Parameters): readonly Row[] {
  const keys = (list(query, 's') ?? []).map((key) => {
    const [name = '', order = 'asc'] = key.split(':');
    const column = find(columns, name);
    if (!column) throw illegal(`Unable to sort by unknown sort key \`${name}\``);
    return { column, sign: order === 'desc' ? -1 : 1 };
  });
  if (keys.length === 0) return rows;
  return [...rows].sort((a, b) => {
    for (const { column, sign } of keys) {
      const [left, right] = [column.value(a), column.value(b)];
      const order =
        typeof left === 'number' && typeof right === 'number'
          ? left - right
          : text(left) < text(right)
            ? -1
            : text(left) === text(right)
              ? 0
              : 1;
      if (order !== 0) return sign * order;
    }
    return 0;
  });
}

function find<Row>(columns: readonly Column<Row>[], name: string): Column<Row> | undefined {
  return columns.find((column) => column.name === name || column.aliases?.includes(name));
}

function wantsJson(query: Parameters, headers: Readonly<Record<string, string | undefined>>): boolean {
  if (query.format !== undefined) return query.format !== 'text' && query.format !== 'txt';
  return /^application\/(?:json|yaml|cbor|smile)\b/.test(headers.accept ?? '');
}

function jsonRow<Row>(shown: readonly Shown<Row>[], row: Row): Document {
  return Object.fromEntries(
    shown.map(({ label, column }) => {
      const value = column.value(row);
      return [label, value === null ? null : String(value)];
    }),
  );
}

/** Columns are as wide as their widest cell; the last one is not filled up. */
function aligned(lines: readonly (readonly string[])[], right: readonly boolean[]): string {
  const widths = right.map((_, at) => Math.max(0, ...lines.map((line) => (line[at] ?? '').length)));
  return lines
    .map((line) => {
      const cells = line.map((cell, at) => {
        if (right[at]) return cell.padStart(widths[at] ?? 0);
        return at === line.length - 1 ? cell : cell.padEnd(widths[at] ?? 0);
      });
      return `${cells.join(' ')}\n`;
    })
    .join('');
}

function helpText<Row>(columns: readonly Column<Row>[]): string {
  const lines = columns.map((column) => [column.name, (column.aliases ?? []).join(','), column.about]);
  const widths = [0, 1, 2].map((at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
  return lines.map((line) => `${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')}\n`).join('');
}

function plain(body: string): Answer {
  return { status: 200, body, headers: { 'content-type': 'text/plain; charset=UTF-8' } };
}

function text(value: string | number | null): string {
  return value === null ? '' : String(value);
}
