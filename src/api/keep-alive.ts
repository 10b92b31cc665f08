import { illegal } from './error.ts';

/** `1m`, `30s`, `500ms`, at most a day. `setting` and `limit` are what the refusals name. */
export function keepAliveMs(text: string, setting: string, limit: string): number {
  const [, count = '', unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(count) * ({ ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? Number.NaN);
  if (!Number.isFinite(ms) || count === '') {
    throw illegal(
      `failed to parse setting [${setting}] with value [${text}] as a time value: unit is missing or unrecognized`,
    );
  }
  if (ms > 86_400_000) {
    throw illegal(
      `Keep alive for request (${text}) is too large. It must be less than (1d). This limit can be set by changing the [${limit}] cluster level setting.`,
    );
  }
  return ms;
}
