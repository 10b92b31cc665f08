import type { Document } from '../base/document.ts';

/** Who makes a call: the lab's users by their part, or nobody known. */
export type Actor = 'admin' | 'analyst' | 'stranger' | 'anonymous';

/** One call of an attack, over real HTTP. `${Name}` in texts stands for what an earlier call saved. */
export interface Step {
  readonly as: Actor;
  /** `s3` and `api` (API Gateway): `METHOD /path?query`; `invoke`: `METHOD /stage/path` of API `${ApiId}`; `cloudtrail`: an operation. */
  readonly service: 's3' | 'api' | 'invoke' | 'cloudtrail' | 'deploy' | 'delete';
  /** For `deploy` the name of a template of the lab, for `delete` that of a stack; else as the service asks. */
  readonly call: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or text that is sent as it stands. */
  readonly body: Document | string | undefined;
  /** Name → member of the JSON answer. A deployment saves its outputs by itself. */
  readonly save: Readonly<Record<string, string>>;
  /** The status that shows that the call did what it should; by default any below 400. */
  readonly expect: number | undefined;
}

/** What is played: `warmUp` makes what is attacked, `detonate` attacks it, `revert` removes all that was made. */
export interface Play {
  readonly title: string;
  readonly warmUp: readonly Step[];
  readonly detonate: readonly Step[];
  readonly revert: readonly Step[];
  /** Names of the monitors that must fire on what `detonate` leaves. All others must stay silent. */
  readonly fires: readonly string[];
  /** Why, where it is not plain: a monitor that cannot tell, or that does not exist. */
  readonly note: string | undefined;
}

/** One attack, as data. It knows no detector: the names in `fires` are for whoever compares. */
export interface Attack extends Play {
  readonly id: string;
  /** ATT&CK technique, such as T1530. */
  readonly technique: string;
  /** What looks much like it and is nothing bad. */
  readonly twin: Play | undefined;
}
