import { type Document, isDocument } from '../base/document.ts';
import { wrappedPolicy } from './access-point.ts';
import type { Exposure } from './exposure.ts';
import { member, oneOrMany } from './policy-member.ts';
import { readPolicyText } from './policy-text.ts';
import { judgePolicy } from './policy-verdict.ts';
import { cannotTell, shown } from './words.ts';

/** A function's resource policy, one permission (the parameters of AddPermission), or the configuration of a function URL. */
export function judgeLambda(input: unknown): Exposure {
  const document = readPolicyText(input) ?? input;
  if (Array.isArray(document) || member(document, 'Statement') !== undefined) {
    const statement = permissionStatement(document);
    return judgePolicy(statement ? { Version: '2012-10-17', Statement: statement } : document, 'lambda');
  }
  if (member(document, 'authType') !== undefined) return judgeUrl(document) ?? cannotTell('its AuthType is no text');
  const wrapped = wrappedPolicy(document);
  if (wrapped !== document) return judgePolicy(wrapped, 'lambda');
  return isDocument(document) && member(document, 'principal') !== undefined
    ? judgePolicy({ Version: '2012-10-17', Statement: statementOf(document) }, 'lambda')
    : cannotTell('there is no policy, permission or function URL that could be read');
}

/** undefined where the configuration says nothing of authorization. */
export function judgeUrl(configuration: unknown): Exposure | undefined {
  const type = oneOrMany(member(configuration, 'authType'))[0];
  if (typeof type !== 'string' || type === '') return undefined;
  if (type.toUpperCase() !== 'NONE') {
    const because = `the function URL's AuthType is ${shown(type)}`;
    return { verdict: 'not-public', anonymous: false, actions: [], because, sentence: `Not public: ${because}.` };
  }
  const because = "the function URL's AuthType is NONE";
  return {
    verdict: 'public',
    anonymous: true,
    actions: ['lambda:InvokeFunctionUrl'],
    because,
    sentence: `Anyone without credentials may lambda:InvokeFunctionUrl: ${because}. The function's policy has to allow it too, as consoles and templates do.`,
  };
}

/** The statement that a permission becomes: what Lambda answers (`responseElements.statement`), or is asked for. */
export function permissionStatement(document: unknown): Document | undefined {
  const answered = member(document, 'statement');
  const read = typeof answered === 'string' ? readPolicyText(answered) : undefined;
  return isDocument(read) && member(read, 'Effect') !== undefined ? read : undefined;
}

export function statementOf(permission: Document): Document {
  const text = (name: string): string | undefined => {
    const value = oneOrMany(member(permission, name))[0];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const principal = text('principal') ?? '';
  const condition: { [operator: string]: Document } = {};
  const sourceArn = text('sourceArn');
  if (sourceArn) condition.ArnLike = { 'AWS:SourceArn': sourceArn };
  const equals = {
    ...(text('sourceAccount') ? { 'AWS:SourceAccount': text('sourceAccount') } : {}),
    ...(text('principalOrgID') ? { 'aws:PrincipalOrgID': text('principalOrgID') } : {}),
    ...((text('organizationId') ?? '') ? { 'aws:PrincipalOrgID': text('organizationId') } : {}),
    ...(text('functionUrlAuthType') ? { 'lambda:FunctionUrlAuthType': text('functionUrlAuthType') } : {}),
  };
  if (Object.keys(equals).length > 0) condition.StringEquals = equals;
  const viaUrl = oneOrMany(member(permission, 'invokedViaFunctionUrl'))[0];
  if (viaUrl !== undefined) condition.Bool = { 'lambda:InvokedViaFunctionUrl': viaUrl };
  return {
    ...(text('statementId') ? { Sid: text('statementId') } : {}),
    Effect: 'Allow',
    Principal: /\.amazonaws\.com(\.cn)?$/i.test(principal)
      ? { Service: principal }
      : principal === '*'
        ? '*'
        : { AWS: principal },
    Action: text('action') ?? 'lambda:InvokeFunction',
    Resource: '*',
    ...(Object.keys(condition).length > 0 ? { Condition: condition } : {}),
  };
}
