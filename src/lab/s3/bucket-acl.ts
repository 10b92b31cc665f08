import { AwsRefusal } from '../exchange.ts';
import { type Acl, aclOfHeaders, aclOfXml, aclXml, isPublicGrant } from './acl.ts';
import type { Bucket } from './bucket.ts';
import type { Answer, Call } from './operation.ts';
import { emptyReply, plainXml } from './reply.ts';

/** Throws where the bucket knows no ACLs, or where its block refuses public ones. */
export function refusePublicAcl(bucket: Bucket, acl: Acl, canned: string | undefined): void {
  if (bucket.ownership === 'BucketOwnerEnforced') {
    // These two say what holds anyway.
    if (canned === 'bucket-owner-full-control' || (canned === undefined && acl.grants.length <= 1)) return;
    throw new AwsRefusal(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  if (bucket.publicAccessBlock?.BlockPublicAcls && acl.grants.some(isPublicGrant)) {
    throw new AwsRefusal(403, 'AccessDenied', 'Access Denied');
  }
}

export function getBucketAcl({ bucket }: Call): Answer {
  return plainXml(aclXml(bucket.acl));
}

export function putBucketAcl({ bucket, request }: Call): Answer {
  const acl =
    request.body.length > 0
      ? aclOfXml(request.body, bucket.owner)
      : aclOfHeaders(request.headers, bucket.owner, bucket.owner);
  if (!acl) {
    throw new AwsRefusal(400, 'MissingSecurityHeader', 'Your request was missing a required header', {
      MissingHeaderName: 'x-amz-acl',
    });
  }
  refusePublicAcl(bucket, acl, request.headers['x-amz-acl']);
  bucket.acl = acl;
  return emptyReply(200);
}
