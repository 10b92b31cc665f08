import type { Clock } from '../base/clock.ts';
import { at, type Document, isDocument } from '../base/document.ts';
import { reasonOf } from '../base/errors.ts';
import type { Problem } from '../base/problem.ts';
import { alertData } from '../rules/alert-data.ts';
import { type Decoded, type DecodeOptions, decode } from '../rules/decoder.ts';
import type { RuleEngine, RuleMatch, Tried } from '../rules/engine.ts';
import { type FiredRule, logtest, type RuleAnswer } from '../rules/logtest.ts';
import { toEvent } from '../trail/event.ts';
import { parseEventTime } from '../trail/event-time.ts';
import { recordsOf } from '../trail/log-file.ts';
import type { TrailRecord } from '../trail/record.ts';
import { shapeOf } from '../trail/shape.ts';
import { alertDocument, outerNames } from './document.ts';
import { enrich, type Provenance } from './enrich.ts';

/** What the rules say of one line. `rule` is null when none fires; `document` null when the line is no JSON object. */
export interface LogtestAnswer {
  readonly rule: FiredRule | null;
  /** Whether an alert document would be written. */
  readonly alert: boolean;
  /** The rules tried in order, each with the first condition that failed. */
  readonly tried: readonly Tried[];
  readonly document: Document | null;
  readonly problems: readonly Problem[];
  /** What the phases of a log test show. */
  readonly phases: LogtestPhases;
}

export interface LogtestPhases {
  /** Phase 1: the text that rules see. */
  readonly log: string;
  readonly location: string;
  /** Phase 2: the decoder's name, empty when there is none, and the fields. */
  readonly decoder: string;
  readonly fields: RuleAnswer['fields'];
  /** Phase 3: the final rule, one of level 0 too. */
  readonly match: RuleMatch | undefined;
}

export interface LogtestPorts {
  readonly engine: RuleEngine;
  readonly clock: Clock;
  readonly strict: boolean;
  readonly ruleTime?: 'event' | 'receipt';
  /** The attribute that rules see where the line names none. */
  readonly location?: string;
}

/**
 * One JSON object a line: with `data` or `rule` at top an alert document, with `integration` and `aws` an event, with
 * `eventSource` a record, else an event as it stands. The engine remembers, as a session of wazuh-logtest: composite rules
 * count the lines before. `place` is the file, for problems; `line` counts from 1.
 */
export function logtestLine(text: string, place: string, line: number, ports: LogtestPorts): LogtestAnswer {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    return plainLine(text, ports, { place, line, message: `is no JSON: ${reasonOf(error)}` });
  }
  if (!isDocument(input)) return plainLine(text, ports, { place, line, message: 'is no JSON object' });

  const read = readInput(input, text, place, line, ports.strict);
  const receivedAt = ports.clock.now();
  const location = typeof input.location === 'string' ? input.location : ports.location;
  const decoded = decode(read.event, {
    ...read.options,
    ...(location === undefined ? {} : { location }),
    outer: outerNames(receivedAt, writerName),
  });
  const ruleTime = ports.ruleTime === 'receipt' ? receivedAt : (read.record.eventTime ?? receivedAt);
  const answer = logtest(ports.engine, decoded, ruleTime, true);
  const { data, problems } = alertData(decoded.event);
  const enriched = enrich(read.record, data, nowhere(place, receivedAt), receivedAt, ports);
  const document = alertDocument(
    { ...enriched, historic: false },
    answer.match,
    undefined,
    receivedAt,
    () => decoded.log,
    { name: writerName, next: () => line },
  );
  return {
    ...answerOf(answer, decoded),
    document,
    problems: [...read.problems, ...problems].map((problem) => ({ ...problem, place, line })),
  };
}

/**
 * The lines to test that a line holds: of what stands around records (a whole log file, EventBridge's envelope, the answer of
 * lookup-events) each record, else the line itself.
 */
export function linesIn(text: string): readonly string[] {
  if (!/"(?:Records|detail|Events|CloudTrailEvent|logEvents)"/.test(text)) return [text];
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    return [text];
  }
  const shape = shapeOf(input);
  if (shape.kind !== 'several' && shape.kind !== 'text') return [text];
  const { value: records } = recordsOf([input], '');
  return records.length === 0 ? [text] : records.map(({ raw }) => JSON.stringify(raw));
}

const writerName = 'logtest';

/** Wazuh judges lines without a decoder too; here they are no events, so nothing would be stored. */
function plainLine(text: string, ports: LogtestPorts, problem: Problem): LogtestAnswer {
  const location = ports.location === undefined ? {} : { location: ports.location };
  const decoded = decode({}, { log: text, decoder: '', ...location });
  const answer = logtest(ports.engine, decoded, ports.clock.now(), true);
  return { ...answerOf(answer, decoded), document: null, problems: [problem] };
}

function answerOf(answer: RuleAnswer, decoded: Decoded): Omit<LogtestAnswer, 'document' | 'problems'> {
  const { rule, match, silent, tried, fields } = answer;
  const { log, location, decoder } = decoded;
  return {
    rule,
    alert: match?.alerts === true,
    tried,
    phases: { log, location, decoder, fields, match: match ?? silent },
  };
}

interface ReadInput {
  readonly event: Document;
  readonly options: DecodeOptions;
  readonly record: TrailRecord;
  readonly problems: readonly Problem[];
}

/** The event that rules see, and the record behind it, as far as it can be told from the input. */
function readInput(input: Document, text: string, place: string, line: number, strict: boolean): ReadInput {
  if (isDocument(input.data) || isDocument(input.rule)) {
    // A document that is fed in again: to Wazuh its names are those at top, to us the event is what stands under `data`.
    const inner = isDocument(input.data) && !strict ? input.data : undefined;
    const record = recordOf(at(input, 'data.aws'), line);
    return inner ? { event: inner, options: {}, record, problems: [] } : asItStands(input, text, record, strict);
  }
  if ('integration' in input && isDocument(input.aws))
    return asItStands(input, text, recordOf(input.aws, line), strict);
  if ('eventSource' in input) {
    const { value, problems } = recordsOf([input], place);
    const record = value[0] ?? recordOf(input, line);
    return { event: toEvent(record, { bucket: '', key: '' }), options: {}, record, problems };
  }
  return asItStands(input, text, recordOf(undefined, line), strict);
}

/** The text is the log. Wazuh's decoder only takes one that begins with `{`, spaces and a quote. */
function asItStands(input: Document, text: string, record: TrailRecord, strict: boolean): ReadInput {
  const log = text.trim();
  if (!strict || /^\{ *"/.test(log)) return { event: input, options: { log }, record, problems: [] };
  return { event: {}, options: { log, decoder: '' }, record, problems: [] };
}

function recordOf(aws: unknown, line: number): TrailRecord {
  const raw = isDocument(aws) ? aws : {};
  return { number: line, id: '', kind: 'cloudtrail', raw, eventTime: parseEventTime(raw.eventTime) };
}

function nowhere(place: string, at: number): Provenance {
  return { bucket: '', key: place, version: '', sha256: '', deliveredAt: at };
}
