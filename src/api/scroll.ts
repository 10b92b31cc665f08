import type { Clock } from '../base/clock.ts';
/** wip */
export interface Scrolls {
  readonly size: number;
}
export function openScrolls(_app: { readonly clock: Clock }): Scrolls {
  return { size: 0 };
}
