import type { Alerting } from '../alerting/alerting.ts';
import type { Clock } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { Finding } from '../base/finding.ts';
import type { Log } from '../base/log.ts';
import type { Problem } from '../base/problem.ts';
import type { Notifications } from '../notify/notify.ts';
import type { Store } from '../store/store.ts';
import type { PointsInTime } from './pit.ts';
import type { Answer } from './route.ts';
import type { Scrolls } from './scroll.ts';

/** What the composition root passes in. */
export interface AppServices {
  readonly store: Store;
  readonly alerting: Alerting;
  readonly notifications: Notifications;
  readonly clock: Clock;
  readonly log: Log;
  readonly ruleFiles: RuleFiles;
  readonly logtest: Logtest;
  /** Where documents live in a cluster: it answers all that is asked about indices, documents and searches itself. */
  readonly passOn?: (request: PassedRequest) => Promise<Answer>;
  /** What `/_trailhound/status` shows beside version and address: sources and their progress. */
  status(): unknown;
  /** The newest complaints, oldest first. */
  problems(): readonly Problem[];
}

/** A request that goes on as it came. */
export interface PassedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string | undefined;
  readonly contentType: string | undefined;
  readonly signal: AbortSignal;
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

/** Rule files that can be read and put while the program runs (pipeline/rule-book.ts). */
export interface RuleFiles {
  list(): readonly { readonly filename: string; readonly relativeDirname: string }[];
  read(name: string): string | undefined;
  has(name: string): boolean;
  put(name: string, text: string): { readonly accepted: boolean; readonly findings: readonly Finding[] };
  remove(name: string): boolean;
}

/** Sessions of log tests (pipeline/logtest-session.ts). */
export interface Logtest {
  ask(request: { readonly event: string; readonly location: string; readonly token: string | undefined }): {
    readonly token: string;
    readonly expired: boolean;
    readonly begun: boolean;
    readonly output: Document;
    readonly alert: boolean;
    readonly tried: readonly unknown[];
  };
  end(token: string): boolean;
}
