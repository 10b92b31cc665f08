import type { Instant } from './clock.ts';

/**
 * `new Date(at).toISOString()`, with the last texts remembered: the instants of one file repeat (its delivery, its reading,
 * events of one second). Throws RangeError beyond what a Date holds.
 */
export function isoTime(at: Instant): string {
  const slot = (at ^ (at / 1024)) & (slots - 1);
  if (instants[slot] === at) return texts[slot] as string;
  const text = new Date(at).toISOString();
  instants[slot] = at;
  texts[slot] = text;
  return text;
}

const slots = 256;
const instants = new Float64Array(slots).fill(Number.NaN);
const texts: string[] = new Array(slots).fill('');
