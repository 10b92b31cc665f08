/** What an alert of a bucket is to a run. */
export type AlertCategory = 'NEW' | 'DEDUPED' | 'COMPLETED';

export function isCategory(value: unknown): value is AlertCategory {
  return value === 'NEW' || value === 'DEDUPED' || value === 'COMPLETED';
}
