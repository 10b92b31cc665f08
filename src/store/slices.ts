import { elapsedMs } from '../base/clock.ts';
import { limits } from '../base/limits.ts';

/** Tells long work on the main loop when to let others run. */
export interface Slices {
  due(): boolean;
}

export function makeSlices(): Slices {
  let elapsed = elapsedMs();
  return {
    due() {
      if (elapsed() < limits.sliceMs) return false;
      elapsed = elapsedMs();
      return true;
    },
  };
}
