import { account, canonicalId } from '../account.ts';
import type { Caller } from '../caller.ts';
import type { Request } from '../exchange.ts';
import { type Asked, identityDecision, isPublicPolicy, resourceDecision } from '../permission.ts';
import { type Acl, allUsers, authenticatedUsers, isPublicGrant, type Permission } from './acl.ts';
import { type Bucket, bucketArn } from './bucket.ts';

/** May they, and was it an ACL alone that let them? */
export interface Permit {
  readonly allowed: boolean;
  readonly byAcl: boolean;
}

/** What an ACL must grant for an action; actions that are not here no ACL grants. */
const bucketGrants: Readonly<Record<string, Permission>> = {
  's3:ListBucket': 'READ',
  's3:ListBucketVersions': 'READ',
  's3:ListBucketMultipartUploads': 'READ',
  's3:PutObject': 'WRITE',
  's3:DeleteObject': 'WRITE',
  's3:GetBucketAcl': 'READ_ACP',
  's3:PutBucketAcl': 'WRITE_ACP',
};
const objectGrants: Readonly<Record<string, Permission>> = {
  's3:GetObject': 'READ',
  's3:GetObjectAcl': 'READ_ACP',
  's3:PutObjectAcl': 'WRITE_ACP',
};

/**
 * May the caller do this in the bucket? A Deny of the bucket's policy or of the caller's own wins. Callers of the bucket's
 * account need one Allow; those of another account one on each side; those without credentials one of the bucket's policy or
 * ACL, which RestrictPublicBuckets and IgnorePublicAcls take away again.
 */
export function permits(
  bucket: Bucket,
  action: string,
  key: string | undefined,
  caller: Caller,
  request: Request,
): Permit {
  const asked: Asked = {
    caller,
    action,
    resource: key === undefined ? bucketArn(bucket.name) : `${bucketArn(bucket.name)}/${key}`,
    sourceIp: caller.kind === 'service' || (caller.kind === 'user' && caller.via) ? undefined : request.sourceAddress,
    context: contextOf(request, caller),
  };
  const resource = resourceDecision(bucket.policy?.document, asked);
  const identity = identityDecision(asked);
  if (resource === 'denied' || identity === 'denied') return { allowed: false, byAcl: false };
  const sameAccount = caller.kind === 'user' && caller.user.accountId === bucket.owner;
  // What an ACL grants it grants to an account as a whole: within it, its users' own rights decide.
  if (sameAccount) return { allowed: identity === 'allowed' || resource === 'allowed', byAcl: false };
  if (caller.kind === 'user' && identity !== 'allowed') return { allowed: false, byAcl: false };
  if (resource === 'allowed' && !restricted(bucket, caller)) return { allowed: true, byAcl: false };
  const byAcl = aclPermits(bucket, action, key, caller);
  return { allowed: byAcl, byAcl };
}

/** RestrictPublicBuckets: a public policy lets in only the bucket's account and AWS's own services. */
function restricted(bucket: Bucket, caller: Caller): boolean {
  if (!bucket.publicAccessBlock?.RestrictPublicBuckets || caller.kind === 'service') return false;
  return bucket.policy !== undefined && isPublicPolicy(bucket.policy.document);
}

function aclPermits(bucket: Bucket, action: string, key: string | undefined, caller: Caller): boolean {
  if (bucket.ownership === 'BucketOwnerEnforced' || caller.kind === 'service') return false;
  const onBucket = bucketGrants[action];
  if (onBucket !== undefined && grants(bucket.acl, onBucket, bucket, caller)) return true;
  const onObject = objectGrants[action];
  const object = key === undefined ? undefined : bucket.objects.get(key);
  return onObject !== undefined && object !== undefined && grants(object.acl, onObject, bucket, caller);
}

function grants(acl: Acl, wanted: Permission, bucket: Bucket, caller: Caller): boolean {
  return acl.grants.some((grant) => {
    if (grant.permission !== wanted && grant.permission !== 'FULL_CONTROL') return false;
    if (isPublicGrant(grant) && bucket.publicAccessBlock?.IgnorePublicAcls) return false;
    if ('id' in grant.grantee) return caller.kind === 'user' && grant.grantee.id === canonicalId(caller.user.accountId);
    if (grant.grantee.uri === allUsers) return true;
    return grant.grantee.uri === authenticatedUsers && caller.kind === 'user';
  });
}

/** What S3 tells policies of a request. */
function contextOf(request: Request, caller: Caller): Readonly<Record<string, string>> {
  const context: Record<string, string> = {
    'aws:SecureTransport': 'false',
    'aws:CurrentTime': new Date(request.at).toISOString(),
    'aws:EpochTime': String(Math.floor(request.at / 1000)),
  };
  const put = (name: string, value: string | null | undefined): void => {
    if (value !== undefined && value !== null) context[name] = value;
  };
  put('aws:UserAgent', request.headers['user-agent']);
  put('aws:Referer', request.headers.referer);
  put('s3:prefix', request.query.get('prefix'));
  put('s3:delimiter', request.query.get('delimiter'));
  put('s3:max-keys', request.query.get('max-keys'));
  for (const name of [
    'acl',
    'grant-read',
    'grant-write',
    'grant-full-control',
    'storage-class',
    'server-side-encryption',
  ]) {
    put(`s3:x-amz-${name}`, request.headers[`x-amz-${name}`]);
  }
  if (caller.kind === 'user') {
    context['s3:authType'] = caller.proof.method === 'QueryString' ? 'REST-QUERY-STRING' : 'REST-HEADER';
    context['s3:signatureversion'] = caller.proof.version === 'SigV4' ? 'AWS4-HMAC-SHA256' : 'AWS';
  }
  if (caller.kind === 'service') {
    context['aws:SourceAccount'] = account;
    put('aws:SourceArn', request.headers['x-lab-source-arn']);
  }
  return context;
}
