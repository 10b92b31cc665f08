import type { Alerting } from '../alerting/alerting.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Problem } from '../base/problem.ts';
import type { Notifications } from '../notify/notify.ts';
import type { Store } from '../store/store.ts';
import type { PointsInTime } from './pit.ts';
import type { Scrolls } from './scroll.ts';

/** What the composition root passes in. */
export interface AppServices {
  readonly store: Store;
  readonly alerting: Alerting;
  readonly notifications: Notifications;
  readonly clock: Clock;
  readonly log: Log;
  /** What `/_trailhound/status` shows beside version and address: sources and their progress. */
  status(): unknown;
  /** The newest complaints, oldest first. */
  problems(): readonly Problem[];
}

/** All that the routes use; a route asks only for its part (`Pick<Services, 'store'>`). */
export interface Services extends AppServices {
  readonly identity: Identity;
  readonly scrolls: Scrolls;
  readonly pits: PointsInTime;
}

/** Who answers. */
export interface Identity {
  /** Trailhound's version. */
  readonly version: string;
  /** As a client of OpenSearch sees it; new with each process, for nothing here depends on it. */
  readonly clusterUuid: string;
  readonly nodeId: string;
  /** Milliseconds since 1970. */
  readonly started: number;
}
