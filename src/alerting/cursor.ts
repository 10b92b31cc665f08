import { type Document, isDocument, own } from '../base/document.ts';
import type { Operation, Position } from '../store/store.ts';
import { cursorsIndex } from './system-index.ts';

/** How far each trigger of a monitor has counted, and how many alerts it opened. Stored in the same write as what it led to. */
export interface Cursor {
  /** Trigger id → the last position that was counted. */
  readonly positions: ReadonlyMap<string, Position>;
  /** Part of the next alert's id: a run repeated after a crash makes the same id again. */
  readonly opened: number;
  /**
   * Of a bucket-level monitor that counts arrivals: trigger id → bucket → how many of the documents since the trigger's
   * position are in an alert already. A marked run leaves the position where it is, so that each bucket's count goes on.
   */
  readonly counted: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Under this name stands the one position of a document-level monitor: it looks at each document once, whatever its triggers. */
export const documentPosition = '*';

const noCounts: Cursor['counted'] = new Map();

export function cursorAt(triggerIds: readonly string[], position: Position, opened = 0): Cursor {
  return { positions: new Map(triggerIds.map((id) => [id, position])), opened, counted: noCounts };
}

/** Positions of the triggers there are now; a trigger that is new begins at `position`. */
export function cursorFor(cursor: Cursor, triggerIds: readonly string[], position: Position): Cursor {
  return {
    positions: new Map(triggerIds.map((id) => [id, cursor.positions.get(id) ?? position])),
    opened: cursor.opened,
    counted: cursor.counted,
  };
}

/** The oldest position of all triggers. */
export function cursorStart(cursor: Cursor): Position {
  return Math.min(...cursor.positions.values());
}

export function cursorWrite(monitorId: string, cursor: Cursor): Operation {
  const document = {
    monitor_id: monitorId,
    positions: [...cursor.positions].map(([trigger, position]) => ({ trigger, position })),
    opened: cursor.opened,
    ...(cursor.counted.size > 0
      ? { counted: [...cursor.counted].map(([trigger, buckets]) => ({ trigger, buckets: [...buckets] })) }
      : {}),
  };
  return { action: 'index', index: cursorsIndex, id: monitorId, document };
}

export function storedCursor(source: Document): Cursor {
  const listed = own(source, 'positions');
  const opened = own(source, 'opened');
  const positions = new Map<string, Position>();
  for (const entry of Array.isArray(listed) ? listed.filter(isDocument) : []) {
    const { trigger, position } = entry;
    if (typeof trigger === 'string' && typeof position === 'number') positions.set(trigger, position);
  }
  return { positions, opened: typeof opened === 'number' ? opened : 0, counted: storedCounts(own(source, 'counted')) };
}

function storedCounts(json: unknown): Cursor['counted'] {
  const counted = new Map<string, ReadonlyMap<string, number>>();
  for (const entry of Array.isArray(json) ? json.filter(isDocument) : []) {
    const { trigger, buckets } = entry;
    if (typeof trigger !== 'string' || !Array.isArray(buckets)) continue;
    const pairs = buckets.filter(
      (pair): pair is [string, number] =>
        Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'number',
    );
    counted.set(trigger, new Map(pairs));
  }
  return counted;
}
