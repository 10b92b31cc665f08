import { put } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import { refusal } from './refusal.ts';

/**
 * A copy of a monitor's JSON that can be stored: integers beyond 2^53, which the API reads exactly, become JSON numbers.
 * Refuses nesting deeper than limits.recordDepthMax: what reads monitors walks them by recursion.
 */
export function plainJson(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > limits.recordDepthMax)
    throw refusal(`A monitor may not be nested deeper than ${limits.recordDepthMax} levels`);
  if (Array.isArray(value)) return value.map((item) => plainJson(item, depth + 1));
  const copy: { [field: string]: unknown } = {};
  for (const [key, item] of Object.entries(value)) put(copy, key, plainJson(item, depth + 1));
  return copy;
}
