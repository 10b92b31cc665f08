import { own, text } from '../base/document.ts';
import { judgeAccessPoint } from './access-point.ts';
import { hasAcl, judgeAcl, ownershipOf } from './acl.ts';
import type { Door, DoorChange } from './door.ts';
import type { Exposure } from './exposure.ts';
import { find } from './nested.ts';
import { oneOrMany, textOf } from './policy-member.ts';
import { judgePolicy } from './policy-verdict.ts';
import { judgeBlock } from './public-access-block.ts';
import { cannotTell } from './words.ts';

/** Records of S3 that set or clear something of a bucket's, an object's, an access point's or an account's door. */
export function bucketChanges(record: unknown): readonly DoorChange[] {
  const event = text(own(record, 'eventName')) ?? '';
  // Most records of S3 only read: nothing need be looked for in them.
  if (!changing.test(event)) return [];
  const parameters = own(record, 'requestParameters');
  // Nor in those that write an object and leave its ACL alone.
  if (objectWrites.has(event) && !hasAcl(parameters)) return [];
  const name =
    textOf(find(parameters, 'bucketName')) ?? textOf(find(parameters, 'bucket')) ?? bucketOfResources(record) ?? '';
  const set = (door: Door, exposure: Exposure): DoorChange => ({ door, change: 'set', exposure });
  const cleared = (door: Door, exposure: Exposure): DoorChange => ({ door, change: 'cleared', exposure });
  const account = accountOf(record, parameters);
  const point = { kind: 's3-accesspoint', name: textOf(find(parameters, 'name')) ?? name } as const;
  switch (event) {
    case 'PutBucketPolicy':
      return [set({ kind: 's3-policy', name }, judgePolicy(policyIn(parameters), 's3'))];
    case 'DeleteBucketPolicy':
      return [cleared({ kind: 's3-policy', name }, gone('the bucket policy was deleted, so none grants anything'))];
    case 'PutBucketAcl':
      return [set({ kind: 's3-acl', name }, judgeAcl(parameters))];
    case 'PutObjectAcl':
    case 'PutObjectVersionAcl':
    case 'PutObject':
    case 'CopyObject':
    case 'CreateMultipartUpload':
    case 'InitiateMultipartUpload':
    case 'PostObject':
    case 'UploadPart':
      return [
        set({ kind: 's3-object-acl', name, part: textOf(find(parameters, 'key')) }, judgeAcl(parameters, 'object')),
      ];
    case 'CreateBucket':
      return [
        ...(hasAcl(parameters) ? [set({ kind: 's3-acl', name }, judgeAcl(parameters))] : []),
        ...(ownershipOf(parameters) ? [set({ kind: 's3-ownership', name }, judgeOwnership(parameters))] : []),
      ];
    case 'PutBucketOwnershipControls':
      return [set({ kind: 's3-ownership', name }, judgeOwnership(parameters))];
    case 'DeleteBucketOwnershipControls':
      return [cleared({ kind: 's3-ownership', name }, aclsCount('object ownership is no longer set'))];
    case 'PutBucketPublicAccessBlock':
      return [set({ kind: 's3-bpa', name }, judgeBlock(parameters))];
    case 'DeleteBucketPublicAccessBlock':
      return [cleared({ kind: 's3-bpa', name }, blockGone())];
    case 'PutAccountPublicAccessBlock':
      return [set({ kind: 's3-account-bpa', name: account }, judgeBlock(parameters))];
    case 'DeleteAccountPublicAccessBlock':
      return [cleared({ kind: 's3-account-bpa', name: account }, blockGone())];
    case 'PutPublicAccessBlock':
    case 'DeletePublicAccessBlock': {
      // The names of the API, which a few tools write: with a bucket it is the bucket's, else the account's.
      const door: Door = name === '' ? { kind: 's3-account-bpa', name: account } : { kind: 's3-bpa', name };
      return event.startsWith('Put') ? [set(door, judgeBlock(parameters))] : [cleared(door, blockGone())];
    }
    case 'PutAccessPointPolicy':
    case 'PutAccessPointPolicyForObjectLambda':
    case 'PutMultiRegionAccessPointPolicy':
      return [set(point, judgeAccessPoint({ ...pointFacts(parameters), Policy: policyIn(parameters) }))];
    case 'DeleteAccessPointPolicy':
    case 'DeleteAccessPointPolicyForObjectLambda':
    case 'DeleteAccessPoint':
      return [cleared(point, gone('the access point policy was deleted, so none grants anything'))];
    default:
      return [];
  }
}

/** How the names below begin. */
const changing = /^(?:Put|Delete|Create|Copy|Initiate|Post|Upload)/;

const objectWrites = new Set([
  'PutObject',
  'CopyObject',
  'CreateMultipartUpload',
  'InitiateMultipartUpload',
  'PostObject',
  'UploadPart',
]);

/** The policy itself; the sub-resource `policy` stands beside it and is empty. */
function policyIn(parameters: unknown): unknown {
  for (const name of ['bucketPolicy', 'Policy', 'policyDocument']) {
    const found = oneOrMany(find(parameters, name));
    if (found.length > 0 && found[0] !== '') return found.length === 1 ? found[0] : found;
  }
  return find(parameters, 'Statement') === undefined
    ? undefined
    : { Statement: find(parameters, 'Statement'), Version: find(parameters, 'Version') };
}

function pointFacts(parameters: unknown): { readonly [name: string]: unknown } {
  return { VpcConfiguration: find(parameters, 'VpcConfiguration'), NetworkOrigin: find(parameters, 'NetworkOrigin') };
}

function judgeOwnership(parameters: unknown): Exposure {
  const ownership = ownershipOf(parameters);
  if (ownership === 'bucketownerenforced') return judgeAcl({ ObjectOwnership: ownership });
  return ownership === undefined
    ? cannotTell('no object ownership is named')
    : aclsCount(`object ownership is ${ownership}`);
}

function aclsCount(because: string): Exposure {
  return {
    ...cannotTell(because),
    because,
    sentence: `ACLs count from now on: ${because}. A public ACL opens what it is on.`,
  };
}

function blockGone(): Exposure {
  return judgeBlock({ BlockPublicAcls: false });
}

function gone(because: string): Exposure {
  return { verdict: 'not-public', anonymous: false, actions: [], because, sentence: `Not public: ${because}.` };
}

/** `arn:aws:s3:::bucket` of `resources`. */
function bucketOfResources(record: unknown): string | undefined {
  const arns = oneOrMany(own(record, 'resources')).map(
    (resource) => text(own(resource, 'ARN')) ?? text(own(resource, 'ARNPrefix')),
  );
  return /^arn:[^:]*:s3:::([^/]+)/.exec(arns.find((arn) => arn?.includes(':s3:::')) ?? '')?.[1];
}

function accountOf(record: unknown, parameters: unknown): string {
  const host = textOf(find(parameters, 'Host')) ?? '';
  return (
    /^(\d{12})\./.exec(host)?.[1] ??
    text(own(record, 'recipientAccountId')) ??
    text(own(own(record, 'userIdentity'), 'accountId')) ??
    ''
  );
}
