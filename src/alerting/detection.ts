import type { Document } from '../base/document.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Store } from '../store/store.ts';
import { storedAlert } from './alert.ts';
import type { AlertClocks, EventClocks } from './alert-clock.ts';
import { alertsPattern } from './system-index.ts';

/** How long it took from an event to its alert, over the newest alerts. Milliseconds. */
export interface Detection {
  /** Alerts that tell: history that was read in does not count. */
  readonly alerts: number;
  readonly eventToAlert: Spread | undefined;
  readonly deliveredToAlert: Spread | undefined;
  readonly ingestedToAlert: Spread | undefined;
}

export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Alerts that the summary looks at. */
const newestMax = 1000;

export async function detectionOf(store: Store): Promise<Detection> {
  const body = parseSearchBody({
    size: newestMax,
    track_total_hits: false,
    query: { bool: { must_not: [{ term: { 'trailhound.historic': true } }] } },
    sort: [{ start_time: { order: 'desc', unmapped_type: 'date' } }],
    _source: ['trailhound.clocks'],
  });
  const { hits } = await store.search(alertsPattern, body, { ignoreUnavailable: true });
  const clocks = hits.flatMap((hit) => storedAlert(hit).evidence.clocks ?? []);
  return {
    alerts: clocks.length,
    eventToAlert: spread(clocks, 'event'),
    deliveredToAlert: spread(clocks, 'delivered'),
    ingestedToAlert: spread(clocks, 'ingested'),
  };
}

export function detectionJson(detection: Detection): Document {
  return {
    alerts: detection.alerts,
    event_to_alert_ms: detection.eventToAlert ?? null,
    delivered_to_alert_ms: detection.deliveredToAlert ?? null,
    ingested_to_alert_ms: detection.ingestedToAlert ?? null,
  };
}

function spread(clocks: readonly AlertClocks[], from: keyof EventClocks): Spread | undefined {
  const passed = clocks
    .flatMap((one) => (one[from] === null ? [] : [Math.max(0, one.alerted - one[from])]))
    .sort((a, b) => a - b);
  const at = (part: number): number => passed[Math.min(passed.length - 1, Math.floor(passed.length * part))] ?? 0;
  return passed.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95), max: at(1) };
}
