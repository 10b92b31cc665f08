import type { Document } from '../base/document.ts';
import { account } from './account.ts';

/** Somebody with a key to the lab. The secrets are printed on purpose: they open nothing but the lab. */
export interface LabUser {
  readonly name: string;
  readonly accountId: string;
  readonly arn: string;
  readonly principalId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** What the user's own account lets them do. */
  readonly policy: Document;
}

/** How a request showed who sent it. */
export interface Proof {
  readonly version: 'SigV4' | 'SigV2';
  readonly method: 'AuthHeader' | 'QueryString';
}

/** Who calls: nobody known, a user (perhaps through a service that works for them), or a service of AWS itself. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly user: LabUser; readonly proof: Proof; readonly via?: string }
  | { readonly kind: 'service'; readonly service: string };

export const anonymous: Caller = { kind: 'anonymous' };

const everything: Document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

export const administrator: LabUser = userOf('lab-admin', account, 'AKIALABNOTAREALKEY00', everything);

/** Reads what its account owns and changes nothing. */
export const analyst: LabUser = userOf('lab-analyst', account, 'AKIALABNOTAREALKEY01', {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['s3:Get*', 's3:List*', 'apigateway:GET', 'cloudtrail:Get*', 'cloudtrail:Describe*', 'cloudtrail:List*'],
      Resource: '*',
    },
  ],
});

/** Somebody of another account: with credentials, and yet a stranger. */
export const stranger: LabUser = userOf('stranger', '999999999999', 'AKIALABNOTAREALKEY02', everything);

export const users: readonly LabUser[] = [administrator, analyst, stranger];

/** The caller of what the lab itself does for its administrator. */
export function throughService(user: LabUser, via: string): Caller {
  return { kind: 'user', user, proof: { version: 'SigV4', method: 'AuthHeader' }, via };
}

/** `userIdentity` as CloudTrail writes it; anonymous as AWS has written it since 2023. */
export function userIdentity(caller: Caller): Document {
  if (caller.kind === 'anonymous') return { type: 'AWSAccount', principalId: '', accountId: 'anonymous' };
  if (caller.kind === 'service') return { type: 'AWSService', invokedBy: caller.service };
  const { user, via } = caller;
  // A caller of another account is told without name: only its own account knows it.
  if (user.accountId !== account) {
    return { type: 'AWSAccount', principalId: user.principalId, accountId: user.accountId };
  }
  return {
    type: 'IAMUser',
    principalId: user.principalId,
    arn: user.arn,
    accountId: user.accountId,
    accessKeyId: user.accessKeyId,
    userName: user.name,
    ...(via ? { invokedBy: via } : {}),
  };
}

function userOf(name: string, accountId: string, accessKeyId: string, policy: Document): LabUser {
  return {
    name,
    accountId,
    arn: `arn:aws:iam::${accountId}:user/${name}`,
    principalId: `AIDA${accessKeyId.slice(4)}`,
    accessKeyId,
    secretAccessKey: 'not-a-secret-it-opens-the-lab-only',
    policy,
  };
}
