import type { Clock } from '../base/clock.ts';
import { at, type Document, isDocument } from '../base/document.ts';
import { reasonOf } from '../base/errors.ts';
import type { Problem } from '../base/problem.ts';
import { alertData } from '../rules/alert-data.ts';
import { decode } from '../rules/decoder.ts';
import type { RuleEngine } from '../rules/engine.ts';
import { type FiredRule, firedRule } from '../rules/logtest.ts';
import { toEvent } from '../trail/event.ts';
import { parseEventTime } from '../trail/event-time.ts';
import { recordsOf } from '../trail/log-file.ts';
import type { TrailRecord } from '../trail/record.ts';
import { alertDocument } from './document.ts';
import { enrich, type Provenance } from './enrich.ts';

/** What the rules say of one line. `rule` is null when none fires; `document` null when the line is no JSON object. */
export interface LogtestAnswer {
  readonly rule: FiredRule | null;
  readonly document: Document | null;
  readonly problems: readonly Problem[];
}

export interface LogtestPorts {
  readonly engine: RuleEngine;
  readonly clock: Clock;
  readonly strict: boolean;
}

/**
 * One JSON object a line: with `data` or `rule` at top an alert document, with `integration` and `aws` an event, with
 * `eventSource` a record, else an event as it stands. `place` is the file, for problems; `line` counts from 1.
 */
export function logtestLine(text: string, place: string, line: number, ports: LogtestPorts): LogtestAnswer {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    return { rule: null, document: null, problems: [{ place, line, message: `is no JSON: ${reasonOf(error)}` }] };
  }
  if (!isDocument(input))
    return { rule: null, document: null, problems: [{ place, line, message: 'is no JSON object' }] };

  const read = readInput(input, place, line, ports.strict);
  const decoded = decode(read.event, typeof input.location === 'string' ? { location: input.location } : {});
  const { data, problems } = alertData(read.event);
  const receivedAt = ports.clock.now();
  const match = ports.engine.match(decoded, read.record.eventTime ?? receivedAt);
  const enriched = enrich(read.record, data, nowhere(place, receivedAt), receivedAt, ports.strict);
  const document = alertDocument({ ...enriched, historic: false }, match, undefined, receivedAt, () => decoded.log, {
    name: 'logtest',
    next: () => line,
  });
  return {
    rule: firedRule(match),
    document,
    problems: [...read.problems, ...problems].map((problem) => ({ ...problem, place, line })),
  };
}

/** The event that rules see, and the record behind it, as far as it can be told from the input. */
function readInput(
  input: Document,
  place: string,
  line: number,
  strict: boolean,
): { event: Document; record: TrailRecord; problems: readonly Problem[] } {
  if (isDocument(input.data) || isDocument(input.rule)) {
    // A document that is fed in again: to Wazuh its names are those at top, to us the event is what stands under `data`.
    const event = isDocument(input.data) && !strict ? input.data : input;
    return { event, record: recordOf(at(input, 'data.aws'), line), problems: [] };
  }
  if ('integration' in input && isDocument(input.aws))
    return { event: input, record: recordOf(input.aws, line), problems: [] };
  if ('eventSource' in input) {
    const { value, problems } = recordsOf([input], place);
    const record = value[0] ?? recordOf(input, line);
    return { event: toEvent(record, { bucket: '', key: '' }), record, problems };
  }
  return { event: input, record: recordOf(undefined, line), problems: [] };
}

function recordOf(aws: unknown, line: number): TrailRecord {
  const raw = isDocument(aws) ? aws : {};
  return { number: line, id: '', kind: 'cloudtrail', raw, eventTime: parseEventTime(raw.eventTime) };
}

function nowhere(place: string, at: number): Provenance {
  return { bucket: '', key: place, version: '', sha256: '', deliveredAt: at };
}
