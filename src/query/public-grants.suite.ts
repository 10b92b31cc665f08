import type { Document } from '../base/document.ts';

const grant = (grantee: Document, permission = 'READ'): Document => ({
  AccessControlPolicy: { AccessControlList: { Grant: { Grantee: grantee, Permission: permission } } },
});
const all = 'http://acs.amazonaws.com/groups/global/AllUsers';

/** Request parameters of PutBucketAcl → is it a public grant? (DESIGN.md, "Un-fielded words") */
export const publicGrants: readonly (readonly [string, boolean, Document])[] = [
  ['canned public-read', true, { 'x-amz-acl': 'public-read' }],
  ['canned, as a list', true, { 'x-amz-acl': ['public-read'] }],
  ['canned public-read-write', true, { 'x-amz-acl': 'public-read-write' }],
  ['grant as object', true, grant({ 'xsi:type': 'Group', URI: all })],
  ['grant as list', true, { AccessControlPolicy: { AccessControlList: { Grant: [{ Grantee: { URI: all } }] } } }],
  ['grant as header', true, { 'x-amz-grant-read': `uri="${all}"` }],
  ['private', false, { 'x-amz-acl': 'private' }],
  ['authenticated-read', false, { 'x-amz-acl': 'authenticated-read' }],
  ['aws-exec-read', false, { 'x-amz-acl': 'aws-exec-read' }],
  ['bucket-owner-read', false, { 'x-amz-acl': 'bucket-owner-read' }],
  ['READ to one account', false, grant({ ID: 'abc', DisplayName: 'x' })],
  ['a bucket with a telling name', false, { bucketName: 'my-public-site', 'x-amz-acl': 'private' }],
];
