import { isDocument, own, text } from '../../base/document.ts';
import { canonicalId } from '../account.ts';
import { AwsRefusal } from '../exchange.ts';
import { parseXml, type XmlValue, xmlText } from '../xml.ts';

export const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
export const allUsers = 'http://acs.amazonaws.com/groups/global/AllUsers';
export const authenticatedUsers = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers';
const logDelivery = 'http://acs.amazonaws.com/groups/s3/LogDelivery';

export type Permission = 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP' | 'FULL_CONTROL';

/** Who: an account's canonical id, or a group's URI. */
export interface Grant {
  readonly grantee: { readonly id: string } | { readonly uri: string };
  readonly permission: Permission;
}

export interface Acl {
  readonly owner: string;
  readonly grants: readonly Grant[];
}

export function privateAcl(owner: string): Acl {
  return { owner, grants: [{ grantee: { id: canonicalId(owner) }, permission: 'FULL_CONTROL' }] };
}

/** A grant to everybody, or to everybody who has any AWS account. */
export function isPublicGrant({ grantee }: Grant): boolean {
  return 'uri' in grantee && (grantee.uri === allUsers || grantee.uri === authenticatedUsers);
}

const canned: Readonly<Record<string, (bucketOwner: string) => readonly Grant[]>> = {
  private: () => [],
  'public-read': () => [{ grantee: { uri: allUsers }, permission: 'READ' }],
  'public-read-write': () => [
    { grantee: { uri: allUsers }, permission: 'READ' },
    { grantee: { uri: allUsers }, permission: 'WRITE' },
  ],
  'authenticated-read': () => [{ grantee: { uri: authenticatedUsers }, permission: 'READ' }],
  'aws-exec-read': () => [],
  'bucket-owner-read': (bucketOwner) => [{ grantee: { id: canonicalId(bucketOwner) }, permission: 'READ' }],
  'bucket-owner-full-control': (bucketOwner) => [
    { grantee: { id: canonicalId(bucketOwner) }, permission: 'FULL_CONTROL' },
  ],
  'log-delivery-write': () => [
    { grantee: { uri: logDelivery }, permission: 'WRITE' },
    { grantee: { uri: logDelivery }, permission: 'READ_ACP' },
  ],
};

const grantHeaders: Readonly<Record<string, Permission>> = {
  'x-amz-grant-read': 'READ',
  'x-amz-grant-write': 'WRITE',
  'x-amz-grant-read-acp': 'READ_ACP',
  'x-amz-grant-write-acp': 'WRITE_ACP',
  'x-amz-grant-full-control': 'FULL_CONTROL',
};

type Headers = Readonly<Record<string, string | undefined>>;

/** The ACL that headers ask for (`x-amz-acl` or `x-amz-grant-…`); undefined when they ask for none. */
export function aclOfHeaders(headers: Headers, owner: string, bucketOwner: string): Acl | undefined {
  const name = headers['x-amz-acl'];
  if (name !== undefined) {
    const grants = canned[name]?.(bucketOwner);
    if (!grants) throw invalid('', { ArgumentName: 'x-amz-acl', ArgumentValue: name });
    const others = grants.filter(({ grantee }) => !('id' in grantee && grantee.id === canonicalId(owner)));
    return { owner, grants: [...privateAcl(owner).grants, ...others] };
  }
  const grants = Object.entries(grantHeaders).flatMap(([header, permission]) =>
    granteesOf(headers[header]).map((grantee) => ({ grantee, permission })),
  );
  return grants.length > 0 ? { owner, grants } : undefined;
}

/** `id="…", uri="…"`. */
function granteesOf(header: string | undefined): readonly Grant['grantee'][] {
  if (header === undefined) return [];
  return header.split(',').map((part) => {
    const match = /^\s*(id|uri|emailAddress)\s*=\s*"?([^"]*)"?\s*$/.exec(part);
    if (match?.[1] === 'id') return { id: match[2] ?? '' };
    if (match?.[1] === 'uri') return groupOf(match[2] ?? '');
    throw invalid('Argument format not recognized', { ArgumentValue: part.trim() });
  });
}

function groupOf(uri: string): { readonly uri: string } {
  if (uri === allUsers || uri === authenticatedUsers || uri === logDelivery) return { uri };
  throw invalid('Invalid group uri', { ArgumentName: 'uri', ArgumentValue: uri });
}

function invalid(message: string, members: Readonly<Record<string, string>>): AwsRefusal {
  return new AwsRefusal(400, 'InvalidArgument', message || 'Invalid Argument', members);
}

/** An `AccessControlPolicy` document. */
export function aclOfXml(body: Uint8Array, owner: string): Acl {
  const { root, value } = parseXml(body);
  const list = own(value, 'AccessControlList');
  if (root !== 'AccessControlPolicy' || list === undefined) throw malformed();
  const given = own(list, 'Grant');
  const grants = (given === undefined ? [] : Array.isArray(given) ? given : [given]).map((grant: unknown): Grant => {
    const grantee = own(grant, 'Grantee');
    const permission = text(own(grant, 'Permission'));
    const id = text(own(grantee, 'ID'));
    const uri = text(own(grantee, 'URI'));
    if (!isDocument(grantee) || !isPermission(permission)) throw malformed();
    if (uri !== undefined) return { grantee: groupOf(uri), permission };
    if (id !== undefined) return { grantee: { id }, permission };
    throw malformed();
  });
  return { owner, grants };
}

function isPermission(name: string | undefined): name is Permission {
  return name !== undefined && ['READ', 'WRITE', 'READ_ACP', 'WRITE_ACP', 'FULL_CONTROL'].includes(name);
}

function malformed(): AwsRefusal {
  return new AwsRefusal(
    400,
    'MalformedACLError',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

export function aclXml({ owner, grants }: Acl): string {
  const xsi = 'http://www.w3.org/2001/XMLSchema-instance';
  return xmlText(
    'AccessControlPolicy',
    {
      Owner: { ID: canonicalId(owner) },
      AccessControlList: {
        Grant: grants.map(({ grantee, permission }): XmlValue => {
          const type = 'uri' in grantee ? 'Group' : 'CanonicalUser';
          const who: { [name: string]: XmlValue } = 'uri' in grantee ? { URI: grantee.uri } : { ID: grantee.id };
          return { Grantee: { '@xmlns:xsi': xsi, '@xsi:type': type, ...who }, Permission: permission };
        }),
      },
    },
    namespace,
  );
}
