/** What a policy can be attached to. */
export type PolicyKind = 's3' | 's3-accesspoint' | 'apigw' | 'lambda';

/** What can be judged: `s3-acl` access control lists, `s3-bpa` public access blocks of buckets, access points and accounts. */
export type ExposureKind = PolicyKind | 's3-acl' | 's3-bpa';

/** Is the door open, to whom, and why. */
export interface Exposure {
  /** AWS's meaning of public: access is not confined to fixed callers or networks. `unknown` is never to be read as safe. */
  readonly verdict: 'public' | 'not-public' | 'unknown';
  /** Can a caller without credentials get in? null where this cannot be told. */
  readonly anonymous: boolean | null;
  /** What strangers may do: `s3:GetObject`. Empty unless public or anonymous. */
  readonly actions: readonly string[];
  /** The statement, grant or setting that decided. */
  readonly because: string;
  /** All of it as one sentence for people. */
  readonly sentence: string;
}

export const exposureKinds: readonly ExposureKind[] = ['s3', 's3-acl', 's3-bpa', 's3-accesspoint', 'apigw', 'lambda'];
