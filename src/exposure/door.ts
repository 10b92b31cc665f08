import type { Exposure } from './exposure.ts';

/** What a record can open or shut. */
export type DoorKind =
  | 's3-policy'
  | 's3-acl'
  | 's3-object-acl'
  | 's3-bpa'
  | 's3-account-bpa'
  | 's3-ownership'
  | 's3-accesspoint'
  | 'api-policy'
  | 'api-endpoint'
  | 'api-method'
  | 'api-route'
  | 'function-policy'
  | 'function-url';

/** The thing whose door it is, as far as the record names it. */
export interface Door {
  readonly kind: DoorKind;
  /** Bucket, access point, account, REST or HTTP API, or function: what a person would call it. */
  readonly name: string;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** Object key, resource id, route id or statement id, where the door is one of these. */
  readonly part?: string | undefined;
  /** The method of a resource: GET. */
  readonly verb?: string | undefined;
}

/** What one record does to one door. */
export interface DoorChange {
  readonly door: Door;
  readonly change: 'set' | 'cleared';
  readonly exposure: Exposure;
}
