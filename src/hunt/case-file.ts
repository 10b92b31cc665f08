import { createHash } from 'node:crypto';
import { parseDocument } from 'yaml';
import { type Document, isDocument, own, put, text } from '../base/document.ts';
import type { Parsed, Problem } from '../base/problem.ts';

/** An example beside a rule or monitor: records, and whether they must wake it. */
export interface Case {
  readonly name: string;
  readonly fires: boolean;
  /** CloudTrail records or lines of an access log, each with an id of its own. */
  readonly records: readonly Document[];
}

export interface CaseFile {
  readonly path: string;
  /** The monitor's file name without its ending, or the rule's id. */
  readonly detection: string;
  readonly cases: readonly Case[];
}

/**
 * Reads `NAME.cases.yaml`:
 *
 *     detection: s3-anonymous-read   # or a rule's id; left out: NAME
 *     base: {…}                      # what all records share; a null takes a member away
 *     fires:  [{ name: …, record: {…} }, { name: …, records: [{…}, {…}] }]
 *     silent: [{ name: …, record: {…} }]
 *
 * Every record gets an id made of file, case and position, so that cases can share one chain and be told apart.
 */
export function parseCases(source: string, path: string): Parsed<CaseFile> {
  const name = (path.split('/').at(-1) ?? path).replace(/\.cases\.ya?ml$/, '');
  const problems: Problem[] = [];
  const parsed = parseDocument(source, { prettyErrors: true, merge: true });
  const [error] = parsed.errors;
  if (error) {
    const line = error.linePos?.[0].line ?? 1;
    return { value: { path, detection: name, cases: [] }, problems: [{ place: path, line, message: error.message }] };
  }
  const json: unknown = parsed.toJS({ maxAliasCount: 1000 });
  const base = own(json, 'base');
  const read = (member: 'fires' | 'silent'): readonly Case[] => {
    const list = own(json, member) ?? [];
    if (!Array.isArray(list)) {
      problems.push({ place: path, path: member, message: 'is no list of cases' });
      return [];
    }
    return list.flatMap((item, position) => {
      const records = own(item, 'records') ?? [own(item, 'record')];
      const title = text(own(item, 'name')) ?? `${member} ${position + 1}`;
      if (!Array.isArray(records) || records.length === 0 || !records.every(isDocument)) {
        problems.push({ place: path, path: `${member}[${position}]`, message: 'has neither a record nor records' });
        return [];
      }
      const whole = records.map((record, at) => withId(merged(base, record), `${path} ${member} ${position} ${at}`));
      return [{ name: title, fires: member === 'fires', records: whole }];
    });
  };
  const cases = [...read('fires'), ...read('silent')];
  const detection = own(json, 'detection');
  return { value: { path, detection: detection === undefined ? name : String(detection), cases }, problems };
}

/** The id by which a record's document is found again. */
export function idOfRecord(record: Document): string {
  return String(record.eventID ?? record.requestId);
}

function withId(record: Document, seed: string): Document {
  const hex = createHash('sha256').update(seed).digest('hex');
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return 'eventSource' in record ? { ...record, eventID: id } : { ...record, requestId: id };
}

/** The record over the base, member by member; a null takes one away, anything but an object replaces. */
function merged(base: unknown, over: unknown): Document {
  const result: { [field: string]: unknown } = {};
  if (isDocument(base)) for (const [key, value] of Object.entries(base)) put(result, key, value);
  if (isDocument(over)) {
    for (const [key, value] of Object.entries(over)) {
      const below = own(base, key);
      if (value === null) delete result[key];
      else put(result, key, isDocument(value) && isDocument(below) ? merged(below, value) : value);
    }
  }
  return result;
}
