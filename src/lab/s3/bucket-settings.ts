import { type Document, isDocument, own, text } from '../../base/document.ts';
import { account, region } from '../account.ts';
import { AwsRefusal } from '../exchange.ts';
import { isPublicPolicy } from '../permission.ts';
import { parseXml, type XmlValue } from '../xml.ts';
import { aclOfHeaders, isPublicGrant, privateAcl } from './acl.ts';
import { type Bucket, blockedAll, bucketArn, type Ownership, type PublicAccessBlock } from './bucket.ts';
import type { Answer, Call } from './operation.ts';
import { emptyReply, plainXml, xmlReply } from './reply.ts';

const bucketsMax = 1000;

/** PUT /bucket. Made over the API it blocks the public and knows no ACLs, unless its header asks for another ownership. */
export function createBucket({ buckets, bucketName: name, request, caller }: Call): Answer {
  checkName(name);
  const owner = caller.kind === 'user' ? caller.user.accountId : account;
  const found = buckets.get(name);
  if (found && found.owner !== owner) {
    throw new AwsRefusal(
      409,
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      { BucketName: name },
    );
  }
  // In us-east-1, the oldest region, making one's own bucket again is no error.
  if (found) return emptyReply(200, { location: `/${name}` });
  if (buckets.size >= bucketsMax) {
    throw new AwsRefusal(400, 'TooManyBuckets', 'You have attempted to create more buckets than allowed');
  }
  const ownership = ownershipNamed(request.headers['x-amz-object-ownership'] ?? 'BucketOwnerEnforced');
  const acl = aclOfHeaders(request.headers, owner, owner);
  if (acl && acl.grants.length > 1 && ownership === 'BucketOwnerEnforced') {
    throw new AwsRefusal(
      400,
      'InvalidBucketAclWithObjectOwnership',
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    );
  }
  if (acl?.grants.some(isPublicGrant)) {
    throw new AwsRefusal(
      400,
      'InvalidBucketAclWithBlockPublicAccessError',
      'Bucket cannot have public ACLs set with BlockPublicAccess enabled',
    );
  }
  buckets.set(name, {
    name,
    owner,
    createdAt: request.at,
    objects: new Map(),
    uploads: new Map(),
    policy: undefined,
    acl: acl ?? privateAcl(owner),
    publicAccessBlock: blockedAll,
    ownership,
    notification: undefined,
    settings: new Map(),
    sorted: undefined,
  });
  return emptyReply(200, { location: `/${name}` });
}

function checkName(name: string): void {
  const valid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name);
  if (!valid)
    throw new AwsRefusal(400, 'InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name });
}

export function deleteBucket({ buckets, bucket }: Call): Answer {
  if (bucket.objects.size > 0) {
    throw new AwsRefusal(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', {
      BucketName: bucket.name,
    });
  }
  buckets.delete(bucket.name);
  return emptyReply(204);
}

export function headBucket(): Answer {
  return emptyReply(200, { 'x-amz-bucket-region': region, 'content-type': 'application/xml' });
}

export function getLocation(): Answer {
  return xmlReply('LocationConstraint', region === 'us-east-1' ? '' : region);
}

export function getPolicy({ bucket }: Call): Answer {
  if (!bucket.policy) throw missing('NoSuchBucketPolicy', 'The bucket policy does not exist', bucket);
  return { status: 200, headers: { 'content-type': 'application/json' }, body: bucket.policy.text };
}

/** Refuses what S3 refuses: no JSON, no statement, a resource of another bucket, and a public policy behind the block. */
export function putPolicy({ bucket, request }: Call): Answer {
  const document = policyOf(request.body);
  const statements = listOf(own(document, 'Statement'));
  if (statements.length === 0) throw malformedPolicy('Missing required field Statement');
  for (const statement of statements) checkStatement(statement, bucket);
  if (bucket.publicAccessBlock?.BlockPublicPolicy && isPublicPolicy(document)) {
    throw new AwsRefusal(403, 'AccessDenied', 'Access Denied');
  }
  bucket.policy = { text: Buffer.from(request.body).toString(), document };
  return emptyReply(204);
}

function policyOf(body: Uint8Array): Document {
  try {
    const policy: unknown = JSON.parse(Buffer.from(body).toString());
    if (isDocument(policy)) return policy;
  } catch {
    // Told below, as S3 does.
  }
  throw malformedPolicy('Policies must be valid JSON and the first byte must be "{"');
}

function checkStatement(statement: unknown, bucket: Bucket): void {
  const effect = own(statement, 'Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw malformedPolicy('Missing required field Effect');
  if (own(statement, 'Principal') === undefined && own(statement, 'NotPrincipal') === undefined) {
    throw malformedPolicy('Missing required field Principal');
  }
  const actions = [...listOf(own(statement, 'Action')), ...listOf(own(statement, 'NotAction'))];
  if (actions.length === 0) throw malformedPolicy('Missing required field Action');
  if (actions.some((action) => typeof action !== 'string' || !/^(\*|s3:.+)$/i.test(action))) {
    throw malformedPolicy('Policy has invalid action');
  }
  const resources = [...listOf(own(statement, 'Resource')), ...listOf(own(statement, 'NotResource'))];
  const arn = bucketArn(bucket.name);
  const own_ = (value: unknown): boolean =>
    typeof value === 'string' &&
    (value === '*' || value === arn || value.startsWith(`${arn}/`) || /^arn:aws:s3:::[^/]*[*?]/.test(value));
  if (resources.length === 0 || !resources.every(own_)) throw malformedPolicy('Policy has invalid resource');
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function malformedPolicy(message: string): AwsRefusal {
  return new AwsRefusal(400, 'MalformedPolicy', message);
}

export function deletePolicy({ bucket }: Call): Answer {
  bucket.policy = undefined;
  return emptyReply(204);
}

export function getPolicyStatus({ bucket }: Call): Answer {
  if (!bucket.policy) throw missing('NoSuchBucketPolicy', 'The bucket policy does not exist', bucket);
  return xmlReply('PolicyStatus', { IsPublic: isPublicPolicy(bucket.policy.document) });
}

const blockNames = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;

export function getPublicAccessBlock({ bucket }: Call): Answer {
  const block = bucket.publicAccessBlock;
  if (!block) {
    throw missing(
      'NoSuchPublicAccessBlockConfiguration',
      'The public access block configuration was not found',
      bucket,
    );
  }
  return xmlReply('PublicAccessBlockConfiguration', { ...block });
}

/** What is not named is off. */
export function putPublicAccessBlock({ bucket, request }: Call): Answer {
  const { value } = parseXml(request.body);
  const of = (name: keyof PublicAccessBlock): boolean => text(own(value, name))?.trim().toLowerCase() === 'true';
  bucket.publicAccessBlock = {
    BlockPublicAcls: of('BlockPublicAcls'),
    IgnorePublicAcls: of('IgnorePublicAcls'),
    BlockPublicPolicy: of('BlockPublicPolicy'),
    RestrictPublicBuckets: of('RestrictPublicBuckets'),
  };
  if (!blockNames.some((name) => own(value, name) !== undefined)) {
    throw new AwsRefusal(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  return emptyReply(200);
}

export function deletePublicAccessBlock({ bucket }: Call): Answer {
  bucket.publicAccessBlock = undefined;
  return emptyReply(204);
}

export function getOwnership({ bucket }: Call): Answer {
  if (!bucket.ownership) {
    throw missing('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found', bucket);
  }
  return xmlReply('OwnershipControls', { Rule: { ObjectOwnership: bucket.ownership } });
}

export function putOwnership({ bucket, request }: Call): Answer {
  const { value } = parseXml(request.body);
  const ownership = ownershipNamed(text(own(own(value, 'Rule'), 'ObjectOwnership')) ?? '');
  if (ownership === 'BucketOwnerEnforced' && bucket.acl.grants.length > 1) {
    throw new AwsRefusal(
      400,
      'InvalidBucketAclWithObjectOwnership',
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    );
  }
  bucket.ownership = ownership;
  return emptyReply(200);
}

function ownershipNamed(name: string): Ownership {
  if (name === 'BucketOwnerEnforced' || name === 'BucketOwnerPreferred' || name === 'ObjectWriter') return name;
  throw new AwsRefusal(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

export function deleteOwnership({ bucket }: Call): Answer {
  bucket.ownership = undefined;
  return emptyReply(204);
}

/** What is answered where a setting was never made: an empty document of this name, or an error. */
export type Absent =
  | { readonly root: string; readonly value: XmlValue }
  | { readonly code: string; readonly message: string };

export function getSetting(name: string, absent: Absent): (call: Call) => Answer {
  return ({ bucket }) => {
    const kept = bucket.settings.get(name);
    if (kept) return plainXml(Buffer.from(kept).toString());
    if ('root' in absent) return xmlReply(absent.root, absent.value);
    throw missing(absent.code, absent.message, bucket);
  };
}

/** Kept and given back. Versioning is refused rather than kept: the lab keeps no versions, and a client would rely on them. */
export function putSetting(name: string): (call: Call) => Answer {
  return ({ bucket, request }) => {
    const { value } = parseXml(request.body);
    if (name === 'versioning' && own(value, 'Status') === 'Enabled') {
      throw new AwsRefusal(501, 'NotImplemented', 'The lab keeps no versions of objects.');
    }
    bucket.settings.set(name, request.body);
    return emptyReply(name === 'tagging' ? 204 : 200);
  };
}

export function deleteSetting(name: string): (call: Call) => Answer {
  return ({ bucket }) => {
    bucket.settings.delete(name);
    return emptyReply(204);
  };
}

function missing(code: string, message: string, bucket: Bucket): AwsRefusal {
  return new AwsRefusal(404, code, message, { BucketName: bucket.name });
}
