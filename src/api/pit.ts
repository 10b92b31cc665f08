import { randomBytes } from 'node:crypto';
import type { Clock, Instant } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { IndexOptions, Position, Store } from '../store/store.ts';
import { illegal } from './error.ts';
import { keepAliveMs } from './keep-alive.ts';

/** Moments that clients read at, search after search (`_search/point_in_time`). */
export interface PointsInTime {
  open(expression: string, keepAlive: string, options: IndexOptions): Promise<PointInTime>;
  /** What a search under this id reads. Throws 400 for what is no id, 404 for one that is over. */
  use(id: string, keepAlive: string | undefined): PointInTime;
  all(): readonly PointInTime[];
  /** Forgets these. Throws 400 where one is no id. */
  close(ids: readonly string[]): void;
}

export interface PointInTime {
  readonly id: string;
  readonly expression: string;
  readonly options: IndexOptions;
  /** What arrived up to here is seen; what was replaced or deleted after may be gone all the same. */
  readonly upTo: Position;
  readonly shards: number;
  readonly created: Instant;
  readonly keptMs: number;
}

export function openPointsInTime({ store, clock }: { readonly store: Store; readonly clock: Clock }): PointsInTime {
  const open = new Map<string, { point: PointInTime; until: Instant }>();
  const dropOld = (): void => {
    for (const [id, { until }] of open) if (until < clock.now()) open.delete(id);
  };
  return {
    async open(expression, keepAlive, options) {
      const keptMs = keepAliveMs(keepAlive, 'keep_alive', 'point_in_time.max_keep_alive');
      dropOld();
      const shards = (await store.indices(expression, options)).length;
      if (open.size >= limits.pointsInTimeMax) throw tooMany();
      const created = clock.now();
      const id = randomBytes(idBytes).toString('base64url');
      const point = { id, expression, options, upTo: await store.position(), shards, created, keptMs };
      open.set(id, { point, until: created + keptMs });
      return point;
    },
    use(id, keepAlive) {
      if (!idPattern.test(id)) throw noId(id);
      dropOld();
      const known = open.get(id);
      if (!known) throw over(id);
      const keptMs =
        keepAlive === undefined
          ? known.point.keptMs
          : keepAliveMs(keepAlive, 'keep_alive', 'point_in_time.max_keep_alive');
      const point = { ...known.point, keptMs };
      open.set(id, { point, until: clock.now() + keptMs });
      return point;
    },
    all() {
      dropOld();
      return [...open.values()].map(({ point }) => point);
    },
    close(ids) {
      for (const id of ids) if (!idPattern.test(id)) throw noId(id);
      for (const id of ids) open.delete(id);
    },
  };
}

const idBytes = 33;
const idPattern = /^[A-Za-z0-9_-]{44}$/;

function noId(id: string): TrailhoundError {
  return new TrailhoundError('bad-request', `invalid id: [${id}]`, {
    fields: { caused_by: { type: 'e_o_f_exception', reason: null } },
  });
}

function over(id: string): TrailhoundError {
  const cause = { type: 'search_context_missing_exception', reason: `No search context found for id [${id}]` };
  return new TrailhoundError('not-found', 'all shards failed', {
    wire: 'search_phase_execution_exception',
    fields: { root_cause: [cause], phase: 'query', grouped: true, failed_shards: [], caused_by: cause },
  });
}

function tooMany(): TrailhoundError {
  const most = limits.pointsInTimeMax;
  return illegal(
    `Trying to create too many Point In Time contexts. Must be less than or equal to: [${most}]. This limit can be set by changing the [search.max_open_pit_context] setting.`,
  );
}
