import type { Instant } from '../base/clock.ts';
import { at, type Document, own } from '../base/document.ts';

/** When an event happened, was delivered and was ingested: what its document says, as far as it does. */
export interface EventClocks {
  readonly event: Instant | null;
  readonly delivered: Instant | null;
  readonly ingested: Instant | null;
}

/** The way of the event that opened an alert, up to the alert. */
export interface AlertClocks extends EventClocks {
  readonly alerted: Instant;
}

/** The clocks of the event among these that came in last: the one that an alert was opened for. */
export function lastClocks(sources: readonly Document[]): EventClocks | undefined {
  const known = sources.map(clocksOf).filter(({ event, ingested }) => event !== null || ingested !== null);
  return known.reduce<EventClocks | undefined>(
    (last, clocks) => (last && (last.ingested ?? 0) >= (clocks.ingested ?? 0) ? last : clocks),
    undefined,
  );
}

export function clocksJson({ event, delivered, ingested, alerted }: AlertClocks): Document {
  return { event, delivered, ingested, alerted };
}

export function storedClocks(json: unknown): AlertClocks | undefined {
  const alerted = moment(own(json, 'alerted'));
  if (alerted === null) return undefined;
  return {
    event: moment(own(json, 'event')),
    delivered: moment(own(json, 'delivered')),
    ingested: moment(own(json, 'ingested')),
    alerted,
  };
}

function clocksOf(source: Document): EventClocks {
  return {
    event: moment(at(source, 'trailhound.clocks.event') ?? at(source, 'data.aws.eventTime')),
    delivered: moment(at(source, 'trailhound.clocks.delivered')),
    ingested: moment(at(source, 'trailhound.clocks.ingested')),
  };
}

function moment(value: unknown): Instant | null {
  const ms = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) ? ms : null;
}
