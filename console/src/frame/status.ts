import type { StatusAnswer } from '../../../src/api/wire.ts';
import { usePolled } from '../parts/polled.ts';
import { countEvents, fetchStatus } from '../wire/events.ts';

export interface Status {
  readonly status: StatusAnswer | undefined;
  readonly events: number | undefined;
  /** Why the server could not be asked; undefined while it answers. */
  readonly error: string | undefined;
}

const everyMs = 5000;

/** How the program is, for the frame around every page. */
export function useStatus(): Status {
  const status = usePolled('status', fetchStatus, everyMs);
  const events = usePolled('events', countEvents, everyMs);
  return { status: status.data, events: events.data?.count, error: status.error };
}
