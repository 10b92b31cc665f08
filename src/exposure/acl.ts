import { isDocument } from '../base/document.ts';
import type { Exposure } from './exposure.ts';
import { member, oneOrMany } from './policy-member.ts';
import { readPolicyText } from './policy-text.ts';
import { cannotTell, listed, shown, unique } from './words.ts';

/** What an ACL is on: the same permission opens different actions. */
export type AclTarget = 'bucket' | 'object';

interface Grant {
  readonly group: 'everyone' | 'signed' | 'fixed' | 'unheard-of';
  readonly permission: string;
  /** As the ACL says it: `x-amz-acl: public-read`. */
  readonly said: string;
}

/**
 * Is an access control list public: does it grant anything to AllUsers (anyone) or AuthenticatedUsers (anyone with an AWS
 * account)? It may come as a canned name (text, or a list of it), as grant headers, as grants in XML's shape or in the
 * API's (`Grants`), one or many, at any depth: CloudTrail has moved them about. `unknown` where no grant is found at all.
 */
export function judgeAcl(input: unknown, target: AclTarget = 'bucket'): Exposure {
  const document = typeof input === 'string' ? documentIn(input) : input;
  if (ownershipOf(document) === 'bucketownerenforced') {
    const because = 'object ownership is BucketOwnerEnforced';
    return closed(because, `Not public: ACLs do not count here, ${because}.`);
  }
  const grants = grantsIn(document, 0);
  if (grants.length === 0) return cannotTell('there is no canned ACL and no grant');
  const open = grants.filter(({ group }) => group === 'everyone' || group === 'signed');
  const strange = grants.find(({ group }) => group === 'unheard-of');
  if (open.length === 0 && strange) return cannotTell(`${strange.said} is none of S3's canned ACLs`);
  if (open.length === 0) {
    const because = `${listed(unique(grants.map(({ said }) => said)))}: nobody but fixed accounts`;
    return closed(because, `Not public: ${because}.`);
  }
  const everyone = open.filter(({ group }) => group === 'everyone');
  const told = everyone.length > 0 ? everyone : open;
  const who = everyone.length > 0 ? 'Anyone without credentials' : 'Anyone with an AWS account of their own';
  const actions = unique(open.flatMap(({ permission }) => actionsOf(permission, target)));
  const because = listed(unique(told.map(({ said }) => said)));
  return {
    verdict: 'public',
    anonymous: everyone.length > 0,
    actions,
    because,
    sentence: `${who} may ${listed(actions)}: the ACL says ${because}.`,
  };
}

/** Text is JSON, XML as the API takes it, or a canned name. */
function documentIn(text: string): unknown {
  return (
    readPolicyText(text) ?? (/<Grantee|<AccessControl/i.test(text) ? { AccessControlPolicy: text } : { acl: text })
  );
}

/** True when the document says anything of an ACL. */
export function hasAcl(document: unknown): boolean {
  return grantsIn(document, 0).length > 0;
}

/** `bucketownerenforced`, `bucketownerpreferred`, `objectwriter`; undefined when nothing is said of it. */
export function ownershipOf(document: unknown, depth = 0): string | undefined {
  if (depth > depthMax) return undefined;
  if (Array.isArray(document)) return first(document, (item) => ownershipOf(item, depth + 1));
  if (!isDocument(document)) return undefined;
  const said = member(document, 'ObjectOwnership') ?? member(document, 'x-amz-object-ownership');
  const value = oneOrMany(said)[0];
  if (typeof value === 'string' && value !== '') return value.toLowerCase();
  return first(Object.values(document), (item) => ownershipOf(item, depth + 1));
}

const depthMax = 8;

function grantsIn(value: unknown, depth: number): readonly Grant[] {
  if (depth > depthMax) return [];
  if (Array.isArray(value)) return value.flatMap((item) => grantsIn(item, depth + 1));
  if (!isDocument(value)) return [];
  const permission = member(value, 'Permission');
  const grantee = member(value, 'Grantee');
  if (grantee !== undefined) return [explicit(grantee, permission)];
  return Object.entries(value).flatMap(([name, said]) => {
    const key = name.toLowerCase();
    if (cannedNames.has(key)) return texts(said).flatMap((text) => canned(name, text));
    const header = grantHeaders.get(key.replace(/^x-amz-/, '').replace(/-/g, ''));
    if (header) return texts(said).flatMap((text) => headerGrants(name, text, header));
    if (typeof said === 'string') return /<Grantee/i.test(said) ? xmlGrants(said) : [];
    return grantsIn(said, depth + 1);
  });
}

/** `acl` is the sub-resource's name in most records and then empty. */
const cannedNames = new Set(['x-amz-acl', 'acl', 'cannedacl', 'accesscontrol']);
const closedNames = new Set([
  'private',
  'awsexecread',
  'bucketownerread',
  'bucketownerfullcontrol',
  'logdeliverywrite',
]);
const grantHeaders = new Map([
  ['grantread', 'READ'],
  ['grantwrite', 'WRITE'],
  ['grantreadacp', 'READ_ACP'],
  ['grantwriteacp', 'WRITE_ACP'],
  ['grantfullcontrol', 'FULL_CONTROL'],
]);

function canned(name: string, text: string): readonly Grant[] {
  // CloudFormation writes PublicRead.
  const said = `${name}: ${shown(text)}`;
  switch (text.trim().toLowerCase().replace(/-/g, '')) {
    case 'publicread':
      return [{ group: 'everyone', permission: 'READ', said }];
    case 'publicreadwrite':
      return [
        { group: 'everyone', permission: 'READ', said },
        { group: 'everyone', permission: 'WRITE', said },
      ];
    case 'authenticatedread':
      return [{ group: 'signed', permission: 'READ', said }];
    default:
      return [
        {
          group: closedNames.has(text.trim().toLowerCase().replace(/-/g, '')) ? 'fixed' : 'unheard-of',
          permission: '',
          said,
        },
      ];
  }
}

/** `uri="http://acs.amazonaws.com/groups/global/AllUsers", id="…"`. */
function headerGrants(name: string, text: string, permission: string): readonly Grant[] {
  return text
    .split(',')
    .map((grantee) => ({ group: groupOf(grantee), permission, said: `${name}: ${shown(grantee.trim())}` }));
}

function explicit(grantee: unknown, permission: unknown): Grant {
  const uri = typeof grantee === 'string' ? grantee : texts(member(grantee, 'URI'))[0];
  const granted = (texts(permission)[0] ?? 'FULL_CONTROL').toUpperCase();
  const group = groupOf(uri ?? '');
  const name =
    uri?.split('/').at(-1) ??
    texts(member(grantee, 'DisplayName'))[0] ??
    texts(member(grantee, 'ID'))[0] ??
    'an account';
  return { group, permission: granted, said: `${shown(granted)} to ${shown(name)}` };
}

function xmlGrants(text: string): readonly Grant[] {
  return [...text.matchAll(/<Grant>([\s\S]{0,2000}?)<\/Grant>/gi)].map((match) => {
    const inside = match[1] ?? '';
    const uri = /<URI>\s*([^<]{0,300}?)\s*<\/URI>/i.exec(inside)?.[1];
    const permission = /<Permission>\s*([A-Z_]{1,20})\s*<\/Permission>/i.exec(inside)?.[1];
    return explicit(uri === undefined ? {} : { URI: uri }, permission);
  });
}

function groupOf(text: string): Grant['group'] {
  if (/global\/AllUsers\b/i.test(text)) return 'everyone';
  return /global\/AuthenticatedUsers\b/i.test(text) ? 'signed' : 'fixed';
}

function actionsOf(permission: string, target: AclTarget): readonly string[] {
  const whole = target === 'bucket' ? 'Bucket' : 'Object';
  const read = target === 'bucket' ? ['s3:ListBucket'] : ['s3:GetObject'];
  const write = target === 'bucket' ? ['s3:PutObject', 's3:DeleteObject'] : [];
  switch (permission) {
    case 'READ':
      return read;
    case 'WRITE':
      return write;
    case 'READ_ACP':
      return [`s3:Get${whole}Acl`];
    case 'WRITE_ACP':
      return [`s3:Put${whole}Acl`];
    default:
      return [...read, ...write, `s3:Get${whole}Acl`, `s3:Put${whole}Acl`];
  }
}

function texts(value: unknown): readonly string[] {
  return oneOrMany(value).filter((item): item is string => typeof item === 'string' && item.trim() !== '');
}

function first<T>(items: readonly unknown[], find: (item: unknown) => T | undefined): T | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function closed(because: string, sentence: string): Exposure {
  return { verdict: 'not-public', anonymous: false, actions: [], because, sentence };
}
